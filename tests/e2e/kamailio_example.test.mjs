// conf/kamailio, the example of Kamailio in front of Parley, does what its
// comments and the README say.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Baresip } from './lib/baresip.mjs';
import { ExampleProxy, exampleDir, loopbackNetwork } from './lib/kamailio.mjs';
import { Parley } from './lib/parley.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { WebPhone } from './lib/web_phone.mjs';
import { hearsOthersOnly, sees } from './lib/judge.mjs';
import { run, until } from './lib/process.mjs';

for (const tls of [[], ['-A', 'WITH_TLS']]) {
	test(`Kamailio takes the example as it is ${tls.join(' ')}`, async () => {
		const { code, output } = await run('/usr/sbin/kamailio', ['-c',
			...tls, '-f', join(exampleDir, 'kamailio.cfg')]);
		assert.equal(code, 0, output);
		assert.doesNotMatch(output, /ERROR|WARNING|CRITICAL/);
	});
}

describe('Kamailio in front of Parley', () => {
	let net, proxy, first, second, alice, bob;
	const target = 'sip:standup@conf.example.com';

	const behind = (address) => Parley.start({
		sip_listen: `${address}:5060`,
		media_address: address,
		domain: 'conf.example.com',
		trusted_hosts: `${net}.1`,
		outbound_proxy: `sip:${net}.1;lr`,
	});

	before(async () => {
		net = await loopbackNetwork();
		first = await behind(`${net}.2`);
		second = await behind(`${net}.3`);
		proxy = await ExampleProxy.start({ address: `${net}.1`,
			parleys: [`${net}.2`, `${net}.3`],
			users: { alice: 'alicepw', bob: 'bobpw' } });
		alice = await WebPhone.start({ operator: proxy, user: 'alice',
			hz: 1000, rgb: [30, 160, 40] });
		bob = await Baresip.start({ name: 'bob', hz: 440, rgb: [200, 30, 30],
			audio: 'AMR-WB/16000/1', video: 'H264', address: `${net}.10`,
			transport: 'tcp', trace: true, contact: target,
			account: { aor: proxy.aor('bob'), password: proxy.users.bob,
				proxy: `sip:${net}.1:5060` } });
	});
	after(async () => {
		await bob?.stop();
		await alice?.stop();
		await proxy?.stop();
		await first?.stop();
		await second?.stop();
	});

	// What a terminal without a password may say is not what Parley hears
	test('nobody calls without a password', async (t) => {
		const mallory = await SipPeer.open(5060, { host: `${net}.1` });
		t.after(() => mallory.close());
		mallory.send(mallory.request('INVITE', target, { body: sdp(4000),
			headers: { From: '<sip:bob@example.com>;tag=m',
				'P-Asserted-Identity': '<sip:bob@example.com>' } }));
		const answer = await mallory.final('an answer to mallory');
		assert.equal(answer.status, 407);
		assert.deepEqual((await first.json('list')).conferences, []);
	});

	test('a browser over wss and a terminal meet in a conference', async () => {
		await alice.dial(target);
		await bob.dial(target);
		await hearsOthersOnly(alice, [bob]);
		await hearsOthersOnly(bob, [alice]);
		await sees(alice, bob.rgb);
		await sees(bob, alice.rgb);
		assert.equal((await first.endpoints('standup')).length, 2);
	});

	test('who they are is known when they write, too', async () => {
		await alice.write(target, 'Hello from Alice');
		await until('bob is told', () => /\nalice: Hello from Alice/.test(
			bob.program.output.replaceAll('\r', '')));
		bob.write('Hello from Bob');
		await until('alice is told', async () => (await alice.told())
			.includes('bob: Hello from Bob'));
		const { messages } = await first.json('chat', 'standup');
		assert.deepEqual(messages.map((m) => [m.user, m.text]), [
			['sip:alice@example.com', 'Hello from Alice'],
			['sip:bob@example.com', 'Hello from Bob']]);
	});

	test('Parley calls who registered there', async () => {
		await alice.hangUp(0);
		await until('bob is alone', async () =>
			(await first.endpoints('standup')).length === 1);
		const { code, output } = await first.cli('invite', 'standup',
			alice.aor);
		assert.equal(code, 0, output);
		await hearsOthersOnly(alice, [bob]);
		await hearsOthersOnly(bob, [alice]);
	});

	test('when one Parley dies the next is called', async () => {
		await first.stop();
		await until('both calls are over', async () =>
			(await alice.calls()).every((c) => c.ended)
				&& bob.events.some((e) => e.type === 'CALL_CLOSED'));
		bob.events.length = 0;
		await alice.dial(target);
		await bob.dial(target);
		await hearsOthersOnly(alice, [bob]);
		assert.equal((await second.endpoints('standup')).length, 2);
	});
});
