// People brought in and out by REFER, calls merged and taken over, as rows F4
// to F9, F16 and S12 of tests/e2e/README.md have them.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { Baresip } from './lib/baresip.mjs';
import { Parley } from './lib/parley.mjs';
import { Phone } from './lib/phone.mjs';
import { parse } from './lib/sip_peer.mjs';
import { hearsNot, hearsOthersOnly } from './lib/judge.mjs';
import { sipWorld } from './lib/sip_world.mjs';
import { sipp } from './lib/sipp.mjs';
import { allowed } from './lib/pace.mjs';
import { until } from './lib/process.mjs';

const world = sipWorld();

async function phone(t, name, hz, host) {
	const p = await Phone.open({ name, hz, host });
	t.after(async () => {
		for (const call of p.calls.filter((c) => c.media && !c.over))
			await call.bye();
		await p.close();
	});
	return p;
}

async function baresip(t, options) {
	const b = await Baresip.start(options);
	t.after(() => b.stop());
	return b;
}

const present = (conference, count) => until(
	`${count} are in ${conference}`, async () => {
		const all = await world.parley.endpoints(conference);
		return all.filter((e) => e.status === 'connected').length === count
			|| Promise.reject(new Error(JSON.stringify(all)));
	});

// When packets came, on whichever of its calls
function longestGap(p, since) {
	const times = p.calls.filter((c) => c.media)
		.flatMap((c) => c.media.audio.received.map((r) => r.at))
		.filter((at) => at >= since).sort((a, b) => a - b);
	assert.ok(times.length > 50, `${times.length} packets`);
	return times.slice(1).reduce((gap, at, i) =>
		Math.max(gap, at - times[i]), 0);
}

const SUBSCRIPTION_OVER = /^terminated;reason=noresource/;

test('F4 F9 a participant has somebody called, and is told', async (t) => {
	const alice = await phone(t, 'alice', 440);
	const bob = await phone(t, 'bob', 1000);
	const call = await alice.dial(world.parley.uri('add'));

	assert.equal((await call.refer(bob.uri)).status, 202);
	assert.match((await call.told(100)).state, /^active;expires=\d+/);
	await call.told(180);
	assert.match((await call.told(200)).state, SUBSCRIPTION_OVER);

	const called = await bob.called();
	assert.equal(called.invite.headers['referred-by'], `<sip:alice@127.0.0.1>`);
	assert.match(called.invite.headers.contact, /;isfocus/);
	await Promise.all([hearsOthersOnly(call, [called]),
		hearsOthersOnly(called, [call])]);
	const { referred_by: by, method } = await world.endpoint('add', 'bob');
	assert.deepEqual([by, method], ['sip:alice@127.0.0.1', 'dialed-out']);
});

test('F4 a participant is told why it came to nothing', async (t) => {
	const alice = await phone(t, 'alice', 440);
	const bob = await phone(t, 'bob', 1000);
	bob.refuses = '486 Busy Here';
	const call = await alice.dial(world.parley.uri('busy'));
	await call.refer(bob.uri);
	const last = await call.told(486);
	assert.match(last.state, SUBSCRIPTION_OVER);
	assert.equal(last.fragment, 'SIP/2.0 486 Busy Here\r\n');
	assert.equal((await world.parley.endpoints('busy')).length, 1);
});

test('F4 baresip transfers a third party into the conference', async (t) => {
	const alice = await baresip(t, { name: 'alice', hz: 440,
		audio: 'PCMU/8000' });
	const bob = await baresip(t, { name: 'bob', hz: 1000 });
	const carol = await phone(t, 'carol', 600);
	const call = await carol.dial(world.parley.uri('transfer'));
	await alice.dial(world.parley.uri('transfer'));
	alice.command('transfer', `sip:bob@127.0.0.1:${bob.port}`);
	await bob.event('CALL_ESTABLISHED');
	// who transfers is out when the other one is in
	await alice.event('CALL_CLOSED');
	await present('transfer', 2);
	await Promise.all([hearsOthersOnly(bob, [call]),
		hearsOthersOnly(call, [bob])]);
	await hearsNot(call, 440);
});

// its menu hangs up then, all by itself
test('F4 baresip is told that the third party declined', async (t) => {
	const alice = await baresip(t, { name: 'alice', audio: 'PCMU/8000' });
	const bob = await phone(t, 'bob', 1000);
	bob.refuses = '603 Decline';
	await alice.dial(world.parley.uri('declined'));
	alice.command('transfer', bob.uri);
	assert.equal((await alice.event('TRANSFER_FAILED')).param,
		'603 Decline');
});

test('who still rings is called off when the last one leaves', async (t) => {
	const alice = await phone(t, 'alice', 440);
	const bob = await phone(t, 'bob', 1000);
	const carol = await phone(t, 'carol', 600);
	bob.rings = carol.rings = true;
	const call = await alice.dial(world.parley.uri('ringing'));
	await call.refer(bob.uri);
	assert.equal((await world.parley.cli('invite', 'ringing', carol.uri))
		.code, 0);
	await until('both ring', async () => (await world.parley.endpoints(
		'ringing')).filter((e) => e.status === 'alerting').length === 2);
	await call.bye();
	for (const p of [bob, carol]) {
		const cancel = await p.request('CANCEL', 3000);
		assert.match(cancel.headers.reason, /^SIP;cause=410/);
	}
	await until('the conference is over', async () =>
		(await world.parley.cli('show', 'ringing')).code === 4);

	// whom nobody waits for yet is waited for
	assert.equal((await world.parley.cli('invite', 'ringing', carol.uri))
		.code, 0);
	await until('it rings again', () => carol.requests.filter((m) =>
		m.method === 'INVITE').length === 2);
	const late = await alice.dial(world.parley.uri('ringing'));
	assert.equal((await world.parley.endpoints('ringing')).length, 2);
	await late.bye();
	await until('it is called off, too', () => carol.requests.filter((m) =>
		m.method === 'CANCEL').length === 2);
});

test('F4 outside a dialog only for who knows one', async (t) => {
	const alice = await phone(t, 'alice', 440);
	const bob = await phone(t, 'bob', 1000);
	const mallory = await phone(t, 'mallory', 600);
	const call = await alice.dial(world.parley.uri('outside'));
	const uri = world.parley.uri('outside');

	const refused = await mallory.outside('REFER', uri,
		{ 'Refer-To': `<${bob.uri}>` });
	assert.equal(refused.answer.status, 403);

	const taken = await alice.outside('REFER', uri, {
		'Refer-To': `<${bob.uri}>`,
		'Target-Dialog': `${call.id};local-tag=${call.remoteTag}`
			+ `;remote-tag=${call.tag}` });
	assert.equal(taken.answer.status, 202);
	assert.match((await taken.told(200)).state, SUBSCRIPTION_OVER);
	await hearsOthersOnly(await bob.called(), [call]);
});

test('F5 the moderator removes others, and nobody else does', async (t) => {
	const alice = await phone(t, 'alice', 440);
	const bob = await phone(t, 'bob', 1000);
	const carol = await phone(t, 'carol', 600);
	const uri = world.parley.uri('removal');
	const [a, b, c] = [await alice.dial(uri), await bob.dial(uri),
		await carol.dial(uri)];
	await present('removal', 3);
	await hearsOthersOnly(a, [b, c]);

	const refused = await b.refer('sip:carol@127.0.0.1;method=BYE');
	assert.equal(refused.status, 403);

	assert.equal((await a.refer('sip:bob@127.0.0.1;method=BYE')).status, 202);
	const bye = await bob.request('BYE');
	assert.match(bye.headers.reason, /^SIP;cause=603/);
	assert.match((await a.told(200)).state, SUBSCRIPTION_OVER);
	await present('removal', 2);
	await hearsNot(a, 1000);

	assert.equal((await c.refer('sip:carol@127.0.0.1?method=BYE',
		{ 'Refer-Sub': 'false' })).headers['refer-sub'], 'false');
	await carol.request('BYE');
	await present('removal', 1);
	assert.equal(c.notified.length, 0);
});

test('F5 the moderator ends the conference', async (t) => {
	const alice = await phone(t, 'alice', 440);
	const bob = await phone(t, 'bob', 1000);
	const uri = world.parley.uri('end');
	const [a, b] = [await alice.dial(uri), await bob.dial(uri)];
	await present('end', 2);
	assert.equal((await b.refer(`${uri};method=BYE`)).status, 403);
	assert.equal((await a.refer(`${uri};method=BYE`)).status, 202);
	await Promise.all([alice.request('BYE'), bob.request('BYE')]);
	await until('the conference is over', async () =>
		!(await world.parley.endpoints('end')).length);
});

// GSMA NG.114: the handset has two calls, calls the factory, and refers each
// call's other end there with Replaces; that end leaves its old call for the
// new one
test('F7 two calls become one conference without a gap', async (t) => {
	const alice = await phone(t, 'alice', 440);
	const bob = await phone(t, 'bob', 1000);
	const carol = await phone(t, 'carol', 600);
	const toBob = await alice.dial(bob.uri);
	const toCarol = await alice.dial(carol.uri);
	const old = [await bob.called(), await carol.called()];
	await hearsOthersOnly(old[0], [toBob]);
	await hearsOthersOnly(old[1], [toCarol]);

	const since = performance.now();
	const merged = await alice.dial(world.parley.uri('conference'));
	assert.match(merged.answer.headers.contact, /;isfocus/);
	for (const [phone_, call] of [[bob, toBob], [carol, toCarol]]) {
		const target = `${phone_.uri}?Replaces=${encodeURIComponent(
			call.replaces)}&Require=replaces`;
		assert.equal((await merged.refer(target)).status, 202);
	}
	const joined = [await bob.called(), await carol.called()];
	await until('the old calls are over', () => toBob.over && toCarol.over);
	await hearsOthersOnly(merged, joined);
	await hearsOthersOnly(joined[0], [merged, joined[1]]);
	await hearsOthersOnly(joined[1], [merged, joined[0]]);
	for (const p of [bob, carol]) {
		const gap = longestGap(p, since);
		assert.ok(gap < allowed(200), `${p.name} hears nothing for ${gap} ms`);
	}
	const events = merged.notified.map((n) => n.event);
	assert.equal(new Set(events).size, 2, `${events}`);
	assert.ok(merged.notified.filter((n) => n.fragment.includes(' 200 '))
		.every((n) => SUBSCRIPTION_OVER.test(n.state)));
});

test('F7 S12 another terminal takes the place of a leg', async (t) => {
	const alice = await phone(t, 'alice', 440);
	const bob = await phone(t, 'bob', 1000);
	const desk = await phone(t, 'desk', 600);
	const uri = world.parley.uri('takeover');
	const a = await alice.dial(uri);
	const b = await bob.dial(uri);
	await hearsOthersOnly(a, [b]);
	await world.parley.cli('lock', 'takeover');

	const stranger = await desk.dial(uri,
		{ Replaces: 'nobody;to-tag=1;from-tag=2' });
	assert.equal(stranger.answer.status, 481);
	const early = await desk.dial(uri,
		{ Replaces: `${b.replaces};early-only` });
	assert.equal(early.answer.status, 486);

	const since = performance.now();
	const taken = await desk.dial(uri, { Replaces: b.replaces,
		Require: 'replaces' });
	assert.equal(taken.answer.status, 200);
	const bye = await bob.request('BYE');
	assert.equal(bye.headers.reason,
		'SIP;cause=200;text="Call completed elsewhere";parley=replaced');
	await present('takeover', 2);
	await hearsOthersOnly(taken, [a]);
	await hearsOthersOnly(a, [taken]);
	await a.media.audio.more(51);
	const gap = longestGap(alice, since);
	assert.ok(gap < allowed(200), `alice hears nothing for ${gap} ms`);
});

test('F7 F14 the creator goes on at another terminal', async (t) => {
	const parley = await Parley.start({ end_with_creator: 'yes' });
	t.after(() => parley.stop());
	const alice = await phone(t, 'alice', 440);
	const bob = await phone(t, 'bob', 1000);
	const desk = await phone(t, 'desk', 600);
	const mallory = await phone(t, 'mallory', 700, '127.0.0.2');
	// nobody knows who made it
	const a = await alice.dial(parley.uri('conference'), { Privacy: 'id' });
	const uri = a.target.split(';')[0];
	const name = uri.match(/sip:([^@]+)@/)[1];
	const b = await bob.dial(parley.uri(name));
	await hearsOthersOnly(b, [a]);

	// whoever saw the dialog go by
	const stolen = await mallory.dial(parley.uri(name),
		{ Replaces: a.replaces });
	assert.equal(stolen.answer.status, 403);
	await hearsOthersOnly(b, [a]);

	assert.equal((await parley.cli('mute', name, '1')).code, 0);
	await hearsNot(b, 440);
	const taken = await desk.dial(parley.uri(name), { Replaces: a.replaces });
	assert.equal(taken.answer.status, 200);
	await alice.request('BYE');
	await until('two are in it', async () =>
		(await parley.endpoints(name)).length === 2);
	// another terminal is no way out of being mute
	await hearsNot(b, 600, 3000);
	assert.equal((await parley.cli('unmute', name, 'desk')).code, 0);
	await Promise.all([hearsOthersOnly(b, [taken]),
		hearsOthersOnly(taken, [b])]);
	const roster = await parley.endpoints(name);
	assert.deepEqual(roster.filter((e) => e.role === 'host').map((e) => e.user),
		['sip:desk@127.0.0.1']);

	// the moderator's right went along, and the end of the conference
	assert.equal((await b.refer('sip:desk@127.0.0.1;method=BYE')).status,
		403);
	assert.equal((await taken.refer('sip:bob@127.0.0.1;method=BYE')).status,
		202);
	await bob.request('BYE');
	const again = await bob.dial(parley.uri(name));
	assert.equal(again.answer.status, 200);
	await taken.bye();
	await until('it ends with whom it has for its creator', () => again.over);
});

test('F8 a call with Join comes in beside another', async (t) => {
	const alice = await phone(t, 'alice', 440);
	const bob = await phone(t, 'bob', 1000);
	const a = await alice.dial(world.parley.uri('conference'));
	const b = await bob.dial(world.parley.uri('elsewhere'),
		{ Join: a.replaces });
	assert.equal(b.answer.status, 200);
	assert.equal(b.target, a.target);
	await Promise.all([hearsOthersOnly(a, [b]), hearsOthersOnly(b, [a])]);
});

test('F16 two conferences are joined once, not in a circle', async (t) => {
	const other = await Parley.start();
	t.after(() => other.stop());
	const alice = await phone(t, 'alice', 440);
	const bob = await phone(t, 'bob', 1000);
	const a = await alice.dial(world.parley.uri('left'));
	const b = await bob.dial(other.uri('right'));
	const { code } = await world.parley.cli('invite', 'left',
		other.uri('right'));
	assert.equal(code, 0);
	await hearsOthersOnly(a, [b]);
	await hearsOthersOnly(b, [a]);

	await a.refer(`${world.parley.uri('left')};method=INVITE`);
	await a.told(482);
	await b.refer(world.parley.uri('left'));
	await b.told(482);
	assert.equal((await world.parley.endpoints('left')).length, 2);
	assert.equal((await other.endpoints('right')).length, 2);
	await hearsOthersOnly(a, [b]);
});

test('parley invite --wait tells how it goes', async (t) => {
	const bob = await phone(t, 'bob', 1000);
	const invite = (uri) => world.parley.cli('invite', 'wait', uri, '--wait');

	const taken = await invite(bob.uri);
	assert.deepEqual([taken.code, taken.stdout], [0, 'bob is in\n']);
	bob.refuses = '486 Busy Here';
	const busy = await invite(bob.uri);
	assert.deepEqual([busy.code, busy.output],
		[1, 'parley: They are busy.\n']);
	const lost = await invite('sip:bob@127.0.0.1;transport=ws');
	assert.deepEqual([lost.code, lost.output],
		[1, 'parley: There is no way to that address.\n']);
	const own = await invite(world.parley.uri('wait'));
	assert.deepEqual([own.code, own.output], [2, `parley: '${
		world.parley.uri('wait')}' is a conference here\n`]);
	const sos = await invite('tel:112');
	assert.deepEqual([sos.code, sos.output],
		[1, "parley: 'tel:112' is for emergencies\n"]);
});

test('S10 a user is called at one address after the other', async (t) => {
	const parley = await Parley.start();
	t.after(() => parley.stop());
	const { stdout } = await parley.cli('user', 'add', 'bob', '--generate');
	const password = stdout.match(/^password: (\S+)$/m)[1];
	const aor = parley.uri('bob');
	const invite = () => parley.cli('invite', 'home', aor, '--wait');
	const offline = await invite();
	assert.deepEqual([offline.code, offline.output],
		[1, 'parley: It could not be reached just now.\n']);

	const mobile = await phone(t, 'mobile', 440);
	const desk = await phone(t, 'desk', 600);
	await desk.register(aor, { aor, password, q: 0.5 });
	await mobile.register(aor, { aor, password, q: 0.9 });
	mobile.refuses = '480 Temporarily Unavailable';
	assert.equal((await invite()).code, 0);
	const call = await desk.called();
	assert.equal(call.invite.headers.to.split('>')[0], `<${aor}`);
	assert.equal(mobile.requests.filter((m) => m.method === 'INVITE').length,
		1);

	mobile.refuses = '486 Busy Here';
	const busy = await invite();
	assert.deepEqual([busy.code, busy.output],
		[1, 'parley: They are busy.\n']);
	assert.equal(desk.requests.filter((m) => m.method === 'INVITE').length, 1);
});

test('S10 a user whose connection is gone is called at its address',
	async (t) => {
		const parley = await Parley.start();
		t.after(() => parley.stop());
		const { stdout } = await parley.cli('user', 'add', 'bob', '--generate');
		const password = stdout.match(/^password: (\S+)$/m)[1];
		const aor = parley.uri('bob');
		const bob = await phone(t, 'bob', 440);
		await bob.register(aor, { aor, password, tcp: true });
		assert.equal((await parley.cli('invite', 'home', aor, '--wait')).code,
			0);
		assert.match((await bob.called()).invite.headers.via, /UDP/);
	});

// A server over TLS, with Parley's own certificate, that sends every INVITE
// elsewhere
async function redirector(t, contact) {
	const pem = await readFile(join(world.parley.scratch.dir, 'tls.pem'));
	const seen = [];
	const server = createServer({ key: pem, cert: pem }, (socket) => {
		socket.on('error', () => {});
		socket.on('data', (data) => {
			const m = parse(`${data}`);
			seen.push(m);
			if (m.method === 'INVITE')
				socket.write(`SIP/2.0 302 Moved\r\n${['via', 'from',
					'call-id', 'cseq'].map((n) => `${n}: ${m.headers[n]}\r\n`)
					.join('')}To: ${m.headers.to};tag=x\r\nContact: <${
					contact}>\r\nContent-Length: 0\r\n\r\n`);
		});
		t.after(() => socket.destroy());
	});
	await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
	t.after(() => server.close());
	return { seen, port: server.address().port };
}

test('S1 keys offered over TLS are not seen over UDP', async (t) => {
	const bob = await phone(t, 'bob', 1000);
	const { seen, port } = await redirector(t, bob.uri);
	const { code, output } = await world.parley.cli('invite', 'keys',
		`sip:bob@127.0.0.1:${port};transport=tls`, '--wait');
	assert.equal(code, 0, output);
	const secured = seen.find((m) => m.method === 'INVITE');
	assert.match(secured.body, /^a=crypto:/m);
	const { invite } = await bob.called();
	assert.doesNotMatch(invite.body, /^a=crypto:|inline:/m);
	const [call] = bob.calls;
	const alice = await phone(t, 'alice', 440);
	const a = await alice.dial(world.parley.uri('keys'));
	await hearsOthersOnly(a, [call]);
	assert.equal((await world.parley.endpoints('keys')).length, 2);
});

for (const transport of ['udp', 'tcp']) {
	test(`F4 F5 F6 SIPp refers and leaves, over ${transport}`, async (t) => {
		const busy = await phone(t, 'busy', 1000);
		busy.refuses = '486 Busy Here';
		await sipp(t, 'F4_F6_refers_and_leaves',
			`127.0.0.1:${world.parley.sipPort}`, {
				service: `refers-${transport}-`, transport, count: 20,
				keys: { target: busy.uri } });
	});
}
