// The main job: a browser and a terminal in one conference hear and see each
// other, each in its own codec; nobody hears itself.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { hearsOthersOnly, sees } from './lib/judge.mjs';
import { until } from './lib/process.mjs';

describe('a browser and a terminal in one conference', () => {
	let parley, browser;

	before(async () => {
		parley = await Parley.start();
		browser = await Browser.start({ hz: 1000, rgb: [30, 160, 40] });
	});
	after(async () => {
		await browser?.stop();
		await parley?.endsWell();
	});

	const codecs = [
		{ audio: 'opus/48000/2', video: 'VP8' },
		{ audio: 'AMR-WB/16000/1', video: 'H264' },
		{ audio: 'PCMU/8000/1', video: 'H264' },
	];
	for (const { audio, video } of codecs) {
		test(`${audio} and ${video}`, async (t) => {
			const name = `job-${audio.split('/')[0].toLowerCase()}`;
			const bob = await Baresip.start({ name: 'bob', audio, video,
				hz: 440, rgb: [200, 30, 30] });
			t.after(() => bob.stop());
			await browser.join(`${parley.http}/${name}`, 'Alice');
			await bob.dial(parley.uri(name));

			await hearsOthersOnly(browser, [bob]);
			await hearsOthersOnly(bob, [browser]);
			await sees(browser, [200, 30, 30]);
			await sees(bob, [30, 160, 40]);
			await until('the roster has both', async () => {
				const people = await browser.people();
				return people.length === 2 && people.includes('bob')
					&& people.includes('Alice');
			});

			bob.hangup();
			await until('bob is off the roster', async () =>
				(await browser.people()).length === 1);
			await browser.leave();
			await until('the conference ended with the last leaving',
				async () => (await parley.cli('show', name)).code !== 0);
		});
	}
});

test('three parties, three audio codecs, both video codecs', async (t) => {
	const parley = await Parley.start();
	t.after(() => parley.stop());
	const alice = await Browser.start({ hz: 1000, rgb: [30, 160, 40] });
	t.after(() => alice.stop());
	const bob = await Baresip.start({ name: 'bob', audio: 'AMR-WB/16000/1',
		video: 'H264', hz: 440, rgb: [200, 30, 30] });
	t.after(() => bob.stop());
	const carol = await Baresip.start({ name: 'carol', audio: 'PCMA/8000/1',
		video: 'VP8', hz: 1700, rgb: [30, 40, 200] });
	t.after(() => carol.stop());

	await alice.join(`${parley.http}/three`, 'Alice');
	await Promise.all([bob.dial(parley.uri('three')),
		carol.dial(parley.uri('three'))]);
	await hearsOthersOnly(alice, [bob, carol]);
	await hearsOthersOnly(bob, [alice, carol]);
	await hearsOthersOnly(carol, [alice, bob]);
	for (const peer of [alice, bob, carol]) {
		for (const rgb of [[200, 30, 30], [30, 160, 40], [30, 40, 200]])
			await sees(peer, rgb, 0.08);
	}
	const codecs = (await parley.endpoints('three')).flatMap((e) =>
		e.media.map((m) => m.codec)).sort();
	assert.deepEqual(codecs,
		['AMR-WB', 'H264', 'PCMA', 'VP8', 'VP8', 'opus'].sort());
});
