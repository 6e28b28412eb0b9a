// Callers whose SDP names somebody else: how much a third party is sent, for
// how long, and that who is there gets everything: who is heard, if late, and
// whose signalling shows where he is. Hosts are
// addresses of loopback, each a victim of its own.
import { createSocket } from 'node:dgram';
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { aim, sentTo } from './lib/cannon.mjs';
import { sipWorld, h264 } from './lib/sip_world.mjs';
import { SipPeer } from './lib/sip_peer.mjs';
import { nalsOf } from './lib/payloads.mjs';
import { until } from './lib/process.mjs';

const CONFERENCE = 'cannon';
const CALLS = 20;

// What a third party may be sent at most: 2 s of PCMU, 32 KiB of pictures, and
// what trickles until the call ends
const SOUND_BYTES = 100 * 172, TRICKLE_BYTES = 20 * 4 * 172 + 2000;
const PICTURES_BYTES = 32 * 1024;

describe('who was not heard', { concurrency: 1 }, () => {
	// trusted: free of the rates, as an attack from many hosts would be
	const w = sipWorld();

	// Sound and pictures that never end
	const bob = async (t) => {
		const p = await w.peer(t, { name: 'bob', hz: 1000,
			video: [h264('0d')] });
		await p.dial(w.parley.uri(CONFERENCE));
		p.video.film(w.camera, 15);
		return p;
	};

	// A caller here whose lines are at another host
	const caller = async (t, name, host, { video, direction } = {}) => {
		const p = await w.peer(t, { name, mute: true,
			video: video ? [h264('0d')] : null });
		return aim(p, host, direction);
	};

	const call = async (p) => {
		await p.dial(w.parley.uri(CONFERENCE));
		p.since = performance.now();
	};

	// Until Parley hangs up: after how many seconds
	const end = async (p) => {
		await p.request('BYE', 30000);
		p.gone = true;
		return (p.requests.find((m) => m.method === 'BYE').at - p.since) / 1000;
	};

	test('a third party is sent little, and the call ends', async (t) => {
		await bob(t);
		const victims = [
			{ host: '127.0.0.2' },
			{ host: '127.0.0.3', direction: 'recvonly' },
			{ host: '127.0.0.4', video: true },
			{ host: '127.0.0.5', video: true, direction: 'recvonly' },
		];
		await Promise.all(victims.map(async ({ host, ...options }, i) => {
			const p = await caller(t, `mallory${i}`, host, options);
			await call(p);
			await until('sound is withheld', async () => {
				const leg = await w.legStats(CONFERENCE, p.name);
				return leg.audio.withheld && (!options.video
					|| leg.video.withheld);
			}, 6000);
			assert.ok(p.audio.received.length >= 90, 'the first two seconds');
			const seconds = await end(p), bytes = sentTo(p);
			t.diagnostic(`${JSON.stringify(options)}: ${bytes} bytes for ${
				p.bytes}, over after ${seconds.toFixed(1)} s`);
			assert.ok(seconds > 18, `after ${seconds} s`);
			const most = SOUND_BYTES + TRICKLE_BYTES
				+ (options.video ? PICTURES_BYTES : 0);
			assert.ok(bytes < most, `${bytes} bytes, not ${most}`);
		}));
	});

	test('twenty calls to one third party do not add up', async (t) => {
		await bob(t);
		const calls = await Promise.all(Array.from({ length: CALLS }, (_, i) =>
			caller(t, `mallory${i}`, '127.0.0.6', { video: true })));
		for (const p of calls)
			await call(p);
		await Promise.all(calls.map(end));
		const bytes = calls.reduce((sum, p) => sum + sentTo(p), 0);
		const cost = calls.reduce((sum, p) => sum + p.bytes, 0);
		t.diagnostic(`${CALLS} calls: ${bytes} bytes for ${cost}`);
		// of one, the first packet of each, and reports
		assert.ok(bytes < SOUND_BYTES + PICTURES_BYTES + TRICKLE_BYTES
			+ CALLS * 172 + 10000, `${bytes} bytes`);
	});

	// b=RS:0 and b=RR:0 (RFC 3556), recorders, one-way gateways
	const silent = async (t, p) => {
		await bob(t);
		await call(p);
		// more than the 20 s after which it would be given up
		await p.audio.more(1150, 40000);
		assert.ok(!p.requests.some((m) => m.method === 'BYE'));
		assert.equal((await w.legStats(CONFERENCE, p.name)).audio.withheld, 0);
	};

	test('who only listens and does not report is there by its ACK', async (t) => {
		const p = await w.peer(t, { name: 'mute', host: '127.0.0.8', mute: true,
			sip: await SipPeer.open(w.parley.sipPort, { host: '127.0.0.8',
				server: '127.0.0.1', name: 'mute' }) });
		p.audio.direction = 'recvonly';
		await silent(t, p);
	});

	test('whose reports come from another host, too', async (t) => {
		const p = await w.peer(t, { name: 'split', mute: true });
		p.audio.direction = 'recvonly';
		const { control } = p.audio;
		control.close();
		p.audio.control = createSocket('udp4');
		await new Promise((bound) => p.audio.control.bind(0, '127.0.0.9',
			bound));
		const reports = setInterval(() => p.audio.remote && p.audio.appear(),
			2000);
		t.after(() => clearInterval(reports));
		await silent(t, p);
	});

	test('who is heard late gets all the sound, and a key frame at once',
		async (t) => {
			await bob(t);
			const p = await caller(t, 'late', '127.0.0.7', { video: true });
			await call(p);
			await until('pictures are withheld', async () => (await w.legStats(
				CONFERENCE, 'late')).video.withheld, 5000);
			await until('sound is withheld', async () => (await w.legStats(
				CONFERENCE, 'late')).audio.withheld > 100, 10000);
			const before = p.video.received.length;
			const heard = p.audio.received.length;
			p.audio.appear();
			// of sound alone it was heard: the pictures go to the same host
			await until('a key frame comes', () => nalsOf(p.video.received
				.slice(before).map(({ payload }) => payload))
				.some((nal) => (nal[0] & 31) === 5), 2000);
			const [first] = nalsOf(p.video.received.slice(before)
				.map(({ payload }) => payload));
			assert.ok([7, 9, 5].includes(first[0] & 31), `begins with ${
				first[0] & 31}`);
			await p.audio.more(100, 4000);
			const { withheld } = (await w.legStats(CONFERENCE, 'late')).audio;
			await p.audio.more(50);
			assert.equal((await w.legStats(CONFERENCE, 'late')).audio.withheld,
				withheld);
			// not a number is left out, and a silence ends with a marker
			p.audio.received.forEach(({ seq, marker, at }, i, all) => {
				if (!i)
					return;
				assert.equal(seq, all[i - 1].seq + 1 & 0xffff, `packet ${i}`);
				if (at - all[i - 1].at > 200 && i <= heard)
					assert.ok(marker, `packet ${i} begins something`);
			});
		});
});
