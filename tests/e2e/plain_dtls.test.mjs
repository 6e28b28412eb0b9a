// DTLS-SRTP without ICE (RFC 5763): baresip's, called and calling, with one
// port for RTP and RTCP and with two; sound both ways.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { Parley } from './lib/parley.mjs';
import { Baresip } from './lib/baresip.mjs';
import { RtpPeer, dtlsOffer } from './lib/rtp_peer.mjs';
import { hears } from './lib/sip_world.mjs';
import { tonePower } from './lib/signal.mjs';
import { until } from './lib/process.mjs';

const ULAW = 'PCMU/8000/1';

async function baresipHears(b, hz) {
	await until(`${b.name} hears ${hz} Hz`, async () => {
		const { rate, samples } = await b.heard(0.5);
		const db = samples.length ? tonePower(samples, rate, hz) : -99;
		return db > -30 || Promise.reject(new Error(`${db.toFixed(1)} dB`));
	}, 15000, 100);
}

describe('DTLS-SRTP without ICE', { concurrency: 1 }, () => {
	let parley;
	before(async () => { parley = await Parley.start(); });
	after(async () => {
		await parley.endsWell();
	});

	const bob = async (t, name) => {
		const p = await RtpPeer.open(parley, { name: 'bob', hz: 1000 });
		t.after(async () => { await p.bye(); await p.close(); });
		await p.dial(parley.uri(name));
		return p;
	};
	const alice = async (t, options) => {
		const a = await Baresip.start({ name: 'alice', audio: ULAW, hz: 440,
			...options });
		t.after(() => a.stop());
		return a;
	};

	for (const mux of [true, false]) {
		test(`a terminal calls${mux ? ', RTP and RTCP on one port' : ''}`,
			async (t) => {
				const name = `dtls${mux}`;
				const b = await bob(t, name);
				const a = await alice(t, { media: 'dtls_srtp', mux });
				await a.dial(parley.uri(name));
				await Promise.all([hears(b, 440, 15000),
					baresipHears(a, 1000)]);
				// and after a hold
				a.hold();
				await until('it is held', async () => {
					const { samples, rate } = await b.heard(0.2);
					return tonePower(samples, rate, 440) < -40;
				});
				a.resume();
				await Promise.all([hears(b, 440, 5000),
					baresipHears(a, 1000)]);
			});
	}

	test('an offer as passive is answered active, and the handshake begun',
		async (t) => {
			const name = 'passive';
			await bob(t, name);
			const peer = await RtpPeer.open(parley, { name: 'sdp' });
			t.after(async () => { await peer.bye(); await peer.close(); });
			const hello = [];
			peer.audio.media.on('message', (d) => hello.push(d));
			const answer = await dtlsOffer(peer, parley.uri(name), 'passive');
			assert.match(answer, /^m=audio [1-9]\d* UDP\/TLS\/RTP\/SAVP 0/m);
			assert.match(answer, /^a=setup:active\r$/m);
			assert.match(answer, /^a=fingerprint:sha-256 /m);
			assert.doesNotMatch(answer, /a=(ice|candidate|crypto|end-of)/);
			await until('a ClientHello comes', () => hello.some((d) =>
				d[0] === 22 && d[13] === 1));
			assert.ok(hello.every((d) => d[0] === 22), 'and nothing in clear');
		});

	test('a ClientHello costs less than it brings, and strangers get none',
		async (t) => {
			const name = 'cookie';
			const b = await bob(t, name);
			const peer = await RtpPeer.open(parley, { name: 'sdp' });
			t.after(async () => { await peer.bye(); await peer.close(); });
			const answer = await dtlsOffer(peer, parley.uri(name), 'actpass');
			assert.match(answer, /^a=setup:passive\r$/m);
			const port = Number(answer.match(/^m=audio (\d+)/m)[1]);
			const got = [];
			peer.audio.media.on('message', (d) => got.push(d));
			peer.audio.media.send(CLIENT_HELLO, port, '127.0.0.1');
			await until('it is asked for its cookie', () => got.length);
			assert.equal(got[0][0], 22);
			assert.equal(got[0][13], 3, 'HelloVerifyRequest');
			assert.ok(got[0].length < CLIENT_HELLO.length);
			const stranger = createSocket('udp4');
			t.after(() => stranger.close());
			await new Promise((bound) => stranger.bind(0, '127.0.0.5', bound));
			stranger.on('message', () => assert.fail('a stranger is answered'));
			stranger.send(CLIENT_HELLO, port, '127.0.0.1');
			// nobody hears it in the clear either
			peer.follow(answer);
			peer.audio.send(Buffer.alloc(160, 0x10));
			await b.audio.more(50);
			assert.equal(got.length, 1, 'one answer, and no sound in the clear');
			const { legs } = await parley.json('stats', name);
			assert.ok(!legs.find((l) => l.user.includes('sdp')).audio.packets_in);
			assert.ok(b.audio.received.length);
		});
});

// An INVITE of that peer with a DTLS line; the answer's SDP

// DTLS 1.2, no cookie, use_srtp; as OpenSSL sends it
const CLIENT_HELLO = (() => {
	const extensions = Buffer.from('000a00060004001d0017' + '000b00020100'
		+ '000d000a000804030503040108040' + '0' + '000e0007000400070001'
		+ '00', 'hex');
	const body = Buffer.concat([Buffer.from('fefd', 'hex'),
		Buffer.alloc(32, 7), Buffer.from([0, 0, 0, 4]),
		Buffer.from('c02bc02f', 'hex'), Buffer.from([1, 0, 0]),
		Buffer.from([extensions.length]), extensions]);
	const handshake = Buffer.alloc(12);
	handshake[0] = 1;
	handshake.writeUIntBE(body.length, 1, 3);
	handshake.writeUIntBE(body.length, 9, 3);
	const record = Buffer.alloc(13);
	record[0] = 22;
	record.writeUInt16BE(0xfeff, 1);
	record.writeUInt16BE(12 + body.length, 11);
	return Buffer.concat([record, handshake, body]);
})();
