// kill -9 of the media server: people stay in the conference and hear each
// other again within five seconds without doing anything, also where one
// server dies after another and another one is free.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { PRESENT_DB, hearsOthersOnly, sees } from './lib/judge.mjs';
import { tonePower } from './lib/signal.mjs';
import { allowed } from './lib/pace.mjs';
import { until } from './lib/process.mjs';

// Since when the newest audio of `peer` holds the other's tone again
async function hearsAgain(peer, hz, since) {
	await until(`${hz} Hz is heard again`, async () => {
		const { samples, rate } = await peer.heard(0.25);
		return samples.length >= rate / 5
			&& tonePower(samples, rate, hz) > PRESENT_DB;
	}, 12000, 50);
	return Date.now() - since;
}

test('both kinds of legs survive the death of their mixer', async (t) => {
	const parley = await Parley.start();
	t.after(() => parley.stop());
	const alice = await Browser.start({ hz: 1000 });
	t.after(() => alice.stop());
	const bob = await Baresip.start({ audio: 'AMR-WB/16000/1', video: 'H264',
		hz: 440 });
	t.after(() => bob.stop());
	await alice.join(`${parley.http}/phoenix`, 'Alice');
	await bob.dial(parley.uri('phoenix'));
	await hearsOthersOnly(alice, [bob]);
	await hearsOthersOnly(bob, [alice]);

	const numbers = async () => (await parley.endpoints('phoenix'))
		.map(({ endpoint }) => endpoint).sort();
	const before = await numbers();
	const [old] = await parley.mixerPids;
	process.kill(old, 'SIGKILL');
	const killed = Date.now();
	// what was heard before must have left the listening window
	await until('a new mixer sends sound to both', async () => {
		const text = JSON.stringify(await parley.json('stats'));
		const sent = [...text.matchAll(
			/"audio":\{[^}]*"packets_out":(\d+)/g)].map((m) => Number(m[1]));
		return !(await parley.mixerPids).includes(old)
			&& sent.length === 2 && sent.every((n) => n >= 15);
	}, 10000, 20);
	const gaps = await Promise.all([hearsAgain(alice, 440, killed),
		hearsAgain(bob, 1000, killed)]);
	t.diagnostic(`sound back after ${gaps.join(' and ')} ms`);
	assert.ok(Math.max(...gaps) < allowed(5000), `gaps ${gaps}`);
	await sees(alice, [200, 30, 30]);
	await hearsOthersOnly(bob, [alice]);
	// she is told so, and did not call anew for it
	await alice.connected(5000);
	assert.deepEqual(await numbers(), before);

	const [fresh] = await parley.mixerPids;
	assert.notEqual(fresh, old);
	const people = await parley.endpoints('phoenix');
	assert.equal(people.length, 2);
	assert.ok(people.every((p) => p.status === 'connected'),
		JSON.stringify(people));
});

test('a conference leaves a slot where one mixer dies after another', async (t) => {
	const parley = await Parley.start({ mixers: 2 });
	t.after(() => parley.stop());
	const people = [];
	for (const [name, hz] of [['ann', 1000], ['bob', 440]]) {
		const p = await Baresip.start({ name, hz, audio: 'PCMU/8000/1' });
		t.after(() => p.stop());
		await p.dial(parley.uri('nomad'));
		people.push(p);
	}
	const [ann, bob] = people;
	await hearsOthersOnly(ann, [bob]);
	await hearsOthersOnly(bob, [ann]);

	const home = async () => (await parley.json('list')).conferences[0]?.mixer;
	const first = await home();
	const kill = async () => {
		const { mixers } = await parley.json('stats');
		const { pid } = mixers.find((m) => m.mixer === first);
		if (pid)
			process.kill(pid, 'SIGKILL');
	};
	await until('it lives on the other mixer', async () => {
		await kill();
		return await home() === 1 - first;
	}, 20000, 100);
	// what was heard before must have left the listening window
	await until('the other mixer sends sound to both', async () => {
		const { legs } = await parley.json('stats', 'nomad');
		return legs.length === 2
			&& legs.every((l) => l.audio.packets_out >= 75);
	}, 10000, 100);
	await kill();
	await hearsOthersOnly(ann, [bob]);
	await hearsOthersOnly(bob, [ann]);
	assert.equal((await parley.endpoints('nomad')).length, 2);
});
