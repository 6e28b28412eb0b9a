// Who is heard, and who hears, when packets come from elsewhere than the SDP
// says: late ones, a NAT's new port, strangers. Hosts are addresses of
// loopback. Judged by tones: what is said at one place is heard at another.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { sipWorld, hears } from './lib/sip_world.mjs';
import { ulawTone, samplesOf } from './lib/payloads.mjs';
import { tonePower } from './lib/signal.mjs';
import { until } from './lib/process.mjs';

const A = 440, B = 1000;

// Power of a tone in the PCMU that came since then, dB
const power = (received, hz, since) => {
	const all = received.filter((p) => p.at >= since);
	const samples = new Float32Array(all.length * 160);
	all.forEach((p, i) => samples.set(samplesOf(p.payload, 'PCMU')
		.subarray(0, 160), i * 160));
	return samples.length < 1600 ? -99 : tonePower(samples, 8000, hz);
};

// The next packet of a line's stream
function next(line, payload = Buffer.alloc(160, 0xff)) {
	const head = Buffer.alloc(12);
	head[0] = 0x80;
	head.writeUInt16BE(line.seq, 2);
	head.writeUInt32BE(line.ts, 4);
	head.writeUInt32BE(line.ssrc, 8);
	line.seq = line.seq + 1 & 0xffff;
	line.ts = line.ts + 160 >>> 0;
	return Buffer.concat([head, payload]);
}

// A socket that speaks for a line, or against it
class Place {
	static async at(t, host) {
		const p = new Place();
		p.received = [];
		p.socket = createSocket('udp4');
		p.socket.on('message', (data) => p.received.push(
			{ at: performance.now(), payload: data.subarray(12) }));
		await new Promise((bound) => p.socket.bind(0, host, bound));
		t.after(() => { p.hush(); p.socket.close(); });
		return p;
	}

	send(line, payload) {
		this.socket.send(next(line, payload), line.remote.port,
			line.remote.address);
	}

	// The line's stream goes on from here
	talk(line, hz) {
		const payloads = ulawTone(hz), start = performance.now();
		let n = 0;
		this.hush();
		this.timer = setInterval(() => {
			for (; performance.now() - start >= n * 20; n++)
				this.send(line, payloads.next().value);
		}, 5);
	}

	hush() { clearInterval(this.timer); }

	async hears(hz, ms) {
		await until(`${hz} Hz is heard at port ${
			this.socket.address().port}`, () => power(this.received, hz,
			performance.now() - 300) > -20, ms, 20);
	}
}

describe('where media comes from and goes to', { concurrency: 1 }, () => {
	const w = sipWorld({ options: { trusted_hosts: '127.0.0.1' } });

	// `alice` in the middle of the test, `bob` says 1000 Hz and listens
	const two = async (t, name, options = {}) => {
		const bob = await w.peer(t, { name: 'bob', hz: B });
		const alice = await w.peer(t, { name: 'alice', ...options });
		await bob.dial(w.parley.uri(name));
		return { alice, bob };
	};

	test('late packets of the old port take no sound from the new one',
		async (t) => {
			const { alice, bob } = await two(t, 'straggler');
			await alice.dial(w.parley.uri('straggler'));
			alice.audio.talk(ulawTone(A));
			await hears(bob, A, 5000);
			alice.audio.quiet();
			const old = alice.audio.media;
			old.removeAllListeners('message');
			// the same line at a new port that only listens
			alice.audio.media = null;
			await alice.audio.open();
			await alice.invite();
			const { port, address } = alice.audio.remote;
			// as fast as what comes to the new one
			const late = async (count) => {
				for (let n = 0; n < count; n++, await alice.audio.more(1))
					old.send(next(alice.audio), port, address);
			};
			const hearsOn = async (what) => {
				const since = performance.now();
				await alice.audio.more(40);
				assert.ok(power(alice.audio.received, B, since) > -20, what);
			};
			await late(5);
			await hears(alice, B, 3000);
			await hearsOn('after five late packets');
			await late(25);
			await hearsOn('after half a second of them');
			old.close();
		});

	test('one packet of another port diverts nothing', async (t) => {
		const { alice } = await two(t, 'one');
		await alice.dial(w.parley.uri('one'));
		await hears(alice, B, 5000);
		for (const host of ['127.0.0.1', '127.0.0.2']) {
			const p = await Place.at(t, host);
			p.send({ ...alice.audio, ssrc: 99 });
			const since = performance.now();
			await alice.audio.more(45);
			assert.equal(p.received.length, 0, host);
			assert.ok(power(alice.audio.received, B, since) > -20, host);
		}
	});

	test('a NAT\'s new port in mid-call is heard and sent to', async (t) => {
		const { alice, bob } = await two(t, 'rebind');
		await alice.dial(w.parley.uri('rebind'));
		alice.audio.talk(ulawTone(A));
		await hears(bob, A, 5000);
		await hears(alice, B, 5000);
		alice.audio.quiet();
		const moved = await Place.at(t, '127.0.0.1');
		moved.talk(alice.audio, 1500);
		await Promise.all([hears(bob, 1500, 3000), moved.hears(B, 3000)]);
		// and the next one, and back at the first
		moved.hush();
		const again = await Place.at(t, '127.0.0.1');
		again.talk(alice.audio, A);
		await Promise.all([hears(bob, A, 3000), again.hears(B, 3000)]);
		again.hush();
		alice.audio.talk(ulawTone(1500));
		await Promise.all([hears(bob, 1500, 3000), hears(alice, B, 3000)]);
	});

	// Two behind one NAT, one of whom knows the other's port here
	test('who takes over in a pause gives back what he took', async (t) => {
		const { alice, bob } = await two(t, 'thief');
		alice.audio.address = '10.11.12.13';
		await alice.dial(w.parley.uri('thief'));
		alice.audio.talk(ulawTone(A));
		await Promise.all([hears(bob, A, 5000), hears(alice, B, 5000)]);
		const thief = await Place.at(t, '127.0.0.1');
		const line = { ...alice.audio, ssrc: 99, seq: 1 };
		thief.talk(line, 1500);
		// not while she speaks
		await alice.audio.more(100);
		assert.equal(thief.received.length, 0);
		alice.audio.quiet();
		await thief.hears(B, 3000);
		// a stream that was left is refused for 2 s, as if it were late
		alice.audio.talk(ulawTone(A));
		await Promise.all([hears(bob, A, 3000), hears(alice, B, 1000)]);
		const count = thief.received.length;
		await alice.audio.more(100);
		assert.ok(thief.received.length - count < 20, 'and keeps it');
		// the NAT gives her another port, while he goes on
		alice.audio.quiet();
		const moved = await Place.at(t, '127.0.0.1');
		moved.talk(alice.audio, 1800);
		await Promise.all([hears(bob, 1800, 3000), moved.hears(B, 3000)]);
	});

	test('who only listens is not robbed while his reports come', async (t) => {
		const { alice } = await two(t, 'robbed');
		alice.audio.direction = 'recvonly';
		await alice.dial(w.parley.uri('robbed'));
		await hears(alice, B, 5000);
		const reports = setInterval(() => alice.audio.appear(), 4000);
		t.after(() => clearInterval(reports));
		const thief = await Place.at(t, '127.0.0.1');
		thief.talk({ ...alice.audio }, 1500);
		const since = performance.now();
		await alice.audio.more(300, 12000);
		assert.equal(thief.received.length, 0);
		assert.ok(power(alice.audio.received, B, since) > -20);
	});

	test('a terminal behind a NAT is heard and hears', async (t) => {
		const { alice, bob } = await two(t, 'nat');
		alice.audio.address = '10.11.12.13';
		await alice.dial(w.parley.uri('nat'));
		alice.audio.talk(ulawTone(A));
		await Promise.all([hears(bob, A, 2000), hears(alice, B, 2000)]);
	});

	test('who sprays from another host hears and says nothing', async (t) => {
		const thief = await Place.at(t, '127.0.0.66');
		const [first, last] = w.parley.settings.rtp_ports.split('-').map(Number);
		const packet = Buffer.alloc(12);
		packet[0] = 0x80;
		const spray = setInterval(() => {
			for (let port = first + (first & 1); port < last; port += 2)
				thief.socket.send(packet, port, '127.0.0.1');
		}, 20);
		t.after(() => clearInterval(spray));
		const { alice, bob } = await two(t, 'spray');
		const carol = await w.peer(t, { name: 'carol' });
		alice.audio.address = '10.11.12.13';
		carol.audio.direction = 'recvonly';
		await alice.dial(w.parley.uri('spray'));
		await carol.dial(w.parley.uri('spray'));
		await bob.audio.more(25);
		alice.audio.talk(ulawTone(A));
		await Promise.all([hears(bob, A, 3000), hears(alice, B, 3000),
			hears(carol, B, 3000)]);
		thief.talk({ ...alice.audio }, 1500);
		await bob.audio.more(125);
		assert.equal(thief.received.length, 0);
		for (const p of [alice, carol]) {
			const { samples, rate } = await p.heard(0.5);
			assert.ok(tonePower(samples, rate, B) > -20, p.name);
		}
		const { samples, rate } = await bob.heard(1);
		assert.ok(tonePower(samples, rate, 1500) < -30, 'the thief is heard');
	});

	test('behind a trusted proxy the terminal\'s host is the bottom Via\'s',
		async (t) => {
			const { alice, bob } = await two(t, 'proxy');
			alice.audio.address = '10.11.12.13';
			await alice.dial(w.parley.uri('proxy'), viaOf(alice,
				'10.11.12.13:5060;received=127.0.0.7;rport=5060'));
			const terminal = await Place.at(t, '127.0.0.7');
			terminal.talk(alice.audio, A);
			await Promise.all([hears(bob, A, 3000),
				terminal.hears(B, 3000)]);
		});

	test('no sender\'s SSRC is told to others', async (t) => {
		const { alice, bob } = await two(t, 'ssrc');
		await alice.dial(w.parley.uri('ssrc'));
		alice.audio.talk(ulawTone(A));
		await hears(bob, A, 5000);
		const own = Buffer.alloc(4);
		own.writeUInt32BE(alice.audio.ssrc);
		for (const { ssrc, size, payload } of bob.audio.received) {
			assert.notEqual(ssrc, alice.audio.ssrc);
			assert.equal(size - payload.length, 12, 'no list of CSRCs');
		}
		await until('bob gets a report', () => bob.audio.rtcp.length, 8000);
		assert.equal(Buffer.concat(bob.audio.rtcp.map((p) => p.data))
			.indexOf(own), -1);
	});
});

describe('media_from any', { concurrency: 1 }, () => {
	const w = sipWorld({ options: { media_from: 'any' } });

	test('another host is believed while the known ones are silent',
		async (t) => {
			const bob = await w.peer(t, { name: 'bob', hz: B });
			const alice = await w.peer(t, { name: 'alice' });
			await bob.dial(w.parley.uri('any'));
			await alice.dial(w.parley.uri('any'));
			alice.audio.talk(ulawTone(A));
			await hears(bob, A, 5000);
			const other = await Place.at(t, '127.0.0.9');
			other.talk({ ...alice.audio }, 1500);
			await bob.audio.more(75);
			assert.equal(other.received.length, 0);
			alice.audio.quiet();
			await Promise.all([hears(bob, 1500, 4000),
				other.hears(B, 4000)]);
			// and who was signalled comes back at once
			alice.audio.talk(ulawTone(A));
			await Promise.all([hears(bob, A, 1000), hears(alice, B, 1000)]);
		});
});

describe('Parley\'s own ports', { concurrency: 1 }, () => {
	const w = sipWorld({ options: { media_timeout: 5 } });

	test('a leg that names them hears nothing, and ends', async (t) => {
		const [bob] = await w.joined(t, 'self', { name: 'bob', hz: B });
		const peers = await w.joined(t, 'self', { name: 'one' },
			{ name: 'two' });
		const ports = peers.map((p) => p.audio.remote.port);
		// each its own port; then each the other's
		for (const [i, p] of peers.entries()) {
			const port = ports[i];
			const body = p.sdp.replace(/m=audio \d+/, `m=audio ${port}`)
				.replace(/a=rtcp:\d+/, `a=rtcp:${port + 1}`);
			assert.equal((await p.ask('INVITE', { body })).status, 200);
		}
		const more = await w.joined(t, 'self', { name: 'three' },
			{ name: 'four' });
		const others = more.map((p) => p.audio.remote.port).reverse();
		for (const [i, p] of more.entries()) {
			const port = others[i];
			const body = p.sdp.replace(/m=audio \d+/, `m=audio ${port}`)
				.replace(/a=rtcp:\d+/, `a=rtcp:${port + 1}`);
			assert.equal((await p.ask('INVITE', { body })).status, 200);
		}
		for (const p of [...peers, ...more]) {
			await p.request('BYE', 15000);
			p.gone = true;
		}
		assert.deepEqual(bob.requests.filter((m) => m.method === 'BYE')
			.map((m) => m.headers.reason), []);
	});
});

// Conferences, on one mixer or two, that a B2BUA joins: it calls two and has
// each send to where the other one listens
for (const mixers of [1, 2])
	describe(`conferences that are joined, on ${mixers} mixers`,
		{ concurrency: 1 }, () => {
			const w = sipWorld({ options: { media_timeout: 5, mixers } });

			const join = async (t, ...names) => {
				const peers = [];
				for (const name of names)
					peers.push((await w.joined(t, name, { name: `to${name}${
						Math.random().toString(36).slice(2, 6)}` }))[0]);
				for (const [i, p] of peers.entries()) {
					const { port } = peers[1 - i].audio.remote;
					const body = p.sdp
						.replace(/m=audio \d+/, `m=audio ${port}`)
						.replace(/a=rtcp:\d+/, `a=rtcp:${port + 1}`);
					assert.equal((await p.ask('INVITE', { body })).status,
						200);
				}
				return peers;
			};
			const end = (peers) => Promise.all(peers.map(async (p) => {
				await p.request('BYE', 15000);
				p.gone = true;
			}));
			const ends = (p) => p.requests.some((m) => m.method === 'BYE');
			const talkers = async (t, ...names) => {
				const all = [];
				for (const [i, name] of names.entries()) {
					const p = await w.peer(t, { name, hz: [A, B, 1800][i] });
					await p.dial(w.parley.uri(name));
					all.push(p);
				}
				return all;
			};

			test('two hear each other, and part with the last who is there',
				async (t) => {
					const [bob, eve] = await talkers(t, 'left', 'right');
					const { conferences } = await w.parley.json('list');
					assert.equal(new Set(conferences.map((c) => c.mixer))
						.size, mixers);
					const ends2 = await join(t, 'left', 'right');
					await Promise.all([hears(bob, B, 5000),
						hears(eve, A, 5000)]);
					// longer than who is not heard lives
					await bob.audio.more(350, 10000);
					await Promise.all([hears(bob, B, 1000),
						hears(eve, A, 1000)]);
					const own = power(bob.audio.received, A,
						performance.now() - 1000);
					assert.ok(own < -40, `bob hears himself: ${own} dB`);
					assert.ok(!ends2.some(ends));
					for (const p of [bob, eve]) {
						await p.bye();
						p.gone = true;
					}
					await end(ends2);
				});

			test('what would close a circle is silent, and ends', async (t) => {
				const [bob, eve] = await talkers(t, 'left', 'right');
				const first = await join(t, 'left', 'right');
				const second = await join(t, 'left', 'right');
				await Promise.all([hears(bob, B, 5000), hears(eve, A, 5000)]);
				await end(second);
				await Promise.all([hears(bob, B, 1000), hears(eve, A, 1000)]);
				assert.ok(power(bob.audio.received, A, performance.now() - 1000)
					< -40, 'bob hears himself');
				assert.ok(![bob, eve, ...first].some(ends));
			});

			test('so it is where three are joined', async (t) => {
				const [bob, eve, zoe] = await talkers(t, 'a', 'b', 'c');
				const chain = [...await join(t, 'a', 'b'),
					...await join(t, 'b', 'c')];
				const last = await join(t, 'c', 'a');
				await Promise.all([hears(bob, 1800, 5000),
					hears(eve, A, 5000), hears(zoe, A, 5000)]);
				await end(last);
				await hears(bob, 1800, 1000);
				for (const [p, hz] of [[bob, A], [eve, B], [zoe, 1800]])
					assert.ok(power(p.audio.received, hz,
						performance.now() - 1000) < -40, p.name);
				assert.ok(![bob, eve, zoe, ...chain].some(ends));
			});
		});

// The terminal's Via below the proxy's, which is this peer
const viaOf = (peer, terminal) => ({
	Via: `SIP/2.0/UDP ${peer.sip.contact.split('@')[1]};branch=z9hG4bK${
		Math.random().toString(36).slice(2)};rport\r\n`
		+ `Via: SIP/2.0/UDP ${terminal};branch=z9hG4bKt1`,
});
