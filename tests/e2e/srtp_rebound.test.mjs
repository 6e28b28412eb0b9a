// SRTP from elsewhere than its SDP says: a NAT gives a terminal another port,
// or its host another address, and nobody is told. The key proves who it is.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { hearsOthersOnly } from './lib/judge.mjs';
import { SecureLine, TlsPeer } from './lib/secure_peer.mjs';
import { hears, sipWorld } from './lib/sip_world.mjs';

const world = sipWorld();

for (const [what, host] of [['another port', '127.0.0.1'],
	['another host', '127.0.0.2']])
	test(`SRTP that comes from ${what} goes on both ways within 3 s`, async (t) => {
		const name = `rebound-${host.at(-1)}`;
		const [bob] = await world.joined(t, name, { name: 'bob', hz: 1000 });
		const sip = await TlsPeer.openAt(world.tlsPort, { name: 'alice' });
		const alice = await world.peer(t, { name: 'alice', hz: 440, sip,
			line: SecureLine });
		await alice.dial(world.parley.uri(name));
		assert.match(alice.audio.answer, /^m=audio \d+ RTP\/SAVP 0\r$/m);
		await hearsOthersOnly(alice, [bob]);
		await hearsOthersOnly(bob, [alice]);

		alice.audio.host = host;
		await alice.audio.open();
		alice.audio.received = [];
		await Promise.all([hears(alice, 1000, 3000), (async () => {
			await bob.audio.more(50);
			await hears(bob, 440, 2000);
		})()]);
		await hearsOthersOnly(bob, [alice]);
		await hearsOthersOnly(alice, [bob]);
		assert.equal(alice.audio.strange, undefined);
	});
