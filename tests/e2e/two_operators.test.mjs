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
import { allowed } from './lib/pace.mjs';
import { until } from './lib/process.mjs';

describe('two operators', () => {
	let a, b, as, parley, alice, bob, cindy;

	before(async () => {
		const net = await loopbackNetwork();
		const address = (n) => `${net}.${n}`;
		const sides = [
			{ domain: 'a.example', edge: address(1), core: address(2),
				as: address(3),
				users: { alice: 'alicepw', bob: 'bobpw', dora: 'dorapw' } },
			{ domain: 'b.example', edge: address(101), core: address(102),
				as: address(103), users: { cindy: 'cindypw' } },
		];
		as = `${sides[0].as}:5060`;
		[a, b] = await Promise.all(sides.map((side, i) => Operator.start(
			{ ...side, peer: sides[1 - i] })));
		parley = await Parley.start({
			sip_listen: as,
			media_address: address(3),
			domain: 'conf.a.example',
			trusted_hosts: a.core,
			outbound_proxy: `sip:orig@${a.core};lr`,
			ioi: 'a.example',
		});
		alice = await WebPhone.start({ operator: a, user: 'alice', hz: 1000,
			rgb: [30, 160, 40] });
		cindy = await WebPhone.start({ operator: b, user: 'cindy', hz: 1700,
			rgb: [30, 40, 200] });
		bob = await Baresip.start({ name: 'bob', hz: 440, rgb: [200, 30, 30],
			audio: 'AMR-WB/16000/1', video: 'H264',
			account: { aor: a.aor('bob'), password: a.users.bob,
				proxy: `sip:${a.edge}:5060` } });
	});
	after(async () => {
		await bob?.stop();
		await cindy?.stop();
		await alice?.stop();
		await parley?.endsWell();
		await b?.stop();
		await a?.stop();
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

	// Everybody hears and sees everybody, but not itself in what it hears
	const meet = (...peers) => Promise.all(peers.map(async (peer) => {
		const others = peers.filter((p) => p !== peer);
		await Promise.all([hearsOthersOnly(peer, others),
			...peers.map(({ rgb }) => sees(peer, rgb, 0.08))]);
	}));
	// Users of the roster with an endpoint that is in
	const present = async () => Object.entries(await cindy.roster())
		.filter(([, endpoints]) => endpoints.includes('connected'))
		.map(([user]) => user).sort();
	const closed = () => until('the call of bob ends', () =>
		bob.events.some((e) => e.type === 'CALL_CLOSED'));

	let uri; // of the conference

	step('alice has the factory call bob and cindy', async () => {
		await alice.dial('sip:conf-factory@conf.a.example',
			{ recipients: [bob.aor, cindy.aor] });
		const [call] = await alice.calls();
		assert.match(call.contact, /^<sip:.+>.*;isfocus/);
		await bob.event('CALL_ESTABLISHED');
		await until('cindy is in', async () =>
			(await cindy.calls()).some((c) => c.confirmed_ms));
		const rang = (await a.trace('core')).filter((m) => m.status === 180)
			.map((m) => m.headers.to.match(/sip:[^@]+@[^>;]+/)[0]);
		assert.deepEqual([...new Set(rang)].sort(), [bob.aor, cindy.aor]);
		uri = (await cindy.calls()).at(-1).remote;
		assert.match(uri, /^sip:.+@conf\.a\.example$/);
		assert.equal(call.contact.match(/sip:([^@]+)@/)[1],
			uri.match(/sip:([^@]+)@/)[1]);
	});

	step('each hears the two others and sees all three', async () => {
		await meet(alice, bob, cindy);
	});

	step('one icid goes through it, and never to a terminal', async () => {
		const icid = (m) => m.headers['p-charging-vector']
			?.match(/icid-value="?([^";]+)/)?.[1];
		const core = await a.trace('core');
		const asked = core.find((m) => m.tag === 'snd' && m.to === as
			&& m.method === 'INVITE');
		assert.ok(icid(asked));
		const said = core.filter((m) => m.tag === 'rcv' && m.from === as
			&& m.headers.cseq.endsWith('INVITE'));
		const dialled = said.filter((m) => m.method);
		assert.deepEqual([...new Set(dialled.map((m) =>
			m.headers.to.match(/sip:[^>;]+/)[0]))].sort(),
		[bob.aor, cindy.aor].sort());
		for (const m of said.filter((r) => r.method || r.status >= 200
			&& r.headers['call-id'] === asked.headers['call-id']))
			assert.equal(icid(m), icid(asked), m.text);
		for (const m of dialled) {
			assert.match(m.headers['p-charging-vector'], /orig-ioi="?a\.example/);
			assert.match(m.headers['p-asserted-identity'],
				/<sip:[^@]+@conf\.a\.example>/);
		}
		for (const side of [a, b]) {
			for (const m of await side.trace('edge')) {
				if (m.tag === 'snd' && !m.to.startsWith(`${side.core}:`))
					assert.doesNotMatch(m.text, /^P-Charging/mi);
			}
		}
	});

	step('cindy watches the roster from the other operator', async () => {
		await cindy.watch(uri);
		await until('all three are on it', async () =>
			`${await present()}` === `${[alice.aor, bob.aor, cindy.aor]}`);
		const [first] = await cindy.documents();
		assert.equal(first.state, 'full');
	});

	step('alice removes bob', async () => {
		const codes = await alice.refer(0, `${bob.aor};method=BYE`);
		assert.equal(codes.at(-1), 200);
		await closed();
		await until('bob is off the roster', async () =>
			`${await present()}` === `${[alice.aor, cindy.aor]}`);
		await Promise.all([hearsNot(alice, bob.hz),
			hearsOthersOnly(cindy, [alice])]);
	});

	step('bob calls back in', async () => {
		bob.events.length = 0;
		await bob.dial(uri);
		await meet(alice, bob, cindy);
		await until('bob is back on the roster', async () =>
			`${await present()}` === `${[alice.aor, bob.aor, cindy.aor]}`);
		const documents = await cindy.documents();
		documents.forEach((d, i) => assert.equal(d.version,
			documents[0].version + i));
	});

	step('all leave, and the watcher is told', async () => {
		await alice.hangUp(0);
		bob.hangup();
		await cindy.hangUp((await cindy.calls()).length - 1);
		await until('the subscription ends', () => cindy.unwatched());
	});

	// GSMA IR.92 section 2.3.3: as handsets do it
	step('alice merges two calls into a conference', async (t) => {
		const dora = await WebPhone.start({ operator: a, user: 'dora',
			hz: 2300, rgb: [200, 190, 30], beside: cindy });
		t.after(() => dora.stop());
		const withCindy = await alice.dial(cindy.aor);
		const withDora = await alice.dial(dora.aor);
		const before = (await cindy.calls()).length - 1;
		await hearsOthersOnly(cindy, [alice]);
		await cindy.meter(alice.hz);

		const conference = await alice.dial('sip:conf-factory@conf.a.example');
		for (const [call, peer] of [[withCindy, cindy], [withDora, dora]]) {
			const codes = await alice.refer(conference, peer.aor,
				{ replaces: call });
			assert.equal(codes.at(-1), 200);
		}
		await until('the calls one to one are over', async () => {
			const calls = await alice.calls();
			return calls[withCindy].ended && calls[withDora].ended;
		});
		await alice.show(conference);
		await meet(alice, cindy, dora);

		const calls = await cindy.calls();
		const joined = calls.findLast((c) => c.confirmed_ms);
		assert.ok(joined.accepted_ms <= calls[before].ended_ms);
		const gap = await cindy.longestGap();
		// some 40 ms on a machine with nothing else to do
		assert.ok(gap < allowed(1000), `cindy missed alice for ${gap.toFixed()} ms`);
	});
});
