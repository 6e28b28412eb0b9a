// What a SIP terminal may do with its media, and what it must get: hold,
// pictures that come and go, every codec, keys, session timers, loss, IPv6.
import { after, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Baresip } from './lib/baresip.mjs';
import { Parley } from './lib/parley.mjs';
import { DTMF, PCMA, PCMU, RtpPeer, compound } from './lib/rtp_peer.mjs';
import { NO_DATA, amrFile, annexB, nalUnits, nalsOf, readAmr, samplesOf,
	sidType, ulawTone, writeAmr } from './lib/payloads.mjs';
import { hearsNot, hearsOthersOnly, sees, seesNot } from './lib/judge.mjs';
import { readWav, tonePower } from './lib/signal.mjs';
import { freePort, run, scratch, until } from './lib/process.mjs';

const RED = [200, 30, 30], GREEN = [30, 160, 40];
const feedback = ['nack', 'nack pli', 'ccm fir'];
const h264 = (level, mode = 1) => ({ pt: 97 + mode, map: 'H264/90000',
	fmtp: `profile-level-id=42e0${level};packetization-mode=${mode};`
		+ 'level-asymmetry-allowed=1', feedback });
const MTU = 1200 + 100;

let parley, work, camera, tlsPort;

// Pictures of one colour as lists of NAL units that fit a packet
async function film(rgb) {
	const file = join(work.dir, `${rgb.join('-')}.h264`);
	const hex = rgb.map((v) => v.toString(16).padStart(2, '0')).join('');
	const { code, output } = await run('ffmpeg', ['-loglevel', 'error',
		'-f', 'lavfi', '-i', `color=c=0x${hex}:s=320x180:r=15`, '-t', '2',
		'-c:v', 'libx264', '-profile:v', 'baseline', '-level', '1.3',
		'-x264-params', 'slice-max-size=1000:keyint=15:aud=1', file]);
	assert.equal(code, 0, output);
	const pictures = [];
	for (const nal of nalUnits(await readFile(file))) {
		if ((nal[0] & 31) === 9)
			pictures.push([]);
		else if ((nal[0] & 31) !== 6)
			pictures.at(-1).push(nal);
	}
	return pictures;
}

// Session timers take their time: these calls begin with the first test and
// are asked about by the last ones
const timed = {};

async function dialTimed() {
	for (const [name, expires, allow] of [
		['update', '90;refresher=uas', 'INVITE, ACK, BYE, CANCEL, UPDATE'],
		['reinvite', '90;refresher=uas', 'INVITE, ACK, BYE, CANCEL'],
		['deaf', '90;refresher=uas', 'INVITE, ACK, BYE, CANCEL, UPDATE'],
		['lazy', '90;refresher=uac', 'INVITE, ACK, BYE, CANCEL, UPDATE'],
	]) {
		const p = timed[name] = await RtpPeer.open(parley, { name, hz: 300 });
		p.answer = await p.dial(parley.uri('timed'), { Supported: 'timer',
			Allow: allow, 'Session-Expires': expires });
		p.since = performance.now();
		p.deaf = name === 'deaf';
	}
}

// So does a hold that is longer than media_timeout
let patience;

async function longHold() {
	const impatient = await Parley.start({ media_timeout: 5 });
	const peers = [];
	const open = async (options) => {
		const p = await RtpPeer.open(impatient, options);
		peers.push(p);
		await p.dial(impatient.uri('patience'));
		return p;
	};
	try {
		const a = await open({ name: 'holder', hz: 440 });
		const b = await open({ name: 'other', hz: 1000 });
		await hearsOthersOnly(b, [a]);
		a.audio.direction = 'inactive';
		await a.invite();
		a.audio.quiet();
		await b.audio.more(275, 8000);
		a.audio.direction = 'sendrecv';
		await a.invite();
		await a.audio.more(25);
		a.audio.talk(ulawTone(440));
		await hears(b, 440, 1000);
		a.audio.quiet();
		await a.request('BYE', 8000);
		assert.equal(b.requests.length, 0);
	} finally {
		for (const p of peers)
			await p.close();
		await impatient.stop();
	}
}

before(async () => {
	work = await scratch();
	camera = await film(RED);
	tlsPort = await freePort();
	parley = await Parley.start({ sip_tls_listen: `127.0.0.1:${tlsPort}` });
	await dialTimed();
	patience = longHold();
	patience.catch(() => {});
});

after(async () => {
	for (const p of Object.values(timed))
		await p.close();
	await work?.remove();
	const end = await parley?.stop();
	assert.deepEqual({ code: end.code, left: end.left },
		{ code: 0, left: [] }, end.output.slice(-3000));
});

async function peer(t, options) {
	const p = await RtpPeer.open(parley, options);
	t.after(async () => {
		if (p.toTag && !p.gone)
			await p.bye();
		await p.close();
	});
	return p;
}

async function joined(t, conference, ...all) {
	const peers = [];
	for (const [i, options] of all.entries())
		peers.push(await peer(t, { name: `raw${i}`, ...options }));
	await Promise.all(peers.map((p) => p.dial(parley.uri(conference))));
	return peers;
}

async function hears(p, hz, ms, seconds = 0.2) {
	await until(`${p.name} hears ${hz} Hz`, async () => {
		const { rate, samples } = await p.heard(seconds);
		const db = samples.length ? tonePower(samples, rate, hz) : -99;
		return db > -20 || Promise.reject(new Error(`${db.toFixed(1)} dB`));
	}, ms, 10);
}

// Video: no gap; frames end with a marker, share a time stamp and nothing
// else does
function assertPackets(received) {
	for (let i = 1; i < received.length; i++) {
		assert.equal(received[i].seq, received[i - 1].seq + 1 & 0xffff);
		assert.equal(received[i].ts !== received[i - 1].ts,
			received[i - 1].marker, `packet ${i}`);
	}
}

// Beats that Parley's clock left out because the host stood still
let missedBefore;
async function missed() {
	const { mixers } = await parley.json('stats');
	return mixers[0].ticks_missed;
}
beforeEach(async () => { missedBefore = await missed(); });

// One source without gap or repeat; time stamps go on by whole packets
async function assertStream(packets, units, { gaps = 0 } = {}) {
	let jumps = 0;
	for (const [i, p] of packets.entries()) {
		const last = packets[i - 1];
		if (!last)
			continue;
		assert.equal(p.ssrc, last.ssrc, `SSRC of packet ${i}`);
		assert.equal(p.seq, last.seq + 1 & 0xffff, `number of packet ${i}`);
		const step = p.ts - last.ts >>> 0;
		assert.ok(step && step % units === 0 && step < units * 3000,
			`time stamp of packet ${i} goes on by ${step}`);
		jumps += step !== units;
	}
	if (jumps > gaps)
		gaps += await missed() - missedBefore;
	assert.ok(jumps <= gaps, `${jumps} jumps of the time stamp`);
}

// No step from sample to sample is larger, but for the first two seconds
async function assertNoClick(p, largest) {
	const { samples } = await p.heard(60);
	for (let i = 3200; i < samples.length; i++) {
		const step = Math.abs(samples[i] - samples[i - 1]);
		if (step > largest)
			assert.fail(`a click of ${step.toFixed(2)} at packet ${
				(i / 160).toFixed(2)} of ${samples.length / 160}: ${
				samples.slice(i - 5, i + 5)}`);
	}
}

const endpoint = async (conference, name) => (await parley.endpoints(
	conference)).find((e) => e.entity.includes(name) || e.user.includes(name));

async function legStats(conference, name) {
	const { legs } = await parley.json('stats', conference);
	return legs.find((leg) => leg.user.includes(name));
}

// ------------------------------------------------------------ hold

for (const [what, direction, address, answered] of [
	['inactive', 'inactive', '127.0.0.1', 'inactive'],
	['sendonly', 'sendonly', '127.0.0.1', 'recvonly'],
	['c=0.0.0.0', 'sendrecv', '0.0.0.0', 'recvonly'],
]) {
	test(`hold by ${what}, and resume`, async (t) => {
		const name = `hold-${direction}-${address[0]}`;
		const [a, b] = await joined(t, name, { hz: 440 }, { hz: 1000 });
		await hearsOthersOnly(a, [b]);
		await hearsOthersOnly(b, [a]);

		Object.assign(a.audio, { direction, address });
		await a.invite();
		assert.match(a.audio.answer, new RegExp(`a=${answered}\r`));
		const held = a.audio.received.length;
		await until('Parley shows it on hold', async () =>
			(await endpoint(name, 'raw0')).held);
		await hearsNot(b, 440);
		await b.audio.more(20);
		assert.ok(a.audio.received.length - held <= 1,
			`${a.audio.received.length - held} packets to the holder`);

		Object.assign(a.audio, { direction: 'sendrecv',
			address: '127.0.0.1' });
		await a.invite();
		assert.match(a.audio.answer, /a=sendrecv\r/);
		await Promise.all([hears(a, 1000, 1000), hears(b, 440, 1000)]);
		assert.equal((await endpoint(name, 'raw0')).held, false);
		await b.audio.more(20);
		await assertStream(a.audio.received, 160, { gaps: 1 });
		await assertStream(b.audio.received, 160);
		// 440 Hz at this loudness climbs 0.1 from sample to sample
		await assertNoClick(b, 0.2);
	});
}

for (const [what, options] of [['', { audio: 'opus/48000/2' }],
	[' with SRTP over TLS', { audio: 'PCMU/8000/1', transport: 'tls',
		media: 'srtp-mand' }]]) {
	test(`baresip holds and resumes${what}`, async (t) => {
		const bob = await Baresip.start({ ...options, hz: 440 });
		t.after(() => bob.stop());
		const name = `hold-baresip-${options.transport || 'udp'}`;
		const [a] = await joined(t, name, { hz: 1000 });
		await bob.dial(options.transport
			? `sip:${name}@127.0.0.1:${tlsPort};transport=tls`
			: parley.uri(name));
		await hearsOthersOnly(a, [bob]);
		await hearsOthersOnly(bob, [a]);
		bob.hold();
		await until('Parley shows it on hold', async () =>
			(await endpoint(name, 'bob')).held);
		await hearsNot(a, 440);
		bob.resume();
		await until('Parley shows it back', async () =>
			!(await endpoint(name, 'bob')).held);
		await hears(a, 440, 1000);
		await hearsOthersOnly(bob, [a]);
		await assertStream(a.audio.received, 160);
		await assertNoClick(a, 0.2);
	});
}

test('a held picture goes, and comes back with a key frame', async (t) => {
	const [a, b] = await joined(t, 'hold-video',
		{ hz: 440, video: [h264('1f')] }, { hz: 1000, video: [h264('1f')] });
	a.video.film(camera, 15);
	await sees(b, RED);
	await sees(a, RED);
	for (const line of a.lines)
		line.direction = 'inactive';
	await a.invite();
	const held = a.video.received.length;
	await seesNot(b, RED);
	await b.video.more(10);
	assert.ok(a.video.received.length - held <= 20, 'video to the holder');

	for (const line of a.lines)
		line.direction = 'sendrecv';
	const from = a.video.received.length;
	await a.invite();
	await until('a key frame', () => nalsOf(a.video.received.slice(from)
		.map((packet) => packet.payload))
		.some((nal) => (nal[0] & 31) === 5), 1000, 10);
	await sees(b, RED);
	assertPackets(a.video.received);
	assertPackets(b.video.received);
});

test('a long hold in silence is no dead call, nor is its end',
	() => patience);

// -------------------------------------------------- video by re-INVITE

test('a picture comes with a re-INVITE and goes with another', async (t) => {
	const [a, b] = await joined(t, 'video-later', { hz: 440 },
		{ hz: 1000, video: [h264('1f')] });
	await hearsOthersOnly(b, [a]);

	const line = await a.add('video', [h264('1f')]);
	await a.invite();
	assert.ok(line.remote.port, line.answer);
	line.film(camera, 15);
	await sees(b, RED);
	await sees(a, RED);
	await until('Parley tells of the camera', async () =>
		(await endpoint('video-later', 'raw0')).camera);

	line.on = false;
	line.quiet();
	await a.invite();
	assert.match(line.answer, /^m=video 0 /);
	assert.doesNotMatch(a.audio.answer, /^m=audio 0 /);
	await seesNot(b, RED);
	const dropped = line.received.length;
	await a.audio.more(10);
	assert.equal(line.received.length, dropped, 'video after its end');

	line.on = true;
	await a.invite();
	assert.ok(line.remote.port, line.answer);
	line.film(camera, 15);
	await sees(b, RED);
	await line.more(10);
	await assertStream(a.audio.received, 160);
	await assertStream(b.audio.received, 160);
});

// ------------------------------------------------------------ codecs

test('AMR, G.722 and A-law terminals hear each other', async (t) => {
	const all = await Promise.all([
		Baresip.start({ name: 'amr', audio: 'AMR/8000/1', hz: 440 }),
		Baresip.start({ name: 'g722', audio: 'G722/16000/1', hz: 1000 }),
		Baresip.start({ name: 'wide', audio: 'AMR-WB/16000/1', hz: 1700 }),
		Baresip.start({ name: 'opus', audio: 'opus/48000/2', hz: 2300 }),
	]);
	t.after(() => Promise.all(all.map((b) => b.stop())));
	const [a] = await joined(t, 'codecs', { hz: 620, audio: [PCMA] });
	a.audio.quiet();
	await Promise.all(all.map((b) => b.dial(parley.uri('codecs'))));
	for (const p of [...all, a])
		await hearsOthersOnly(p, all.filter((o) => o !== p));
	const codecs = (await parley.endpoints('codecs')).map((e) =>
		e.media[0].codec).sort();
	assert.deepEqual(codecs, ['AMR', 'AMR-WB', 'G722', 'PCMA', 'opus']);
});

const wide = (fmtp) => ({ pt: 96, map: 'AMR-WB/16000', units: 320, fmtp });
const narrow = (fmtp) => ({ pt: 96, map: 'AMR/8000', units: 160, fmtp });

async function decodedPower(frames, codec, hz) {
	const file = join(work.dir, `heard.${codec === 'AMR' ? 'amr' : 'awb'}`);
	const wav = join(work.dir, 'heard.wav');
	await writeFile(file, amrFile(frames, codec));
	const { code, output } = await run('ffmpeg', ['-loglevel', 'error', '-y',
		'-i', file, '-c:a', 'pcm_s16le', wav]);
	assert.equal(code, 0, output);
	const { rate, samples } = await readWav(wav);
	return tonePower(samples.slice(-rate / 2), rate, hz);
}

for (const [codec, format] of [['AMR-WB', wide], ['AMR', narrow]]) {
	test(`${codec}: both payload formats, modes as asked`, async (t) => {
		const [a, octets, efficient] = await joined(t, `modes-${codec}`,
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
		await assertStream(efficient.audio.received, format().units);
	});
}

test('modes change in steps where the terminal wants steps', async (t) => {
	const [, a] = await joined(t, 'mode-steps', { hz: 440 }, { audio: [narrow(
		'mode-set=0,2,5,7;mode-change-period=2;mode-change-neighbor=1')] });
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
	await assertStream(a.audio.received, 160);
});

test('another codec, packet time and address by re-INVITE', async (t) => {
	const [a, b] = await joined(t, 'changes', { hz: 440, audio: [PCMU] },
		{ hz: 1000 });
	await hearsOthersOnly(a, [b]);
	a.audio.formats = [PCMA];
	await a.invite();
	a.audio.quiet();
	await until('A-law', () => a.audio.received.at(-1).pt === 8, 500, 10);
	await hears(a, 1000, 1000);
	await assertStream(a.audio.received, 160);

	a.audio.formats = [PCMU];
	a.audio.ptime = 40;
	await a.invite();
	assert.match(a.audio.answer, /a=ptime:40/);
	await until('packets of 40 ms', () => a.audio.received.at(-1)
		.payload.length === 320, 500, 10);
	await assertStream((await a.audio.more(20)).slice(-15), 320);

	a.audio.ptime = 20;
	await a.audio.open();
	const moved = a.audio.received.length;
	await a.invite();
	a.audio.talk(ulawTone(440));
	await a.audio.more(20);
	await hears(b, 440, 1000);
	await assertStream(a.audio.received.slice(moved), 160);

	// another source behind the same address, as after a transfer
	a.audio.ssrc = a.audio.ssrc + 1 >>> 0;
	a.audio.seq = 100;
	a.audio.ts = 5;
	const other = b.audio.received.length;
	await b.audio.more(25);
	const gap = b.audio.received.slice(other + 10).filter(({ payload }) =>
		tonePower(samplesOf(payload, 'PCMU'), 8000, 440) < -30).length;
	assert.ok(gap <= 3, `${gap} packets without the new source`);
	await assertNoClick(b, 0.3);
	await assertStream(b.audio.received, 160);
});

test('a mode-set is kept to, and asked modes outside it are not sent',
	async (t) => {
		const [, a] = await joined(t, 'mode-set', { hz: 440 },
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
		const [cif, single, large] = await joined(t, 'levels',
			{ hz: 440, video: [h264('0c')] },
			{ hz: 1000, video: [h264('1f', 0)] },
			{ hz: 1700, video: [h264('1f')] });
		cif.video.film(camera, 15);
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
		const a = await peer(t, { hz: 440, video: [h264('1f')] });
		let n = 0;
		a.audio.lose = () => ++n % 4 === 0;
		for (const line of a.lines)
			line.mux = mux;
		const name = `rtcp-${mux}`;
		const [b] = await joined(t, name, { name: 'other', hz: 1000 });
		await a.dial(parley.uri(name));
		for (const line of a.lines)
			assert.equal(/a=rtcp-mux/.test(line.answer), mux);
		a.video.film(camera, 15);
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

// -------------------------------------------------------------- keys

test('*6 mutes and unmutes, by RFC 4733 and by INFO', async (t) => {
	const bob = await Baresip.start({ audio: 'PCMU/8000/1', hz: 440 });
	t.after(() => bob.stop());
	const [a, c] = await joined(t, 'keys', { hz: 1000, audio: [PCMU, DTMF] },
		{ hz: 1700 });
	await bob.dial(parley.uri('keys'));
	await hearsOthersOnly(a, [bob, c]);
	const muted = (name, is) => until(`${name} ${is ? '' : 'un'}muted`,
		async () => (await endpoint('keys', name)).muted === is, 3000);

	bob.sendDigits('*6');
	await muted('bob', true);
	await hearsNot(a, 440);
	bob.sendDigits('*6');
	await muted('bob', false);
	await hears(a, 440, 1000);

	const heard = c.audio.received.length;
	await a.audio.digit('*');
	await a.audio.digit('6');
	await muted('raw0', true);
	await hearsNot(c, 1000);
	const { samples, rate } = await c.heard((c.audio.received.length - heard)
		/ 50);
	for (const hz of [770, 941, 1209, 1477]) {
		const db = tonePower(samples, rate, hz);
		assert.ok(db < -45, `${hz} Hz of the key at ${db.toFixed(1)} dB`);
	}

	for (const [type, body] of [
		['application/dtmf-relay', 'Signal=*\r\nDuration=160\r\n'],
		['application/dtmf-relay', 'Signal= 6\r\nDuration= 160\r\n']]) {
		assert.equal((await a.ask('INFO', { body, headers:
			{ 'Content-Type': type } })).status, 200);
	}
	await muted('raw0', false);
	await hears(c, 1000, 1000);
});

// ----------------------------------------------------------- hygiene

test('one stream, 50 packets a second, whoever talks, mutes or leaves',
	async (t) => {
		const [a, b] = await joined(t, 'steady', { hz: 440 }, { hz: 1000 });
		await hearsOthersOnly(a, [b]);
		const from = a.audio.received.length;
		const c = (await joined(t, 'steady', { name: 'third', hz: 620 }))[0];
		a.audio.quiet();
		await hearsNot(b, 440);
		a.audio.talk(ulawTone(440));
		await hears(b, 440, 1000);
		await parley.cli('mute', 'steady', 'raw0');
		await hearsNot(b, 440);
		await parley.cli('unmute', 'steady', 'raw0');
		await hears(b, 440, 1000);
		c.gone = true;
		await c.bye();
		await hearsNot(a, 620);
		await until('five seconds', () => a.audio.received.length
			>= from + 250);
		const packets = a.audio.received.slice(from);
		await assertStream(a.audio.received, 160);
		await assertStream(b.audio.received, 160);
		const rate = (packets.length - 1) * 1000
			/ (packets.at(-1).at - packets[0].at);
		assert.ok(Math.abs(rate - 50) <= 2, `${rate.toFixed(1)} a second`);
		await assertNoClick(b, 0.3);
	});

// -------------------------------------------------------------- loss

test('a tenth of the packets lost, some late: heard, seen, asked again',
	async (t) => {
		const [a, b] = await joined(t, 'lossy',
			{ hz: 440, video: [h264('1f')] },
			{ hz: 1000, video: [h264('1f')] });
		let seed = 7;
		const lose = () => (seed = seed * 16807 % 2147483647) % 10 === 0;
		for (const line of a.lines) {
			line.lose = lose;
			line.delay = (seq) => (seq % 7 ? 0 : 30);
		}
		a.video.film(camera, 15);
		await sees(b, RED);
		const before = await legStats('lossy', 'raw0');
		await hears(b, 440, 2000, 1);
		await until('pictures go on, and what lacks is asked for',
			async () => {
				const { video, audio } = await legStats('lossy', 'raw0');
				return video.frames_in >= before.video.frames_in + 20
					&& video.nacks_out > 5 && video.plis_out > 0
					&& audio.packets_lost > 5 || Promise.reject(
					new Error(JSON.stringify({ video, audio })));
			});
		const nacks = a.video.rtcp.flatMap(({ data }) => compound(data))
			.filter((p) => p.type === 205 && p.count === 1);
		assert.ok(nacks.length > 2, `${nacks.length} NACKs arrived`);
		await assertStream(b.audio.received, 160);
	});

// -------------------------------------------------------------- IPv6

test('SIP and RTP over IPv6', async (t) => {
	const six = await Parley.start({ sip_listen: `[::1]:${parley.sipPort}`,
		media_address: '::1' });
	t.after(() => six.stop());
	const uri = `sip:six@[::1]:${parley.sipPort}`;
	const peers = [];
	for (const hz of [440, 1000]) {
		const p = await RtpPeer.open({ sipPort: parley.sipPort },
			{ name: `six${hz}`, host: '::1', hz, video: [h264('1f')] });
		t.after(() => p.close());
		await p.dial(uri);
		assert.equal(p.audio.remote.address, '::1');
		peers.push(p);
	}
	const [a, b] = peers;
	a.video.film(camera, 15);
	await hearsOthersOnly(a, [b]);
	await hearsOthersOnly(b, [a]);
	await sees(b, RED);
	assert.equal((await a.bye()).status, 200);
	assert.equal((await b.bye()).status, 200);
});

// ----------------------------------------------------- session timers

test('422 to a session timer under 90 s', async (t) => {
	const p = await peer(t, {});
	p.uri = parley.uri('timed');
	const answer = await p.ask('INVITE', { body: p.sdp, headers:
		{ Supported: 'timer', 'Session-Expires': '60' } });
	assert.equal(answer.status, 422);
	assert.equal(answer.headers['min-se'], '90');
	p.toTag = null;
	await p.invite({ Supported: 'timer', 'Session-Expires': '90' });
});

test('the answer names the refresher', () => {
	for (const [name, who] of [['update', 'uas'], ['lazy', 'uac']]) {
		const { headers } = timed[name].answer;
		assert.equal(headers['session-expires'], `90;refresher=${who}`);
		assert.match(headers.require, /timer/);
	}
});

test('Parley refreshes at half time, by UPDATE or by re-INVITE', async () => {
	for (const [name, method] of [['update', 'UPDATE'],
		['reinvite', 'INVITE']]) {
		const p = timed[name];
		const { at, headers } = await p.request(method, 60000);
		const s = (at - p.since) / 1000;
		assert.ok(s > 43 && s < 50, `after ${s.toFixed(1)} s`);
		assert.match(headers['session-expires'], /^90;refresher=uac$/);
	}
});

test('who does not refresh, or does not answer, gets BYE', async () => {
	const lazy = await timed.lazy.request('BYE', 80000);
	assert.ok(lazy.at - timed.lazy.since > 58000);
	await timed.deaf.request('BYE', 80000);
	await until('only those who refresh are left', async () =>
		(await parley.endpoints('timed')).length === 2, 5000);
	for (const name of ['update', 'reinvite']) {
		const p = timed[name];
		await assertStream(p.audio.received, 160, { gaps: 1 });
		assert.equal((await p.bye()).status, 200);
	}
});
