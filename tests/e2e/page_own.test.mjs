// What the page tells somebody of himself: that he talks while he is muted, what
// became of a device that was pulled out or plugged in, how he looks.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { hearsOthersOnly } from './lib/judge.mjs';
import { stays, until } from './lib/process.mjs';
import { TalkHint } from '../../web/media/muted_speech.mjs';

describe('when to say that somebody talks while muted', () => {
	const LOUD = 0.6, SOFT = 0.1;
	// When it is said, of so many ms of levels each 100 ms
	const said = (levels) => {
		const hint = new TalkHint(0);
		return levels.flatMap((level, i) =>
			hint.hear(level, 100 * i) ? [100 * i] : []);
	};
	const lasting = (level, ms) => Array(ms / 100).fill(level);

	test('not for a cough, nor for the end of a sentence', () => {
		assert.deepEqual(said([...lasting(LOUD, 2500), ...lasting(SOFT, 9500)]),
			[]);
		assert.deepEqual(said([...lasting(SOFT, 5000), ...lasting(LOUD, 500),
			...lasting(SOFT, 5000)]), []);
	});

	test('for who talks on, not more than every ten seconds', () => {
		assert.deepEqual(said(lasting(LOUD, 30000)), [3000, 13000, 23000]);
		assert.deepEqual(said([...lasting(SOFT, 5000),
			...lasting(LOUD, 1000)]), [5500]);
	});
});

describe('somebody and his devices', { concurrency: 1 }, () => {
	let parley, ann, ben, page;

	before(async () => {
		parley = await Parley.start();
		ann = await Browser.start({ hz: 1000 });
		ben = await Browser.start({ hz: 440 });
		({ page } = ann);
		// devices are pulled out and plugged in by hand, which nobody has here
		await page.addInitScript(() => {
			const { mediaDevices } = navigator;
			const real = mediaDevices.enumerateDevices.bind(mediaDevices);
			window.plugged = [];
			window.pulled = [];
			mediaDevices.enumerateDevices = async () => [...await real(),
				...window.plugged].filter(({ deviceId }) =>
				!window.pulled.includes(deviceId));
			window.plug = (device) => {
				window.plugged.push(device);
				mediaDevices.dispatchEvent(new Event('devicechange'));
			};
			window.pull = (id) => {
				window.pulled.push(id);
				mediaDevices.dispatchEvent(new Event('devicechange'));
			};
			window.tracks = [];
			const ask = mediaDevices.getUserMedia.bind(mediaDevices);
			mediaDevices.getUserMedia = async (wanted) => {
				const stream = await ask(wanted);
				window.tracks.push(...stream.getTracks());
				return stream;
			};
		});
		await ann.join(`${parley.http}/own`, 'Ann');
		await ben.join(`${parley.http}/own`, 'Ben');
		await hearsOthersOnly(ben, [ann]);
	});
	after(async () => {
		await ann?.stop();
		await ben?.stop();
		await parley?.stop();
	});

	const toast = (words) => until(`it says ${words}`, async () =>
		await page.isVisible('#toast')
			&& words.test(await page.textContent('#toast'))
			|| Promise.reject(new Error(await page.textContent('#toast'))),
	15000);
	// As if the newest device of that kind were gone
	const lose = (kind) => page.evaluate((k) => {
		const track = window.tracks.filter((t) => t.kind === k).at(-1);
		track.stop();
		track.dispatchEvent(new Event('ended'));
	}, kind);

	test('who talks while muted is told so, unless he wants it not',
		async () => {
			await page.click('#mute');
			await toast(/talking, and you are muted/);
			await page.click('#devices-button');
			await page.click('#hint-muted');
			await until('it is gone', () => page.isHidden('#toast'));
			// a new beginning, and more than enough to say it
			await page.click('#mute');
			await page.click('#mute');
			await stays('it says nothing', () => page.isHidden('#toast'), 6000);
			await page.click('#hint-muted');
			await page.click('#mute');
			await hearsOthersOnly(ben, [ann]);
		});

	test('a microphone that is pulled out is replaced', async () => {
		await lose('audio');
		await toast(/is gone\. .+ is used now/);
		assert.equal(await page.getAttribute('#mute', 'aria-pressed'), 'false');
		await hearsOthersOnly(ben, [ann]);
	});

	test('one who is muted stays so on the other microphone', async () => {
		await page.click('#mute');
		await lose('audio');
		await toast(/is used now/);
		assert.equal(await page.getAttribute('#mute', 'aria-pressed'), 'true');
		await until('all see it', async () => (await parley.endpoints('own'))
			.find((e) => e.display === 'Ann').muted);
		await page.click('#mute');
		await hearsOthersOnly(ben, [ann]);
	});

	test('no other camera opens by itself', async () => {
		await lose('video');
		await toast(/is gone\. Others see your name/);
		assert.equal(await page.getAttribute('#camera', 'aria-pressed'),
			'true');
		await page.click('#camera');
		await until('it is on again', async () => await page.getAttribute(
			'#camera', 'aria-pressed') === 'false');
	});

	test('what is plugged in is told, and can be chosen', async () => {
		await page.evaluate(() => window.plug({ kind: 'audiooutput',
			deviceId: 'headset-1', label: 'Fine Headset' }));
		await toast(/Fine Headset is here now/);
		await until('it is on the list', () => page.evaluate(() =>
			[...document.querySelectorAll('#speaker-select option')]
				.some((o) => o.textContent === 'Fine Headset')));
	});

	test('sound goes to the speaker that is chosen, while it is there',
		async () => {
			const sink = () => page.evaluate(() =>
				document.getElementById('picture').sinkId);
			const real = await page.evaluate(async () =>
				(await navigator.mediaDevices.enumerateDevices()).find((d) =>
					d.kind === 'audiooutput' && d.deviceId !== 'default'
						&& d.deviceId !== 'headset-1').deviceId);
			await page.selectOption('#speaker-select', real);
			await until('it plays there', async () => await sink() === real);
			await page.evaluate((id) => window.pull(id), real);
			await toast(/is gone\. Sound comes from another speaker/);
			await until('it plays elsewhere', async () => await sink() === '');
		});

	test('where the browser has a list of its own, from that', async () => {
		const eve = await ann.another();
		await eve.page.addInitScript(() => {
			navigator.mediaDevices.selectAudioOutput = async () => {
				if (window.picked)
					return { deviceId: window.picked };
				throw new DOMException('', 'NotAllowedError');
			};
		});
		await eve.open(`${parley.http}/own`, 'Eve');
		const speakers = () => eve.page.evaluate(() =>
			[...document.querySelectorAll('#speaker-select option')]
				.map((o) => [o.value, o.selected]));
		await until('there are some', async () =>
			(await speakers()).length > 1);
		const before = await speakers();
		await eve.page.click('#speaker-pick');
		assert.deepEqual(await speakers(), before);
		const [other] = before.find(([, chosen]) => !chosen);
		await eve.page.evaluate((id) => { window.picked = id; }, other);
		await eve.page.click('#speaker-pick');
		await until('it is chosen', async () => (await speakers()).some(
			([id, chosen]) => id === other && chosen));
		await eve.page.close();
	});

	test('a mirror shows and hides oneself', async () => {
		assert.ok(await page.isHidden('#mirror'));
		await page.click('#show-mirror');
		await until('she sees herself, mirrored', () => page.evaluate(() => {
			const video = document.getElementById('mirror-video');
			return video.videoWidth > 0 && !video.paused
				&& new DOMMatrix(getComputedStyle(video).transform).a === -1;
		}));
		await page.click('#camera');
		await until('no camera, no mirror', () => page.isHidden('#mirror'));
		await page.click('#camera');
		await until('it is back', () => page.isVisible('#mirror'));
		await page.click('#mirror-close');
		await until('it is hidden', () => page.isHidden('#mirror'));
		assert.equal(await page.isChecked('#show-mirror'), false);
	});
});
