// How slow the machine is now, and the clock by which tests are patient.
//
// A test waits for conditions. How long it waits before it says that they do
// not come depends on the machine: other work beside it, a slow processor, a
// host that takes processors away. So deadlines and limits are milliseconds of
// an idle machine, and count on a clock that goes slower the slower the machine
// is: `paced()`. It is measured anew ten times a second, while one waits.
//
// What the network or a standard times (a session timer, T1) goes by the wall
// clock; what may be added to it is patience, and goes by this one.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const BEAT_MS = 100;
const SPIN_EVERY = 10; // beats
const SPINS = 100000;
// What so many spins take on a processor of 2020 that does nothing else, or on
// one half as fast
const SPIN_MS = 3;
const RECENT = 20; // beats that the mean goes over
const SLOWEST = 30;
const FORGET = 0.997; // a beat

const processors = cpus().length;
const queues = []; // of late: how many wanted a processor, for each there is
let spun = 1; // how many times longer than SPIN_MS it took
let spinSink = 1;
let slow = 1;
let peak = 1; // of the last half minute, by and by
let clock = 0, beat = performance.now(), beats = 0;

// Threads that run or could run, for each processor; 1 where it is not told
function queue() {
	try {
		const text = readFileSync('/proc/loadavg', 'latin1');
		return Number(text.match(/ (\d+)\//)[1]) / processors;
	} catch {
		return 1;
	}
}

// How much slower the processor itself is: time that it worked, not time that
// others had it, which is in queue(). The best of three
function spin() {
	let best = Infinity;
	for (let n = 0; n < 3; n++) {
		const began = process.cpuUsage();
		for (let i = 0; i < SPINS; i++)
			spinSink = spinSink * 16807 % 2147483647;
		const { user, system } = process.cpuUsage(began);
		best = Math.min(best, (user + system) / 1000);
	}
	return Math.max(1, best / SPIN_MS);
}

// What is heard or seen has been through several programs, each of which waited
// for its turn: it comes later by more than each of them is slowed down
function measure() {
	queues.push(queue());
	if (queues.length > RECENT)
		queues.shift();
	if (beats++ % SPIN_EVERY === 0)
		spun = spin();
	const mean = queues.reduce((sum, q) => sum + q, 0) / queues.length;
	slow = Math.min(SLOWEST, Math.max(1, mean) ** 1.5 * spun);
	peak = Math.max(slow, 1 + (peak - 1) * FORGET);
}

// A beat that comes late was waited for in vain: this very program had no turn
function tick() {
	const now = performance.now();
	clock += Math.min(now - beat, BEAT_MS) / slow;
	beat = now;
	measure();
}

for (let i = 0; i < 3; i++)
	measure();
setInterval(tick, BEAT_MS).unref();

// How many times longer things take than on an idle machine
export const slowness = () => slow;

// How long what takes `ms` at most on an idle machine may have taken just now
export const allowed = (ms) => ms * peak;

// The clock of an idle machine, in ms
export function paced() {
	return clock + Math.min(performance.now() - beat, BEAT_MS) / slow;
}

// For deadlines that are told to others once (a program, a browser): so many
// milliseconds of an idle machine are at most so many on this one, though it
// may get slower yet
export const patience = (ms) => Math.round(ms * Math.max(4, 2 * slow));

// A promise that must be kept within so many milliseconds of an idle machine
export async function within(what, promise, ms = 10000) {
	const end = paced() + ms;
	let watch;
	const late = new Promise((_, fail) => {
		watch = setInterval(() => {
			if (paced() > end)
				fail(new Error(`not within ${ms} ms: ${what} ${pace()}`));
		}, BEAT_MS);
	});
	return Promise.race([promise, late]).finally(() => clearInterval(watch));
}

// What a failure says of the machine
export const pace = () => `(the machine is ${slow.toFixed(1)} times slower `
	+ 'than idle)';
