// Every state of the join page on a phone upright and lengthwise and on a desk,
// light and dark: nothing beside the screen, cut, covered, too small to touch or
// to read, in German neither, whose words are longer; and nothing that axe finds
// wrong (WCAG 2.2 AA). Screenshots for people go to build/screens/.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { Browser } from './lib/browser.mjs';
import { Guests } from './lib/guests.mjs';
import { Parley } from './lib/parley.mjs';
import { until } from './lib/process.mjs';
import { NAMES, Shots } from './lib/shots.mjs';

const LONG = 'the-quarterly-all-hands-of-everybody-who-works-for-us-in-2027-ab';

describe('the screens of the join page', { concurrency: 1 }, () => {
	let parley, ann, page, deaf, shots;

	before(async () => {
		parley = await Parley.start({ media_timeout: 300 });
		ann = await Browser.start();
		page = ann.page;
		shots = new Shots(page);
		// a server that takes connections and says nothing
		deaf = createServer();
		await new Promise((on) => deaf.listen(0, '127.0.0.1', on));
		await page.addInitScript(({ port }) => {
			window.sockets = [];
			window.WebSocket = class extends window.WebSocket {
				constructor(url, protocols) {
					super(window.serverIsDeaf ? `ws://127.0.0.1:${port}/` : url,
						protocols);
					window.sockets.push(this);
				}
			};
			window.RTCPeerConnection = class extends window.RTCPeerConnection {
				setRemoteDescription(d) {
					return super.setRemoteDescription({ type: d.type,
						sdp: window.networkIsBlocked
							? d.sdp.replace(/^a=candidate:.*\r\n/gm, '')
							: d.sdp });
				}
			};
			const ask = navigator.mediaDevices.getUserMedia
				.bind(navigator.mediaDevices);
			navigator.mediaDevices.getUserMedia = (wanted) =>
				sessionStorage.getItem('test.refused')
					? Promise.reject(new DOMException('', 'NotAllowedError'))
					: ask(wanted);
		}, { port: deaf.address().port });
	});
	after(async () => {
		deaf?.close();
		await ann?.stop();
		await parley?.stop();
	});

	const text = (id) => page.textContent(id);
	const says = (id, words, ms) => until(`${id} says ${words}`, async () =>
		words.test(await text(id)) || Promise.reject(new Error(await text(id))),
	ms);

	const shot = (name, options) => shots.take(name, options);

	const lobby = async (name = '') => {
		await page.goto(`${parley.http}/${name}`);
		await until('the devices are there', () => page.evaluate(() =>
			document.getElementById('preview').srcObject
				?.getAudioTracks().length === 1));
	};
	const press = async (name) => {
		await page.fill('#display-name', name);
		await page.click('#join-button');
	};
	const join = async (conference, name = 'Ann') => {
		await lobby(conference);
		await press(name);
		await ann.connected();
	};
	const picture = (width) => shots.pictureFor(width);

	test('the lobby', async () => {
		await lobby();
		await shot('lobby');
		await page.fill('#conference', '会議');
		await says('#name-hint', /letters from a to z/);
		await page.fill('#conference', '112');
		await says('#name-hint', /112-meeting/);
		await page.click('#join-button');
		await says('#join-error', /who you are/);
		await shot('lobby-hint');
		await lobby(LONG);
		await shot('lobby-long-name');
		await page.evaluate(() =>
			sessionStorage.setItem('test.refused', '1'));
		await page.goto(`${parley.http}/garden`);
		await says('#preview-note', /did not allow/);
		await shot('lobby-refused');
		await page.evaluate(() => sessionStorage.removeItem('test.refused'));
	});

	test('where somebody has to say who he is', async (t) => {
		const strict = await Parley.start({ auth: 'on' });
		t.after(() => strict.stop());
		await page.goto(`${strict.http}/garden`);
		await press('Ann');
		await page.waitForSelector('#login', { state: 'visible' });
		await shot('lobby-login');
	});

	test('on the way in', async () => {
		await lobby('garden');
		await page.evaluate(() => { window.serverIsDeaf = true; });
		await press('Ann');
		await says('#state', /Reaching the server/);
		await shot('connecting');
		await page.click('#leave');
		await page.waitForSelector('#ended', { state: 'visible' });
	});

	test('alone', async () => {
		await join(LONG, NAMES[3]);
		await page.waitForSelector('#alone', { state: 'visible' });
		await shot('alone');
		// it costs much, and the server sends its picture all the same
		await page.click('#camera');
		await shot('alone-unseen');
		await page.click('#leave');
		await says('#ended-title', /You left/);
		await shot('left');
	});

	test('two, four, twelve, twenty-six', async (t) => {
		const guests = await Guests.open(t, parley, 'garden');
		const counted = (n) => until(`${n} people`, async () =>
			await text('#people-count') === `${n}`);
		await guests.join(NAMES[0]);
		await join('garden');
		await counted(2);
		await shot('two', { still: picture });
		await guests.join(...NAMES.slice(1, 3));
		await counted(4);
		await shot('four', { still: picture });
		await guests.join(...NAMES.slice(3), 'Carol');
		await counted(12);
		await shot('twelve', { still: picture });
		await guests.join(...Array.from({ length: 14 }, (_, i) =>
			`Participant ${i + 13}`));
		await counted(26);
		await shot('twenty-six', { still: picture });
		// the last of them can be come to
		await page.setViewportSize({ width: 360, height: 800 });
		const last = page.locator('#people li').last();
		await last.scrollIntoViewIfNeeded();
		assert.match(await last.textContent(), /Participant|Ann/);
		await guests.leave(20);
		await counted(6);
		assert.equal((await ann.people()).length, 6);
	});

	test('what a moderator does', async () => {
		await parley.cli('mute', 'garden', 'Ann');
		await says('#toast', /muted you/);
		await shot('muted', { still: picture });
		await parley.cli('unmute', 'garden', 'Ann');
		await page.waitForSelector('#ask', { state: 'visible' });
		await shot('asked', { still: picture });
		await page.click('#ask-no');
		await parley.cli('lock', 'garden');
		await parley.cli('deaf', 'garden', 'Ann');
		await parley.cli('video_mute', 'garden', 'Ann');
		for (const id of ['#deaf-mark', '#hidden-mark', '#locked-mark'])
			await page.waitForSelector(id, { state: 'visible' });
		await shot('marks', { still: picture });
		await parley.cli('undeaf', 'garden', 'Ann');
		await parley.cli('video_unmute', 'garden', 'Ann');
	});

	test('adding somebody, and devices', async () => {
		await page.setViewportSize({ width: 360, height: 800 });
		if (!await page.isVisible('#panel'))
			await page.click('#people-button');
		await page.fill('#invite-address', 'nobody@127.0.0.1:9');
		await page.click('#invite-form button');
		await says('#invitations', /nobody/);
		await page.fill('#invite-address', 'not an address');
		await page.click('#invite-form button');
		await page.waitForSelector('#invite-error', { state: 'visible' });
		await shot('invite', { still: picture });
		await page.click('#devices-button');
		await shot('devices');
		await page.click('#show-keys');
		await page.waitForSelector('#dialog', { state: 'visible' });
		await shot('dialog');
		await page.keyboard.press('Escape');
		await page.waitForSelector('#dialog', { state: 'hidden' });
		await page.click('#statistics');
		await says('#dialog', /Round trip/);
		await shot('statistics');
		await page.keyboard.press('Escape');
		await page.waitForSelector('#dialog', { state: 'hidden' });
		if (await page.getAttribute('#camera', 'aria-pressed') === 'true')
			await page.click('#camera');
		await page.click('#show-mirror');
		await page.waitForSelector('#mirror', { state: 'visible' });
		await shot('mirror', { still: picture });
		await page.click('#show-mirror');
		await page.click('#devices-button');
		await shot('no-panel', { still: picture });
	});

	test('refused, removed, ended', async () => {
		await page.click('#leave');
		await parley.cli('lock', 'garden');
		// who was in is let through: it is somebody else who comes now
		await page.evaluate(() => {
			localStorage.clear();
			sessionStorage.clear();
		});
		await lobby('garden');
		await press('Ann');
		await says('#join-error', /locked/);
		await shot('locked');
		await parley.cli('unlock', 'garden');
		for (const [verb, words] of [[['kick', 'garden', 'Ann'], /./],
			[['end', 'garden'], /./]]) {
			await join('garden');
			await until('she is in', async () => (await parley.endpoints(
				'garden')).some((e) => e.display === 'Ann'));
			await parley.cli(...verb);
			await page.waitForSelector('#ended', { state: 'visible' });
			await says('#ended-words', words);
			await shot(verb[0]);
		}
	});

	test('trouble on the way', async () => {
		await lobby('garden');
		await page.evaluate(() => { window.networkIsBlocked = true; });
		await press('Ann');
		await says('#state', /No sound gets through/, 15000);
		await shot('blocked');
		await page.click('#leave');
		await page.waitForSelector('#ended', { state: 'visible' });

		await join('garden');
		await page.evaluate(() => {
			window.serverIsDeaf = true;
			window.sockets.at(-1).close();
		});
		await says('#state', /lost/);
		await shot('lost');
		await join('garden');
		process.kill(parley.program.pid, 'SIGKILL');
		await says('#state', /lost|away|interrupted/);
		await shot('server-gone');
	});
});
