// What a SIP terminal may do with its media, and what it must get: hold,
// pictures that come and go, keys, session timers, loss, IPv6.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Parley } from './lib/parley.mjs';
import { DTMF, PCMA, PCMU, RtpPeer, compound } from './lib/rtp_peer.mjs';
import { nalsOf, samplesOf, ulawTone } from './lib/payloads.mjs';
import { RED, assertNoClick, assertPackets, forgetWords, h264, hears,
	sipWorld } from './lib/sip_world.mjs';
import { hearsNot, hearsOthersOnly, sees, seesNot } from './lib/judge.mjs';
import { tonePower } from './lib/signal.mjs';
import { allowed } from './lib/pace.mjs';
import { until } from './lib/process.mjs';

const world = sipWorld({ ready: startTimed, done: stopTimed });

// Session timers take their time: these calls begin with the first test and
// are asked about by the last ones
const timed = {};

async function dialTimed() {
	for (const [name, expires, allow] of [
		['update', '90;refresher=uas', 'INVITE, ACK, BYE, CANCEL, UPDATE'],
		['reinvite', '90;refresher=uas', 'INVITE, ACK, BYE, CANCEL'],
		['deaf', '90;refresher=uas', 'INVITE, ACK, BYE, CANCEL, UPDATE'],
		['lazy', '90;refresher=uac', 'INVITE, ACK, BYE, CANCEL, UPDATE'],
	]) {
		const p = timed[name] = await RtpPeer.open(world.parley,
			{ name, hz: 300 });
		p.answer = await p.dial(world.parley.uri('timed'), { Allow: allow,
			Supported: 'timer', 'Session-Expires': expires });
		p.since = performance.now();
		p.deaf = name === 'deaf';
	}
}

// So does a hold that is longer than media_timeout
let patience;

async function longHold() {
	const impatient = await Parley.start({ media_timeout: 5 });
	const peers = [];
	const open = async (options) => {
		const p = await RtpPeer.open(impatient, options);
		peers.push(p);
		await p.dial(impatient.uri('patience'));
		return p;
	};
	try {
		const a = await open({ name: 'holder', hz: 440 });
		const b = await open({ name: 'other', hz: 1000 });
		await hearsOthersOnly(b, [a]);
		a.audio.direction = 'inactive';
		await a.invite();
		a.audio.quiet();
		await b.audio.more(275, 8000);
		a.audio.direction = 'sendrecv';
		await a.invite();
		await a.audio.more(25);
		a.audio.talk(ulawTone(440));
		await hears(b, 440, 1000);
		a.audio.quiet();
		await a.request('BYE', 8000);
		assert.equal(b.requests.length, 0);
	} finally {
		for (const p of peers)
			await p.close();
		await impatient.stop();
	}
}

async function startTimed() {
	await dialTimed();
	patience = longHold();
	patience.catch(() => {});
}

async function stopTimed() {
	for (const p of Object.values(timed))
		await p.close();
}

// ------------------------------------------------------------ hold

for (const [what, direction, address, answered] of [
	['inactive', 'inactive', '127.0.0.1', 'inactive'],
	['sendonly', 'sendonly', '127.0.0.1', 'recvonly'],
	['c=0.0.0.0', 'sendrecv', '0.0.0.0', 'recvonly'],
]) {
	test(`hold by ${what}, and resume`, async (t) => {
		const name = `hold-${direction}-${address[0]}`;
		const [a, b] = await world.joined(t, name, { hz: 440 }, { hz: 1000 });
		await hearsOthersOnly(a, [b]);
		await hearsOthersOnly(b, [a]);

		Object.assign(a.audio, { direction, address });
		await a.invite();
		assert.match(a.audio.answer, new RegExp(`a=${answered}\r`));
		await until('Parley shows it on hold', async () =>
			(await world.endpoint(name, 'raw0')).held);
		await hearsNot(b, 440);
		const held = a.audio.received.length;
		await b.audio.more(20);
		assert.ok(a.audio.received.length - held <= 1,
			`${a.audio.received.length - held} packets to the holder`);

		Object.assign(a.audio, { direction: 'sendrecv',
			address: '127.0.0.1' });
		await a.invite();
		assert.match(a.audio.answer, /a=sendrecv\r/);
		await Promise.all([hears(a, 1000, 1000), hears(b, 440, 1000)]);
		assert.equal((await world.endpoint(name, 'raw0')).held, false);
		await b.audio.more(20);
		await world.assertStream(a.audio.received, 160, { gaps: 1 });
		await world.assertStream(b.audio.received, 160);
		// 440 Hz at this loudness climbs 0.1 from sample to sample
		await assertNoClick(b, 0.2);
	});
}

for (const [what, options] of [['', { audio: 'opus/48000/2' }],
	[' with SRTP over TLS', { audio: 'PCMU/8000/1', transport: 'tls',
		media: 'srtp-mand' }]]) {
	test(`baresip holds and resumes${what}`, async (t) => {
		const bob = await Baresip.start({ ...options, hz: 440 });
		t.after(() => bob.stop());
		const name = `hold-baresip-${options.transport || 'udp'}`;
		const [a] = await world.joined(t, name, { hz: 1000 });
		await bob.dial(options.transport
			? `sip:${name}@127.0.0.1:${world.tlsPort};transport=tls`
			: world.parley.uri(name));
		await hearsOthersOnly(a, [bob]);
		forgetWords(a);
		await hearsOthersOnly(bob, [a]);
		bob.hold();
		await until('Parley shows it on hold', async () =>
			(await world.endpoint(name, 'bob')).held);
		await hearsNot(a, 440);
		bob.resume();
		await until('Parley shows it back', async () =>
			!(await world.endpoint(name, 'bob')).held);
		await hears(a, 440, 1000);
		await hearsOthersOnly(bob, [a]);
		await world.assertStream(a.audio.received, 160);
		await assertNoClick(a, 0.2);
	});
}

test('a held picture goes, and comes back with a key frame', async (t) => {
	const [a, b] = await world.joined(t, 'hold-video',
		{ hz: 440, video: [h264('1f')] }, { hz: 1000, video: [h264('1f')] });
	a.video.film(world.camera, 15);
	await sees(b, RED);
	await sees(a, RED);
	for (const line of a.lines)
		line.direction = 'inactive';
	await a.invite();
	await seesNot(b, RED);
	const held = a.video.received.length;
	await b.video.more(10);
	assert.ok(a.video.received.length - held <= 1, 'video to the holder');

	for (const line of a.lines)
		line.direction = 'sendrecv';
	const from = a.video.received.length;
	await a.invite();
	await until('a key frame', () => nalsOf(a.video.received.slice(from)
		.map((packet) => packet.payload))
		.some((nal) => (nal[0] & 31) === 5), 1000, 10);
	await sees(b, RED);
	assertPackets(a.video.received);
	assertPackets(b.video.received);
});

test('a long hold in silence is no dead call, nor is its end',
	() => patience);

// -------------------------------------------------- video by re-INVITE

test('a picture comes with a re-INVITE and goes with another', async (t) => {
	const [a, b] = await world.joined(t, 'video-later', { hz: 440 },
		{ hz: 1000, video: [h264('1f')] });
	await hearsOthersOnly(b, [a]);

	const line = await a.add('video', [h264('1f')]);
	await a.invite();
	assert.ok(line.remote.port, line.answer);
	line.film(world.camera, 15);
	await sees(b, RED);
	await sees(a, RED);
	await until('Parley tells of the camera', async () =>
		(await world.endpoint('video-later', 'raw0')).camera);

	line.on = false;
	line.quiet();
	await a.invite();
	assert.match(line.answer, /^m=video 0 /);
	assert.doesNotMatch(a.audio.answer, /^m=audio 0 /);
	await seesNot(b, RED);
	const dropped = line.received.length;
	await a.audio.more(10);
	assert.equal(line.received.length, dropped, 'video after its end');

	line.on = true;
	await a.invite();
	assert.ok(line.remote.port, line.answer);
	line.film(world.camera, 15);
	await sees(b, RED);
	await line.more(10);
	await world.assertStream(a.audio.received, 160);
	await world.assertStream(b.audio.received, 160);
});

test('another codec, packet time and address by re-INVITE', async (t) => {
	const [a, b] = await world.joined(t, 'changes', { hz: 440, audio: [PCMU] },
		{ hz: 1000 });
	await hearsOthersOnly(a, [b]);
	a.audio.formats = [PCMA];
	await a.invite();
	a.audio.quiet();
	await until('A-law', () => a.audio.received.at(-1).pt === 8, 500, 10);
	await hears(a, 1000, 1000);
	await world.assertStream(a.audio.received, 160);

	a.audio.formats = [PCMU];
	a.audio.ptime = 40;
	await a.invite();
	assert.match(a.audio.answer, /a=ptime:40/);
	await until('packets of 40 ms', () => a.audio.received.at(-1)
		.payload.length === 320, 500, 10);
	await world.assertStream((await a.audio.more(20)).slice(-15), 320);

	a.audio.ptime = 20;
	await a.audio.open();
	const moved = a.audio.received.length;
	await a.invite();
	a.audio.talk(ulawTone(440));
	await a.audio.more(20);
	await hears(b, 440, 1000);
	await world.assertStream(a.audio.received.slice(moved), 160);

	// another source behind the same address, as after a transfer
	a.audio.ssrc = a.audio.ssrc + 1 >>> 0;
	a.audio.seq = 100;
	a.audio.ts = 5;
	const other = b.audio.received.length;
	await b.audio.more(25);
	const gap = b.audio.received.slice(other + 10).filter(({ payload }) =>
		tonePower(samplesOf(payload, 'PCMU'), 8000, 440) < -30).length;
	assert.ok(gap <= allowed(3), `${gap} packets without the new source`);
	await assertNoClick(b, 0.3);
	await world.assertStream(b.audio.received, 160);
});

test('an offerless re-INVITE changes nothing that is heard', async (t) => {
	const [a, b] = await world.joined(t, 'offerless', { hz: 440 },
		{ hz: 1000, video: [h264('1f')] });
	await hearsOthersOnly(a, [b]);
	for (const p of [a, b]) {
		const { status, body } = await p.ask('INVITE', { ack: (answer) => {
			p.follow(answer.body);
			// a picture may be offered, and need not be taken
			return answer.body.match(/^m=/gm).length > p.lines.length
				? `${p.sdp}m=video 0 RTP/AVPF 98\r\n` : p.sdp;
		} });
		assert.equal(status, 200);
		assert.match(body, /^m=audio [1-9]/m);
		for (const line of p.lines)
			assert.match(line.answer, /a=sendrecv\r/);
	}
	await a.audio.more(60);
	await hearsOthersOnly(a, [b]);
	await hearsOthersOnly(b, [a]);
	for (const p of [a, b]) {
		assert.equal(p.requests.length, 0);
		await world.assertStream(p.audio.received, 160);
		await assertNoClick(p, 0.3);
	}
	assertPackets(b.video.received);
});

test('a source that only sends is heard and is not on hold for it',
	async (t) => {
		const [a] = await world.joined(t, 'source', { hz: 1000 });
		const source = await world.peer(t, { name: 'source', hz: 440 });
		source.audio.direction = 'sendonly';
		await source.dial(world.parley.uri('source'));
		await hearsOthersOnly(a, [source]);
		await source.invite();
		await a.audio.more(25);
		await hears(a, 440, 1000);
		assert.equal(source.audio.received.length, 0);
		assert.equal((await world.endpoint('source', 'source')).held, false);
	});

test('loss that a terminal reports makes its picture smaller', async (t) => {
	const [a, b] = await world.joined(t, 'narrow',
		{ hz: 440, video: [h264('1f')] }, { hz: 1000, video: [h264('1f')] });
	a.video.film(world.camera, 15);
	await sees(b, RED);
	const before = (await world.legStats('narrow', 'raw1')).video;
	await until('less is sent', async () => {
		b.video.report(0.5);
		const { video } = await world.legStats('narrow', 'raw1');
		return video.tier > before.tier || Promise.reject(
			new Error(JSON.stringify(video)));
	}, 4000, 200);
	await sees(b, RED);
	assertPackets(b.video.received);
});

// -------------------------------------------------------------- keys

test('*6 mutes and unmutes, by RFC 4733 and by INFO', async (t) => {
	const bob = await Baresip.start({ audio: 'PCMU/8000/1', hz: 440 });
	t.after(() => bob.stop());
	const [a, c] = await world.joined(t, 'keys',
		{ hz: 1000, audio: [PCMU, DTMF] }, { hz: 1700 });
	await bob.dial(world.parley.uri('keys'));
	await hearsOthersOnly(a, [bob, c]);
	const muted = (name, is) => until(`${name} ${is ? '' : 'un'}muted`,
		async () => (await world.endpoint('keys', name)).muted === is, 3000);

	bob.sendDigits('*6');
	await muted('bob', true);
	await hearsNot(a, 440);
	bob.sendDigits('*6');
	await muted('bob', false);
	await hears(a, 440, 1000);

	const heard = c.audio.received.length;
	await a.audio.digit('*');
	await a.audio.digit('6');
	await muted('raw0', true);
	await hearsNot(c, 1000);
	const { samples, rate } = await c.heard((c.audio.received.length - heard)
		/ 50);
	for (const hz of [770, 941, 1209, 1477]) {
		const db = tonePower(samples, rate, hz);
		assert.ok(db < -45, `${hz} Hz of the key at ${db.toFixed(1)} dB`);
	}

	for (const [type, body] of [
		['application/dtmf-relay', 'Signal=*\r\nDuration=160\r\n'],
		['application/dtmf-relay', 'Signal= 6\r\nDuration= 160\r\n']]) {
		assert.equal((await a.ask('INFO', { body, headers:
			{ 'Content-Type': type } })).status, 200);
	}
	await muted('raw0', false);
	await hears(c, 1000, 1000);

	// some gateways give all keys of a menu one time stamp
	a.audio.quiet();
	await a.audio.digit('*', { stay: true });
	await a.audio.digit('6', { stay: true });
	await muted('raw0', true);
});

// ----------------------------------------------------------- hygiene

test('one stream, 50 packets a second, whoever talks, mutes or leaves',
	async (t) => {
		const [a, b] = await world.joined(t, 'steady', { hz: 440 }, { hz: 1000 });
		await hearsOthersOnly(a, [b]);
		const from = a.audio.received.length;
		const c = (await world.joined(t, 'steady', { name: 'third', hz: 620 }))[0];
		a.audio.quiet();
		await hearsNot(b, 440);
		a.audio.talk(ulawTone(440));
		await hears(b, 440, 1000);
		await world.parley.cli('mute', 'steady', 'raw0');
		await hearsNot(b, 440);
		await world.parley.cli('unmute', 'steady', 'raw0');
		await hears(b, 440, 1000);
		c.gone = true;
		await c.bye();
		await hearsNot(a, 620);
		await until('five seconds', () => a.audio.received.length
			>= from + 250);
		const packets = a.audio.received.slice(from);
		await world.assertStream(a.audio.received, 160);
		await world.assertStream(b.audio.received, 160);
		const rate = (packets.length - 1) * 1000
			/ (packets.at(-1).at - packets[0].at);
		assert.ok(Math.abs(rate - 50) <= allowed(2),
			`${rate.toFixed(1)} a second`);
		// two tones together climb 0.25
		await assertNoClick(b, 0.4);
	});

// -------------------------------------------------------------- loss

test('a tenth of the packets lost, some late: heard, seen, asked again',
	async (t) => {
		const [a, b] = await world.joined(t, 'lossy',
			{ hz: 440, video: [h264('1f')] },
			{ hz: 1000, video: [h264('1f')] });
		let seed = 7;
		const lose = () => (seed = seed * 16807 % 2147483647) % 10 === 0;
		for (const line of a.lines) {
			line.lose = lose;
			line.delay = (seq) => (seq % 7 ? 0 : 30);
		}
		a.video.film(world.camera, 15);
		await sees(b, RED);
		const before = await world.legStats('lossy', 'raw0');
		await hears(b, 440, 2000, 1);
		await until('pictures go on, and what lacks is asked for',
			async () => {
				const { video, audio } = await world.legStats('lossy', 'raw0');
				return video.frames_in >= before.video.frames_in + 20
					&& video.nacks_out > 5 && video.plis_out > 0
					&& audio.packets_lost > 5 || Promise.reject(
					new Error(JSON.stringify({ video, audio })));
			});
		const nacks = a.video.rtcp.flatMap(({ data }) => compound(data))
			.filter((p) => p.type === 205 && p.count === 1);
		assert.ok(nacks.length > 2, `${nacks.length} NACKs arrived`);
		await world.assertStream(b.audio.received, 160);
	});

// -------------------------------------------------------------- IPv6

test('SIP and RTP over IPv6', async (t) => {
	const six = await Parley.start({ sip_listen: `[::1]:${world.parley.sipPort}`,
		media_address: '::1' });
	t.after(() => six.stop());
	const uri = `sip:six@[::1]:${world.parley.sipPort}`;
	const peers = [];
	for (const hz of [440, 1000]) {
		const p = await RtpPeer.open({ sipPort: world.parley.sipPort },
			{ name: `six${hz}`, host: '::1', hz, video: [h264('1f')] });
		t.after(() => p.close());
		await p.dial(uri);
		assert.equal(p.audio.remote.address, '::1');
		peers.push(p);
	}
	const [a, b] = peers;
	a.video.film(world.camera, 15);
	await hearsOthersOnly(a, [b]);
	await hearsOthersOnly(b, [a]);
	await sees(b, RED);
	assert.equal((await a.bye()).status, 200);
	assert.equal((await b.bye()).status, 200);
});

// ----------------------------------------------------- session timers

test('422 to a session timer under 90 s', async (t) => {
	const p = await world.peer(t, {});
	p.uri = world.parley.uri('timed');
	const answer = await p.ask('INVITE', { body: p.sdp, headers:
		{ Supported: 'timer', 'Session-Expires': '60' } });
	assert.equal(answer.status, 422);
	assert.equal(answer.headers['min-se'], '90');
	p.toTag = null;
	await p.invite({ Supported: 'timer', 'Session-Expires': '90' });
});

test('the answer names the refresher', () => {
	for (const [name, who] of [['update', 'uas'], ['lazy', 'uac']]) {
		const { headers } = timed[name].answer;
		assert.equal(headers['session-expires'], `90;refresher=${who}`);
		assert.match(headers.require, /timer/);
	}
});

test('Parley refreshes at half time, by UPDATE or by re-INVITE', async () => {
	for (const [name, method] of [['update', 'UPDATE'],
		['reinvite', 'INVITE']]) {
		const p = timed[name];
		const { at, headers } = await p.request(method, 60000);
		const s = (at - p.since) / 1000;
		assert.ok(s > 43 && s < 45 + allowed(5), `after ${s.toFixed(1)} s`);
		assert.match(headers['session-expires'], /^90;refresher=uac$/);
	}
});

test('who does not refresh, or does not answer, gets BYE', async () => {
	const lazy = await timed.lazy.request('BYE', 80000);
	assert.ok(lazy.at - timed.lazy.since > 58000);
	await timed.deaf.request('BYE', 80000);
	await until('only those who refresh are left', async () =>
		(await world.parley.endpoints('timed')).length === 2, 5000);
	for (const name of ['update', 'reinvite']) {
		const p = timed[name];
		await world.assertStream(p.audio.received, 160,
			{ gaps: 1, older: true });
		assert.equal((await p.bye()).status, 200);
	}
});
