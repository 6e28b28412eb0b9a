// A conference with a PIN and a lobby: who comes by page and by telephone has
// to show what it asks for, hosts admit, and nothing that a host may do can be
// reached by a guest's page or requests of his own making.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { hearsNot, hearsOthersOnly } from './lib/judge.mjs';
import { hearsWords } from './lib/words.mjs';
import { Program, until } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';

const GUEST_PIN = '480213', HOST_PIN = '771904';
const WRONG_PIN = '135797', MISTYPED_PIN = '864208';

describe('a conference with a door', () => {
	let parley, host, guest, phone, secret, watch;
	const addresses = [];

	before(async () => {
		parley = await Parley.start({ log_level: 'debug' });
		host = await Browser.start({ hz: 1000 });
		guest = await Browser.start({ hz: 1500, rgb: [200, 30, 30] });
		phone = await Baresip.start({ name: 'bob', hz: 440 });
		for (const { page } of [host, guest]) {
			page.on('request', (r) => addresses.push(r.url()));
			page.on('websocket', (s) => addresses.push(s.url()));
			page.on('framenavigated', (f) => addresses.push(f.url()));
		}
		watch = new Program(ours.path('parley'),
			['-s', parley.control, '--json', 'watch']);
	});
	after(async () => {
		await watch?.stop();
		await phone?.stop();
		await guest?.stop();
		await host?.stop();
		await parley?.stop();
	});

	const ok = async (...args) => {
		const result = await parley.cli(...args);
		assert.equal(result.code, 0, `${args.join(' ')}: ${result.output}`);
		return result.stdout;
	};
	const text = (browser, id) => browser.page.textContent(`#${id}`);
	const shows = (browser, what, id, words) => until(what, async () =>
		words.test(await text(browser, id)));
	const here = (browser, ...names) => until(`${names} are on the list`,
		async () => {
			const people = await browser.people();
			return names.every((name) => people.includes(name))
				&& people.length === names.length
				|| Promise.reject(new Error(people.join()));
		});
	const knock = async (browser, name, pin) => {
		await browser.open(`${parley.http}/board`, name);
		await browser.page.waitForSelector('#pin-row:not([hidden])');
		await until('the preview runs', () => browser.page.evaluate(() =>
			document.getElementById('preview').srcObject
				?.getTracks().length === 2));
		if (pin)
			await browser.page.fill('#pin', pin);
		await browser.page.click('#join-button');
	};

	test('is booked on the command line', async () => {
		const shown = await ok('conference', 'add', 'board',
			'title=The board', `guest_pin=${GUEST_PIN}`,
			`host_pin=${HOST_PIN}`, 'lobby=on');
		assert.match(shown, /guest_pin +on/);
		assert.match(await ok('conference', 'list'),
			/board +The board +\d{3} \d{3} \d{3} +pin host-pin lobby/);
		const again = await parley.cli('conference', 'add', 'board');
		assert.notEqual(again.code, 0);
		const bad = await parley.cli('conference', 'set', 'board',
			'guest_pin=12');
		assert.equal(bad.code, 2);
	});

	test('the host comes in by his PIN and is one', async () => {
		await knock(host, 'Hanna', HOST_PIN);
		await host.connected();
		await here(host, 'Hanna');
		await shows(host, 'the title', 'title', /^The board$/);
		await host.page.waitForSelector('#host-bar:not([hidden])');
		await host.page.waitForSelector('#host-settings:not([hidden])');
	});

	test('a guest is asked again when his PIN is wrong', async () => {
		await knock(guest, 'Gustav', WRONG_PIN);
		await guest.page.waitForSelector('#dialog[open]');
		await shows(guest, 'what is wrong', 'dialog-problem', /2 more tries/);
		// who has not shown it is told of nobody
		assert.deepEqual(await guest.people(), []);
		// after a pause
		await until('he may try again', async () => {
			if (await guest.page.evaluate(() =>
				!document.getElementById('dialog').open))
				return true;
			await guest.page.fill('#dialog-pin', GUEST_PIN);
			const answered = guest.page.waitForResponse('**/api/self');
			await guest.page.keyboard.press('Enter');
			await (await answered).finished();
			return false;
		}, 10000, 300);
		await shows(guest, 'what he waits for', 'stage-note', /let you in/);
	});

	test('he is neither heard nor seen until a host admits him', async () => {
		await shows(host, 'that one waits', 'waiting-title', /1 person/);
		assert.match(await text(host, 'waiting'), /Gustav/);
		await here(host, 'Hanna');
		assert.deepEqual(await guest.people(), []);
		await hearsNot(host, 1500);
		await hearsNot(guest, 1000);
		assert.match(await ok('show', 'board'), /Gustav.*wants in/);
		await host.page.click('#waiting button.primary');
		await here(guest, 'Hanna', 'Gustav');
		await here(host, 'Hanna', 'Gustav');
		await hearsOthersOnly(host, [guest]);
		await hearsOthersOnly(guest, [host]);
		await host.page.waitForSelector('#waiting-box', { state: 'hidden' });
	});

	test('a telephone types its PIN and waits as well', async () => {
		await phone.dial(parley.uri('board'));
		for (const key of `${MISTYPED_PIN}#`)
			phone.sendDigits(key);
		await hearsWords(phone, 'en', 'wrong_pin');
		for (const key of `${GUEST_PIN}#`)
			phone.sendDigits(key);
		await shows(host, 'that its PIN was right', 'waiting',
			/bob.*wants to come in/);
		await hearsNot(phone, 1000);
		await ok('admit', 'board', 'bob');
		await here(guest, 'Hanna', 'Gustav', 'bob');
		await hearsOthersOnly(host, [guest, phone]);
	});

	test('a guest has none of a host\'s buttons', async () => {
		await guest.page.waitForSelector('#host-bar', { state: 'hidden' });
		// about himself alone
		assert.equal(await guest.page.locator('#people .more:visible').count(),
			1);
	});

	test('nor can he reach what they do by requests of his own', async () => {
		// as his page gets it: Call-Info of the 200
		secret = await guest.page.evaluate(() =>
			sessionStorage.getItem('parley.secret.board'));
		assert.match(secret, /^\w{32,}$/);
		const order = async (body, by = secret) => (await fetch(
			`${parley.http}/api/self`, { method: 'POST',
				headers: { Authorization: `Bearer ${by}` },
				body: JSON.stringify(body) })).json();
		const [one, two] = [await numberOf('Hanna'), await numberOf('Gustav')];
		for (const body of [
			{ verb: 'mute', target: one }, { verb: 'unmute', target: one },
			{ verb: 'mute', target: 'all' }, { verb: 'kick', target: one },
			{ verb: 'kick', target: 'Hanna' }, { verb: 'end' },
			{ verb: 'lock' }, { verb: 'lock', target: two },
			{ verb: 'unlock', target: two }, { verb: 'admit', target: 'all' },
			{ verb: 'deny', target: 'all' },
			{ verb: 'promote', target: two, role: 'host' },
			{ verb: 'demote', target: one }, { verb: 'settings' },
			{ verb: 'settings', settings: { lobby: false }, target: two },
			{ verb: 'layout', layout: 'speaker', target: two },
			{ verb: 'spotlight', target: two }, { verb: 'show' },
			{ verb: 'rename', target: one, display: 'Nobody' },
			{ verb: 'lower', target: one }, { verb: 'deaf', target: one },
			{ verb: 'volume', target: two, direction: 'in', db: 20 },
			{ verb: 'video_unmute', target: two }, { verb: 'list' },
			{ verb: 'user', action: 'list' }, { verb: 'stats' },
			{ verb: 'conference', action: 'remove', conference: 'board' },
			// another conference than his own is not reached either
			{ verb: 'lock', conference: 'other' },
		]) {
			const reply = await order(body);
			assert.deepEqual([reply.ok, reply.code], [false, 'forbidden'],
				JSON.stringify(body));
		}
		// nor can a host himself reach other conferences than his
		const hosts = await host.page.evaluate(() =>
			sessionStorage.getItem('parley.secret.board'));
		assert.equal((await order({ verb: 'show' }, hosts)).ok, true);
		assert.equal((await order({ verb: 'list' }, hosts)).code, 'forbidden');
		// all that there are, as the server lists them: a guest may leave, has his own
		// mute, hand and name, may write, read, call somebody and give a PIN
		const own = ['mute', 'unmute', 'hand', 'lower', 'rename', 'kick'];
		const open = ['say', 'chat', 'invite', 'pin', 'verbs'];
		const verbs = (await parley.json('verbs')).verbs.map((v) => v.verb);
		assert.ok(verbs.length > 25, `${verbs}`);
		for (const verb of verbs.filter((v) => !open.includes(v))) {
			for (const more of [{ target: one }, { target: 'Hanna' },
				{ target: 'all' }, { target: 'others' },
				{ target: one, display: 'X', role: 'host', layout: 'grid',
					direction: 'in', db: 0, action: 'list', name: 'x',
					settings: { lobby: false }, conference: 'board' },
				...own.includes(verb) ? []
					: [{}, { target: two }, { target: 'last' }]]) {
				const reply = await order({ verb, ...more });
				assert.deepEqual([reply.ok, reply.code],
					[false, 'forbidden'], JSON.stringify({ verb, ...more }));
			}
		}
		assert.deepEqual(await order({ verb: 'hand' }),
			{ ok: true, changed: [two] });
		await until('the hand is seen', () => host.page.evaluate(() =>
			!document.querySelector('#people .hand').hidden));
	});

	const numberOf = async (name) => (await parley.endpoints('board'))
		.find((e) => e.display === name).endpoint;
	const about = async (name, action) => {
		await host.page.locator('#people li', { hasText: name })
			.locator('.more').click();
		await host.page.click(`#dialog-buttons button:text-is("${action}")`);
	};

	test('the host\'s page does all that, by the same verbs', async () => {
		await about('Gustav', 'Mute');
		await until('he is muted', () => guest.page.evaluate(() =>
			document.getElementById('mute').classList.contains('off')));
		await hearsNot(host, 1500);
		await about('Gustav', 'Ask to unmute');
		await guest.page.click('#ask-yes');
		await hearsOthersOnly(host, [guest, phone]);

		await about('Gustav', 'Make moderator');
		await guest.page.waitForSelector('#host-bar:not([hidden])');
		await guest.page.waitForSelector('#host-end', { state: 'hidden' });
		await about('Gustav', 'Make guest');
		await guest.page.waitForSelector('#host-bar', { state: 'hidden' });

		await about('Gustav', 'Show to all');
		await until('he is shown', async () => (await parley.json('show',
			'board')).conference.spotlight === await numberOf('Gustav'));
		for (const layout of ['speaker', 'grid']) {
			await host.page.click('#host-layout');
			await until(`the layout is ${layout}`, async () =>
				(await parley.json('show', 'board')).conference.layout
					=== layout);
			await shows(host, 'the other one is offered', 'host-layout',
				layout === 'grid' ? /Enlarge/ : /one size/);
		}
		await host.page.click('#host-lock');
		await shows(guest, 'the lock', 'toast', /locked/);
		await host.page.click('#host-lock');
		await until('it is open', async () =>
			!(await parley.json('show', 'board')).conference.locked);
	});

	test('settings are his to change, and hold at once', async () => {
		await host.page.click('#host-settings');
		await host.page.uncheck('#dialog-lobby');
		await host.page.selectOption('#dialog-may_unmute', 'moderators');
		await host.page.click('#dialog-buttons .primary');
		await until('they are kept', async () => {
			const { conference } = await parley.json('conference', 'show',
				'board');
			return !conference.settings.lobby
				&& conference.settings.may_unmute === 'moderators';
		});
		// who may not unmute himself is told, and stays muted
		await about('Gustav', 'Mute');
		await until('he is muted', () => guest.page.evaluate(() =>
			document.getElementById('mute').classList.contains('off')));
		await guest.page.click('#mute');
		await shows(guest, 'why not', 'toast', /Raise your hand/);
		await hearsNot(host, 1500);
	});

	test('who is turned away reads why', async () => {
		await ok('conference', 'set', 'board', 'lobby=on');
		const late = await guest.another();
		await late.page.evaluate(() => sessionStorage.clear()).catch(() => {});
		await knock(late, 'Late', GUEST_PIN);
		await shows(host, 'that one waits', 'waiting-title', /1 person/);
		await host.page.click('#waiting button:not(.primary)');
		await shows(late, 'why', 'ended-words', /did not let you in/);
		await late.page.close();
	});

	test('the host ends it for all', async () => {
		await host.page.click('#host-end');
		await host.page.click('#dialog-buttons .danger');
		await shows(guest, 'that it is over', 'ended-words', /ended/);
		await phone.event('CALL_CLOSED');
		assert.doesNotMatch(await ok('list'), /board/);
		// and it is booked still
		assert.match(await ok('conference', 'list'), /board/);
	});

	test('no PIN, digit or secret is in logs, events or addresses', async () => {
		const { output } = await parley.stop();
		assert.match(output, /debug/);
		await watch.stop();
		assert.match(watch.output, /Gustav/);
		assert.ok(addresses.some((url) => url.includes('/api/self')));
		const digits = /\b(digits?|dtmf|keys?)["': =]+[0-9*#]/i;
		for (const [where, text] of Object.entries({ log: output,
			events: watch.output, addresses: addresses.join('\n') })) {
			for (const word of [GUEST_PIN, HOST_PIN, WRONG_PIN, MISTYPED_PIN,
				secret])
				assert.ok(!text.includes(word), `${word} in ${where}`);
			assert.doesNotMatch(text, digits, where);
		}
	});
});
