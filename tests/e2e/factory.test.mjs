// Conferences of the factory and lists of recipients, with telephones that
// ring, as rows F2, F3, F12, F14, S8, S9, S12 and S13 of tests/e2e/README.md
// have them.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { hearsOthersOnly } from './lib/judge.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { ulawTone } from './lib/payloads.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { sipWorld } from './lib/sip_world.mjs';
import { sipp } from './lib/sipp.mjs';
import { until } from './lib/process.mjs';

const world = sipWorld();

const contactOf = (answer) => answer.headers.contact.match(/<([^>]+)>/)[1];
const nameOf = (uri) => uri.match(/^sip:([^@]+)@/)[1];

const entry = (uri, copy, more = '') =>
	`<entry uri="${uri}" cp:copyControl="${copy}"${more}/>`;

const list = (...entries) => '<?xml version="1.0" encoding="UTF-8"?>\r\n'
	+ '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"'
	+ ' xmlns:cp="urn:ietf:params:xml:ns:copycontrol">'
	+ `<list>${entries.join('')}</list></resource-lists>\r\n`;

// The body of RFC 5366 section 6, and the headers that go with it
function withList(description, ...entries) {
	const body = '--boundary1\r\nContent-Type: application/sdp\r\n\r\n'
		+ `${description}\r\n--boundary1\r\n`
		+ 'Content-Type: application/resource-lists+xml\r\n'
		+ 'Content-Disposition: recipient-list\r\n'
		+ 'Content-Transfer-Encoding: base64\r\n\r\n'
		+ `${Buffer.from(list(...entries)).toString('base64')
			.match(/.{1,76}/g).join('\r\n')}\r\n--boundary1--\r\n`;
	return { body, headers: { Require: 'recipient-list-invite',
		'Content-Type': 'multipart/mixed;boundary="boundary1"',
		'Content-Length': `${body.length}` } };
}

async function peer(t, parley, options) {
	const p = await RtpPeer.open(parley, options);
	t.after(async () => {
		if (p.toTag && !p.gone)
			await p.bye();
		await p.close();
	});
	return p;
}

// A call with a list: RtpPeer.dial() with another body
async function dialWith(p, uri, ...entries) {
	p.uri = uri;
	const answer = await p.ask('INVITE', withList(p.sdp, ...entries));
	assert.equal(answer.status, 200, answer.first);
	p.follow(answer.body);
	return answer;
}

async function phone(t, options) {
	const b = await Baresip.start(options);
	t.after(() => b.stop());
	return b;
}

const addressOf = (b) => `sip:${b.name}@127.0.0.1:${b.port}`;

test('F2: a factory makes a conference that others can call', async (t) => {
	const { parley } = world;
	const [alice, bob, carol] = await Promise.all([
		peer(t, parley, { name: 'alice', hz: 440 }),
		peer(t, parley, { name: 'bob', hz: 1000 }),
		peer(t, parley, { name: 'carol', hz: 1700 })]);
	const answer = await alice.dial(parley.uri('mmtel'));
	assert.match(answer.headers.contact, /;isfocus/);
	assert.match(answer.headers.contact,
		/;\+g\.3gpp\.icsi-ref="urn%3Aurn-7%3A3gpp-service\.ims\.icsi\.mmtel"/);
	const uri = contactOf(answer);
	assert.match(nameOf(uri), /^conf-[a-z2-7]{16}$/);

	// each call makes another one
	const other = contactOf(await carol.dial(parley.uri('mmtel')));
	assert.notEqual(nameOf(other), nameOf(uri));
	await carol.bye();
	carol.gone = true;

	await bob.dial(uri);
	await hearsOthersOnly(alice, [bob]);
	await hearsOthersOnly(bob, [alice]);
	const [first] = (await parley.endpoints(nameOf(uri)))
		.filter((e) => e.user.includes('alice'));
	assert.equal(first.role, 'host');

	// F14: it goes on without her, and ends with the last
	await alice.bye();
	alice.gone = true;
	assert.equal((await parley.endpoints(nameOf(uri))).length, 1);
	await bob.bye();
	bob.gone = true;
	const late = await peer(t, parley, { name: 'late' });
	await assert.rejects(late.dial(uri), /404/);
	late.toTag = null;
});

test('F3: a list is dialled, each once, when its sender is in', async (t) => {
	const { parley } = world;
	const [bob, carol] = await Promise.all([
		phone(t, { name: 'bob', hz: 1000 }),
		phone(t, { name: 'carol', hz: 1700, audio: 'AMR-WB/16000/1' })]);
	const alice = await peer(t, parley, { name: 'alice', hz: 440 });
	const answer = await dialWith(alice, parley.uri('conference'),
		entry(addressOf(bob), 'to'), entry(addressOf(bob), 'cc'),
		entry(addressOf(carol), 'bcc', ' cp:anonymize="true"'),
		entry(alice.sip.contact.replace(/:\d+$/, ''), 'to'));
	alice.audio.talk(ulawTone(alice.hz));
	const name = nameOf(contactOf(answer));
	await until('all are in', async () => (await parley.endpoints(name))
		.filter((e) => e.status === 'connected').length === 3);
	for (const p of [alice, bob, carol])
		await hearsOthersOnly(p, [alice, bob, carol].filter((o) => o !== p));

	const people = await parley.endpoints(name);
	assert.equal(people.length, 3);
	assert.equal(people.filter((e) => e.method === 'dialed-out').length, 2);
	// F12: who is anonymized is on the roster without her name
	const hidden = people.filter((e) => e.anonymous);
	assert.equal(hidden.length, 1);
	assert.match(hidden[0].user, /^sip:anonymous\d+@anonymous\.invalid$/);
	assert.doesNotMatch(JSON.stringify(people), /carol/);
});

test('F3: who is dialled is shown the others that may be known', async (t) => {
	const { parley } = world;
	const [alice, bob] = await Promise.all([
		peer(t, parley, { name: 'alice' }), peer(t, parley, { name: 'bob' })]);
	const answer = await dialWith(alice, parley.uri('conference'),
		entry(bob.sip.contact, 'to'),
		entry('sip:nobody@192.0.2.1', 'cc'),
		entry('sip:secret@192.0.2.1', 'bcc'),
		entry('sip:hidden@192.0.2.1', 'cc', ' cp:anonymize="true"'));
	const invite = await bob.request('INVITE');
	assert.match(invite.headers['content-type'], /^multipart\/mixed/);
	assert.match(invite.body, /Content-Disposition: recipient-list-history/);
	assert.match(invite.body, /nobody@192\.0\.2\.1" cp:copyControl="cc"/);
	assert.match(invite.body, /anonymous@anonymous\.invalid" .*cp:count="1"/);
	assert.doesNotMatch(invite.body, /secret|hidden/);
	assert.match(invite.headers.contact, /;isfocus/);
	assert.equal(nameOf(invite.headers.from.match(/<([^>]+)>/)[1]),
		nameOf(contactOf(answer)));
	const { code } = await parley.cli('end', nameOf(contactOf(answer)));
	assert.equal(code, 0);
	alice.gone = bob.gone = true;
});

async function ask(t, port, uri, options) {
	const p = await SipPeer.open(port, { name: 'raw' });
	t.after(() => p.close());
	p.send(p.request('INVITE', uri, options));
	const answer = await p.final(`INVITE ${uri}`);
	return { p, answer };
}

test('F3: what cannot be done is refused as the standards say', async (t) => {
	const { parley } = world;
	const uri = parley.uri('mmtel');
	const many = Array.from({ length: 51 }, (_, i) =>
		entry(`sip:u${i}@192.0.2.1`, 'to'));
	const alone = (body) => ({ body, headers: {
		'Content-Type': 'application/resource-lists+xml',
		'Content-Disposition': 'recipient-list',
		'Content-Length': `${body.length}` } });
	for (const [status, options] of [
		[413, alone(list(...many))],
		[400, alone(`<!DOCTYPE r [<!ENTITY a "b">]>${list()}`)],
		[400, alone('<resource-lists/>')],
		[403, alone(list(entry('tel:112', 'to')))],
		[415, { ...alone('a,b'), headers: { 'Content-Type': 'text/csv' } }],
		[420, { body: sdp(4000), headers: { Require: 'recipient-list-x' } }],
	]) {
		const { answer } = await ask(t, parley.sipPort, uri, options);
		assert.equal(answer.status, status, answer.first);
		if (status === 415)
			assert.match(answer.headers.accept, /resource-lists\+xml/);
		if (status === 420)
			assert.equal(answer.headers.unsupported, 'recipient-list-x');
	}
	const { conferences } = await parley.json('list');
	assert.deepEqual(conferences, []);
});

// Four conferences at once, each with the same guest on its list twice
for (const transport of ['udp', 'tcp']) {
	test(`F2 F3: SIPp makes conferences with lists, over ${transport}`,
		async (t) => {
			const { parley } = world;
			const guest = await SipPeer.open(parley.sipPort, { name: 'guest' });
			t.after(() => guest.close());
			guest.onRequest = (m) => m.method !== 'ACK'
				&& guest.send(`SIP/2.0 486 Busy Here\r\n${['via', 'from', 'to',
					'call-id', 'cseq'].map((n) => `${n}: ${m.headers[n]}${
					n === 'to' ? ';tag=g' : ''}\r\n`).join('')
				}Content-Length: 0\r\n\r\n`);
			await sipp(t, 'F2_F3_factory_list', `127.0.0.1:${parley.sipPort}`, {
				service: 'conf-factory', transport, count: 4,
				keys: { guest: guest.contact } });
			const invites = guest.received.filter((m) =>
				m.method === 'INVITE');
			assert.equal(new Set(invites.map((m) =>
				m.headers['call-id'])).size, 4);
			assert.equal(new Set(invites.map((m) =>
				nameOf(m.headers.from.match(/<([^>]+)>/)[1]))).size, 4);
			await until('the conferences are over', async () => (
				await parley.json('list')).conferences.length === 0);
		});
}

test('S13: emergency calls get an alternative service', async (t) => {
	const { parley } = world;
	for (const uri of ['urn:service:sos', 'urn:service:sos.fire', 'tel:112',
		parley.uri('911'), `${parley.uri('112')};user=phone`]) {
		const { answer } = await ask(t, parley.sipPort, uri,
			{ body: sdp(4000) });
		assert.equal(answer.status, 380, `${uri}: ${answer.first}`);
		assert.equal(answer.headers['content-type'],
			'application/3gpp-ims+xml');
		assert.match(answer.body, /<ims-3gpp version="1">/);
		assert.match(answer.body, /<type>emergency<\/type>/);
		assert.match(answer.body, /<action>emergency-registration<\/action>/);
	}
});

test('F2: a browser can use the factory too', async (t) => {
	const { parley } = world;
	const browser = await Browser.start({ hz: 620 });
	t.after(() => browser.stop());
	await browser.join(`${parley.http}/mmtel`, 'Wilma');
	const { conferences } = await parley.json('list');
	assert.equal(conferences.length, 1);
	assert.match(conferences[0].name, /^conf-[a-z2-7]{16}$/);
	// its link and its roster are the new conference's
	assert.equal(new URL(browser.page.url()).pathname,
		`/${conferences[0].name}`);
	const bob = await peer(t, parley, { name: 'bob', hz: 1000 });
	await bob.dial(parley.uri(conferences[0].name));
	await until('the page shows both', async () => {
		const people = await browser.people();
		return people.length === 2 && people.includes('Wilma');
	});
	await hearsOthersOnly(bob, [browser]);
	await hearsOthersOnly(browser, [bob]);
	await browser.leave();
});

test('F14: a conference ends with its creator if it is to', async (t) => {
	const parley = await Parley.start({ end_with_creator: 'yes' });
	t.after(() => parley.stop());
	const [alice, bob] = await Promise.all([
		peer(t, parley, { name: 'alice' }), peer(t, parley, { name: 'bob' })]);
	await bob.dial(contactOf(await alice.dial(parley.uri('mmtel'))));
	await alice.bye();
	const bye = await bob.request('BYE');
	assert.match(bye.headers.reason, /cause=410/);
	alice.gone = bob.gone = true;
});

test('S8 S9 S12: a trusted host is believed and told, others not',
	async (t) => {
		const inside = await Parley.start({ trusted_hosts: '127.0.0.1',
			ioi: 'parley.example' });
		t.after(() => inside.stop());
		const theirs = '00112233445566778899aabbccddeeff';
		const headers = {
			'P-Asserted-Identity': '"Boss" <sip:boss@example.com>,'
				+ ' <tel:+12015550123>',
			'P-Charging-Vector': 'icid-value=abc;orig-ioi=home.example',
			'P-Charging-Function-Addresses': 'ccf=192.0.2.8',
			'Session-ID': `${theirs};remote=${'0'.repeat(32)}`,
		};
		for (const parley of [inside, world.parley]) {
			const trusted = parley === inside;
			const p = await peer(t, parley, { name: 'raw' });
			const { headers: got } = await p.dial(parley.uri('demo'), headers);
			assert.match(got['session-id'],
				new RegExp(`^[0-9a-f]{32};remote=${theirs}$`));
			assert.equal(got['p-charging-vector'], trusted
				? 'icid-value=abc;orig-ioi=home.example'
					+ ';term-ioi=parley.example' : undefined);
			assert.equal(got['p-charging-function-addresses'], trusted
				? 'ccf=192.0.2.8' : undefined);
			assert.equal(!!got['p-asserted-identity'], trusted);
			const [who] = await parley.endpoints('demo');
			assert.equal(who.user, trusted ? 'sip:boss@example.com'
				: 'sip:raw@127.0.0.1');
			const bye = await p.bye();
			assert.match(bye.headers['session-id'], new RegExp(theirs));
			p.gone = true;
		}
	});
