// What is said at a telephone, recognised in what the telephone heard.
import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Baresip } from './lib/baresip.mjs';
import { Parley, asOurselves } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { ours } from './lib/programs.mjs';
import { scratch } from './lib/process.mjs';
import { SAID, hearsWords, saidIn } from './lib/words.mjs';

const other = { en: 'de', de: 'en' };

for (const language of ['en', 'de'])
	describe(`in ${language}`, { concurrency: 1 }, () => {
		let parley;
		after(() => parley?.endsWell());

		test('who is alone is told so in the language that is configured',
			async (t) => {
				parley = await Parley.start({ language });
				const ann = await RtpPeer.open(parley, { name: 'ann',
					hz: 440 });
				t.after(() => ann.close());
				await ann.dial(parley.uri('words'));
				await hearsWords(ann, language, 'first');
				const { score } = await saidIn(await ann.heard(20),
					other[language], 'first');
				assert.ok(score < SAID, `the other language: ${score}`);

				const bob = await RtpPeer.open(parley, { name: 'bob',
					hz: 1000 });
				t.after(() => bob.close());
				await bob.dial(parley.uri('words'));
				await bob.bye();
				await hearsWords(ann, language, 'alone');
			});

		for (const codec of ['G722', 'opus/48000/2', 'AMR-WB'])
			test(`a terminal that speaks ${codec} hears it`, async (t) => {
				const bob = await Baresip.start({ audio: codec });
				t.after(() => bob.stop());
				await bob.dial(parley.uri('terminal'));
				await hearsWords(bob, language, 'first');
			});
	});

describe('recordings of an operator', { concurrency: 1 }, () => {
	test('are said in place of ours, and which are no good is told',
		async (t) => {
			const folder = await scratch();
			t.after(() => folder.remove());
			await mkdir(join(folder.dir, 'en'));
			await copyFile(join(ours.bin, '../announcements/de/goodbye.wav'),
				join(folder.dir, 'en/first.wav'));
			await writeFile(join(folder.dir, 'en/alone.wav'), 'no sound');
			const parley = await Parley.start({
				announcements_dir: folder.dir, ...asOurselves });
			t.after(() => parley.stop());
			assert.match(parley.program.output,
				/en\/alone\.wav.*no RIFF WAVE/);

			const ann = await RtpPeer.open(parley, { name: 'ann', hz: 440 });
			t.after(() => ann.close());
			await ann.dial(parley.uri('own'));
			await hearsWords(ann, 'de', 'goodbye');
			const { score } = await saidIn(await ann.heard(20), 'en', 'first');
			assert.ok(score < SAID, `ours: ${score}`);

			const bob = await RtpPeer.open(parley, { name: 'bob', hz: 1000 });
			t.after(() => bob.close());
			await bob.dial(parley.uri('own'));
			await bob.bye();
			await hearsWords(ann, 'en', 'alone');
		});
});
