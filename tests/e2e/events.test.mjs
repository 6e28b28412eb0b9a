// The conference event package (RFC 4575, 6665): who watches sees who is
// here, valid and version by version, and nobody watches others' rosters.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Parley } from './lib/parley.mjs';
import { Phone } from './lib/phone.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { Participant, Watcher, child, words } from './lib/watcher.mjs';
import { WsPeer } from './lib/ws_peer.mjs';
import { allowed } from './lib/pace.mjs';
import { until } from './lib/process.mjs';

describe('conference events', () => {
	let parley;

	before(async () => { parley = await Parley.start(); });
	after(async () => {
		await parley?.endsWell();
	});

	const sockets = new Map(); // of those who take part
	const call = async (t, conference, options) => {
		const p = await Participant.call(parley, conference, options);
		sockets.set(`${conference}/${options.name}`, p.peer);
		t.after(async () => {
			if (!p.ended)
				await p.bye();
			p.close();
		});
		return p;
	};
	// A participant's second dialog: same address, same socket
	const watch = async (t, conference, { name = 'ann', ...options } = {},
		subscribe = {}) => {
		const w = await Watcher.open(parley, conference,
			{ name, peer: sockets.get(`${conference}/${name}`), ...options });
		t.after(() => w.close());
		w.reply = await w.subscribe({ ...subscribe, headers: {
			From: `<sip:${name}@example.com>;tag=a1`,
			...subscribe.headers } });
		return w;
	};

	test('F10 F11 full state at once, then what changes', async (t) => {
		const ann = await call(t, 'one', { name: 'ann' });
		const w = await watch(t, 'one', {}, { expires: 600 });
		assert.equal(w.reply.status, 200);
		assert.equal(w.reply.headers.expires, '600');
		assert.match(w.reply.headers.contact, /<sip:one@.*>;isfocus/);
		await w.sees('ann', () => w.status('sip:ann@example.com')
			=== 'connected');
		const { doc } = w.notifies[0];
		assert.match(w.notifies[0].headers['subscription-state'],
			/^active;expires=(600|599)$/);
		assert.equal(doc.attr.state, 'full');
		assert.equal(doc.attr.entity, parley.uri('one'));
		assert.equal(words(doc, 'conference-description', 'display-text'),
			'one');
		assert.deepEqual(child(doc, 'conference-description', 'conf-uris')
			.children.map((e) => words(e, 'uri')),
		[parley.uri('one'), `${parley.https}/one`]);
		assert.equal(words(doc, 'conference-description',
			'maximum-user-count'), '1000');
		assert.equal(words(doc, 'host-info', 'web-page'),
			`${parley.https}/one`);
		assert.equal(words(w.state.conference, 'active'), 'true');
		const [endpoint] = w.user('sip:ann@example.com').endpoints.values();
		assert.equal(endpoint['joining-method'].text, 'dialed-in');
		assert.match(words(endpoint['joining-info'], 'when'),
			/^20\d\d-.*Z$/);
		assert.equal(words(endpoint.media[1], 'type'), 'audio');
		const label = words(endpoint.media[1], 'label');
		assert.match(ann.reply.body, new RegExp(`a=label:${label}\r\n`));
		assert.equal(words(endpoint.media[1], 'status'), 'sendrecv');

		const bob = await call(t, 'one', { name: 'bob' });
		await w.sees('bob', () => w.status('sip:bob@example.com')
			=== 'connected');
		assert.equal(words(w.state.conference, 'user-count'), '2');
		assert.equal(w.last.doc.attr.state, 'partial');
		await parley.cli('lock', 'one');
		await w.sees('the lock', () =>
			words(w.state.conference, 'locked') === 'true');
		assert.equal(child(w.last.doc, 'users'), undefined);
		await parley.cli('mute', 'one', 'bob');
		await w.sees('bob is muted', () => w.status('sip:bob@example.com')
			=== 'muted-via-focus');
		await parley.cli('kick', 'one', 'bob');
		await w.sees('bob is gone', () => !w.user('sip:bob@example.com'));
		const gone = child(w.last.doc, 'users', 'user');
		assert.equal(gone.attr.state, 'deleted');
		assert.equal(words(gone, 'endpoint', 'status'), 'disconnected');
		assert.equal(words(gone, 'endpoint', 'disconnection-method'),
			'booted');
		await until('bob hears BYE', () => bob.ended);
		await parley.cli('unlock', 'one');
		await call(t, 'one', { name: 'cas' });
		await w.sees('cas', () => w.status('sip:cas@example.com')
			=== 'connected');

		// who merged sees what one sees who comes now
		const late = await watch(t, 'one');
		await late.sees('all', (s) => s.users.size === 2);
		await until('the same', () => late.picture() === w.picture());
		await w.validate();
		await late.validate();
	});

	test('F10 refresh, one look, unsubscribe', async (t) => {
		await call(t, 'two', { name: 'ann' });
		const w = await watch(t, 'two');
		assert.equal(w.reply.headers.expires, '3600');
		await until('the first NOTIFY', () => w.notifies.length >= 1);
		await w.subscribe({ expires: 100 });
		await until('full state again', () => w.notifies.slice(1).find((m) =>
			m.doc.attr.state === 'full'));
		assert.match(w.last.headers['subscription-state'],
			/^active;expires=(100|99)$/);
		const before = w.notifies.length;
		assert.equal((await w.subscribe({ expires: 0 })).headers.expires,
			'0');
		await until('the last one', () => w.notifies.length > before);
		assert.equal(w.last.headers['subscription-state'],
			'terminated;reason=timeout');
		assert.equal((await w.subscribe({ expires: 100 })).status, 481);

		const look = await watch(t, 'two', {}, { expires: 0 });
		await until('one NOTIFY', () => look.notifies.length === 1);
		assert.equal(look.last.headers['subscription-state'],
			'terminated;reason=timeout');
		await look.validate();
	});

	// Whoever forges ann's address and port has the SUBSCRIBE come from there
	// as well; what he may say freely is the Contact
	test('F10 the roster goes to a member\'s address, to no Contact elsewhere',
		async (t) => {
			const ann = await call(t, 'forged', { name: 'ann' });
			const mallory = await SipPeer.open(parley.sipPort,
				{ name: 'mallory' });
			t.after(() => mallory.close());
			const w = await watch(t, 'forged', {}, { headers: {
				Contact: `<${mallory.contact}>` } });
			assert.equal(w.reply.status, 200);
			await until('ann hears it', () => w.notifies.length === 1);
			assert.deepEqual(mallory.received, []);

			// where her call said that she listens, she is told at once
			const own = await SipPeer.open(parley.sipPort, { name: 'own' });
			t.after(() => own.close());
			const headers = { Contact: `<${own.contact}>` };
			const bob = await call(t, 'forged', { name: 'bob', headers });
			const b = await watch(t, 'forged', { name: 'bob' }, { headers });
			assert.equal(b.reply.status, 200);
			await until('bob hears it at his other port', () =>
				own.received.some((m) => m.method === 'NOTIFY'));
			assert.deepEqual(b.notifies, []);
			assert.ok(ann.toTag && bob.toTag);
			own.onRequest = (m) => own.send('SIP/2.0 200 OK\r\n'
				+ ['via', 'from', 'to', 'call-id', 'cseq'].map((h) =>
					`${h}: ${m.headers[h]}\r\n`).join('')
				+ 'Content-Length: 0\r\n\r\n');
		});

	test('F10 within the INVITE dialog', async (t) => {
		const ann = await call(t, 'three', { name: 'ann' });
		const w = await Watcher.open(parley, 'three', { peer: ann.peer,
			callId: ann.callId, cseq: 1, toTag: ann.toTag, fromTag: 'p1' });
		t.after(() => w.close());
		const headers = { From: `${ann.from};tag=p1` };
		const reply = await w.subscribe({ uri: ann.contact, headers });
		ann.cseq = w.cseq;
		assert.equal(reply.status, 200);
		await w.sees('itself', (s) => s.users.has('sip:ann@example.com'));
		await ann.bye();
		await until('the end', () => /^terminated;reason=noresource/.test(
			w.last.headers['subscription-state']));
		assert.equal(w.state.root.state, 'deleted');
		await w.validate();
	});

	test('F12 the anonymous are anonymous', async (t) => {
		await call(t, 'masks', { name: 'ann' });
		await call(t, 'masks', { name: 'eve', from:
			'"Eve" <sip:eve@example.com>', headers: { Privacy: 'id' } });
		await call(t, 'masks', { name: 'zoe', from:
			'"Zoe" <sip:zoe@example.com>', headers: { Privacy: 'user' } });
		const w = await watch(t, 'masks');
		await w.sees('three', (s) => s.users.size === 3);
		const hidden = [...w.state.users.keys()].filter((k) =>
			/^sip:anonymous\d+@anonymous\.invalid$/.test(k));
		assert.equal(hidden.length, 2);
		for (const { body } of w.notifies)
			assert.doesNotMatch(body, /eve|zoe/i);
		await w.validate();
	});

	test('F12 one who is called may ask for it, too', async (t) => {
		const [bob, max] = await Promise.all(['bob', 'max'].map((name) =>
			Phone.open({ name, hz: 1000 })));
		t.after(() => Promise.all([bob.close(), max.close()]));
		bob.says = 'Server: desk/7\r\n';
		max.says = 'Privacy: id\r\nServer: desk/8\r\n';
		await call(t, 'called', { name: 'ann' });
		const w = await watch(t, 'called');
		await w.sees('ann', (s) => s.users.size === 1);
		for (const phone of [bob, max])
			await parley.cli('invite', 'called', phone.uri);
		await w.sees('it', (s) => [...s.users.keys()].some((k) =>
			/^sip:anonymous\d+@anonymous\.invalid$/.test(k)));
		await w.sees('only it', (s) => ![...s.users.keys()].some((k) =>
			k.startsWith('sip:max')) && s.users.size === 3);
		const { stdout } = await parley.cli('--json', 'show', 'called');
		assert.match(stdout, /"agent": ?"desk\/7"/);
		assert.doesNotMatch(stdout, /max@|desk\/8/);
		await w.validate();
		for (const phone of [bob, max])
			await (await phone.called()).bye();
	});

	test('F13 once a second at most, the first change at once', async (t) => {
		await call(t, 'calm', { name: 'ann' });
		const w = await watch(t, 'calm');
		await w.sees('ann', () => w.status('sip:ann@example.com')
			=== 'connected');
		await until('a second passes without a change', () =>
			Date.now() - w.notifies.at(-1).at > 1100);
		const start = Date.now(), n = w.notifies.length;
		await parley.cli('lock', 'calm');
		await until('at once', () => w.notifies.length > n, 900, 5);
		const busy = (async () => {
			while (Date.now() < start + 3500) {
				await parley.cli('unlock', 'calm');
				await parley.cli('lock', 'calm');
			}
			await parley.cli('unlock', 'calm');
		})();
		await busy;
		await w.sees('the last change', () =>
			words(w.state.conference, 'locked') === 'false');
		const times = w.notifies.slice(n).map((m) => m.at);
		// one that is late on its way is nearer to the next
		const late = allowed(50);
		for (let i = 1; i < times.length; i++)
			assert.ok(times[i] - times[i - 1] > 1000 - late, `${times}`);
		const seconds = (times.at(-1) - times[0] + late) / 1000;
		assert.ok(times.length >= 3 && times.length <= seconds + 1,
			`${times.length} NOTIFYs in ${seconds} s`);
		await w.validate();
	});

	test('F10 who may not', async (t) => {
		await call(t, 'ours', { name: 'ann' });
		const statusOf = async (subscribe, { conference = 'ours',
			...options } = {}) =>
			(await watch(t, conference, options, subscribe)).reply;
		assert.equal((await statusOf({}, { name: 'eve' })).status, 403);
		// who is only called like one who takes part
		assert.equal((await statusOf({}, { peer: undefined })).status, 403);
		assert.equal((await statusOf({}, { conference: 'nobody' })).status,
			404);
		assert.equal((await statusOf({},
			{ conference: 'conference' })).status, 404);
		const bad = await statusOf({ event: 'presence' });
		assert.equal(bad.status, 489);
		assert.match(bad.headers['allow-events'], /\bconference\b/);
		assert.equal((await statusOf({ accept: 'text/plain' })).status, 406);
		assert.equal((await statusOf({ accept: '*/*' })).status, 200);
		const brief = await statusOf({ expires: 10 });
		assert.equal(brief.status, 423);
		assert.equal(brief.headers['min-expires'], '60');
		// in a dialog that nobody knows
		const lost = await watch(t, 'ours', { toTag: 'nobody' });
		assert.equal(lost.reply.status, 481);
	});

	test('F10 who leaves watches no more', async (t) => {
		const ann = await call(t, 'left', { name: 'ann' });
		await call(t, 'left', { name: 'bob' });
		const w = await watch(t, 'left');
		await w.sees('both', (s) => s.users.size === 2);
		await ann.bye();
		await until('the end', () => /^terminated;reason=rejected/.test(
			w.last.headers['subscription-state']));
		assert.equal(w.user('sip:ann@example.com'), undefined);
		await w.validate();
	});

	test('F14 the end of the conference is told to all', async (t) => {
		const ann = await call(t, 'over', { name: 'ann' });
		const bob = await call(t, 'over', { name: 'bob' });
		const both = [await watch(t, 'over'),
			await watch(t, 'over', { name: 'bob' })];
		for (const w of both)
			await w.sees('both', (s) => s.users.size === 2);
		await parley.cli('end', 'over');
		for (const w of both) {
			await until('the end', () => w.last.headers['subscription-state']
				=== 'terminated;reason=noresource');
			assert.equal(w.state.root.state, 'deleted');
			assert.equal(words(w.state.conference, 'active'), 'false');
			assert.equal(words(w.state.conference, 'user-count'), '0');
			await w.validate();
		}
		await until('BYE', () => ann.ended && bob.ended);
	});

	test('F10 a NOTIFY that fails ends it', async (t) => {
		await call(t, 'deaf', { name: 'ann' });
		const w = await watch(t, 'deaf');
		await until('the first', () => w.notifies.length >= 1);
		w.answer = () => 481;
		await parley.cli('lock', 'deaf');
		await until('it is dropped', async () =>
			(await w.subscribe({ expires: 100 })).status === 481);
		const { subscriptions } = await parley.json('stats');
		assert.ok(subscriptions.failed >= 1 && subscriptions.accepted >= 1,
			JSON.stringify(subscriptions));
	});

	test('F12 one who was anonymous watches no more either', async (t) => {
		await call(t, 'veil', { name: 'bob' });
		const eve = await call(t, 'veil', { name: 'eve',
			headers: { Privacy: 'id' } });
		const w = await watch(t, 'veil', { name: 'eve' });
		await w.sees('both', (s) => s.users.size === 2);
		await eve.bye();
		await until('the end', () => /^terminated;reason=rejected/.test(
			w.last.headers['subscription-state']));
	});

	test('S10 NOTIFY follows the route set', async (t) => {
		// by a proxy anybody could claim to be her, so it must vouch for it
		const own = await Parley.start({ trusted_hosts: '127.0.0.1' });
		t.after(() => own.stop());
		const ann = await Participant.call(own, 'route', { name: 'ann' });
		t.after(() => ann.close());
		const proxy = await SipPeer.open(own.sipPort, { name: 'proxy' });
		t.after(() => proxy.close());
		const hop = `<sip:127.0.0.1:${proxy.port};lr>`;
		const contact = 'sip:ann@192.0.2.9:5060';
		const w = await Watcher.open(own, 'route', { peer: proxy });
		t.after(() => w.close());
		const headers = { From: '<sip:ann@example.com>;tag=a1',
			'Record-Route': hop, Contact: `<${contact}>` };
		assert.equal((await w.subscribe({ headers })).status, 403);
		w.callId = `${w.callId}2`;
		const reply = await w.subscribe({ headers: { ...headers,
			'P-Asserted-Identity': '<sip:ann@example.com>' } });
		assert.equal(reply.status, 200);
		assert.equal(reply.headers['record-route'], hop);
		await until('NOTIFY at the proxy', () => w.notifies.length);
		assert.equal(w.last.first, `NOTIFY ${contact} SIP/2.0`);
		assert.equal(w.last.headers.route, hop);
	});

	test('bounded by source; the end of the server is told', async (t) => {
		const small = await Parley.start({ subscriptions_per_source: 3 });
		const ann = await Participant.call(small, 'few', { name: 'ann' });
		t.after(() => ann.close());
		const watchers = [];
		// two are free: the one who watches is in
		for (let i = 0; i < 7; i++) {
			const w = await Watcher.open(small, 'few', { name: 'ann',
				peer: ann.peer });
			t.after(() => w.close());
			w.reply = await w.subscribe({ headers: {
				From: '<sip:ann@example.com>;tag=a1' } });
			watchers.push(w);
		}
		assert.deepEqual(watchers.map((w) => w.reply.status),
			[200, 200, 200, 200, 200, 503, 503]);
		const { subscriptions } = await small.json('stats');
		assert.equal(subscriptions.subscriptions, 5);
		assert.equal(subscriptions.refused, 2);
		const { code, left, output } = await small.stop();
		assert.deepEqual({ code, left }, { code: 0, left: [] }, output);
		for (const w of watchers.slice(0, 5))
			await until('the end', () => w.last.headers['subscription-state']
				=== 'terminated;reason=noresource');
	});

	test('a WebSocket that closes takes all its subscriptions with it',
		async (t) => {
			const own = await Parley.start();
			t.after(() => own.stop());
			const peer = await WsPeer.openAt(own.http, { name: 'eve' });
			t.after(() => peer.close());
			const counts = async () => (await own.json('stats')).subscriptions;
			const headers = { Event: 'conference',
				From: '<sip:eve@example.com>;tag=a1' };
			const ask = async (callId, { method = 'SUBSCRIBE', cseq = 1,
				...options } = {}) => {
				peer.send(peer.request(method, own.uri('web'), {
					callId, cseq, ...options,
					headers: { ...headers, ...options.headers } }));
				return peer.final('an answer', (m) =>
					m.headers['call-id'] === callId
						&& m.headers.cseq === `${cseq} ${method}`);
			};
			const invited = await ask('call', { method: 'INVITE',
				body: sdp(49170) });
			assert.equal(invited.status, 200);
			peer.send(peer.request('ACK', own.uri('web'), { callId: 'call',
				toTag: invited.toTag, headers }));
			// one goes on, one has ended and one looked but once; no NOTIFY
			// is answered
			assert.equal((await ask('on')).status, 200);
			const { status, toTag } = await ask('over');
			assert.equal(status, 200);
			assert.equal((await ask('over', { toTag, cseq: 2,
				headers: { Expires: '0' } })).status, 200);
			assert.equal((await ask('once', { headers: { Expires: '0' } }))
				.status, 200);
			assert.equal((await counts()).subscriptions, 3);
			peer.close();
			await until('they are forgotten', async () =>
				(await counts()).subscriptions === 0);
		});

	test('OPTIONS and INVITE name the package', async (t) => {
		const ann = await call(t, 'words', { name: 'ann' });
		assert.match(ann.reply.headers['allow-events'], /\bconference\b/);
		assert.match(ann.reply.headers.allow, /\bSUBSCRIBE\b/);
		const peer = await SipPeer.open(parley.sipPort);
		t.after(() => peer.close());
		peer.send(peer.request('OPTIONS', parley.uri('words')));
		const reply = await peer.final('an answer to OPTIONS');
		assert.match(reply.headers['allow-events'], /\bconference\b/);
	});
});
