// Signalling that nobody can drown: a thousand sources below every limit of
// their own, and who is in a call, moderates or comes new does not notice;
// and a source that has shown nothing gets no more than thrice what it sent.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { allowed, patience } from './lib/pace.mjs';
import { until } from './lib/process.mjs';

const SOURCES = 1000, RATE = 8000, MEMORY_MB = 40;
// More than Parley remembers: each is new to it whenever it comes again
const FRESH = 9000;
const net = `127.${100 + Math.floor(Math.random() * 20)}`;

// So many sockets that send what `next` says, by turns, until stop(); `number`
// says which message comes when: the same one again is a repetition
class Flood {
	static async open(port, next, sources = SOURCES, number = (n) => n) {
		const f = new Flood();
		f.sent = f.sentBytes = f.got = f.gotBytes = 0;
		f.sockets = await Promise.all(Array.from({ length: sources },
			(_, i) => new Promise((done) => {
				const socket = createSocket('udp4');
				socket.host = `${net}.${i >> 8}.${i & 255}`;
				socket.on('message', (m) => {
					f.got++;
					f.gotBytes += m.length;
				});
				socket.bind(0, socket.host, () => done(socket));
			})));
		const began = performance.now();
		f.timer = setInterval(() => {
			const due = (performance.now() - began) / 1000 * RATE;
			for (; f.sent < due; f.sent++) {
				const n = number(f.sent);
				const socket = f.sockets[n % sources];
				const text = next(n, socket.host,
					socket.address().port);
				socket.send(text, port, '127.0.0.1');
				f.sentBytes += text.length;
			}
		}, 5);
		return f;
	}

	stop() {
		clearInterval(this.timer);
		for (const socket of this.sockets)
			socket.close();
	}
}

const methods = ['OPTIONS', 'INVITE', 'REGISTER', 'SUBSCRIBE', 'MESSAGE'];
const request = (port) => (n, host, own) => {
	const method = methods[n % methods.length];
	const body = method === 'INVITE' ? 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n'
		+ `s=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n`
		: '';
	return `${method} sip:flood${n % 7}@127.0.0.1:${port} SIP/2.0\r\n`
		+ `Via: SIP/2.0/UDP ${host}:${own};branch=z9hG4bKf${n};rport\r\n`
		+ `From: <sip:f${n}@example.com>;tag=${n}\r\n`
		+ `To: <sip:demo@127.0.0.1>\r\nCall-ID: f${n}\r\n`
		+ `CSeq: 1 ${method}\r\nContact: <sip:f@${host}:${own}>\r\n`
		+ (method === 'SUBSCRIBE' ? 'Event: conference\r\n' : '')
		+ (body ? 'Content-Type: application/sdp\r\n' : '')
		+ `Content-Length: ${body.length}\r\n\r\n${body}`;
};

describe('a flood of a thousand quiet sources', () => {
	let parley, alice, bob, flood, before_mb;

	const resident = async () => Number((await readFile(
		`/proc/${parley.program.pid}/status`, 'utf8'))
		.match(/VmRSS:\s+(\d+)/)[1]) / 1024;
	const timed = async (what) => {
		const began = performance.now();
		await what();
		return performance.now() - began;
	};

	before(async () => {
		parley = await Parley.start();
		alice = await RtpPeer.open(parley, { name: 'alice', hz: 440 });
		bob = await RtpPeer.open(parley, { name: 'bob', hz: 1000 });
		await alice.dial(parley.uri('demo'));
		await bob.dial(parley.uri('demo'));
		before_mb = await resident();
		flood = await Flood.open(parley.sipPort, request(parley.sipPort));
		await until('more than all strangers may send has come', async () =>
			(await parley.json('stats')).transport.refused.strangers > 10000,
		patience(15000));
	});
	after(async () => {
		flood?.stop();
		await alice?.close();
		await bob?.close();
		await parley?.stop();
	});

	test('moderators are answered', async (t) => {
		let most = 0;
		for (let i = 0; i < 5; i++) {
			const ms = await timed(() => parley.json('show', 'demo'));
			assert.ok(ms < allowed(500), `${ms} ms`);
			most = Math.max(most, ms);
		}
		t.diagnostic(`the command, its start included: ${most.toFixed(0)} ms`);
	});

	test('calls are changed, and end', async (t) => {
		for (let i = 0; i < 5; i++) {
			const ms = await timed(async () => assert.equal(
				(await alice.ask('INVITE', { body: alice.sdp }))
					.status, 200));
			assert.ok(ms < allowed(500), `${ms} ms`);
		}
		const ms = await timed(() => bob.bye());
		assert.ok(ms < allowed(500), `${ms} ms`);
		t.diagnostic(`BYE: ${ms.toFixed(0)} ms`);
	});

	test('somebody new comes in', async () => {
		const carol = await RtpPeer.open(parley, { name: 'carol' });
		await carol.dial(parley.uri('demo'));
		await carol.bye();
		await carol.close();
	});

	test('memory is bounded, and refusals are counted', async (t) => {
		const mb = await resident() - before_mb;
		const { refused } = (await parley.json('stats')).transport;
		assert.ok(refused.strangers > 5000);
		assert.ok(mb < MEMORY_MB, `${mb} MB more`);
		t.diagnostic(`${mb.toFixed(0)} MB more, ${flood.sent} messages sent, ${
			flood.got} answered`);
	});
});

// RFC 3261 section 17.1.1.2: what is not answered is sent again
const T1 = 500, TIMES = 7;

class Caller {
	static async open(parley, i) {
		const c = new Caller();
		c.peer = await SipPeer.open(parley.sipPort, { name: `new${i}`,
			host: `127.90.0.${i + 1}`, server: '127.0.0.1' });
		c.uri = parley.uri('fresh');
		c.dialog = { callId: `new${i}`, fromTag: `new${i}` };
		return c;
	}

	// @return its answer and after how many ms that came
	async call() {
		const text = this.peer.request('INVITE', this.uri, {
			...this.dialog, body: sdp(4000) });
		const began = performance.now();
		let timer, sent = 0;
		const send = () => {
			this.peer.send(text);
			if (++sent < TIMES)
				timer = setTimeout(send, T1 * 2 ** (sent - 1));
		};
		this.peer.socket.on('message', () => clearTimeout(timer));
		send();
		try {
			this.answer = await this.peer.final('an answer', undefined,
				64 * T1);
		} catch {
			return { status: 0, ms: 64 * T1 };
		} finally {
			clearTimeout(timer);
		}
		return { status: this.answer.status, ms: performance.now() - began };
	}

	async bye() {
		const options = { ...this.dialog, toTag: this.answer.toTag };
		const contact = this.answer.headers.contact.match(/<([^>]+)>/)[1];
		this.peer.send(this.peer.request('ACK', contact, options));
		this.peer.send(this.peer.request('BYE', contact,
			{ ...options, cseq: 2 }));
		await this.peer.final('BYE is answered', (m) =>
			m.headers.cseq === '2 BYE');
	}
}

// Each message once; each a second time after T1, and so half as many
const TWICE = (n) => (n % 2 ? n : Math.max(n - RATE * T1 / 1000 + 1, 1));

for (const [what, number] of [['never has the same source twice'],
	['repeats each of its fresh sources once', TWICE]]) {
	describe(`a flood that ${what}`, () => {
		const CALLERS = 20;
		let parley, flood;

		before(async () => {
			parley = await Parley.start();
			flood = await Flood.open(parley.sipPort,
				request(parley.sipPort), FRESH, number);
			// and its INVITEs have asked for more than all RTP ports
			await until('all strangers may send no more, for long',
				async () => (await parley.json('stats')).transport.refused
					.strangers > 10 * RATE, patience(30000));
		});
		after(async () => {
			flood?.stop();
			await parley?.stop();
		});

		test('who is new and repeats as a telephone does is let in',
			async (t) => {
				const callers = await Promise.all(Array.from(
					{ length: CALLERS }, (_, i) => Caller.open(parley, i)));
				t.after(() => callers.forEach((c) => c.peer.close()));
				const sent = flood.sent, began = performance.now();
				const calls = await Promise.all(callers.map((c) => c.call()));
				const rate = (flood.sent - sent) * 1000
					/ (performance.now() - began);
				const ms = calls.map((c) => c.ms).sort((a, b) => a - b);
				t.diagnostic(`${CALLERS} new callers, ${rate.toFixed(0)
				} messages a second: half in after ${ms[CALLERS / 2]
					.toFixed(0)} ms, all after ${ms.at(-1).toFixed(0)} ms`);
				for (const { status } of calls)
					assert.equal(status, 200);
				assert.ok(ms.at(-1) < allowed(4000), `${ms.at(-1)} ms`);
				for (const c of callers)
					await c.bye();
			});
	});
}

describe('who has shown nothing', () => {
	let parley;

	before(async () => { parley = await Parley.start(); });
	after(() => parley?.stop());

	// Bytes that one source gets for each that it sends, and never an ACK
	const ratio = async (name, message, seconds = 3) => {
		const victim = await SipPeer.open(parley.sipPort, { name,
			host: '127.0.0.3', server: '127.0.0.1' });
		let got = 0;
		victim.socket.on('message', (m) => { got += m.length; });
		const text = message(victim);
		victim.send(text);
		await until(`${name} is answered`, () => got > 0);
		const wait = performance.now() + seconds * 1000;
		await until('the repeats had their time', () =>
			performance.now() > wait, seconds * 1000 + 1000);
		victim.close();
		return got / text.length;
	};

	for (const [name, message] of Object.entries({
		'an INVITE': (p) => p.request('INVITE', parley.uri('demo'), {
			body: sdp(4000) }),
		'an INVITE as small as they come': (p) => p.request('INVITE',
			parley.uri('demo'), { body: 'v=0\r\nc=IN IP4 127.0.0.3\r\n'
				+ 'm=audio 4000 RTP/AVP 0\r\n' }),
		'an OPTIONS': (p) => p.request('OPTIONS', parley.uri('demo')),
		'a SUBSCRIBE': (p) => p.request('SUBSCRIBE', parley.uri('demo'), {
			headers: { Event: 'conference' } }),
		'nonsense': (p) => p.request('NONSENSE', parley.uri('demo')),
	})) {
		test(`${name} has no more than three times its bytes sent`,
			async (t) => {
				const times = await ratio(name.split(' ')[1], message);
				assert.ok(times <= 3, `${times.toFixed(1)} times`);
				t.diagnostic(`${name}: ${times.toFixed(1)} times its bytes`);
			});
	}

	test('an INVITE without an offer is answered when it comes again',
		async () => {
			const p = await SipPeer.open(parley.sipPort, { name: 'small',
				host: '127.0.0.4', server: '127.0.0.1' });
			const text = p.request('INVITE', parley.uri('demo'));
			const again = setInterval(() => p.send(text), 500);
			p.send(text);
			const answer = await p.final('the 200');
			clearInterval(again);
			assert.equal(answer.status, 200);
			assert.match(answer.body, /m=audio/);
			p.close();
		});
});
