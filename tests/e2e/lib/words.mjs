// Which words were said, in what somebody heard: his recording is compared with
// the files that the build keeps of every prompt (conf/announcements/README.md).
//
// Codecs, gains and clocks leave no sample as it was, but the shape of speech:
// how strong each band between 300 and 3400 Hz is, every 10 ms. That of the
// prompt is moved along that of the recording; 1 is the same, 0 has nothing to
// do with it.
import { join } from 'node:path';
import { ours } from './programs.mjs';
import { readWav } from './signal.mjs';
import { until } from './process.mjs';

const RATE = 8000, WINDOW = 256, HOP = 80, BANDS = 16;
const FLOOR_DB = -50; // what is below cannot be told from music and noise
const LOW_HZ = 250, HIGH_HZ = 3500;

// At or above it, it was said: the right words come to 0.9 through any codec,
// those of another prompt that differ in one word to 0.86
export const SAID = 0.87;

const bins = Array.from({ length: BANDS + 1 }, (_, i) => Math.round(
	LOW_HZ * (HIGH_HZ / LOW_HZ) ** (i / BANDS) * WINDOW / RATE));
const hann = Float64Array.from({ length: WINDOW },
	(_, n) => Math.sin(Math.PI * n / WINDOW) ** 2);

// At 8 kHz: each sample the mean of those that it stands for, which leaves
// enough of the bands that are looked at
function slower({ rate, samples }) {
	const step = rate / RATE;
	return Float64Array.from({ length: Math.floor(samples.length / step) },
		(_, i) => {
			const from = Math.floor(i * step), to = Math.floor((i + 1) * step);
			let sum = 0;
			for (let n = from; n < to; n++)
				sum += samples[n];
			return sum / (to - from);
		});
}

// Fourier transform of WINDOW values in place (radix 2)
function transform(re, im) {
	for (let i = 1, j = 0; i < WINDOW; i++) {
		let bit = WINDOW >> 1;
		for (; j & bit; bit >>= 1)
			j ^= bit;
		j ^= bit;
		if (i < j)
			[re[i], re[j]] = [re[j], re[i]];
	}
	for (let size = 2; size <= WINDOW; size *= 2) {
		for (let k = 0; k < size / 2; k++) {
			const cos = Math.cos(2 * Math.PI * k / size);
			const sin = -Math.sin(2 * Math.PI * k / size);
			for (let i = k; i < WINDOW; i += size) {
				const j = i + size / 2;
				const x = re[j] * cos - im[j] * sin;
				const y = re[j] * sin + im[j] * cos;
				re[j] = re[i] - x;
				im[j] = im[i] - y;
				re[i] += x;
				im[i] += y;
			}
		}
	}
}

// Each frame's bands in dB above the floor
export function shape(sound) {
	const samples = slower(sound), rows = [];
	for (let at = 0; at + WINDOW <= samples.length; at += HOP) {
		const re = hann.map((v, n) => samples[at + n] * v);
		const im = new Float64Array(WINDOW);
		transform(re, im);
		rows.push(Float64Array.from({ length: BANDS }, (_, b) => {
			let sum = 0;
			for (let k = bins[b]; k < bins[b + 1]; k++)
				sum += (re[k] ** 2 + im[k] ** 2) / WINDOW ** 2;
			return Math.max(10 * Math.log10(sum + 1e-12) - FLOOR_DB, 0);
		}));
	}
	return rows;
}

// Pearson's correlation of all bands of the prompt with those from `at` on
function likeness(prompt, heard, at) {
	let n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
	for (let i = 0; i < prompt.length; i++) {
		for (let b = 0; b < BANDS; b++) {
			const p = prompt[i][b], h = heard[at + i][b];
			n++;
			x += p;
			y += h;
			xx += p * p;
			yy += h * h;
			xy += p * h;
		}
	}
	const spread = Math.sqrt((xx - x * x / n) * (yy - y * y / n));
	return spread > 0 ? (xy - x * y / n) / spread : 0;
}

// Where the prompt is most likely in what was heard, from frame `from` on
export function find(prompt, heard, from = 0) {
	let best = { score: 0, from, to: from };
	for (let at = from; at + prompt.length <= heard.length; at++) {
		const score = likeness(prompt, heard, at);
		if (score > best.score)
			best = { score, from: at, to: at + prompt.length };
	}
	return best;
}

const kept = new Map();
export async function prompt(language, name) {
	const file = join(ours.bin, '../announcements', language, `${name}.wav`);
	if (!kept.has(file))
		kept.set(file, shape(await readWav(file)));
	return kept.get(file);
}

// {score, from, to} of one prompt in a sound {rate, samples}; ms
export async function saidIn(sound, language, name) {
	const { score, from, to } = find(await prompt(language, name),
		shape(sound));
	return { score, from: from * 10, to: to * 10 };
}

/**
 * Wait until somebody has heard prompts one after the other
 *
 * @param p        has name and heard(seconds)
 * @param seconds  the newest that may have them
 */
export async function hearsWords(p, language, names, { ms = 30000,
	seconds = 20 } = {}) {
	const list = [names].flat();
	return until(`${p.name} hears ${list.join(', ')} (${language})`, async () => {
		const heard = shape(await p.heard(seconds));
		const found = [];
		let from = 0;
		for (const name of list) {
			const one = find(await prompt(language, name), heard, from);
			found.push(`${name} ${one.score.toFixed(2)}`);
			if (one.score < SAID)
				return Promise.reject(new Error(found.join(', ')));
			from = one.to - 3;
		}
		return true;
	}, ms, 500);
}
