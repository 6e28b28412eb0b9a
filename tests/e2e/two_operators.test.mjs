// Two operators' networks of real Kamailio, Parley as conference server of one
// of them: Alice (browser) and Bob (IMS terminal) are users of operator A,
// Cindy (browser) of operator B.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Operator, loopbackNetwork } from './lib/kamailio.mjs';
import { Parley } from './lib/parley.mjs';
import { WebPhone } from './lib/web_phone.mjs';
import { hearsNot, hearsOthersOnly, sees } from './lib/judge.mjs';
import { until } from './lib/process.mjs';

const GREEN = [30, 160, 40], RED = [200, 30, 30], BLUE = [30, 40, 200];

describe('two operators', () => {
	let a, b, parley, alice, bob, cindy;

	before(async () => {
		const net = await loopbackNetwork();
		const address = (n) => `${net}.${n}`;
		const sides = [
			{ domain: 'a.example', edge: address(1), core: address(2),
				as: address(3), users: { alice: 'alicepw', bob: 'bobpw' } },
			{ domain: 'b.example', edge: address(101), core: address(102),
				as: address(103), users: { cindy: 'cindypw' } },
		];
		[a, b] = await Promise.all(sides.map((side, i) => Operator.start(
			{ ...side, peer: sides[1 - i] })));
		parley = await Parley.start({
			sip_listen: `${address(3)}:5060`,
			media_address: address(3),
			domain: 'conf.a.example',
			trusted_hosts: a.core,
			outbound_proxy: `sip:orig@${a.core};lr`,
			ioi: 'a.example',
		});
		alice = await WebPhone.start({ operator: a, user: 'alice', hz: 1000,
			rgb: GREEN });
		cindy = await WebPhone.start({ operator: b, user: 'cindy', hz: 1700,
			rgb: BLUE });
		bob = await Baresip.start({ name: 'bob', hz: 440, rgb: RED,
			audio: 'AMR-WB/16000/1', video: 'H264', address: address(10),
			account: { aor: a.aor('bob'), password: a.users.bob,
				proxy: `sip:${a.edge}:5060` } });
	});
	after(async () => {
		await bob?.stop();
		await cindy?.stop();
		await alice?.stop();
		const end = await parley?.stop();
		await b?.stop();
		await a?.stop();
		assert.deepEqual({ code: end?.code, left: end?.left },
			{ code: 0, left: [] }, end?.output.slice(-3000));
	});

	// A step that fails tells what went through the proxies
	const step = (name, run) => test(name, async (t) => {
		try {
			await run(t);
		} catch (error) {
			error.message += `\n${await a.story()}\n${await b.story()}\n${
				parley.program.output.slice(-3000)}`;
			throw error;
		}
	});

	step('all three dial a conference through their operators', async () => {
		const target = 'sip:conf-hello@conf.a.example';
		await alice.dial(target);
		await bob.dial(target);
		await cindy.dial(target);
		await hearsOthersOnly(alice, [bob, cindy]);
		await hearsOthersOnly(bob, [alice, cindy]);
		await hearsOthersOnly(cindy, [alice, bob]);
		for (const peer of [alice, bob, cindy]) {
			for (const rgb of [RED, GREEN, BLUE])
				await sees(peer, rgb, 0.08);
		}
		await alice.hangUp(0);
		await hearsNot(cindy, alice.hz);
		bob.hangup();
		await cindy.hangUp(0);
		await until('the conference is over', async () =>
			(await parley.cli('show', 'conf-hello')).code !== 0);
	});
});
