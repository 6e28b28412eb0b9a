// ./dev demo: Parley on its defaults and two callers in the conference "demo"
// who play a melody in turns and show a moving picture, until Ctrl-C.
// Arguments go to parleyd.
import { join } from 'node:path';
import { Baresip } from './lib/baresip.mjs';
import { Program, scratch } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';
import { writeSound } from './lib/signal.mjs';

// as long as the callers' film
const RATE = 16000, MINUTES = 4;
// Semitones from A4 and lengths in beats; they take turns, so that the active
// speaker moves and the layout has something to follow
const phrases = {
	ann: [[3, 1], [5, 1], [7, 1], [3, 1], [7, 1], [8, 1], [10, 2]],
	ben: [[-2, 1], [-5, 1], [-7, 1], [-2, 1], [-9, 1], [-7, 1], [-14, 2]],
};
const BEATS = 8, BEAT_S = 0.4;

// A plucked tone: three partials that die away
function pluck(out, from, hz, seconds) {
	for (let i = 0; i < seconds * RATE && from + i < out.length; i++) {
		const t = i / RATE, envelope = Math.min(1, t * 200)
			* Math.exp(-4 * t);
		let v = 0;
		for (const [partial, gain] of [[1, 0.6], [2, 0.25], [3, 0.1]])
			v += gain * Math.sin(2 * Math.PI * hz * partial * t);
		out[from + i] += 0.5 * envelope * v;
	}
}

function melody(name) {
	const turn = Math.round(BEATS * BEAT_S * RATE);
	const out = new Float32Array(2 * turn);
	let at = name === 'ann' ? 0 : turn;
	for (const [semitone, beats] of phrases[name]) {
		pluck(out, Math.round(at), 440 * 2 ** (semitone / 12),
			beats * BEAT_S);
		at += beats * BEAT_S * RATE;
	}
	const whole = new Float32Array(MINUTES * 60 * RATE);
	for (let i = 0; i + out.length <= whole.length; i += out.length)
		whole.set(out, i);
	return whole;
}

async function caller(name, options) {
	const file = join(work.dir, `${name}.wav`);
	await writeSound(file, melody(name), { rate: RATE });
	return Baresip.start({ name, sound: file, record: false, ...options });
}

const work = await scratch();
const callers = [];
let parley, ending = false;

async function end(code) {
	if (ending)
		return;
	ending = true;
	await Promise.allSettled(callers.map((c) => c.stop()));
	await parley?.stop();
	await work.remove();
	process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.on(signal, () => end(0));

try {
	// detached: Ctrl-C reaches the callers first, who say goodbye
	parley = new Program(ours.path('parleyd'), process.argv.slice(2),
		{ detached: true });
	const [ready] = await parley.printed(/^parleyd ready .*$/m, 15000);
	const uri = ready.match(/dial=(\S+)/)?.[1].replace('NAME', 'demo');
	if (!uri)
		throw new Error('no sip_listen, so nobody can call in');
	const socket = ready.match(/control=(\S+)/)[1];
	// their own side: on the address that they call, or on this host's
	const host = uri.match(/@([0-9.]+):\d+$/)?.[1];
	if (!host)
		throw new Error(`the callers need a numeric IPv4 address: ${uri}`);
	callers.push(await caller('ann', { display: 'Ann', video: 'H264',
		rgb: [40, 90, 160], address: host }));
	callers.push(await caller('ben', { display: 'Ben', video: 'VP8',
		audio: 'AMR-WB/16000/1', rgb: [150, 70, 40], address: host }));
	for (const c of callers)
		await c.stay(uri);

	const joins = [...ready.matchAll(/join=(\S+)/g)].map(([, u]) => u);
	console.log(`Ann (Opus, H.264) and Ben (AMR-WB, VP8) are in the conference "demo".

  join        ${joins.map((u) => `${u}demo`).join('\n              ')}
  dial        ${uri}
  moderate    ${ours.path('parley')}${socket.startsWith('/run/') ? ''
		: ` -s ${socket}`} watch demo

Ctrl-C ends it.`);
	const { code } = await parley.done;
	if (!ending)
		throw new Error(`parleyd ended: ${code}`);
} catch (error) {
	if (!ending)
		console.error(`demo: ${error.message}\n${
			parley?.output.slice(-2000) || ''}`);
	await end(1);
}
