// Offers of which only a part will do, and offers that say harmless things in
// unusual ways: what can be had is had, and a refusal says what the trouble
// was. Judged by what is heard.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { DTMF, PCMA, PCMU } from './lib/rtp_peer.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { samplesOf, ulawTone } from './lib/payloads.mjs';
import { hears, sipWorld } from './lib/sip_world.mjs';
import { hearsNot, hearsOthersOnly } from './lib/judge.mjs';
import { tonePower } from './lib/signal.mjs';
import { until } from './lib/process.mjs';

const world = sipWorld();
const KEY = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 '
	+ 'inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd';
const OPUS = { pt: 96, map: 'opus/48000/2', units: 960 };

// ------------------------------------------------------- line by line

const unusable = [
	['keys in clear signalling', { proto: 'RTP/SAVP', rows: [KEY] },
		/secured/],
	['DTLS without a fingerprint', { proto: 'UDP/TLS/RTP/SAVP',
		rows: ['a=setup:actpass'] }, /secured|transport/i],
	['a profile that nobody has', { proto: 'TCP/RTP/AVP' }, /transport/],
	['a multicast address', { address: '239.1.2.3/15' }, /address/],
	['a codec that we lack', { formats: [{ pt: 18, map: 'G729/8000' }] },
		/codec.*\(no-codec\)/],
];

for (const [what, line, warning] of unusable) {
	test(`${what} in the first line: the second is taken`, async (t) => {
		const [a] = await world.joined(t, 'lines', { hz: 1000 });
		const b = await world.peer(t, { name: 'two', audio: null, hz: 440 });
		const first = Object.assign(await b.add('audio', [PCMU]), line);
		await b.add('audio', [PCMU]);
		await b.dial(world.parley.uri('lines'));
		assert.match(first.answer, /^m=audio 0 /);
		assert.match(b.audio.answer, /^m=audio [1-9]/);
		await hearsOthersOnly(a, [b]);
		await hearsOthersOnly(b, [a]);
	});

	test(`${what} in the only line: 488 and why`, async (t) => {
		const b = await world.peer(t, { name: 'one', audio: null });
		Object.assign(await b.add('audio', [PCMU]), line);
		b.uri = world.parley.uri('lines');
		const answer = await b.ask('INVITE', { body: b.sdp });
		assert.equal(answer.status, 488, answer.first);
		assert.match(answer.headers.warning, warning);
	});
}

test('a line on hold before one that talks: the one that talks is heard',
	async (t) => {
		const [a] = await world.joined(t, 'held', { hz: 1000 });
		const b = await world.peer(t, { name: 'two', audio: null, hz: 440 });
		(await b.add('audio', [PCMU])).direction = 'inactive';
		await b.add('audio', [PCMU]);
		await b.dial(world.parley.uri('held'));
		await hearsOthersOnly(a, [b]);
		await hearsOthersOnly(b, [a]);
	});

// -------------------------------------------------- harmless otherwise

for (const map of ['opus/48000/2', 'opus/48000']) {
	test(`*6 by telephone-event/8000 beside ${map} only`, async (t) => {
		const [a, b] = await world.joined(t, 'clock',
			{ hz: 440 }, { name: 'opus', audio: [{ ...OPUS, map }, DTMF] });
		assert.match(b.audio.answer, /^m=audio [1-9]\d* RTP\/AVP 96 101\r/);
		assert.match(b.audio.answer,
			/^a=rtpmap:101 telephone-event\/8000\r$/m);

		// what it was sent it says itself, in its own codec
		const said = (await b.audio.more(100)).slice(50)
			.map((p) => p.payload);
		a.audio.talk(ulawTone(440, 0));
		b.audio.talk((function* () {
			for (let i = 0; ; i++)
				yield said[i % said.length];
		})());
		await hears(a, 440, 5000);
		await b.audio.digit('*');
		await b.audio.digit('6');
		await until('muted', async () =>
			(await world.endpoint('clock', 'opus')).muted, 3000);
		await hearsNot(a, 440);
		await b.audio.digit('*');
		await b.audio.digit('6');
		await hears(a, 440, 5000);
	});
}

// Of several sounds in the mix (each hears its own) and of the common one
for (const [row, ms, codec] of [['a=maxptime:10', 10, PCMU],
	['a=ptime:10', 10, PCMA], ['a=maxptime:5', 5, PCMU],
	['a=ptime:60\r\na=maxptime:39', 20, PCMU],
	['a=ptime:30', 20, PCMU], ['a=ptime:40', 40, PCMU]]) {
	test(`${row.replace('\r\n', ' ')}: packets of ${ms} ms, and whole sound`,
		async (t) => {
			const room = `packets-${row.replace(/\W/g, '')}`;
			const [a] = await world.joined(t, room, { hz: 1000 });
			const b = await world.peer(t, { name: 'short',
				audio: [codec] });
			b.audio.rows = [row];
			await b.dial(world.parley.uri(room));
			for (const talks of [false, true]) {
				if (talks)
					b.audio.talk(ulawTone(440, codec === PCMU ? 0.3 : 0));
				await b.audio.more(20);
				const got = await b.audio.more(1000 / ms);
				assert.deepEqual([...new Set(got.map((p) =>
					p.payload.length))], [ms * 8]);
				await world.assertStream(got, ms * 8);
				const samples = Float32Array.from(got.flatMap((p) =>
					[...samplesOf(p.payload,
						codec === PCMA ? 'PCMA' : 'PCMU')]));
				const db = tonePower(samples, 8000, 1000);
				assert.ok(db > -20, `1000 Hz at ${db.toFixed(1)} dB`);
			}
			assert.ok(a.audio.received.length);
		});
}

const media = (port) => `m=audio ${port} RTP/AVP 0 0 101\n`
	+ 'a=rtpmap:0 pcmu/8000\na=rtpmap:0  PCMU/8000/1 \n'
	+ 'a=rtpmap:101 TELEPHONE-EVENT/8000\na=fmtp:101  0-15 \n'
	+ 'a=fmtp:101 0-15\nb=X-NONE:7\na=rtcp:1 IN IP4 nowhere.invalid\n';

for (const [what, body] of [
	['a user of two words in o=', (port) => sdp(port)
		.replace('o=raw', 'o=Raw Peer')],
	['neither o= nor s= nor t=', (port) =>
		`v=0\nc=IN IP4 127.0.0.1\n${media(port)}`],
	['rows said twice, spaces and empty lines', (port) =>
		`${sdp(port, { media: media(port) })}\n\n`],
	['an address after a group and a name', (port) => sdp(port).replace(
		'c=IN IP4 127.0.0.1\r\n', '').replace('a=sendrecv',
		'c=IN IP4 239.1.2.3/9\r\nc=IN IP4 nowhere.invalid\r\n'
		+ 'c=IN IP4 127.0.0.1\r\na=sendrecv')],
]) {
	test(`${what}: heard all the same`, async (t) => {
		const [a, b] = [await world.peer(t, { name: 'a', hz: 1000 }),
			await world.peer(t, { name: 'odd', hz: 440 })];
		await a.dial(world.parley.uri('odd'));
		b.uri = world.parley.uri('odd');
		const answer = await b.ask('INVITE',
			{ body: body(b.audio.media.address().port) });
		assert.equal(answer.status, 200, answer.first);
		b.follow(answer.body);
		b.audio.talk(ulawTone(440));
		await hearsOthersOnly(a, [b]);
		await hearsOthersOnly(b, [a]);
	});
}

test('what is no SDP at all is still refused', async (t) => {
	const peer = await SipPeer.open(world.parley.sipPort);
	t.after(() => peer.close());
	peer.send(peer.request('INVITE', world.parley.uri('odd'),
		{ body: 'm=audio 4000 RTP/AVP 0\r\nhello\r\n' }));
	assert.equal((await peer.final('an answer')).status, 400);
});
