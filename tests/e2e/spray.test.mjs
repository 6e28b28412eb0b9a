// RTP bleed: a stranger who sprays packets at Parley's ports is sent no media,
// is heard by nobody and makes nobody deaf, whatever he guesses and whoever
// comes first. Hosts are addresses of loopback: legs at 127.0.0.1, he at
// 127.0.0.2; judged by tones.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { sipWorld, hears } from './lib/sip_world.mjs';
import { ABSENT_DB } from './lib/judge.mjs';
import { ulawTone } from './lib/payloads.mjs';
import { steadyPower } from './lib/signal.mjs';
import { SecureLine, TlsPeer } from './lib/secure_peer.mjs';
import { until } from './lib/process.mjs';

const PLAIN = 440, NAT = 1000, SECURE = 1500, STRANGE = 2300;

const rtp = (ssrc, payload = Buffer.alloc(0), seq = 0) => {
	const head = Buffer.from([0x80, 0, seq >> 8, seq & 255,
		...Array(8).fill(0)]);
	head.writeUInt32BE(seq * 160 >>> 0, 4);
	head.writeUInt32BE(ssrc, 8);
	return Buffer.concat([head, payload]);
};

// An SR and a BYE of that source (RFC 3550 sections 6.4.1 and 6.6)
const rtcp = (ssrc) => {
	const b = Buffer.alloc(36);
	b.set([0x80, 200, 0, 6]);
	b.writeUInt32BE(ssrc, 4);
	b.set([0x81, 203, 0, 1], 28);
	b.writeUInt32BE(ssrc, 32);
	return b;
};

// Somebody who belongs to no call
class Stranger {
	static async at(t, host = '127.0.0.2') {
		const s = new Stranger();
		s.received = 0;
		s.sent = 0;
		s.socket = createSocket('udp4');
		s.socket.on('message', () => s.received++);
		await new Promise((bound) => s.socket.bind(0, host, bound));
		t.after(() => { s.hush(); s.socket.close(); });
		return s;
	}

	send(packet, port) {
		this.sent++;
		this.socket.send(packet, port, '127.0.0.1');
	}

	// Round after round of the ports, `batch` of them in 20 ms; of what there
	// is in a round, one packet for each
	spray(ports, rounds, batch = 100) {
		let n = 0;
		this.timer = setInterval(() => {
			const kinds = rounds();
			for (let i = 0; i < batch; i++, n++)
				this.send(kinds[Math.floor(n / ports.length) % kinds.length],
					ports[n % ports.length]);
		}, 20);
	}

	// His tone to all of them, with the SSRC that goes with each
	talk(lines) {
		const payloads = ulawTone(STRANGE), start = performance.now();
		let n = 0;
		this.hush();
		this.timer = setInterval(() => {
			for (; performance.now() - start >= n * 20; n++) {
				const { value } = payloads.next();
				for (const { port, ssrc, seq = 0 } of lines)
					this.send(rtp(ssrc, value, seq + n & 0xffff), port);
			}
		}, 5);
	}

	hush() { clearInterval(this.timer); }
}

// Those who can tell do not hear it now
async function hearsNoStranger(peers) {
	for (const p of peers) {
		const { rate, samples } = await p.heard(1);
		assert.ok(samples.length >= rate, `${p.name} hears ${samples.length
		} samples`);
		const db = steadyPower(samples, rate, STRANGE);
		assert.ok(db < ABSENT_DB, `${p.name} hears the stranger at ${
			db.toFixed(1)} dB`);
	}
}

function portsOf(parley) {
	const [first, last] = parley.settings.rtp_ports.split('-').map(Number);
	return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

// He knows the SSRC and the next number, as if he had seen a packet
const seen = (p) => ({ port: p.audio.remote.port, ssrc: p.audio.ssrc,
	seq: p.audio.seq });

// Terminals of three kinds, in a world
const plain = (w) => (t, name) => w.peer(t, { name });

// The SDP names a private address; who only listens has one port for all
const behindNat = (w) => async (t, name, i) => {
	const p = await w.peer(t, { name });
	p.audio.address = `10.0.0.${i + 1}`;
	p.audio.mux = Boolean(i & 1);
	return p;
};

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
		assert.ok(all.every((p) => !p.requests.some((m) =>
			m.method === 'BYE')));
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
			await hears(bob, STRANGE, 5000);
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
