// What a moderator types is done at once and seen on the page within a second.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { hearsNot, hearsOthersOnly, sees } from './lib/judge.mjs';
import { allowed, within } from './lib/pace.mjs';
import { Program, until } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';

describe('the moderator at a terminal', () => {
	let parley, alice, bob;

	before(async () => {
		parley = await Parley.start();
		alice = await Browser.start({ hz: 1000 });
		bob = await Baresip.start({ audio: 'opus/48000/2', video: 'VP8',
			hz: 440 });
		await alice.join(`${parley.http}/board`, 'Alice');
		await bob.dial(parley.uri('board'));
		await hearsOthersOnly(alice, [bob]);
	});
	after(async () => {
		await bob?.stop();
		await alice?.stop();
		await parley?.stop();
	});

	const ok = async (...args) => {
		const result = await parley.cli(...args);
		assert.equal(result.code, 0, `${args.join(' ')}: ${result.output}`);
		return result.stdout;
	};

	test('list and show name the conference and who is in it', async () => {
		assert.match(await ok('list'), /board\s.*2/);
		const shown = await ok('show', 'board');
		assert.match(shown, /Alice/);
		assert.match(shown, /bob/);
		assert.match(shown, /opus/i);
	});

	test('mute is heard and seen at once, and undone', async () => {
		const typed = Date.now();
		await ok('mute', 'board', 'bob');
		await until('the page shows the mute', () => alice.page.evaluate(
			() => document.querySelector('#people svg[aria-label=muted]')
				!== null), 1000, 20);
		assert.ok(Date.now() - typed < allowed(1500));
		await hearsNot(alice, 440);
		await ok('unmute', 'board', 'bob');
		await hearsOthersOnly(alice, [bob]);
	});

	test('a browser muted by the moderator says so', async () => {
		await ok('mute', 'board', 'Alice');
		await until('the button shows it', () => alice.page.evaluate(() =>
			document.getElementById('mute').classList.contains('off')),
		1000, 20);
		await hearsNot(bob, 1000);
		await ok('unmute', 'board', 'Alice');
		// her microphone opens by her own hand alone
		await alice.page.click('#ask-yes');
		await hearsOthersOnly(bob, [alice]);
	});

	test('volume changes what is heard', async () => {
		const before = await alice.hears(440);
		await ok('volume', 'board', 'bob', 'in', '-12');
		await until('12 dB less', async () => {
			const db = await alice.hears(440);
			return Math.abs(db - before + 12) < 2.5 || Promise.reject(
				new Error(`${before} then ${db}`));
		}, 5000, 100);
		await ok('volume', 'board', 'bob', 'in', '0');
	});

	test('layout changes the picture', async () => {
		await ok('layout', 'board', 'speaker');
		await sees(alice, [200, 30, 30], 0.02);
		assert.match(await ok('show', 'board'), /speaker/);
		await ok('layout', 'board', 'grid');
	});

	test('a locked conference refuses in words, and opens again', async () => {
		await ok('lock', 'board');
		const late = await Baresip.start({ name: 'late',
			audio: 'PCMU/8000/1' });
		late.command('dial', parley.uri('board'));
		const closed = await late.event('CALL_CLOSED');
		await late.stop();
		assert.match(JSON.stringify(closed), /403/);
		const page = await alice.context.newPage();
		await page.goto(`${parley.http}/board`);
		await page.fill('#display-name', 'Late');
		await page.click('#join-button');
		await until('the page says locked', async () => /locked/i.test(
			await page.textContent('#join-error')), 5000);
		await page.close();
		await ok('unlock', 'board');
	});

	test('who talks is still in the queue of hands', async () => {
		await alice.page.click('#hand');
		await until('both are shown', async () => {
			const shown = await ok('show', 'board');
			return /Alice .* hand up, 1\. talking/.test(shown)
				|| Promise.reject(new Error(shown));
		});
		await ok('lower', 'board', 'all');
		await until('it is down', async () =>
			!/hand up/.test(await ok('show', 'board')));
	});

	test('watch prints what happens', async (t) => {
		const watch = new Program(ours.path('parley'),
			['-s', parley.control, 'watch', 'board']);
		t.after(() => watch.stop());
		await watch.printed(/board.* 2 in it/);
		await ok('mute', 'board', 'bob');
		await watch.printed(/mute/, 1500);
		await ok('unmute', 'board', 'bob');
	});

	test('watch of a name that cannot be says so and ends', async () => {
		for (const name of ['no such name', 'api', '']) {
			const { code, output } = await within(`watch '${name}' ends`,
				parley.cli('watch', name));
			assert.equal(code, 4, `watch '${name}'`);
			assert.match(output, /parley: no conference can have that name/);
		}
	});

	test('invite dials a terminal into the conference', async (t) => {
		const dave = await Baresip.start({ name: 'dave',
			audio: 'G722/8000/1', hz: 700 });
		t.after(() => dave.stop());
		await ok('invite', 'board', `sip:dave@127.0.0.1:${dave.port}`);
		await dave.event('CALL_ESTABLISHED');
		await hearsOthersOnly(alice, [bob, dave]);
		await hearsOthersOnly(dave, [alice, bob]);
		await ok('kick', 'board', 'dave');
		await dave.event('CALL_CLOSED');
	});

	test('stats are numbers that move', async () => {
		const first = await parley.json('stats');
		const text = JSON.stringify(first);
		assert.match(text, /packets_in/);
		const sum = (s) => JSON.stringify(s).match(/"packets_in":\s*(\d+)/)[1];
		await until('packets are counted', async () =>
			Number(sum(await parley.json('stats'))) > Number(sum(first)));
	});

	test('exit statuses and errors a script can use', async () => {
		assert.equal((await parley.cli('show', 'nowhere')).code, 4);
		assert.equal((await parley.cli('mute', 'board', 'nobody')).code, 4);
		assert.equal((await parley.cli('frobnicate')).code, 2);
		const { stdout } = await parley.cli('--help');
		assert.match(stdout, /EXAMPLES|Examples/);
		// on a terminal as it always was
		assert.deepEqual(stdout.split('\n').filter((line) =>
			line.length > 80), []);
		// a person is not left out, though more may follow
		for (const [verb, ...more] of [['promote'], ['promote', 'board'],
			['kick', 'board'], ['rename', 'board', 'bob'], ['user'],
			['conference'], ['conference', 'add']])
			assert.equal((await parley.cli(verb, ...more)).code, 2,
				`${verb} ${more}`);
		const gone = await parley.cli('-s', '/nonexistent.sock', 'list');
		assert.equal(gone.code, 3);
	});

	test('kick and end take people out, with words on the page', async () => {
		await ok('kick', 'board', 'bob');
		await bob.event('CALL_CLOSED');
		await ok('end', 'board');
		await until('the page says why', async () => /ended/i.test(
			await alice.page.textContent('#ended')), 3000);
		assert.equal((await parley.cli('show', 'board')).code, 4);
	});
});
