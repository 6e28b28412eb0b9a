// Signalling that nobody can drown: a thousand sources below every limit of
// their own, and who is in a call, moderates or comes new does not notice;
// and a source that has shown nothing gets no more than thrice what it sent.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { amplification, unproven } from './lib/cannon.mjs';
import { Flood, request } from './lib/flood.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { SipPeer } from './lib/sip_peer.mjs';
import { allowed, patience } from './lib/pace.mjs';
import { residentMb } from './lib/proc.mjs';
import { until } from './lib/process.mjs';

const MEMORY_MB = 40;

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
