// The wall clock is set while calls are up: what goes on, and whether a media
// server that hangs is noticed.
import { setTimeout as sleep } from 'node:timers/promises';
import { leg } from '../lib/legs.mjs';
import { WallClock } from '../lib/wall_clock.mjs';
import { scratch } from '../lib/process.mjs';

export const row = 5;
export const title = 'the wall clock';
export const files = ['clock'];
export const figures = {
	forward: ['of 10 calls, alive after +1900 s', { least: 10 }],
	back: ['of 10 calls, alive after -120 s', { least: 10 }],
	hung: ['media server that hangs after -120 s replaced after, s',
		{ most: 15 }],
};

const CALLS = 10;
const SETTLE_MS = 5000, HUNG_MS = 30000;

async function step(t, seconds) {
	const work = await scratch();
	t.after(() => work.remove());
	const clock = await WallClock.make(work.dir);
	const parley = await t.start({}, clock.env);
	const legs = [];
	for (let i = 0; i < CALLS; i++)
		legs.push(await leg(t, parley, 'steps', { name: `c${i}`,
			hz: 300 + 50 * i, headers: { Supported: 'timer',
				'Session-Expires': '1800;refresher=uac' } }));
	await sleep(1000);
	await clock.set(seconds);
	await sleep(SETTLE_MS);
	return { parley, alive: legs.filter((p) => !p.requests.some((m) =>
		m.method === 'BYE')).length };
}

// After how many seconds another one is there
async function replaced(parley) {
	const [old] = await parley.mixerPids;
	process.kill(old, 'SIGSTOP');
	const since = performance.now();
	while (performance.now() - since < HUNG_MS) {
		const [now] = await parley.mixerPids;
		if (now && now !== old)
			return (performance.now() - since) / 1000;
		await sleep(100);
	}
	process.kill(old, 'SIGKILL');
	return null;
}

export async function measure(t) {
	const forward = await step(t, 1900);
	const back = await step(t, -120);
	return { forward: forward.alive, back: back.alive,
		hung: await replaced(back.parley) };
}
