// A Parley of its own for a file of tests, raw terminals that dial into it,
// and what their streams must be like.
import { after, before, beforeEach } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Parley } from './parley.mjs';
import { RtpPeer, late } from './rtp_peer.mjs';
import { nalUnits } from './payloads.mjs';
import { tonePower } from './signal.mjs';
import { freePort, run, scratch, until } from './process.mjs';

export const RED = [200, 30, 30];

const PAUSE_MS = 50; // of packets that come every 20 ms
const BUFFERED_MS = 1000; // what a jitter buffer may remember of a pause

export const h264 = (level, mode = 1) => ({ pt: 97 + mode, map: 'H264/90000',
	fmtp: `profile-level-id=42e0${level};packetization-mode=${mode};`
		+ 'level-asymmetry-allowed=1',
	feedback: ['nack', 'nack pli', 'ccm fir'] });

// Pictures of one colour, or of one of ffmpeg's sources by name, as lists of NAL
// units that fit a packet
export async function film(what, dir, { profile = 'baseline', level = '1.3',
	size = '320x180', matrix, full } = {}) {
	const file = join(dir, `${[what].flat().join('-')}-${size}.h264`);
	const source = Array.isArray(what) ? `color=c=0x${what.map((v) =>
		v.toString(16).padStart(2, '0')).join('')}:` : `${what}=`;
	const described = matrix ? `:colorprim=${matrix}:transfer=${matrix
	}:colormatrix=${matrix}:fullrange=${full ? 'on' : 'off'}` : '';
	const { code, output } = await run('ffmpeg', ['-loglevel', 'error', '-y',
		'-f', 'lavfi', '-i', `${source}s=${size}:r=15,format=gbrp,scale=`
			+ `out_color_matrix=${matrix || 'bt601'}:out_range=${
				full ? 'full' : 'limited'},format=${full ? 'yuvj420p'
				: 'yuv420p'}`, '-t', '2',
		'-c:v', 'libx264', '-profile:v', profile, '-level', level, '-bf', '0',
		'-x264-params', `slice-max-size=1000:keyint=15:aud=1${described}`,
		file]);
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

export async function hears(p, hz, ms, seconds = 0.2) {
	await until(`${p.name} hears ${hz} Hz`, async () => {
		const { rate, samples } = await p.heard(seconds);
		const db = samples.length ? tonePower(samples, rate, hz) : -99;
		return db > -20 || Promise.reject(new Error(`${db.toFixed(1)} dB`));
	}, ms, 10);
}

// Video: no gap; frames end with a marker, share a time stamp and nothing
// else does
export function assertPackets(received) {
	for (let i = 1; i < received.length; i++) {
		assert.equal(received[i].seq, received[i - 1].seq + 1 & 0xffff);
		assert.equal(received[i].ts !== received[i - 1].ts,
			received[i - 1].marker, `packet ${i}`);
	}
}

// When the machine stood still: senders were late, or what `p` receives came
// with a pause
function stops(p) {
	const { received } = p.audio;
	return [...late, ...received.slice(1).filter((packet, i) =>
		packet.at - received[i].at > PAUSE_MS).map(({ at }) => at)];
}

// Who was alone until now was told so: words have steps
export const forgetWords = (p) => {
	p.wordless = p.audio.received.length;
};

// No step from sample to sample is larger, but at first and where the machine
// stood still
export async function assertNoClick(p, largest) {
	const { samples } = await p.heard(Infinity);
	const stopped = stops(p);
	for (let i = 3200 + 160 * (p.wordless || 0); i < samples.length; i++) {
		const step = Math.abs(samples[i] - samples[i - 1]);
		const { at } = p.audio.received[Math.floor(i / 160)];
		if (step > largest && !stopped.some((stop) =>
			at - stop > -PAUSE_MS && at - stop < BUFFERED_MS))
			assert.fail(`a click of ${step.toFixed(2)} at packet ${
				(i / 160).toFixed(2)} of ${samples.length / 160}: ${
				samples.slice(i - 5, i + 5)}`);
	}
}

// Registers the hooks of the file that calls it; `ready` runs before its first
// test, `done` after its last; `options` are Parley's
export function sipWorld({ ready, done, options = {} } = {}) {
	const w = {};
	let missedBefore;

	before(async () => {
		w.work = await scratch();
		w.camera = await film(RED, w.work.dir);
		w.tlsPort = await freePort();
		w.parley = await Parley.start({
			sip_tls_listen: `127.0.0.1:${w.tlsPort}`, ...options });
		await ready?.();
	});
	beforeEach(async () => { missedBefore = await missed(); });
	after(async () => {
		await done?.();
		await w.work?.remove();
		await w.parley?.endsWell();
	});

	// Beats that Parley's clock left out because the host stood still
	async function missed() {
		const { mixers } = await w.parley.json('stats');
		return mixers[0].ticks_missed;
	}

	// One source without gap or repeat; time stamps go on by whole packets.
	// `older`: it was there before the test
	w.assertStream = async (packets, units, { gaps = 0, older } = {}) => {
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
			gaps += await missed() - (older ? 0 : missedBefore);
		assert.ok(jumps <= gaps, `${jumps} jumps of the time stamp`);
	};

	w.peer = async (t, options) => {
		const p = await RtpPeer.open(w.parley, options);
		t.after(async () => {
			if (p.toTag && !p.gone)
				await p.bye();
			await p.close();
		});
		return p;
	};

	w.joined = async (t, conference, ...all) => {
		const peers = [];
		for (const [i, options] of all.entries())
			peers.push(await w.peer(t, { name: `raw${i}`, ...options }));
		await Promise.all(peers.map((p) => p.dial(w.parley.uri(conference))));
		peers.filter((p) => p.audio).forEach(forgetWords);
		return peers;
	};

	w.endpoint = async (conference, name) => (await w.parley.endpoints(
		conference)).find((e) => e.entity.includes(name)
			|| e.user.includes(name));

	w.legStats = async (conference, name) => {
		const { legs } = await w.parley.json('stats', conference);
		return legs.find((leg) => leg.user.includes(name));
	};

	return w;
}
