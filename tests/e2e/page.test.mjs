// The join page as people meet it: permission refused, a name missing, the
// keyboard, a phone's screen, the server gone. Screenshots go to out/.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { hearsNot, hearsOthersOnly, sees, seesMoving, seesNot }
	from './lib/judge.mjs';
import { allowed } from './lib/pace.mjs';
import { until } from './lib/process.mjs';

const RED = [200, 30, 30], GREEN = [30, 160, 40];

const out = new URL('out/', import.meta.url).pathname;
const shot = (browser, name) => browser.page.screenshot(
	{ path: `${out}${name}.png` });

describe('the join page', () => {
	let parley, alice, bob;

	before(async () => {
		await mkdir(out, { recursive: true });
		parley = await Parley.start();
		alice = await Browser.start({ hz: 1000 });
		bob = await Baresip.start({ name: 'bob', audio: 'AMR-WB/16000/1',
			video: 'H264', hz: 440 });
	});
	after(async () => {
		await bob?.stop();
		await alice?.stop();
		await parley?.stop();
	});

	test('/ asks for conference and name, with a preview', async () => {
		const { page } = alice;
		await page.goto(`${parley.http}/`);
		await until('the camera is shown', () => page.evaluate(() =>
			document.getElementById('preview').videoWidth > 0));
		const refused = async (words) => {
			await page.click('#join-button');
			await until(`it asks for ${words}`, async () =>
				words.test(await page.textContent('#join-error')));
		};
		// one that nobody guesses
		assert.match(await page.inputValue('#conference'),
			/^([b-z][aeiou]){2}-([b-z][aeiou]){2}-([b-z][aeiou]){2}$/);
		await page.fill('#conference', '');
		await refused(/conference/i);
		await page.fill('#conference', 'garden');
		await refused(/who you are/i);
		assert.ok(await page.evaluate(() =>
			document.querySelectorAll('#mic-select option').length) >= 1);
		await page.fill('#display-name', 'Alice Liddell');
		await shot(alice, 'lobby-desktop');
		await page.keyboard.press('Enter');
		await alice.connected();
		assert.equal(new URL(page.url()).pathname, '/garden');
	});

	// ms from "Connected" to the first frame of one who comes late, and what it
	// may be
	async function firstPicture() {
		const late = await Browser.start({ hz: 1200, rgb: [160, 60, 160] });
		try {
			await late.open(`${parley.http}/garden`, 'Late');
			await until('the preview runs', () => late.page.evaluate(() =>
				document.getElementById('preview').videoWidth > 0));
			const ms = await late.page.evaluate(async () => {
				const video = document.getElementById('picture');
				const seen = new Promise((done) =>
					video.requestVideoFrameCallback(() =>
						done(performance.now())));
				const state = document.getElementById('state');
				const connected = new Promise((done) => {
					new MutationObserver(() => {
						if (state.textContent === 'Connected')
							done(performance.now());
					}).observe(state, { childList: true });
				});
				document.getElementById('join-button').click();
				const [a, b] = await Promise.all([connected, seen]);
				return b - a;
			});
			const limit = allowed(500);
			// closing the page is leaving
			await late.page.goto('about:blank');
			await until('late is off the roster', async () =>
				(await parley.endpoints('garden')).length === 1);
			await until('and watches no more', async () =>
				(await parley.json('stats')).subscriptions
					.subscriptions === 1);
			return { ms, limit };
		} finally {
			await late.stop();
		}
	}

	// The best of a few: other work on the machine only ever adds to it.
	test('the picture comes within half a second of joining', async () => {
		const all = [];
		const isIn = ({ ms, limit }) => ms < limit;

		while (all.length < 4 && !all.some(isIn))
			all.push(await firstPicture());
		assert.ok(all.some(isIn), `first picture ${JSON.stringify(all)}`);
	});

	test('who is here and who talks', async () => {
		await bob.dial(parley.uri('garden'));
		await until('bob is on the list and talks', () =>
			alice.page.evaluate(() => [...document.querySelectorAll(
				'#people li.talking .who')].some((e) =>
				e.textContent.startsWith('bob'))));
		await seesMoving(alice, RED);
		await hearsOthersOnly(alice, [bob]);
		await shot(alice, 'call-desktop');
	});

	test('the keyboard mutes and turns the camera off', async () => {
		await alice.page.keyboard.press('m');
		await until('the button shows it', async () => await alice.page
			.getAttribute('#mute', 'aria-pressed') === 'true');
		await hearsNot(bob, alice.hz);
		await alice.page.keyboard.press('m');
		await hearsOthersOnly(bob, [alice]);
		await alice.page.keyboard.press('v');
		await seesNot(bob, GREEN, 3000);
		await hearsOthersOnly(bob, [alice]);
		await hearsOthersOnly(alice, [bob]);
		await seesMoving(alice, RED);
		await shot(alice, 'camera-off-desktop');
		await alice.page.keyboard.press('v');
		await seesMoving(bob, GREEN);
		await seesMoving(alice, RED);
		await hearsOthersOnly(alice, [bob]);
	});

	test('a phone-sized screen has it all', async () => {
		await alice.page.setViewportSize({ width: 390, height: 780 });
		for (const id of ['mute', 'camera', 'people-button', 'leave']) {
			const box = await alice.page.locator(`#${id}`).boundingBox();
			assert.ok(box && box.x >= 0 && box.x + box.width <= 390
				&& box.y + box.height <= 780, `${id} ${JSON.stringify(box)}`);
		}
		await shot(alice, 'call-phone');
		await alice.page.setViewportSize({ width: 1280, height: 800 });
	});

	test('F4 add someone: ringing, here; busy; no address', async (t) => {
		const { page } = alice;
		const text = (id) => page.textContent(id);
		const add = async (address) => {
			await page.fill('#invite-address', address);
			await page.keyboard.press('Enter');
		};
		const phone = async (name, ring) => {
			const peer = await SipPeer.open(parley.sipPort, { name });
			t.after(() => peer.close());
			const reply = (m, status, headers = '', body = '') =>
				peer.send(`SIP/2.0 ${status} Word\r\n`
					+ ['via', 'from', 'call-id', 'cseq'].map((h) =>
						`${h}: ${m.headers[h]}\r\n`).join('')
					+ `To: ${m.headers.to.replace(/;tag=.*/, '')};tag=${name}`
					+ `\r\nContact: <${peer.contact}>\r\n${headers}`
					+ `Content-Length: ${body.length}\r\n\r\n${body}`);
			peer.onRequest = (m) => {
				if (m.method === 'INVITE')
					ring(m, reply);
				else if (m.method !== 'ACK')
					reply(m, 200);
			};
			return peer.contact.replace('sip:', '');
		};
		await add('nobody at all');
		assert.match(await text('#invite-error'), /bob@example\.com/);
		assert.ok(await page.isVisible('#invite-error'));

		let answer;
		await add(await phone('carol', (m, reply) => {
			reply(m, 180);
			answer = () => reply(m, 200, 'Content-Type: application/sdp\r\n',
				sdp(49180, { extra: /m=video/.test(m.body)
					? 'm=video 0 RTP/AVP 96\r\n' : '' }));
		}));
		assert.ok(!await page.isVisible('#invite-error'));
		await until('it rings', async () =>
			/carol@.*: ringing/.test(await text('#invitations')));
		await until('she is on the list', async () =>
			/carol.*ringing/.test(await text('#people')));
		await shot(alice, 'add-desktop');
		answer();
		await until('she is here', async () =>
			/carol@.*: has joined/.test(await text('#invitations')));
		await until('and on the list', async () => {
			const people = await text('#people');
			return /carol/.test(people) && !/ringing/.test(people)
				|| Promise.reject(new Error(people));
		});
		await add(await phone('dave', (m, reply) => reply(m, 486)));
		await until('he is busy', async () =>
			/dave@.*: is busy/.test(await text('#invitations')));
		// nobody is configured to take telephone numbers
		await add('+49 (30) 1234-0');
		await until('the number cannot be called', async () =>
			/\+493012340: cannot be reached/.test(await text('#invitations')));
		await page.setViewportSize({ width: 390, height: 780 });
		await page.locator('#invite-address').scrollIntoViewIfNeeded();
		await shot(alice, 'add-phone');
		const box = await page.locator('#invite-form button').boundingBox();
		assert.ok(box && box.x >= 0 && box.x + box.width <= 390
			&& box.y + box.height <= 780, JSON.stringify(box));
		await page.setViewportSize({ width: 1280, height: 800 });
	});

	test('leaving ends the call and says so', async () => {
		await alice.leave();
		await until('the page says it', async () =>
			/left/i.test(await alice.page.textContent('#ended-title')));
		await shot(alice, 'ended-desktop');
		await until('she is off the roster', async () =>
			(await parley.endpoints('garden')).every((e) =>
				e.display !== 'Alice Liddell'));
	});

	test('refused permission: clear words, and one can still listen',
		async (t) => {
			const shy = await Browser.start({ allow: false });
			t.after(() => shy.stop());
			await shy.open(`${parley.http}/garden`, 'Shy');
			await until('the page says what to do', async () =>
				/allow/i.test(await shy.page.textContent('#preview-note')));
			await shot(shy, 'refused-desktop');
			await shy.page.click('#join-button');
			await shy.connected();
			await sees(shy, RED);
		});

	test('on a phone: lobby and call', async (t) => {
		const phone = await Browser.start({ mobile: true,
			viewport: { width: 390, height: 780 }, rgb: [160, 60, 160] });
		t.after(() => phone.stop());
		await phone.open(`${parley.http}/garden`, 'Pat');
		await until('the camera is shown', () => phone.page.evaluate(() =>
			document.getElementById('preview').videoWidth > 0));
		await shot(phone, 'lobby-phone');
		await phone.page.click('#join-button');
		await phone.connected();
		await sees(phone, RED, 0.05);
		await shot(phone, 'call-phone-own');
	});

	test('a lost connection comes back, and the roster with it', async (t) => {
		const ann = await Browser.start({ hz: 900 });
		t.after(() => ann.stop());
		const { page } = ann;
		await page.addInitScript(() => {
			window.sockets = [];
			window.WebSocket = class extends window.WebSocket {
				constructor(...args) {
					super(...args);
					window.sockets.push(this);
				}
			};
		});
		const locked = (yes) => until(`locked: ${yes}`, async () =>
			await page.isVisible('#locked-mark') === yes);
		await ann.join(`${parley.http}/meadow`, 'Ann');
		await until('she is on the list', async () =>
			/Ann.*you/.test(await page.textContent('#people')));
		// it may be back sooner than one looks
		await page.evaluate(() => {
			const state = document.querySelector('#state');
			window.said = [];
			new MutationObserver(() => window.said.push(state.textContent))
				.observe(state, { childList: true, characterData: true,
					subtree: true });
			window.sockets.at(-1).close();
		});
		await until('the page says it', () => page.evaluate(() =>
			window.said.some((words) => /lost/.test(words))));
		await until('it is back', async () =>
			await page.textContent('#state') === 'Connected');
		await parley.cli('lock', 'meadow');
		await locked(true);
		await parley.cli('unlock', 'meadow');
		await locked(false);
		assert.match(await page.textContent('#people'), /Ann.*you/);
	});

	test('the server gone: clear words', async () => {
		await alice.join(`${parley.http}/garden`, 'Alice');
		process.kill(parley.program.pid, 'SIGKILL');
		await until('the page says so', async () =>
			/lost|gone|interrupted/i.test(
				await alice.page.textContent('#state')), 5000);
		await shot(alice, 'gone-desktop');
	});
});
