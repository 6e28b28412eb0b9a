// RTP bleed: a stranger who sprays packets at Parley's ports is sent no media,
// is heard by nobody and makes nobody deaf, whatever he guesses and whoever
// comes first. Hosts are addresses of loopback: legs at 127.0.0.1, he at
// 127.0.0.2; judged by tones.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { sipWorld, hears } from './lib/sip_world.mjs';
import { ABSENT_DB } from './lib/judge.mjs';
import { ulawTone } from './lib/payloads.mjs';
import { steadyPower } from './lib/signal.mjs';
import { SecureLine, TlsPeer } from './lib/secure_peer.mjs';
import { STRANGE_HZ, Stranger, portsOf, putBehindNat, rtcp, rtp, seen }
	from './lib/stranger.mjs';
import { until } from './lib/process.mjs';

const PLAIN = 440, NAT = 1000, SECURE = 1500;

// Those who can tell do not hear it now
async function hearsNoStranger(peers) {
	for (const p of peers) {
		const { rate, samples } = await p.heard(1);
		assert.ok(samples.length >= rate, `${p.name} hears ${samples.length
		} samples`);
		const db = steadyPower(samples, rate, STRANGE_HZ);
		assert.ok(db < ABSENT_DB, `${p.name} hears the stranger at ${
			db.toFixed(1)} dB`);
	}
}

// Terminals of three kinds, in a world
const plain = (w) => (t, name) => w.peer(t, { name });

const behindNat = (w) => async (t, name, i) =>
	putBehindNat(await w.peer(t, { name }), i);

const secure = (w) => async (t, name) => w.peer(t, { name, line: SecureLine,
	sip: await TlsPeer.openAt(w.tlsPort, { name }) });

describe('who sprays', { concurrency: 1 }, () => {
	const w = sipWorld();

	// Terminals of a kind, of which every second only listens
	const peers = (t, kind, count, make) => Promise.all(Array.from(
		{ length: count }, async (_, i) => {
			const p = await make(t, `${kind}${i}`, i);
			p.audio.direction = i & 1 ? 'recvonly' : 'sendrecv';
			return p;
		}));

	test('forty legs join while he does, hear each other and not him', async (t) => {
		const stranger = await Stranger.at(t);
		const kinds = [await peers(t, 'plain', 10, plain(w)),
			await peers(t, 'nat', 10, behindNat(w)),
			await peers(t, 'keyed', 20, secure(w))];
		const all = kinds.flat();
		const tones = [PLAIN, NAT, SECURE];
		const tone = (p) => tones[kinds.findIndex(([first]) => first === p)];
		const ports = portsOf(w.parley);
		let turn = 0;
		stranger.spray(ports, () => {
			const victim = all[turn++ % all.length].audio.ssrc;
			return [rtp(0), rtp(victim), rtcp(victim), rtp(0), rtcp(0),
				rtp(victim, Buffer.alloc(160, 0xd5)),
				rtp(0, Buffer.alloc(1400))];
		});
		for (const p of all) {
			await p.dial(w.parley.uri('spray'));
			if (p.audio.direction === 'sendrecv')
				p.audio.talk(ulawTone(tone(p) || 3000, tone(p) ? 0.3 : 0));
		}
		const allHear = (ms) => Promise.all(all.flatMap((p) => tones
			.filter((hz) => hz !== tone(p)).map((hz) => hears(p, hz, ms))));
		await allHear(3000);
		await until('every port has had every kind', () =>
			stranger.sent >= 7 * ports.length);
		await allHear(1000);
		t.diagnostic(`${stranger.sent} packets were sprayed`);
		stranger.hush();
		assert.equal(stranger.received, 0, 'packets to who sprays');

		// now he knows whatever there is to know, but no keys
		for (const line of [seen, (p) => ({ ...seen(p), ssrc: 0 })]) {
			stranger.talk(all.map(line));
			await all[0].audio.more(150);
			await hearsNoStranger(all);
			await allHear(1000);
		}
		assert.equal(stranger.received, 0, 'packets to who talks');
		assert.deepEqual(all.flatMap((p) => p.requests)
			.filter((m) => m.method === 'BYE').map((m) => m.headers.reason),
		[], 'nobody is hung up on');
	});

	for (const [kind, make] of Object.entries({ plain, behindNat, secure }))
		test(`he comes first, before who is ${kind} has said anything`,
			async (t) => {
				const conference = `first-${kind}`;
				const bob = await w.peer(t, { name: 'bob', hz: PLAIN });
				await bob.dial(w.parley.uri(conference));
				const late = await make(w)(t, 'late', 0);
				late.mute = true;
				const stranger = await Stranger.at(t);
				await late.dial(w.parley.uri(conference));
				const { port } = seen(late);
				stranger.talk([seen(late), { port: port + 1, ssrc: 0 }]);
				const report = rtcp(late.audio.ssrc);
				for (let n = 0; n < 25; n++)
					stranger.send(report, port + 1);
				await bob.audio.more(75);
				assert.equal(stranger.received, 0);
				// he goes on meanwhile
				late.audio.talk(ulawTone(NAT));
				await Promise.all([hears(bob, NAT, 1000),
					hears(late, PLAIN, 1000)]);
				await late.audio.more(60);
				await hearsNoStranger([bob, late]);
				assert.equal(stranger.received, 0);
			});
});

describe('who sprays where media may come from any host',
	{ concurrency: 1 }, () => {
		const w = sipWorld({ options: { media_from: 'any' } });

		test('he takes over nobody who talks, not in the pauses either',
			async (t) => {
				const bob = await w.peer(t, { name: 'bob', hz: PLAIN });
				await bob.dial(w.parley.uri('any'));
				const all = [await plain(w)(t, 'plain'),
					await behindNat(w)(t, 'nat', 0),
					await secure(w)(t, 'keyed'),
					await plain(w)(t, 'pauses')];
				const stranger = await Stranger.at(t);
				for (const [i, p] of all.entries()) {
					await p.dial(w.parley.uri('any'));
					stranger.talk(all.slice(0, i + 1).map(seen));
					// of which the last sends one packet in 400 ms (DTX)
					p.audio.talk(ulawTone(NAT, 0), p.name === 'pauses' ? 400
						: 20);
				}
				await bob.audio.more(200);
				await hearsNoStranger([bob, ...all]);
				await Promise.all(all.map((p) => hears(p, PLAIN, 1000)));
				assert.equal(stranger.received, 0);
			});

		test('he comes first and loses it to whom he robbed', async (t) => {
			const bob = await w.peer(t, { name: 'bob', hz: PLAIN });
			await bob.dial(w.parley.uri('robbed'));
			const nat = await behindNat(w)(t, 'nat', 0);
			nat.mute = true;
			const stranger = await Stranger.at(t);
			const early = performance.now();
			await nat.dial(w.parley.uri('robbed'));
			stranger.talk([seen(nat)]);
			await hears(bob, STRANGE_HZ, 5000);
			assert.ok(performance.now() - early > 2000, 'too early');
			nat.audio.talk(ulawTone(NAT));
			await Promise.all([hears(bob, NAT, 1000),
				hears(nat, PLAIN, 1000)]);
			const { received } = stranger;
			await nat.audio.more(100);
			await hearsNoStranger([bob, nat]);
			assert.equal(stranger.received, received);
		});

		test('packets that do not follow each other are nobody\'s',
			async (t) => {
				const bob = await w.peer(t, { name: 'bob', hz: PLAIN });
				await bob.dial(w.parley.uri('torn'));
				const quiet = await behindNat(w)(t, 'quiet', 0);
				await quiet.dial(w.parley.uri('torn'));
				const stranger = await Stranger.at(t);
				stranger.spray([quiet.audio.remote.port], () =>
					[rtp(Math.floor(Math.random() * 2 ** 32),
						Buffer.alloc(160, 0xd5), 7)], 10);
				await bob.audio.more(200);
				assert.equal(stranger.received, 0);
			});
	});
