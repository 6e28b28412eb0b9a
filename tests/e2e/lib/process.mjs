// Programs under test: started with their output kept, ended by their pid.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pace, paced, within } from './pace.mjs';

export const root = new URL('../../..', import.meta.url).pathname
	.replace(/\/$/, '');

export async function scratch() {
	const dir = await mkdtemp(join(tmpdir(), 'parley-e2e-'));
	// a parleyd that was root reads what tests put there, too
	await chmod(dir, 0o755);
	return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

// Wait for a condition; its last error or value is the failure's text. `ms` are
// those of an idle machine (pace.mjs)
export async function until(what, condition, ms = 10000, every = 50) {
	const end = paced() + ms;
	let last;
	for (;;) {
		try {
			last = await condition();
			if (last)
				return last;
		} catch (error) {
			last = error;
		}
		if (paced() > end)
			throw new Error(`not within ${ms} ms: ${what} ${pace()}`
				+ ` (last: ${last instanceof Error ? last.message
					: JSON.stringify(last)})`);
		await new Promise((wake) => setTimeout(wake, every));
	}
}

// The other way round: a condition that holds, and goes on to for `ms`, which
// are those of the wall: what the product or a standard times must not come
export async function stays(what, condition, ms, every = 100) {
	for (const end = performance.now() + ms; ;) {
		if (!await condition())
			throw new Error(`no longer, ${Math.round(end - performance.now())}`
				+ ` ms before the time: ${what}`);
		if (performance.now() > end)
			return;
		await new Promise((wake) => setTimeout(wake, every));
	}
}

// What runs now. A test that fails in the midst of setting up would leave it,
// and wait for it, for ever: nothing outlives its test file, and no file goes
// on for longer than any of them needs.
const living = new Set();
const FILE_MAX_MS = 240000;
process.on('exit', () => {
	for (const child of living)
		killNow(child);
});

// What it has started goes with it where it leads a group of its own: that would
// hold its pipes, and so this file, for ever
function killNow(child) {
	if (!child.leads)
		return child.kill('SIGKILL');
	try {
		return process.kill(-child.pid, 'SIGKILL');
	} catch {
		return false;
	}
}
const hung = () => {
	if (paced() < FILE_MAX_MS)
		return;
	console.error(`${process.argv[1]}: still not done, runs: ${
		[...living].map((child) => child.spawnfile).join(' ') || 'nothing'}`);
	process.exit(1);
};
if (process.env.NODE_TEST_CONTEXT)
	setInterval(hung, 1000).unref();

export class Program {
	/**
	 * @param group  it starts processes of its own, and may leave them when it
	 *               is killed
	 */
	constructor(file, args = [], { group = false, ...options } = {}) {
		this.name = file.split('/').at(-1);
		this.output = '';
		this.stdout = '';
		this.exited = null;
		this.child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'],
			detached: group, ...options });
		this.child.leads = group;
		living.add(this.child);
		this.child.stdout.on('data', (d) => {
			this.stdout += d;
			this.output += d;
		});
		this.child.stderr.on('data', (d) => { this.output += d; });
		this.done = new Promise((resolve) => {
			this.child.on('error', (error) => {
				this.output += `\n${error.message}`;
				this.exited = { code: 127 };
				living.delete(this.child);
				resolve(this.exited);
			});
			this.child.on('exit', (code, signal) => {
				this.exited = { code, signal };
				living.delete(this.child);
				resolve(this.exited);
			});
		});
	}

	get pid() { return this.child.pid; }

	async printed(pattern, ms = 10000) {
		await until(`${this.name} prints ${pattern}`, () =>
			this.exited || pattern.test(this.output), ms);
		const match = this.output.match(pattern);
		if (!match)
			throw new Error(`${this.name} exited: ${this.output
				.slice(-2000)}`);
		return match;
	}

	async stop(signal = 'SIGTERM', ms = 5000) {
		if (this.exited)
			return this.exited;
		if (signal === 'SIGKILL')
			killNow(this.child);
		else
			this.child.kill(signal);
		await within(`${this.name} ends`, this.done, ms)
			.catch(() => killNow(this.child));
		return this.done;
	}
}

export async function run(file, args, options) {
	const program = new Program(file, args, options);
	// it may end before what it has said is read
	const said = new Promise((end) => program.child.once('close', end));
	program.child.stdin.end();
	const { code } = await program.done;
	if (code !== 127)
		await said;
	return { code, stdout: program.stdout, output: program.output };
}

// Numbers are reserved as long as this program lives, from all tests that run
// beside it: whoever has the number's port at an address that nobody uses
export function reserve(number) {
	return new Promise((resolve) => {
		const s = createServer().unref();
		s.once('error', () => resolve(false));
		s.listen(number, '127.255.255.1', () => resolve(true));
	});
}

// Nobody has it, by TCP and by UDP, and no other test is given it
async function isFree(port) {
	const tcp = await reserve(port) && await new Promise((resolve) => {
		const s = createServer();
		s.once('error', () => resolve(false));
		s.listen(port, '127.0.0.1', () => s.close(() => resolve(true)));
	});
	return tcp && new Promise((resolve) => {
		const s = createSocket('udp4');
		s.once('error', () => resolve(false));
		s.bind(port, '127.0.0.1', () => s.close(() => resolve(true)));
	});
}

// The first of `count` ports in a row that were free a moment ago, below the
// ephemeral range, and that no other test is given
export async function freePort(count = 1) {
	for (;;) {
		const port = 2000 + Math.floor(Math.random() * 8000);
		let n = 0;
		while (n < count && await isFree(port + n))
			n++;
		if (n === count)
			return port;
	}
}

// `count` ports from one of `slices` on that no other test is given
export async function portSlice(first, count, slices) {
	for (;;) {
		const port = first + Math.floor(Math.random() * slices) * count;
		if (await reserve(port))
			return port;
	}
}
