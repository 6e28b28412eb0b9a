// RTP ports used up, one of them in another program's hands, and calls that
// come all the same: who is in loses nothing, who is refused hears when to come
// again, and the media server that refuses so many is not taken for dead.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { Crowd } from './lib/crowd.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { portSlice, until } from './lib/process.mjs';

const PAIRS = 1500; // of the range
const PEOPLE = 24; // with sound both ways
const RATE = 300; // INVITEs a second
const QUIET_MS = 3000, FLOOD_MS = 6000;
const OTHERS = 20; // ports of the range that other programs may give up
const BEATS_MORE = 0.05; // that may be missed of all, beside the machine's own

// What came of a stream since `from`: one source, each packet, and how often
// its time went on by more than a beat
function jumps(received, from) {
	let count = 0;
	for (let i = from + 1; i < received.length; i++) {
		const [last, p] = [received[i - 1], received[i]];
		assert.equal(p.ssrc, last.ssrc);
		assert.equal(p.seq, last.seq + 1 & 0xffff, 'a packet is missing');
		count += (p.ts - last.ts >>> 0) !== 160;
	}
	return count;
}

test('S16 calls beyond the RTP ports cost those who are in nothing', async (t) => {
	// below the ports that the kernel gives to whoever asks for any
	// all of them are used up, so they are nobody else's: above what the
	// kernel gives by itself
	const first = await portSlice(61000, 2 * PAIRS, 1);
	const parley = await Parley.start({ media_timeout: 600,
		strangers_rate: 0,
		max_participants: 2 * PAIRS + RATE * 10,
		rtp_ports: `${first}-${first + 2 * PAIRS - 1}` });
	t.after(() => parley.endsWell());
	const foreign = createSocket('udp4');
	t.after(() => foreign.close());
	await new Promise((bound) => foreign.bind(first + PAIRS + 1, '127.0.0.1',
		bound));
	const [pid] = await parley.mixerPids;
	const mixer = async () => (await parley.json('stats')).mixers[0];

	const people = [];
	for (let i = 0; i < PEOPLE; i++) {
		const p = await RtpPeer.open(parley, { name: `p${i}`, hz: 300 + 50 * i });
		t.after(() => p.close());
		await p.dial(parley.uri('meeting'));
		people.push(p);
	}
	const crowd = await Crowd.open(t, parley, 'crowd');
	// as far as it goes: programs that are none of this test's may be there
	const filled = await crowd.fillAll();
	assert.ok(filled < PAIRS);
	assert.ok(filled > 0.9 * PAIRS - PEOPLE, `${filled} of ${PAIRS}`);

	// Beats that were missed of all, while what happens happens; how often
	// they were tells how often a stream may jump
	const observe = async (happens) => {
		const from = people.map((p) => p.audio.received.length);
		const was = await mixer();
		await happens();
		const is = await mixer();
		const missed = is.ticks_missed - was.ticks_missed;
		const share = missed / (missed + is.ticks - was.ticks);
		const late = people.map((p, i) => jumps(p.audio.received, from[i]));
		assert.ok(Math.max(...late) <= missed, `${late} jumps, ${missed}`);
		for (const [i, p] of people.entries())
			assert.ok(p.audio.received.length > from[i], p.name);
		return { share, missed, mixer: is };
	};
	const quiet = await observe(() => sleep(QUIET_MS));
	const eve = await Crowd.open(t, parley, 'eve');
	const flood = await observe(async () => {
		await eve.flood(RATE, FLOOD_MS);
		await eve.answered();
	});
	t.diagnostic(`beats missed: ${quiet.missed} before, ${flood.missed} of ${
		flood.mixer.ticks} meanwhile; late ${flood.mixer.tick_late_us_p99} us`);
	t.diagnostic(`requests: ${JSON.stringify(flood.mixer.requests)}`);

	assert.deepEqual(await parley.mixerPids, [pid]);
	assert.equal(flood.mixer.replaced, 0);
	assert.ok(flood.share < quiet.share + BEATS_MORE,
		`${flood.share} of all beats missed, ${quiet.share} before`);
	assert.ok(eve.taken < OTHERS, `${eve.taken} came in`);
	for (const m of eve.finals.values()) {
		if (m.status === 200)
			continue;
		assert.equal(m.status, 503, m.first);
		assert.ok(Number(m.headers['retry-after']) > 0);
		assert.match(m.headers.warning, /\((no-ports|overload)\)/);
	}
	const { count, p50_us: half, p99_us: most, max_us: max } =
		flood.mixer.requests;
	assert.ok(count > filled + PEOPLE);
	assert.ok(half <= most && most <= max);

	// what one gives up another one gets
	const all = filled + eve.taken + PEOPLE;
	const are = (n) => until(`${n} are in`, async () => {
		const { legs } = await mixer();
		return legs === n || Promise.reject(new Error(`${legs}`));
	});
	await are(all);
	await crowd.bye('crowd-1');
	await are(all - 1);
	assert.equal(await crowd.fill(1), filled + 1);
});
