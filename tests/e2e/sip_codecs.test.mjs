// What is sent to a SIP terminal is what it asked for: AMR by payload format
// and mode, H.264 by packetization and level, RTCP as its reports expect.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Baresip } from './lib/baresip.mjs';
import { PCMA, compound } from './lib/rtp_peer.mjs';
import { NO_DATA, amrFile, nalsOf, readAmr, sidType, ulawTone,
	writeAmr } from './lib/payloads.mjs';
import { RED, assertPackets, h264, hears,
	sipWorld } from './lib/sip_world.mjs';
import { hearsOthersOnly, sees } from './lib/judge.mjs';
import { readWav, tonePower } from './lib/signal.mjs';
import { run, until } from './lib/process.mjs';

const MTU = 1300;
const world = sipWorld();

// ------------------------------------------------------------ codecs

test('AMR, G.722 and A-law terminals hear each other', async (t) => {
	const all = await Promise.all([
		Baresip.start({ name: 'amr', audio: 'AMR/8000/1', hz: 440 }),
		Baresip.start({ name: 'g722', audio: 'G722/16000/1', hz: 1000 }),
		Baresip.start({ name: 'wide', audio: 'AMR-WB/16000/1', hz: 1700 }),
		Baresip.start({ name: 'opus', audio: 'opus/48000/2', hz: 2300 }),
	]);
	t.after(() => Promise.all(all.map((b) => b.stop())));
	const [a] = await world.joined(t, 'codecs', { hz: 620, audio: [PCMA] });
	a.audio.quiet();
	await Promise.all(all.map((b) => b.dial(world.parley.uri('codecs'))));
	for (const p of [...all, a])
		await hearsOthersOnly(p, all.filter((o) => o !== p));
	const codecs = (await world.parley.endpoints('codecs')).map((e) =>
		e.media[0].codec).sort();
	assert.deepEqual(codecs, ['AMR', 'AMR-WB', 'G722', 'PCMA', 'opus']);
});

const wide = (fmtp) => ({ pt: 96, map: 'AMR-WB/16000', units: 320, fmtp });
const narrow = (fmtp) => ({ pt: 96, map: 'AMR/8000', units: 160, fmtp });

async function decodedPower(frames, codec, hz) {
	const file = join(world.work.dir, `heard.${codec === 'AMR' ? 'amr' : 'awb'}`);
	const wav = join(world.work.dir, 'heard.wav');
	await writeFile(file, amrFile(frames, codec));
	const { code, output } = await run('ffmpeg', ['-loglevel', 'error', '-y',
		'-i', file, '-c:a', 'pcm_s16le', wav]);
	assert.equal(code, 0, output);
	const { rate, samples } = await readWav(wav);
	return tonePower(samples.slice(-rate / 2), rate, hz);
}

for (const [codec, format] of [['AMR-WB', wide], ['AMR', narrow]]) {
	test(`${codec}: both payload formats, modes as asked`, async (t) => {
		const [a, octets, efficient] = await world.joined(t, `modes-${codec}`,
			{ hz: 440 }, { audio: [format('octet-align=1')] },
			{ audio: [format()] });
		const read = (p) => p.audio.received.map((packet) => readAmr(
			packet.payload, codec, p === octets).frames[0]);
		for (const p of [octets, efficient]) {
			await p.audio.more(60);
			const frames = read(p);
			assert.ok((await decodedPower(frames, codec, 440)) > -20);
			const highest = codec === 'AMR' ? 7 : 2;
			assert.ok(frames.every((f) => f.good && (f.type === highest
				|| f.type === sidType[codec] || f.type === NO_DATA)));
			assert.ok(p.audio.received.every(({ payload }) =>
				payload[0] >> 4 === 15), 'CMR');
		}
		assert.match(octets.audio.answer, /octet-align=1/);
		assert.doesNotMatch(efficient.audio.answer, /octet-align=1/);

		// what one was sent, the other says in its own format
		const said = read(octets).slice(-40);
		a.audio.talk(ulawTone(440, 0));
		let request = 15;
		const saying = (function* () {
			for (let i = 0; ; i++)
				yield writeAmr({ cmr: request,
					frames: [said[i % said.length]] }, codec, false);
		})();
		efficient.audio.talk(saying);
		await hears(a, 440, 2000);

		for (const mode of [0, codec === 'AMR' ? 4 : 8, 1]) {
			request = mode;
			await until(`mode ${mode} is sent`, () => read(efficient)
				.at(-1).type === mode, 1000, 10);
		}
		await world.assertStream(efficient.audio.received, format().units);
	});
}

test('modes change in steps where the terminal wants steps', async (t) => {
	const steps = narrow(
		'mode-set=0,2,5,7;mode-change-period=2;mode-change-neighbor=1');
	const [, a] = await world.joined(t, 'mode-steps', { hz: 440 },
		{ audio: [steps] });
	let cmr = 0;
	a.audio.talk((function* () {
		for (;;)
			yield writeAmr({ cmr, frames: [{ type: NO_DATA,
				speech: Buffer.alloc(0) }] }, 'AMR', false);
	})());
	const types = () => a.audio.received.map((p) => readAmr(p.payload,
		'AMR', false).frames[0].type);
	await until('its lowest mode', () => types().at(-1) === 0, 2000, 10);
	cmr = 7;
	await until('its highest mode', () => types().at(-1) === 7, 2000, 10);
	const set = [0, 2, 5, 7];
	const seen = types().filter((type) => type < 8);
	const changes = seen.map((type, i) => (i && type !== seen[i - 1] ? i : 0))
		.filter(Boolean);
	assert.ok(changes.length >= 3, `${seen}`);
	for (const [n, i] of changes.entries()) {
		assert.equal(Math.abs(set.indexOf(seen[i])
			- set.indexOf(seen[i - 1])), 1, `${seen[i - 1]} to ${seen[i]}`);
		assert.equal((i - changes[0]) % 2, 0, `change ${n} at frame ${i}`);
	}
	await world.assertStream(a.audio.received, 160);
});

test('a mode-set is kept to, and asked modes outside it are not sent',
	async (t) => {
		const [, a] = await world.joined(t, 'mode-set', { hz: 440 },
			{ audio: [narrow('octet-align=1;mode-set=0,2')] });
		assert.match(a.audio.answer, /mode-set=0,2/);
		const types = () => new Set(a.audio.received.map((p) => readAmr(
			p.payload, 'AMR', true).frames[0].type));
		await until('its higher mode', () => types().has(2));
		a.audio.talk((function* () {
			for (;;)
				yield writeAmr({ cmr: 7, frames: [{ type: NO_DATA,
					speech: Buffer.alloc(0) }] }, 'AMR', true);
		})());
		await a.audio.more(25);
		a.audio.talk((function* () {
			for (;;)
				yield writeAmr({ cmr: 0, frames: [{ type: NO_DATA,
					speech: Buffer.alloc(0) }] }, 'AMR', true);
		})());
		await until('its lower mode', () => types().has(0), 1000);
		for (const type of types())
			assert.ok([0, 2, 8, NO_DATA].includes(type), `type ${type}`);
	});

// ------------------------------------------------------------- H.264

test('each terminal gets H.264 as it asked: mode, level, key frames',
	async (t) => {
		const [cif, single, large] = await world.joined(t, 'levels',
			{ hz: 440, video: [h264('0c')] },
			{ hz: 1000, video: [h264('1f', 0)] },
			{ hz: 1700, video: [h264('1f')] });
		cif.video.film(world.camera, 15);
		for (const p of [cif, single, large])
			await sees(p, RED);
		const size = async (p) => {
			const { width, height } = await p.seen();
			return [width, height];
		};
		const [width, height] = await size(cif);
		assert.ok(width <= 352 && height <= 288, `${width}x${height}`);
		assert.deepEqual(await size(large), [1280, 720]);
		assert.deepEqual(await size(single), [1280, 720]);
		for (const p of [cif, single, large]) {
			for (const packet of p.video.received)
				assert.ok(packet.size <= MTU, `${packet.size} bytes`);
		}
		for (const { payload } of single.video.received)
			assert.ok((payload[0] & 31) >= 1 && (payload[0] & 31) <= 23,
				`NAL type ${payload[0] & 31} in mode 0`);
		assert.ok(large.video.received.some(({ payload }) =>
			(payload[0] & 31) === 28), 'mode 1 uses fragments');

		for (const p of [cif, single, large])
			assertPackets(p.video.received);

		const keys = (p) => nalsOf(p.video.received.map((r) => r.payload))
			.filter((nal) => (nal[0] & 31) === 5).length;
		for (const ask of [() => large.video.pli(),
			() => single.video.pli(), () => cif.video.fir(1),
			() => cif.video.fir(2)]) {
			const before = [cif, single, large].map(keys);
			ask();
			await until('a key frame', () => [cif, single, large].some(
				(p, i) => keys(p) > before[i]), 500, 10);
		}

		// a packet that one lost is repeated
		const lost = large.video.received.at(-3);
		const fci = Buffer.alloc(4);
		fci.writeUInt16BE(lost.seq, 0);
		await large.video.more(5);
		large.video.feedback(205, 1, lost.ssrc, fci);
		await until('the repeat', () => large.video.received.filter((p) =>
			p.seq === lost.seq && p.payload.equals(lost.payload))
			.length === 2, 500, 10);
	});

for (const mux of [false, true]) {
	test(`RTCP${mux ? ' on the RTP port' : ''}: compounds with SDES, reports `
	+ 'that are right, BYE at the end', async (t) => {
		const a = await world.peer(t, { hz: 440, video: [h264('1f')] });
		let n = 0;
		a.audio.lose = () => ++n % 4 === 0;
		for (const line of a.lines)
			line.mux = mux;
		const name = `rtcp-${mux}`;
		const [b] = await world.joined(t, name, { name: 'other', hz: 1000 });
		await a.dial(world.parley.uri(name));
		for (const line of a.lines)
			assert.equal(/a=rtcp-mux/.test(line.answer), mux);
		a.video.film(world.camera, 15);
		const reported = (line) => line.rtcp.map(({ data }) =>
			compound(data)[0]).filter((p) => p.type === 200 && p.count);
		await until('reports of both', () => a.lines.every((line) =>
			reported(line).length), 9000);
		a.gone = true;
		await a.bye();
		await until('BYE of both', () => a.lines.every((line) =>
			line.rtcp.some(({ data }) => compound(data).some((p) =>
				p.type === 203))), 1000);
		for (const line of a.lines) {
			const { ssrc } = line.received[0];
			const names = new Set();
			for (const { data } of line.rtcp) {
				const [head, sdes, ...rest] = compound(data);
				assert.ok(head.type === 200 || head.type === 201);
				assert.equal(sdes.type, 202);
				assert.equal(sdes.count, 1);
				assert.equal(sdes.data[8], 1, 'CNAME');
				names.add(sdes.data.toString('latin1', 10,
					10 + sdes.data[9]));
				for (const p of [head, sdes, ...rest])
					assert.equal(p.data.readUInt32BE(4), ssrc);
			}
			assert.equal(names.size, 1);
			const block = reported(line)[0].data.subarray(-24);
			assert.equal(block.readUInt32BE(0), line.ssrc);
			const fraction = block[4] / 256;
			const lost = line === a.audio ? 0.25 : 0;
			assert.ok(Math.abs(fraction - lost) <= 0.1 * (lost > 0),
				`${fraction} lost of ${lost}`);
		}
		assert.ok(b.audio.received.length);
	});
}
