// Signalling that nobody can drown: a thousand sources below every limit of
// their own, and who is in a call, moderates or comes new does not notice;
// and a source that has shown nothing gets no more than thrice what it sent.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { amplification, unproven } from './lib/cannon.mjs';
import { Flood, RATE, request } from './lib/flood.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { allowed, patience } from './lib/pace.mjs';
import { residentMb } from './lib/proc.mjs';
import { until } from './lib/process.mjs';

const MEMORY_MB = 40;
// More than Parley remembers: each is new to it whenever it comes again
const FRESH = 9000;

describe('a flood of a thousand quiet sources', () => {
	let parley, alice, bob, flood, before_mb;

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
		before_mb = await residentMb(parley.program.pid);
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
		const mb = await residentMb(parley.program.pid) - before_mb;
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
	// As a telephone repeats it (RFC 3261 section 17.1.1.2), an INVITE until
	// anything comes; the final answer
	async #ask(text, what, condition, ms) {
		let timer, sent = 0;
		const send = () => {
			this.peer.send(text);
			if (++sent < TIMES)
				timer = setTimeout(send, T1 * 2 ** (sent - 1));
		};
		if (!condition)
			this.peer.socket.on('message', () => clearTimeout(timer));
		send();
		try {
			return await this.peer.final(what, condition, ms);
		} finally {
			clearTimeout(timer);
		}
	}

	async call() {
		const text = this.peer.request('INVITE', this.uri, {
			...this.dialog, body: sdp(4000) });
		const began = performance.now();
		try {
			this.answer = await this.#ask(text, 'an answer', undefined,
				64 * T1);
		} catch {
			return { status: 0, ms: 64 * T1 };
		}
		return { status: this.answer.status, ms: performance.now() - began };
	}

	bye() {
		const options = { ...this.dialog, toTag: this.answer.toTag };
		const contact = this.answer.headers.contact.match(/<([^>]+)>/)[1];
		this.peer.send(this.peer.request('ACK', contact, options));
		return this.#ask(this.peer.request('BYE', contact,
			{ ...options, cseq: 2 }), 'BYE is answered', (m) =>
			m.headers.cseq === '2 BYE', 64 * T1);
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

	for (const name of Object.keys(unproven)) {
		test(`${name} has no more than three times its bytes sent`,
			async (t) => {
				const times = await amplification(parley, name);
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
