// The short form of `./dev soak churn`: who leaves and who vanishes leaves
// nothing behind, neither a leg nor memory nor a descriptor.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Churn, STAY_MS, VANISHES, size } from './lib/churn.mjs';
import { Parley } from './lib/parley.mjs';
import { until } from './lib/process.mjs';

const SECONDS = 18, MEDIA_TIMEOUT_S = 8;
// Until the first leave, and the allocators have what they keep
const WARM_S = 8;
// What 200 more calls may add, whose transactions live on for 32 s: 2.5 MB of it
// is seen in parleyd, none in the mixer. 20 kB that each call leaves behind in
// parleyd, 30 in the mixer, are found
const KB_FREE = 6144, FDS_FREE = 8;

test('who comes, goes and vanishes leaves nothing behind', async (t) => {
	const parley = await Parley.start({ max_participants: 2000,
		media_timeout: MEDIA_TIMEOUT_S });
	t.after(() => parley.stop());
	const churn = await Churn.open(parley);
	t.after(() => churn.close());
	const [mixer] = await parley.mixerPids;
	const processes = { parleyd: parley.program.pid, mixer };
	const sizes = async () => Object.fromEntries(await Promise.all(
		Object.entries(processes).map(async ([name, pid]) =>
			[name, await size(pid)])));

	const first = await sizes();
	const begun = performance.now();
	const since = () => (performance.now() - begun) / 1000;
	let warm;
	while (since() < SECONDS) {
		churn.call(since());
		if (!warm && since() > WARM_S)
			warm = await sizes();
		await new Promise((wake) => setTimeout(wake, 50));
	}
	await until('every call is answered', () =>
		churn.answered + churn.refused === churn.calls);
	// a busy machine may refuse some, with 503
	assert.ok(churn.answered > churn.calls / 2,
		`${churn.refused} of ${churn.calls} refused`);
	assert.ok(churn.vanished >= Math.floor(churn.answered / VANISHES));

	// within the product's own deadline for media
	let stats;
	await until('nobody is left', async () => {
		stats = await parley.json('stats');
		return !(await parley.json('list')).conferences.length
			&& !stats.sessions.sessions;
	}, STAY_MS[1] + MEDIA_TIMEOUT_S * 1000 + 5000, 200);
	assert.deepEqual(stats.mixers.map((m) => m.legs), [0]);
	assert.ok(churn.ended >= churn.vanished);

	const now = await sizes();
	for (const [name, { kB, fds }] of Object.entries(now)) {
		t.diagnostic(`${name}: ${first[name].kB} kB and ${
			first[name].fds} descriptors at first, ${warm[name].kB
		} kB when warm, ${kB} kB and ${fds} at the end of ${
			churn.calls} calls`);
		assert.ok(kB <= warm[name].kB + KB_FREE, `${name} has grown`);
		assert.ok(fds <= first[name].fds + FDS_FREE,
			`${name} keeps descriptors`);
	}
	await parley.endsWell();
});
