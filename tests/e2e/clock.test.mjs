// A wall clock that is set, forward and back, moves no timer: calls, sound,
// registrations and subscriptions go on, and a mixer that hangs is noticed.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer, compound, dtlsOffer } from './lib/rtp_peer.mjs';
import { SipPeer } from './lib/sip_peer.mjs';
import { Watcher } from './lib/watcher.mjs';
import { WallClock } from './lib/wall_clock.mjs';
import { hearsOthersOnly } from './lib/judge.mjs';
import { scratch, until } from './lib/process.mjs';

const NTP_EPOCH_S = 2208988800;
const host = '127.0.0.2'; // who need not prove who they are

// NTP time of each sender report, and when it came, in seconds
const reports = (line) => line.rtcp.flatMap(({ at, data }) => compound(data)
	.filter(({ type }) => type === 200)
	.map((p) => ({ at: at / 1000, ntp: p.data.readUInt32BE(8)
		+ p.data.readUInt32BE(12) / 2 ** 32 })));

test('a wall clock that is set moves no timer', async (t) => {
	const work = await scratch();
	t.after(() => work.remove());
	const clock = await WallClock.make(work.dir);
	const parley = await Parley.start({ auth: 'on', trusted_hosts: host },
		clock.env);
	t.after(() => parley.stop());

	const { output } = await parley.cli('user', 'add', 'carl', '--generate');
	const carl = await Baresip.start({ name: 'carl', account: {
		aor: `sip:carl@127.0.0.1:${parley.sipPort}`,
		password: output.match(/^password: (\S+)$/m)[1],
		proxy: `sip:127.0.0.1:${parley.sipPort}` } });
	t.after(() => carl.stop());
	const bindings = async () =>
		(await parley.json('stats')).registrar.bindings;
	await until('carl is registered', async () => await bindings() === 1);

	const trusted = (name) => SipPeer.open(parley.sipPort,
		{ host, server: '127.0.0.1', name });
	const open = async (name, hz) => {
		const p = await RtpPeer.open(parley, { name, hz, host,
			sip: await trusted(name) });
		t.after(() => p.close());
		await p.dial(parley.uri('steps'), { Supported: 'timer',
			'Session-Expires': '1800;refresher=uac' });
		return p;
	};
	const a = await open('ann', 440), b = await open('bob', 1000);
	const peer = await trusted('ann');
	t.after(() => peer.close());
	const watcher = await Watcher.open(parley, 'steps', { peer });
	t.after(() => watcher.close());
	assert.equal((await watcher.subscribe({ expires: 600, headers: {
		'P-Asserted-Identity': `<${peer.contact}>` } })).status, 200);
	await watcher.sees('two users', (s) => s.users.size === 2);
	await until('the mixer has reported', () => reports(a.audio).length,
		15000);
	const [mixer] = await parley.mixerPids;
	// the clock is what it seems: the first report tells of it
	const [first] = reports(a.audio);
	assert.ok(Math.abs(first.ntp - NTP_EPOCH_S - Date.now() / 1000) < 60);

	const hour = 3600, day = 24 * hour;
	for (const step of [hour, -hour, day, -day, 0]) {
		await clock.set(step);
		// a second of sound, in which every timer that is due goes off
		const packets = await a.audio.more(50, 4000);
		for (const [i, p] of packets.entries())
			assert.equal(p.seq, packets[0].seq + i & 0xffff);
		await hearsOthersOnly(a, [b]);
		await hearsOthersOnly(b, [a]);
		assert.deepEqual([...a.requests, ...b.requests].map((m) => m.method),
			[], `${step} s`);
		assert.equal(await bindings(), 1, `${step} s`);
		const told = watcher.notifies.length;
		await parley.json(step > 0 ? 'lock' : 'unlock', 'steps');
		if (step)
			await watcher.sees('it is told', (_, w) =>
				w.notifies.length > told);
		assert.deepEqual(await parley.mixerPids, [mixer]);
	}
	for (const r of reports(a.audio))
		assert.ok(Math.abs(r.ntp - first.ntp - (r.at - first.at)) < 2,
			'sender reports go on by the time that passes');

	await clock.set(-hour);
	process.kill(mixer, 'SIGSTOP');
	await until('the mixer that hangs is replaced', async () => {
		const [now] = await parley.mixerPids;
		return now && now !== mixer;
	}, 10000);
	await hearsOthersOnly(a, [b]);
	await hearsOthersOnly(b, [a]);
});

// OpenSSL times them by the wall clock
test('nor does it stall a handshake, or hurry it', async (t) => {
	const work = await scratch();
	t.after(() => work.remove());
	const clock = await WallClock.make(work.dir);
	const parley = await Parley.start({}, clock.env);
	t.after(() => parley.stop());
	const bob = await RtpPeer.open(parley, { name: 'bob', hz: 1000 });
	t.after(() => bob.close());
	await bob.dial(parley.uri('hello'));

	// when flights come to who does not answer; the wall clock is set after
	// the second one, which is 200 ms after the first
	const flights = async (step) => {
		const p = await RtpPeer.open(parley, { name: `deaf${step}` });
		t.after(() => p.close());
		const at = [];
		p.audio.media.on('message', () => at.push(performance.now()));
		await clock.set(0);
		await dtlsOffer(p, parley.uri('hello'), 'passive');
		await until('two flights came', () => at.length >= 2, 3000, 5);
		await clock.set(step);
		await until(`five came after a step of ${step} s`,
			() => at.length >= 5, 8000);
		return at.slice(1, 5).map((ms, i) => Math.round(ms - at[i]));
	};
	for (const step of [0, 3600, -3600, -1]) {
		const gaps = await flights(step);
		t.diagnostic(`${step} s: ${gaps} ms`);
		// 200, 400, 800 and 1600 ms, looked at every 20 ms or so
		gaps.forEach((ms, i) => assert.ok(ms > 150 * 2 ** i
			&& ms < 200 * 2 ** i + 400, `${step} s: ${gaps} ms`));
	}
});
