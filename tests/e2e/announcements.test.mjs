// What is said at a telephone, recognised in what the telephone heard.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Baresip } from './lib/baresip.mjs';
import { Parley, asOurselves } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { ours } from './lib/programs.mjs';
import { hears } from './lib/sip_world.mjs';
import { tonePower } from './lib/signal.mjs';
import { scratch, until } from './lib/process.mjs';
import { SAID, hearsWords, saidIn } from './lib/words.mjs';

const other = { en: 'de', de: 'en' };

for (const language of ['en', 'de'])
	describe(`in ${language}`, { concurrency: 1 }, () => {
		let parley;
		before(async () => { parley = await Parley.start({ language }); });
		after(() => parley?.endsWell());

		test('who is alone is told so in the language that is configured',
			async (t) => {
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

		test('what a key did is said, and nobody else hears it', async (t) => {
			const bob = await Baresip.start({ audio: 'PCMU/8000/1',
				hz: 440 });
			t.after(() => bob.stop());
			const ann = await RtpPeer.open(parley, { name: 'ann',
				hz: 1000 });
			t.after(() => ann.close());
			await ann.dial(parley.uri('keys'));
			await bob.dial(parley.uri('keys'));
			await hears(bob, 1000, 10000);
			ann.audio.quiet();
			bob.sendDigits('*6');
			await hearsWords(bob, language, 'muted');
			bob.sendDigits('*1');
			await hearsWords(bob, language,
				['there_are', '2', 'people_here']);
			bob.sendDigits('*2');
			await hearsWords(bob, language, 'not_allowed');
			for (const name of ['muted', 'not_allowed']) {
				const { score } = await saidIn(await ann.heard(20), language,
					name);
				assert.ok(score < SAID, `${name}: ${score}`);
			}

			// she came first: her key is a host's, and asks to be sure
			const press = async (keys) => {
				for (const key of keys)
					assert.equal((await ann.ask('INFO', {
						body: `Signal=${key}\r\nDuration=160\r\n`,
						headers: { 'Content-Type':
							'application/dtmf-relay' } })).status, 200);
			};
			await press('*#');
			await hearsWords(ann, language, 'confirm_end');
			await press('*#');
			await hearsWords(bob, language, ['conference_ends', 'goodbye']);
			await until('the call is over', () =>
				ann.requests.some((r) => r.method === 'BYE'), 10000);
		});

		for (const codec of ['G722', 'opus/48000/2', 'AMR-WB'])
			test(`a terminal that speaks ${codec} hears it`, async (t) => {
				const bob = await Baresip.start({ audio: codec });
				t.after(() => bob.stop());
				await bob.dial(parley.uri('terminal'));
				await hearsWords(bob, language, 'first');
			});
	});

describe('who comes and goes', { concurrency: 1 }, () => {
	test('is heard as tones', async (t) => {
		const parley = await Parley.start({ tones: 'yes',
			waiting_sound: 'silence' });
		t.after(() => parley.stop());
		const [ann, bob, eve] = await Promise.all(['ann', 'bob', 'eve']
			.map((name) => RtpPeer.open(parley, { name })));
		for (const p of [ann, bob, eve])
			t.after(() => p.close());
		await ann.dial(parley.uri('tones'));
		await bob.dial(parley.uri('tones'));
		await hearsWords(ann, 'en', 'joined');
		await eve.dial(parley.uri('tones'));
		await hearsWords(eve, 'en', 'joined');
		await eve.bye();
		await hearsWords(bob, 'en', 'left');
	});
});

describe('an echo test', { concurrency: 1 }, () => {
	test('gives back what one says, and says how it was', async (t) => {
		const parley = await Parley.start({ language: 'de' });
		t.after(() => parley.stop());
		const bob = await Baresip.start({ audio: 'G722', hz: 440 });
		t.after(() => bob.stop());
		const ann = await RtpPeer.open(parley, { name: 'ann', hz: 1000 });
		t.after(() => ann.close());
		await ann.dial(parley.uri('echo'));
		await bob.dial(parley.uri('echo'));
		await hears(bob, 440, 20000);
		await hears(ann, 1000, 20000);
		const { rate, samples } = await ann.heard(1);
		assert.ok(tonePower(samples, rate, 440) < -45, 'nobody else');
		await until('her words come without her', async () => {
			ann.audio.quiet();
			const heard = await ann.heard(0.5);
			return tonePower(heard.samples, heard.rate, 1000) < -45;
		}, 10000);
		for (const key of '*1')
			assert.equal((await ann.ask('INFO', {
				body: `Signal=${key}\r\nDuration=160\r\n`,
				headers: { 'Content-Type': 'application/dtmf-relay' } }))
				.status, 200);
		await hearsWords(ann, 'de', ['echo_good', 'line_good']);
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
