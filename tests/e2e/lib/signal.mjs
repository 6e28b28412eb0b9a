// Known sounds and pictures, and how to find them again in what was received.
import { open, writeFile } from 'node:fs/promises';

export const RATE = 48000;

const pcm = (samples) => {
	const data = Buffer.alloc(samples.length * 2);
	samples.forEach((x, i) => data.writeInt16LE(
		Math.round(32767 * Math.max(-1, Math.min(1, x))), i * 2));
	return data;
};

// A WAV with this 16-bit PCM, one channel
function riff(data, rate) {
	const head = Buffer.alloc(44);
	head.write('RIFF', 0);
	head.writeUInt32LE(36 + data.length, 4);
	head.write('WAVEfmt ', 8);
	head.writeUInt32LE(16, 16);
	head.writeUInt16LE(1, 20);
	head.writeUInt16LE(1, 22);
	head.writeUInt32LE(rate, 24);
	head.writeUInt32LE(rate * 2, 28);
	head.writeUInt16LE(2, 32);
	head.writeUInt16LE(16, 34);
	head.write('data', 36);
	head.writeUInt32LE(data.length, 40);
	return Buffer.concat([head, data]);
}

// 16-bit WAV of samples from -1 to 1
export const wav = (samples, { rate = RATE } = {}) => riff(pcm(samples), rate);

export async function writeSound(path, samples, options) {
	await writeFile(path, wav(samples, options));
}

export const sine = (hz, seconds, { rate = RATE, amplitude = 0.3 } = {}) =>
	Float32Array.from({ length: Math.round(seconds * rate) },
		(_, i) => amplitude * Math.sin(2 * Math.PI * hz * i / rate));

// A WAV of a sine of whole Hz: one second again and again
export async function writeTone(path, hz, seconds, { rate = RATE,
	amplitude = 0.3 } = {}) {
	const once = pcm(sine(hz, 1, { rate, amplitude }));
	await writeFile(path, riff(Buffer.alloc(seconds * once.length, once),
		rate));
}

// Samples (-1..1, first channel) of a 16-bit WAV, whole or still growing: the
// newest `seconds`
export async function readWav(path, seconds = Infinity) {
	const file = await open(path);
	try {
		const { size } = await file.stat();
		const head = Buffer.alloc(Math.min(size, 4096));
		await file.read(head, 0, head.length, 0);
		const { rate, channels, from } = whereSamples(head);
		if (!from)
			return { rate, samples: new Float32Array(0) };
		const frame = 2 * channels;
		const all = Math.floor((size - from) / frame);
		const count = Math.min(all, Math.round(seconds * rate));
		const data = Buffer.alloc(count * frame);
		await file.read(data, 0, data.length, from + (all - count) * frame);
		return { rate, samples: Float32Array.from({ length: count },
			(_, i) => data.readInt16LE(i * frame) / 32768) };
	} finally {
		await file.close();
	}
}

// Of the head of a WAV: its rate, its channels, the first byte of its samples
function whereSamples(head) {
	let rate = 0, channels = 1;
	for (let at = 12; at + 8 <= head.length;) {
		const id = head.toString('latin1', at, at + 4);
		const size = head.readUInt32LE(at + 4);
		if (id === 'data')
			return { rate, channels, from: at + 8 };
		if (id === 'fmt ') {
			channels = head.readUInt16LE(at + 10);
			rate = head.readUInt32LE(at + 12);
		}
		at += 8 + size + (size & 1);
	}
	return { rate, channels };
}

// Power of one frequency, in dB relative to full scale (Goertzel)
export function tonePower(samples, rate, hz) {
	const w = 2 * Math.PI * hz / rate, c = 2 * Math.cos(w);
	let s1 = 0, s2 = 0;
	for (const x of samples) {
		const s = x + c * s1 - s2;
		s2 = s1;
		s1 = s;
	}
	const power = (s1 * s1 + s2 * s2 - c * s1 * s2)
		/ (samples.length * samples.length / 4);
	return 10 * Math.log10(power + 1e-12);
}

// Power of one frequency that is there all the time, in dB: what seven tenths of
// the parts do not exceed. What is chopped, by a machine that stood still, is
// loud at all frequencies for a moment
export function steadyPower(samples, rate, hz, parts = 10) {
	const size = Math.floor(samples.length / parts);
	const window = Float32Array.from({ length: size }, (_, i) =>
		1 - Math.cos(2 * Math.PI * (i + 0.5) / size));
	const powers = Array.from({ length: parts }, (_, n) => tonePower(samples
		.subarray(n * size, (n + 1) * size).map((x, i) => x * window[i]),
	rate, hz));
	return powers.sort((a, b) => a - b)[Math.ceil(parts * 0.7) - 1];
}

// A Y4M camera (4:2:0): a ground colour and a block of another that moves, so
// that encoders have work and a viewer can tell whose picture it is
export async function writeCamera(path, { width = 640, height = 360,
	fps = 25, seconds = 4, rgb, block = [255, 255, 255] }) {
	const yuv = ([r, g, b]) => [
		Math.round(16 + 0.257 * r + 0.504 * g + 0.098 * b),
		Math.round(128 - 0.148 * r - 0.291 * g + 0.439 * b),
		Math.round(128 + 0.439 * r - 0.368 * g - 0.071 * b)];
	const ground = yuv(rgb), mark = yuv(block);
	const parts = [Buffer.from(
		`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420mpeg2\n`)];
	const size = 48;
	for (let f = 0; f < fps * seconds; f++) {
		const x0 = Math.round((width - size) * f / (fps * seconds)) & ~1;
		parts.push(Buffer.from('FRAME\n'));
		for (const [plane, sub] of [[0, 1], [1, 2], [2, 2]]) {
			const w = width / sub, h = height / sub;
			const p = Buffer.alloc(w * h, ground[plane]);
			for (let y = 16 / sub; y < (16 + size) / sub; y++)
				p.fill(mark[plane], y * w + x0 / sub,
					y * w + (x0 + size) / sub);
			parts.push(p);
		}
	}
	await writeFile(path, Buffer.concat(parts));
}

// Share of pixels near a colour in RGBA data
export function colourShare(rgba, [r, g, b], tolerance = 60) {
	let hits = 0;
	for (let i = 0; i < rgba.length; i += 4) {
		if (Math.abs(rgba[i] - r) < tolerance
			&& Math.abs(rgba[i + 1] - g) < tolerance
			&& Math.abs(rgba[i + 2] - b) < tolerance)
			hits++;
	}
	return hits / (rgba.length / 4);
}
