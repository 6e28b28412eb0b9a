// The first minute of a browser, and the last: alone, names, who opens a
// microphone, what a moderator does to somebody. Screenshots go to out/.
import { describe, test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { hearsNot, hearsOthersOnly } from './lib/judge.mjs';
import { until } from './lib/process.mjs';

const out = new URL('out/', import.meta.url).pathname;

describe('the first minute', { concurrency: 1 }, () => {
	let parley, ann;

	before(async () => {
		await mkdir(out, { recursive: true });
		parley = await Parley.start();
		ann = await Browser.start({ hz: 1000 });
	});
	after(async () => {
		await ann?.stop();
		await parley?.stop();
	});

	const shows = (b, id, is = true) => until(`${id} is ${is ? 'there' : 'gone'}`,
		async () => await b.page.isVisible(id) === is);
	const says = (b, id, words) => until(`${id} says ${words}`, async () =>
		words.test(await b.page.textContent(id)));

	test('whoever is first sees himself, and how others come', async () => {
		await ann.join(`${parley.http}/minute`, 'Ann');
		await shows(ann, '#alone');
		assert.match(await ann.page.textContent('#alone'), /the first/);
		assert.match(await ann.page.textContent('#alone-link'), /\/minute$/);
		await until('her own picture', () => ann.page.evaluate(() => {
			const self = document.getElementById('self');
			return self.videoWidth > 0 && !self.paused;
		}));
		assert.equal(await ann.page.isVisible('#stage-note'), false);
		for (const [width, height] of [[360, 800], [844, 390], [1440, 900]]) {
			await ann.page.setViewportSize({ width, height });
			await ann.page.screenshot({ path: `${out}alone-${width}.png` });
			assert.ok(await ann.page.evaluate(() => {
				const card = document.querySelector('.alone-card')
					.getBoundingClientRect();
				return card.left >= 0 && card.right <= innerWidth;
			}));
		}
	});

	test('the last one sees nobody who is gone', async () => {
		const ben = await Browser.start({ hz: 440 });
		await ben.join(`${parley.http}/minute`, 'Ben');
		await shows(ann, '#alone', false);
		await hearsOthersOnly(ann, [ben]);
		await ben.leave();
		await ben.stop();
		await shows(ann, '#alone');
		await says(ann, '#alone-title', /left/);
	});

	test('nobody\'s microphone opens but by his own hand', async (t) => {
		const ben = await Browser.start({ hz: 440 });
		t.after(() => ben.stop());
		await ben.join(`${parley.http}/minute`, 'Ben');
		await hearsOthersOnly(ann, [ben]);
		await parley.cli('mute', 'minute', 'Ben');
		await says(ben, '#toast', /muted you/);
		await hearsNot(ann, 440);
		await parley.cli('unmute', 'minute', 'Ben');
		await shows(ben, '#ask');
		await ben.page.screenshot({ path: `${out}asked.png` });
		await until('all see that he is muted still', async () =>
			(await parley.endpoints('minute')).find((e) =>
				e.display === 'Ben').muted);
		await hearsNot(ann, 440);
		await ben.page.click('#ask-yes');
		await shows(ben, '#ask', false);
		await hearsOthersOnly(ann, [ben]);

		// what else a moderator does is told to whom it hits
		await parley.cli('deaf', 'minute', 'Ben');
		await shows(ben, '#deaf-mark');
		await parley.cli('undeaf', 'minute', 'Ben');
		await shows(ben, '#deaf-mark', false);

		// off stays off, over "Join again"
		await ben.page.click('#mute');
		await ben.page.click('#camera');
		await ben.leave();
		await ben.page.click('#rejoin');
		await until('the lobby is ready', () => ben.page.evaluate(() =>
			document.getElementById('preview').srcObject
				?.getAudioTracks().length === 1));
		await until('it is off still', async () => await ben.page
			.getAttribute('#lobby-mic', 'aria-pressed') === 'true');
		await ben.page.click('#join-button');
		await ben.connected();
		await until('all see that he is muted', async () =>
			(await parley.endpoints('minute')).find((e) =>
				e.display === 'Ben')?.muted);
		await hearsNot(ann, 440);
		await ann.leave();
	});

	test('a name that works is made of what is typed', async (t) => {
		const page = await ann.context.newPage();
		t.after(() => page.close());
		await page.goto(`${parley.http}/`);
		const hint = (typed, words) => until(`${typed}: ${words}`, async () => {
			if (await page.inputValue('#conference') !== typed)
				await page.fill('#conference', typed);
			return words.test(await page.textContent('#name-hint'))
				|| Promise.reject(new Error(await page.textContent(
					'#name-hint')));
		});
		await hint('my meeting', /my-meeting/);
		await hint('Ünïcode Straße', /unicode-strasse/);
		await hint('会議', /letters from a to z/);
		await hint('112', /112 cannot be.*112-meeting/);
		await hint('standup', /^$/);
		await page.fill('#conference', 'My Meeting');
		await page.fill('#display-name', 'Ann');
		await page.click('#join-button');
		await until('she is in', async () =>
			/my-meeting$/.test(page.url())
				&& await page.textContent('#state') === 'Connected');
		await page.goto(`${parley.http}/${encodeURIComponent('Große Runde')}`);
		await until('the link is put right', () =>
			/\/grosse-runde$/.test(page.url()));
	});

	test('it is not connected before sound flows', async (t) => {
		const page = await ann.context.newPage();
		t.after(() => page.close());
		await page.addInitScript(() => {
			// a network that lets no media through, though all is signalled
			window.RTCPeerConnection = class extends window.RTCPeerConnection {
				setRemoteDescription(d) {
					return super.setRemoteDescription({ type: d.type,
						sdp: d.sdp.replace(/^a=candidate:.*\r\n/gm, '') });
				}
			};
		});
		await page.goto(`${parley.http}/silent`);
		await page.fill('#display-name', 'Ann');
		await until('the preview runs', () => page.evaluate(() =>
			document.getElementById('preview').srcObject
				?.getTracks().length === 2));
		await page.click('#join-button');
		const said = [];
		await until('it says what is in the way', async () => {
			said.push(await page.textContent('#state'));
			return /No sound gets through/.test(said.at(-1));
		}, 15000);
		assert.ok(said.some((s) => /Setting up sound/.test(s)));
		assert.ok(!said.includes('Connected'));
	});
});
