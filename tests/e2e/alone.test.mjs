// Who is alone at a telephone: sound from the first second, words, soft music,
// and what many such rooms cost.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { seesNot, sees } from './lib/judge.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { RED, h264, hears, sipWorld } from './lib/sip_world.mjs';
import { until } from './lib/process.mjs';

// dB of full scale of the newest seconds
const loudness = async (p, seconds) => {
	const { samples } = await p.heard(seconds);
	return 10 * Math.log10(samples.reduce((sum, s) => sum + s * s, 1e-12)
		/ Math.max(samples.length, 1));
};
const isMusic = (db) => db > -42 && db < -26;

describe('somebody who is alone', { concurrency: 1 }, () => {
	const w = sipWorld({ options: { trusted_hosts: '127.0.0.1',
		max_conferences: 2000 } });

	test('is told so at a telephone, hears music, and then the others',
		async (t) => {
			const ann = await w.peer(t, { name: 'ann' });
			const began = performance.now();
			await ann.dial(w.parley.uri('waiting'));
			await until('the first packet', () => ann.audio.received.length);
			assert.ok(ann.audio.received[0].at - began < 1000);
			await until('words', async () => await loudness(ann, 1) > -25);
			await until('soft music after them', async () =>
				ann.audio.received.length > 250
					&& isMusic(await loudness(ann, 1)), 15000);

			const bob = await w.peer(t, { name: 'bob', hz: 1000 });
			await bob.dial(w.parley.uri('waiting'));
			await hears(ann, 1000, 5000);
			bob.audio.quiet();
			await until('no music under what others say', async () =>
				await loudness(ann, 0.5) < -60);
			await bob.bye();
			await until('words', async () => await loudness(ann, 1) > -25);
			await until('music again', async () =>
				isMusic(await loudness(ann, 1)), 15000);
			// one stream without a gap, whatever it was made of
			await w.assertStream(ann.audio.received, 160);
		});

	for (const words of [true, false])
		test(`hears ${words ? 'words, then' : 'nothing but'} silence where `
			+ 'that is wanted', async (t) => {
			const parley = await Parley.start({
				waiting_sound: words ? 'words' : 'silence' });
			t.after(() => parley.stop());
			const ann = await RtpPeer.open(parley, { hz: 440 });
			t.after(() => ann.close());
			await ann.dial(parley.uri('waiting'));
			await until('six seconds', () =>
				ann.audio.received.length >= 300, 15000);
			const spoken = await loudness(ann, 6);
			const late = await loudness(ann, 0.5);
			assert.equal(spoken > -40, words, `${spoken} dB`);
			assert.ok(late < -60, `${late} dB`);
		});

	test('sees nobody who is gone, but that nobody is there', async (t) => {
		const video = [h264('0d')];
		const ann = await w.peer(t, { name: 'ann', video });
		await ann.dial(w.parley.uri('seeing'));
		await until('a picture', () => ann.seen());

		const bob = await w.peer(t, { name: 'bob', video });
		await bob.dial(w.parley.uri('seeing'));
		bob.video.film(w.camera, 15);
		await sees(ann, RED);
		await bob.bye();
		await seesNot(ann, RED, 3000);
		const { length } = ann.video.received;
		await until('the picture goes on', () =>
			ann.video.received.length > length, 5000);
	});

	test('costs next to nothing', async (t) => {
		const ROOMS = 100, SECONDS = 4;
		const people = await Promise.all(Array.from({ length: ROOMS },
			async (_, i) => {
				const p = await w.peer(t, { name: `lone${i}` });
				await p.dial(w.parley.uri(`room${i}`));
				return p;
			}));
		await until('all have heard the words', () => people.every((p) =>
			p.audio.received.length > 260), 30000);
		const [pid] = await w.parley.mixerPids;
		const ticks = async () => {
			const fields = (await readFile(`/proc/${pid}/stat`, 'latin1'))
				.split(') ')[1].split(' ');
			return Number(fields[11]) + Number(fields[12]);
		};
		const before = await ticks(), heard = people[0].audio.received.length;
		await until('some seconds of music', () =>
			people[0].audio.received.length >= heard + 50 * SECONDS, 30000);
		const cpu = (await ticks() - before) / SECONDS;
		const { mixers } = await w.parley.json('stats');
		t.diagnostic(`${ROOMS} rooms of one: ${cpu.toFixed(1)} % of a core, ${
			mixers[0].renditions_audio} renditions`);
		// one for all who wait, and that of each room's own mix
		assert.ok(mixers[0].renditions_audio <= ROOMS + 1);
		assert.ok(isMusic(await loudness(people[0], 1)));
	});
});
