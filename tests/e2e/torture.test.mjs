// The torture messages of RFC 4475 and of RFC 5118 (IPv6), byte by byte, by
// UDP and TCP. torture/torture.json tells what a focus says to each: `answer`
// is the final status, 0 where the message is to be dropped.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { readFile } from 'node:fs/promises';
import { Parley } from './lib/parley.mjs';
import { SipPeer, parse, sdp } from './lib/sip_peer.mjs';
import { until } from './lib/process.mjs';

const folder = new URL('torture/', import.meta.url);
const rows = JSON.parse(await readFile(new URL('torture.json', folder)));
const bytes = (row) => readFile(new URL(`${row.file}.dat`, folder));

// The answer goes where the topmost Via says (RFC 3261 section 18.2.2), which
// is port 5060 for most: an address of its own for each message.
const net = `127.${9 + Math.floor(Math.random() * 40)}.${
	Math.floor(Math.random() * 255)}`;
let host = 1;

const ping = (id, via) => 'OPTIONS sip:127.0.0.1 SIP/2.0\r\n'
	+ `Via: SIP/2.0/${via};rport;branch=z9hG4bKp${id}\r\n`
	+ `From: <sip:ping@127.0.0.1>;tag=p${id}\r\nTo: <sip:127.0.0.1>\r\n`
	+ `Call-ID: ping${id}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n`
	+ 'Content-Length: 0\r\n\r\n';

// What comes on a connection, message by message
function split(text) {
	const messages = [];
	for (;;) {
		const head = text.match(/^[^]*?\r\n\r\n/)?.[0];
		if (!head)
			return messages;
		const length = Number(head.match(/\r\nContent-Length: *(\d+)/i)?.[1]
			|| 0);
		messages.push(parse(text.slice(0, head.length + length)));
		text = text.slice(head.length + length);
	}
}

class Udp {
	static async open(parley, row) {
		const u = new Udp();
		u.parley = parley;
		u.messages = [];
		u.address = `${net}.${host++}`;
		u.via = `UDP ${u.address}:${row.port || 5060}`;
		u.socket = createSocket('udp4');
		u.socket.on('message', (data) => u.messages.push(parse(
			data.toString('latin1'))));
		await new Promise((bound) => u.socket.bind(row.port || 5060,
			u.address, bound));
		return u;
	}

	send(data) { this.socket.send(data, this.parley.sipPort, '127.0.0.1'); }

	close() { this.socket.close(); }
}

class Tcp {
	static async open(parley) {
		const c = new Tcp();
		c.text = '';
		c.closed = false;
		c.via = 'TCP 127.0.0.1';
		c.socket = connect(parley.sipPort, '127.0.0.1');
		c.socket.on('data', (data) => { c.text += data.toString('latin1'); });
		c.socket.on('error', () => {});
		c.socket.on('close', () => { c.closed = true; });
		await new Promise((up) => c.socket.once('connect', up));
		return c;
	}

	get messages() { return split(this.text); }

	send(data) { this.socket.write(data); }

	close() { this.socket.destroy(); }
}

// A call that was answered is acknowledged and ended, as its peer would
async function hangUp(peer, answer) {
	const { via, from, to, 'call-id': id, cseq, contact } = answer.headers;
	const uri = contact.match(/<([^>]*)>/)[1];
	const number = Number(cseq.split(' ')[0]);
	const request = (method, n) => `${method} ${uri} SIP/2.0\r\n`
		+ `Via: SIP/2.0/${peer.via};rport;branch=z9hG4bK${method}${id}\r\n`
		+ `From: ${from}\r\nTo: ${to}\r\nCall-ID: ${id}\r\n`
		+ `CSeq: ${n} ${method}\r\nMax-Forwards: 70\r\n`
		+ 'Content-Length: 0\r\n\r\n';
	assert.ok(via);
	peer.send(request('ACK', number));
	peer.send(request('BYE', number + 1));
	await until('200 to BYE', () => peer.messages.find((m) =>
		m.status === 200 && m.headers.cseq.endsWith('BYE')), 5000, 10);
}

async function assertAnswer(peer, row) {
	const pong = `ping${row.file}`;
	const final = () => peer.messages.find((m) => m.status >= 200
		&& m.headers['call-id'] !== pong);
	if (row.answer) {
		const answer = await until(`${row.file} is answered`, final, 5000, 10);
		assert.equal(answer.status, row.answer, answer.first);
		for (const [name, value] of Object.entries(row.header || {}))
			assert.ok(answer.headers[name]?.includes(value),
				`${name}: ${answer.headers[name]}`);
		if (answer.status === 200 && answer.headers.cseq.endsWith('INVITE'))
			await hangUp(peer, answer);
	}
	if (row.tcp && peer instanceof Tcp)
		return;
	// What follows is understood, and nothing else was said
	peer.send(ping(row.file, peer.via));
	await until('answer to OPTIONS', () => peer.messages.find((m) =>
		m.headers['call-id'] === pong), 5000, 10);
	if (!row.answer)
		assert.deepEqual(peer.messages.map((m) => m.headers['call-id']),
			[pong]);
}

async function overTcp(parley, row, data) {
	const peer = await Tcp.open(parley);
	peer.send(data);
	if (row.tcp === 'waits') {
		await until('the connection is closed', () => peer.closed, 30000);
		assert.equal(peer.text.includes('SIP/2.0 2'), false);
		return;
	}
	if (row.tcp !== 'closed')
		await assertAnswer(peer, row);
	if (row.tcp)
		await until('the connection is closed', () => peer.closed, 5000, 10);
	peer.close();
}

// A registrar that asks for passwords
async function start(domain) {
	const parley = await Parley.start({ domain });
	parley.passwords = {};
	for (const name of ['user', 'watson']) {
		const { code, output } = await parley.cli('user', 'add', name,
			'--generate');
		assert.equal(code, 0, output);
		parley.passwords[name] = output.match(/^password: (\S+)$/m)[1];
	}
	return parley;
}

// Still in service, nothing kept, nothing broken
async function assertSound(parley) {
	const bob = await SipPeer.open(parley.sipPort);
	const uri = parley.uri('after');
	bob.send(bob.request('INVITE', uri, { callId: 'after',
		body: sdp(bob.port + 1) }));
	const ok = await bob.final('200', (m) => m.headers['call-id'] === 'after');
	assert.equal(ok.status, 200);
	for (const [method, cseq] of [['ACK', 1], ['BYE', 2]])
		bob.send(bob.request(method, uri, { callId: 'after', cseq,
			toTag: ok.toTag }));
	await bob.final('200 to BYE', (m) => m.headers.cseq === '2 BYE');
	bob.close();
	await until('no session is left', async () => {
		const { sessions } = await parley.json('stats');
		return sessions.sessions === 0;
	});
	const end = await parley.endsWell();
	assert.doesNotMatch(end.output, /ERROR: \w*Sanitizer|runtime error:/);
}

// libre finds merged requests (RFC 3261 section 8.2.2.2) whatever way they
// come: a Parley for each transport
for (const domain of new Set(rows.map((r) => r.domain || 'example.com'))) {
	const ours = rows.filter((r) => (r.domain || 'example.com') === domain);

	describe(`torture of ${domain} by UDP`, () => {
		let parley;
		before(async () => { parley = await start(domain); });
		after(() => assertSound(parley));

		for (const row of ours)
			test(`S16 RFC ${row.rfc} ${row.section} ${row.file}: ${
				row.answer || 'dropped'}`, async () => {
				const peer = await Udp.open(parley, row);
				peer.send(await bytes(row));
				await assertAnswer(peer, row);
				peer.close();
			});
	});

	describe(`torture of ${domain} by TCP`, { concurrency: 8 }, () => {
		let parley;
		before(async () => { parley = await start(domain); });
		after(() => assertSound(parley));

		for (const row of ours)
			test(`S16 RFC ${row.rfc} ${row.section} ${row.file}: ${
				row.tcp || row.answer || 'dropped'}`, async () =>
				overTcp(parley, row, await bytes(row)));
	});
}

describe('REGISTER of RFC 4475 with a password', () => {
	const md5 = (text) => createHash('md5').update(text).digest('hex');
	const bindings = [
		['cparam01', 'watson', '<sip:+19725552222@gw1.example.net>'],
		['cparam02', 'watson',
			'<sip:+19725552222@gw1.example.net;unknownparam>'],
		['regescrt', 'user',
			'<sip:user@example.com?Route=%3Csip:sip.example.com%3E>'],
	];
	let parley;
	before(async () => { parley = await start('example.com'); });
	after(() => assertSound(parley));

	for (const [file, name, contact] of bindings)
		test(`S16 ${file}: the binding is what it says`, async () => {
			const peer = await Tcp.open(parley);
			const text = (await bytes({ file })).toString('latin1');
			peer.send(text);
			const asked = await until('401', () => peer.messages[0]);
			const field = (key) => asked.headers['www-authenticate']
				.match(new RegExp(`${key}="([^"]*)"`))[1];
			const uri = 'sip:example.com', nc = '00000001', cnonce = 'c';
			const digest = md5([md5(`${name}:${field('realm')}:${
				parley.passwords[name]}`), field('nonce'), nc, cnonce, 'auth',
			md5(`REGISTER:${uri}`)].join(':'));
			peer.send(text.replace(/CSeq: (\d+)/, (_, n) =>
				`CSeq: ${Number(n) + 1}`).replace('branch=z9hG4bK',
				'branch=z9hG4bK2').replace('\r\n\r\n',
				`\r\nAuthorization: Digest username="${name}",realm="${
					field('realm')}",nonce="${field('nonce')}",uri="${uri
				}",response="${digest}",qop=auth,nc=${nc},cnonce="${cnonce
				}",algorithm=MD5\r\n\r\n`));
			const ok = await until('an answer', () => peer.messages[1]);
			assert.equal(ok.status, 200, ok.first);
			const bound = ok.headers.contact;
			assert.equal(bound.slice(0, contact.length), contact);
			assert.match(bound.slice(contact.length), /;expires=\d+/);
			peer.close();
		});
});

test('S16 every message of RFC 4475 and RFC 5118 is sent', () => {
	assert.equal(rows.filter((r) => r.rfc === 4475).length, 49);
	assert.equal(rows.filter((r) => r.rfc === 5118).length, 12);
	assert.equal(new Set(rows.map((r) => r.file)).size, rows.length);
});
