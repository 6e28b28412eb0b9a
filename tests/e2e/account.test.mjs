// Parley as a terminal of another operator's network: a real Kamailio (edge
// and core of kamailio/) that it registers at, is called at and calls by.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Operator, loopbackNetwork } from './lib/kamailio.mjs';
import { Parley } from './lib/parley.mjs';
import { until } from './lib/process.mjs';

describe('an account at Kamailio', () => {
	let operator, parley, bob, address;

	const start = (account, n = 3) => Parley.start({
		sip_listen: `${address(n)}:5060`, media_address: address(n), account });
	// The only account's line of `parley stats`
	const account = async (p = parley) => (await p.json('stats')).accounts[0];
	const state = async (wanted, p = parley) => until(`it is ${wanted}`,
		async () => {
			const a = await account(p);
			return a.state === wanted ? a : Promise.reject(
				new Error(JSON.stringify(a)));
		});
	const members = async (name, p = parley) => (await p.endpoints(name))
		.filter((e) => e.status === 'connected').map((e) => e.user).sort();
	// What went through a proxy, once it is written down
	const traced = (role, what, fits) => until(what, async () => {
		const all = await operator.trace(role);
		return all.find((m, i) => fits(m, all, i));
	});
	const step = (name, run) => test(name, async (t) => {
		try {
			await run(t);
		} catch (error) {
			error.message += `\n${await operator.story()}\n${
				parley.program.output.slice(-3000)}`;
			throw error;
		}
	});
	before(async () => {
		const net = await loopbackNetwork();
		address = (n) => `${net}.${n}`;
		operator = await Operator.start({ domain: 'a.example',
			users: { focus: 'focuspw', dora: 'dorapw', bob: 'bobpw' }, edge: address(1),
			core: address(2), as: address(9),
			peer: { domain: 'b.example', core: address(102) } });
		parley = await start('<sip:focus@a.example>;auth_pass=focuspw;'
			+ `outbound="sip:${address(1)}:5060;lr";conference=team`);
		bob = await Baresip.start({ name: 'bob', address: address(10),
			account: { aor: 'sip:bob@a.example', password: 'bobpw',
				proxy: `sip:${address(1)}:5060` } });
	});
	after(async () => {
		await bob?.stop();
		if (!parley.stopped)
			await parley.endsWell();
		await operator?.stop();
	});

	step('S14 S10: it registers with digest and keeps the Service-Route',
		async () => {
			const a = await state('registered');
			assert.deepEqual(a.routes, [`sip:orig@${address(2)}:5060;lr`]);
			assert.ok(a.expires_in_s > 0 && a.expires_in_s <= 600);
			assert.equal(a.failures, 0);
			assert.match(a.gruu, /^sip:focus@a\.example;gr=/);
			assert.equal((await parley.json('stats')).credentials.answers, 1);
			assert.match((await parley.cli('stats')).stdout,
				/sip:focus@a\.example +registered +\d+ s +0 +200/);

			const asked = await traced('edge', 'REGISTER with credentials',
				(m) => m.method === 'REGISTER' && m.tag === 'rcv'
					&& m.headers.authorization
					&& m.headers.to.includes('focus@'));
			assert.equal(asked.first, 'REGISTER sip:a.example SIP/2.0');
			assert.match(asked.headers.authorization, /qop=auth, nc=00000001/);
			assert.equal(asked.headers.route, `<sip:${address(1)}:5060;lr>`);
			assert.match(asked.headers.contact, new RegExp(
				'^<sip:team@[\\d.]+:5060>;\\+sip\\.instance='
				+ '"<urn:uuid:[-0-9a-f]{36}>";reg-id=1;.*icsi-ref'));
			for (const tag of ['path', 'outbound', 'gruu'])
				assert.ok(asked.headers.supported.split(', ').includes(tag));
		});

	step('who calls the account joins its conference', async () => {
		await bob.dial('sip:focus@a.example');
		await until('bob is in', async () =>
			(await members('team')).join() === 'sip:bob@a.example');
		bob.hangup();
		await until('bob is out', async () => !(await members('team')).length);
	});

	step('S10: calls to the domain go by the account and its Service-Route',
		async () => {
			await parley.json('invite', 'team', 'sip:bob@a.example');
			await until('bob is in', async () =>
				(await members('team')).join() === 'sip:bob@a.example');
			const invite = await traced('edge', 'the INVITE',
				(m) => m.method === 'INVITE' && m.tag === 'rcv'
					&& m.headers.from.includes('focus@'));
			assert.equal(invite.first, 'INVITE sip:bob@a.example SIP/2.0');
			assert.match(invite.headers.from, /<sip:focus@a\.example>;tag=/);
			assert.equal(invite.headers['p-preferred-identity'],
				'<sip:focus@a.example>');
			assert.match(invite.headers.contact, /<sip:team@.*;isfocus/);
			assert.deepEqual(
				invite.text.match(/^Route: .*$/mg).map((l) => l.trim()),
				[`Route: <sip:${address(1)}:5060;lr>`,
					`Route: <sip:orig@${address(2)}:5060;lr>`]);
			await parley.json('kick', 'team', 'bob');
			await until('bob is out', async () =>
				!(await members('team')).length);
		});

	step('S14: a proxy that challenges a call is answered', async (t) => {
		const other = await start('<sip:focus@a.example>;auth_pass=focuspw;'
			+ `outbound="sip:${address(1)}:5060;lr";expires=0`, 4);
		t.after(() => other.endsWell());
		assert.equal((await account(other)).state, 'off');
		await other.json('invite', 'hall', 'sip:bob@a.example');
		await until('bob is in', async () =>
			(await members('hall', other)).join() === 'sip:bob@a.example');
		const invite = await traced('edge', 'the INVITE with credentials',
			(m) => m.method === 'INVITE' && m.headers['proxy-authorization']);
		assert.match(invite.headers['proxy-authorization'],
			/^Digest username="focus", realm="a\.example"/);
		assert.match(invite.headers.cseq, / INVITE$/);
		await other.json('end', 'hall');
	});

	step('S10: over TCP it is called by the connection it registered by',
		async (t) => {
			const other = await start('<sip:dora@a.example>;auth_pass=dorapw;'
				+ `outbound="sip:${address(1)}:5060;lr";transport=tcp;`
				+ 'conference=attic', 6);
			t.after(() => other.endsWell());
			await state('registered', other);
			await bob.dial('sip:dora@a.example');
			await until('bob is in', async () =>
				(await members('attic', other)).join() === 'sip:bob@a.example');
			const invite = await traced('edge', 'the INVITE to it', (m) =>
				m.method === 'INVITE' && m.tag === 'snd'
					&& m.first.includes('sip:attic@'));
			assert.equal(invite.proto, 'tcp');
			assert.match(invite.to, new RegExp(`^${address(6)}:`));
			assert.doesNotMatch(invite.to, /:5060$/);
			bob.hangup();
			await until('bob is out', async () =>
				!(await members('attic', other)).length);
		});

	step('S14: a wrong password is told, and not tried again and again',
		async (t) => {
			const other = await start('<sip:focus@a.example>;auth_pass=guess;'
				+ `outbound="sip:${address(1)}:5060;lr"`, 5);
			t.after(() => other.endsWell());
			await other.program.printed(/wrong name or secret/);
			const a = await state('waiting', other);
			assert.deepEqual([a.registers, a.failures, a.last_status],
				[2, 1, 401]);
		});

	step('it takes its registration back at the end', async () => {
		parley.stopped = true;
		await parley.endsWell();
		await traced('core', 'the 200 to its last REGISTER', (m, all, i) =>
			m.status === 200 && all.slice(0, i).some((r) =>
				r.method === 'REGISTER' && r.headers.expires === '0'
				&& r.headers['call-id'] === m.headers['call-id']
				&& r.headers.cseq === m.headers.cseq
				&& r.headers.to.includes('focus@')));
	});
});
