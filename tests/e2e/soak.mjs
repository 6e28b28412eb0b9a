// ./dev soak [SECONDS]: two who stay and talk, while crowds of SIP legs join,
// hold, resume and leave and a baresip with a camera calls and hangs up, over
// and over. Prints resident memory and descriptors of parleyd and its mixer
// and fails if, once warm, either goes on growing.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Baresip } from './lib/baresip.mjs';
import { Parley } from './lib/parley.mjs';
import { sipp } from './lib/sipp.mjs';
import { scratch } from './lib/process.mjs';

const seconds = Number(process.argv[2] || 120);
if (!(seconds >= 20)) {
	console.error('usage: ./dev soak [SECONDS], 20 at least');
	process.exit(2);
}
// Transactions live 32 s and the allocator fills its arenas; growth counts
// from here on
const WARM = Math.min(90, seconds / 2);
const CROWD = 20, EVERY_S = 2;
const KB_PER_HOUR = 20 * 1024, KB_FREE = 4096, FDS_FREE = 8;

const sleep = (s) => new Promise((wake) => setTimeout(wake, s * 1000));
const clock = () => performance.now() / 1000;
const begun = clock();
const left = () => begun + seconds - clock();

async function size(pid) {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return { kB: Number(status.match(/VmRSS:\s+(\d+)/)[1]),
		fds: (await readdir(`/proc/${pid}/fd`)).length };
}

// Least squares: kB a second
function slope(points) {
	const n = points.length;
	const t = points.reduce((s, p) => s + p.t, 0) / n;
	const y = points.reduce((s, p) => s + p.kB, 0) / n;
	const above = points.reduce((s, p) => s + (p.t - t) * (p.kB - y), 0);
	return above / points.reduce((s, p) => s + (p.t - t) ** 2, 0);
}

let legs = 0, calls = 0, stopping = false;

async function crowds(parley, work) {
	while (left() > 8 && !stopping) {
		await sipp(null, 'S2_join_hold_leave',
			`127.0.0.1:${parley.sipPort}`, { service: `crowd${legs % 3}`,
				count: CROWD, rate: 20, cwd: work.dir });
		legs += CROWD;
	}
}

async function comesAndGoes(parley) {
	const guest = await Baresip.start({ name: 'guest', video: 'VP8',
		hz: 700, rgb: [40, 160, 60], record: false });
	try {
		while (left() > 8 && !stopping) {
			await guest.dial(parley.uri('steady'));
			await sleep(3);
			guest.events.length = 0;
			guest.hangup();
			await guest.event('CALL_CLOSED');
			guest.events.length = 0;
			calls++;
		}
	} finally {
		await guest.stop();
	}
}

async function watch(processes) {
	while (left() > 0 && !stopping) {
		const t = clock() - begun;
		const now = [];
		for (const p of processes) {
			p.points.push({ t, ...await size(p.pid) });
			const { kB, fds } = p.points.at(-1);
			now.push(`${p.name} ${(kB / 1024).toFixed(1)} MB ${fds} fds`);
		}
		if (processes[0].points.length % 5 === 1)
			console.log(`${t.toFixed(0).padStart(5)} s  ${now.join('   ')
			}   ${legs} legs, ${calls} calls done`);
		await sleep(EVERY_S);
	}
}

// What is wrong with a process's growth, or null
function judge({ name, points }) {
	const warm = points.filter((p) => p.t >= WARM);
	const perHour = slope(warm) * 3600;
	const half = Math.floor(warm.length / 2);
	const mean = (list) => list.reduce((s, p) => s + p.kB, 0) / list.length;
	const grown = mean(warm.slice(half)) - mean(warm.slice(0, half));
	const fds = warm.map((p) => p.fds);
	console.log(`${name}: ${(perHour / 1024).toFixed(1)} MB an hour, second `
		+ `half ${(grown / 1024).toFixed(2)} MB above the first, ${
			Math.min(...fds)} to ${Math.max(...fds)} fds`);
	// in a short run a page or two make a steep line: both must say so
	if (perHour > KB_PER_HOUR && grown > KB_FREE)
		return `${name} grows`;
	return null;
}

const parley = await Parley.start({ max_participants: 200 });
const work = await scratch();
const talkers = [];
const wrong = [];
try {
	// a square wave of 500 Hz: eight mu-law samples up, eight down
	await writeFile(join(work.dir, 'tone.ulaw'), Buffer.from(
		Array.from({ length: 8000 }, (_, i) => (i & 8 ? 0x20 : 0xa0))));
	for (const [name, hz, video] of [['ann', 440, 'H264'],
		['ben', 600, null]]) {
		const b = await Baresip.start({ name, hz, video, record: false,
			rgb: [40, 90, 160] });
		talkers.push(b);
		await b.stay(parley.uri('steady'));
	}
	const [mixer] = await parley.mixerPids;
	const processes = [{ name: 'parleyd', pid: parley.program.pid,
		points: [] }, { name: 'mixer', pid: mixer, points: [] }];
	const before = await size(mixer);
	await Promise.all([crowds(parley, work), comesAndGoes(parley),
		watch(processes)].map((p) => p.catch((error) => {
		stopping = true;
		wrong.push(error.message);
	})));
	if (!wrong.length) {
		wrong.push(...processes.map(judge).filter(Boolean));
		const after = await size(mixer);
		if (after.fds > before.fds + FDS_FREE)
			wrong.push(`mixer fds ${before.fds} -> ${after.fds}`);
	}
} catch (error) {
	wrong.push(error.message);
} finally {
	await Promise.allSettled(talkers.map((b) => b.stop()));
	const end = await parley.stop();
	if (end.code !== 0 || end.left.length)
		wrong.push(`parleyd ended with ${end.code ?? end.signal}, left ${
			end.left.length} mixers\n${end.output.slice(-2000)}`);
	await work.remove();
}
for (const text of wrong)
	console.error(`soak: ${text}`);
console.log(wrong.length ? 'soak: failed'
	: `soak: ok, ${legs} legs and ${calls} calls came and went`);
process.exit(wrong.length ? 1 : 0);
