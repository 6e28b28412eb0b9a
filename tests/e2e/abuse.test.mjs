// Floods and bombs: whatever one address does, it costs a bounded number of
// bytes and connections, is counted, and others are served meanwhile.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Parley } from './lib/parley.mjs';
import { SipPeer, parse, sdp } from './lib/sip_peer.mjs';
import { allowed } from './lib/pace.mjs';
import { until } from './lib/process.mjs';
import { tcp } from './lib/tcp.mjs';

// What a sanitizer keeps of freed memory is not what is measured here
process.env.ASAN_OPTIONS = [process.env.ASAN_OPTIONS, 'quarantine_size_mb=8']
	.filter(Boolean).join(':');

const RATE = 500; // messages a second
const SOURCE_MAX = 512; // connections, signaling/http/census.h
const net = `127.${60 + Math.floor(Math.random() * 40)}.${
	Math.floor(Math.random() * 255)}`;
let host = 1;
const address = () => `${net}.${host++}`;

// Somebody who is not trusted
const stranger = (name = 'eve') => SipPeer.open(parley.sipPort,
	{ host: address(), server: '127.0.0.1', name });

let parley;

async function resident() {
	const status = await readFile(`/proc/${parley.program.pid}/status`,
		'utf8');
	return Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}

const transport = async () => (await parley.json('stats')).transport;
const sessions = async () =>
	(await parley.json('stats')).sessions.sessions;

// Well-behaved people join, and leave again, within this time
async function assertServed(ms = 5000) {
	const bob = await SipPeer.open(parley.sipPort, { name: 'bob' });
	const uri = parley.uri('served');
	const callId = `served${Math.random()}`;
	const invite = bob.request('INVITE', uri, { callId,
		body: sdp(bob.port + 1) });
	bob.send(invite);
	// a datagram may be lost in the flood: he repeats it, after T1
	const again = setInterval(() => bob.send(invite), 500);
	const ok = await bob.final('answer to the well-behaved', (m) =>
		m.headers['call-id'] === callId, ms).finally(() =>
		clearInterval(again));
	assert.equal(ok.status, 200, ok.first);
	bob.send(bob.request('ACK', uri, { callId, toTag: ok.toTag }));
	bob.send(bob.request('BYE', uri, { callId, toTag: ok.toTag, cseq: 2 }));
	await bob.final('answer to BYE', (m) => m.headers.cseq === '2 BYE', ms)
		.finally(() => bob.close());
}

const closed = (c, ms = 5000) => until('it is closed', () => c.closed, ms);
const httpPort = () => Number(new URL(parley.http).port);

// One of ours as text, with headers of the test's choice
const options = (id, extra = '', length = 0) =>
	'OPTIONS sip:127.0.0.1 SIP/2.0\r\n'
	+ `Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK${id};rport\r\n`
	+ `From: <sip:a@127.0.0.1>;tag=${id}\r\nTo: <sip:127.0.0.1>\r\n`
	+ `Call-ID: ${id}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n${extra}`
	+ `Content-Length: ${length}\r\n\r\n`;

const lines = (n, text) => text.repeat(n);

async function answerTo(c) {
	await until('an answer', () => c.text.includes('\r\n\r\n'));
	return parse(c.text).status;
}

describe('abuse', () => {
	before(async () => {
		parley = await Parley.start({ strangers_rate: 0,
			sip_rate_per_source: RATE,
			invite_rate_per_source: 20, media_timeout: 5,
			trusted_hosts: '127.0.0.1' });
	});
	after(async () => {
		await until('no session is left', async () => await sessions() === 0,
			40000);
		const end = await parley.endsWell();
		assert.doesNotMatch(end.output, /ERROR: \w*Sanitizer|runtime error:/);
		// a flood is a few lines of each kind, not a line a message
		assert.ok(end.output.split('\n').length < 1000,
			`${end.output.split('\n').length} lines`);
	});

	test('S16 INVITEs of one source are bounded, answered and counted',
		async () => {
			const eve = await stranger();
			const sent = 200;
			const answered = () => new Set(eve.received
				.filter((m) => m.status >= 200)
				.map((m) => m.headers['call-id'])).size;
			for (let i = 0; i < sent;) {
				for (const end = i + 25; i < end; i++)
					eve.send(eve.request('INVITE', parley.uri('nowhere!'),
						{ callId: `flood${host}-${i}`, fromTag: `f${i}` }));
				await until('all are answered', () => answered() === i, 10000,
					5);
			}
			await assertServed();
			const busy = eve.received.filter((m) => m.status === 503);
			assert.ok(busy.length >= sent / 2, `${busy.length} of ${sent}`);
			assert.ok(busy.every((m) => Number(m.headers['retry-after']) > 0));
			assert.equal((await transport()).refused.invite_rate, busy.length);
			eve.close();
		});

	for (const method of ['SUBSCRIBE', 'REGISTER', 'REFER', 'MESSAGE'])
		test(`S16 ${method}s of one source are bounded`, async () => {
			const eve = await stranger();
			for (let i = 0; i < 100; i++)
				eve.send(eve.request(method, parley.uri('x'),
					{ callId: `${method}${host}-${i}` }));
			await until('the last are refused', () => eve.received
				.filter((m) => m.status === 503).length >= 40);
			await assertServed();
			eve.close();
		});

	test('S16 a flood beyond the rate of messages is dropped', async () => {
		const before = (await transport()).refused.rate;
		const memory = await resident();
		const eve = await stranger();
		const began = Date.now();
		let sent = 0;
		await until('5000 were dropped', async () => {
			for (let i = 0; i < 500; i++)
				eve.send(eve.request(i & 1 ? 'OPTIONS' : 'INVITE',
					parley.uri('nowhere!'), { callId: `m${sent++}` }));
			return (await transport()).refused.rate - before > 5000;
		}, 60000, 1);
		await assertServed();
		// an answer for what is within the rate, and as many 503 at most
		const seconds = (Date.now() - began) / 1000 + 1;
		assert.ok(eve.received.length < 2 * RATE * seconds,
			`${eve.received.length} answers in ${seconds} s`);
		assert.ok(eve.received.length < sent);
		assert.ok(await resident() - memory < 100);
		eve.close();
	});

	test('S16 retransmissions are not taken for new calls', async () => {
		const eve = await stranger('slow');
		const invite = eve.request('INVITE', parley.uri('served'),
			{ callId: `again${host}`, body: sdp(eve.port + 1) });
		for (let i = 0; i < 100; i++)
			eve.send(invite);
		const ok = await eve.final('an answer');
		assert.equal(ok.status, 200);
		assert.ok(eve.received.every((m) => m.status !== 503));
		eve.send(eve.request('ACK', parley.uri('served'),
			{ callId: `again${host}`, toTag: ok.toTag }));
		eve.send(eve.request('BYE', parley.uri('served'),
			{ callId: `again${host}`, toTag: ok.toTag, cseq: 2 }));
		await eve.final('200 to BYE', (m) => m.headers.cseq === '2 BYE');
		eve.close();
	});

	test('S1 a request that comes twice by different ways is a loop: 482',
		async () => {
			const eve = await stranger();
			const same = { callId: `merged${host}`, fromTag: 'm1' };
			eve.send(eve.request('OPTIONS', parley.uri('loop'),
				{ ...same, branch: 'z9hG4bKone' }));
			await until('200', () => eve.received.length === 1);
			eve.send(eve.request('OPTIONS', parley.uri('loop'),
				{ ...same, branch: 'z9hG4bKone' }));
			await until('200 again', () => eve.received.length === 2);
			eve.send(eve.request('OPTIONS', parley.uri('loop'),
				{ ...same, branch: 'z9hG4bKtwo' }));
			await until('482', () => eve.received.length === 3);
			assert.deepEqual(eve.received.map((m) => m.status),
				[200, 200, 482]);
			eve.close();
		});

	test('S1 Max-Forwards 0 is enough for who is called', async () => {
		const eve = await stranger();
		eve.send(eve.request('OPTIONS', parley.uri('hops'),
			{ headers: { 'Max-Forwards': '0' } }));
		assert.equal((await eve.final('an answer')).status, 200);
		eve.close();
	});

	const bombs = [
		['500 headers', () => options('hdrs', lines(500, 'X: y\r\n')), 400],
		['a header of 40 kB', () => options('long',
			`X: ${'y'.repeat(40000)}\r\n`), 400],
		['a header of 1000 folds', () => options('fold',
			`X: y\r\n${lines(1000, ' z\r\n')}`), 200],
		['300 Vias', () => options('vias', `Via: ${lines(300,
			'SIP/2.0/UDP a,')}SIP/2.0/UDP b\r\n`), 400],
		['300 options in Require', () => options('req',
			`Require: ${lines(300, 'aaaa,')}b\r\n`), 420],
		['1000 options in Require', () => options('reqs',
			`Require: ${lines(1000, 'aaaa,')}b\r\n`), 400],
		['30000 options in Supported', () => options('sup',
			`k: ${lines(30000, ',')}\r\n`), 400],
		['a message beyond the limit', () => options('big', '', 100000), 513],
		['a length of 2^64', () => options('lie', '',
			'18446744073709551616'), 400],
		['a negative length', () => options('neg', '', '-1'), 400],
		['a length in hexadecimal', () => options('hex', '', '0x10'), 400],
	];
	for (const [what, text, status] of bombs)
		test(`S16 ${what}: ${status}`, async () => {
			const c = await tcp(parley.sipPort, address());
			c.socket.write(text());
			assert.equal(await answerTo(c), status, c.text.slice(0, 300));
			c.socket.destroy();
		});

	test('S16 the largest datagrams do no harm', async () => {
		const memory = await resident();
		const socket = createSocket('udp4');
		await new Promise((bound) => socket.bind(0, address(), bound));
		const bodies = [randomBytes(65507), Buffer.alloc(65507, 'A'),
			Buffer.alloc(65507, 'INVITE '), Buffer.alloc(65507, ' '),
			Buffer.from(options('udp', '', 65000) + 'x'.repeat(65000)),
			Buffer.from(options('dots', `X: ${'"'.repeat(60000)}\r\n`))];
		const before = (await transport()).in;
		for (let i = 0; i < 30; i++)
			for (const body of bodies)
				socket.send(body, parley.sipPort, '127.0.0.1');
		await until('they came', async () => (await transport()).in > before + 100);
		await assertServed();
		assert.ok(await resident() - memory < 100);
		socket.close();
	});

	test('S16 connections of a source are bounded, the rest turned away',
		async () => {
			const memory = await resident();
			const before = await transport();
			const all = [];
			// as many a second as a host may, after those at once
			const come = async (from) => {
				for (let i = 0; i < 700; i += 50) {
					all.push(...await Promise.all(Array.from({ length: 50 },
						() => tcp(parley.sipPort, from))));
					if (i >= 350)
						await sleep(1100);
				}
			};
			await Promise.all([address(), address(), address()]
				.map(come));
			await until('those too many are closed', () =>
				all.filter((c) => !c.closed).length === 3 * SOURCE_MAX);
			const now = await transport();
			assert.equal(now.connections - before.connections,
				3 * SOURCE_MAX);
			assert.ok(now.turned_away - before.turned_away >= 3 * 188);
			await assertServed();
			assert.ok(await resident() - memory < 150,
				`${await resident() - memory} MB`);
			for (const c of all)
				c.socket.destroy();
			await until('all are gone', async () =>
				(await transport()).connections === before.connections);
		});

	// each of them is waited for
	describe('what never ends keeps no connection', { concurrency: true }, () => {
		test('S16 a message that never ends does not keep its connection',
			async () => {
				const all = await Promise.all(Array.from({ length: 100 },
					() => tcp(parley.sipPort, address())));
				host -= 100;
				const text = options('slow', `X: ${'y'.repeat(5000)}\r\n`);
				let at = 0;
				const drip = setInterval(() => {
					for (const c of all)
						c.socket.write(text[at]);
					at++;
				}, 100);
				await assertServed();
				// STREAM_PARTIAL_MS after its first byte
				await until('all are closed', () => all.every((c) => c.closed),
					26000);
				clearInterval(drip);
				assert.ok(at < text.length);
			});

		test('S16 empty lines alone do not keep a connection', async () => {
			const c = await tcp(parley.sipPort, address());
			const beat = setInterval(() => c.socket.write('\r\n\r\n'), 500);
			// STREAM_FIRST_MS after it was opened
			await closed(c, 40000);
			clearInterval(beat);
			assert.ok(c.text.length > 40);
			assert.match(c.text, /^(\r\n)+$/);
		});

		test('S16 empty and half lines keep no HTTP connection', async () => {
			const from = address();
			const blank = await tcp(httpPort(), from);
			const half = await tcp(httpPort(), from);
			half.socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
			const drip = setInterval(() => {
				blank.socket.write('\r\n');
				half.socket.write('x');
			}, 1000);
			await Promise.all([closed(blank, 30000), closed(half, 30000)])
				.finally(() => clearInterval(drip));
			await assertServed();
		});

		test('S16 empty and half lines keep no control connection', async () => {
			const clients = await Promise.all([1, 2].map(async () => {
				const c = { socket: connect(parley.control), closed: false };
				c.socket.on('error', () => {});
				c.socket.on('close', () => { c.closed = true; });
				await new Promise((up) => c.socket.once('connect', up));
				return c;
			}));
			const drip = setInterval(() => {
				clients[0].socket.write('\n');
				clients[1].socket.write('{');
			}, 1000);
			await Promise.all(clients.map((c) => closed(c, 60000)))
				.finally(() => clearInterval(drip));
			await assertServed();
		});

		test('S17 a frame that never ends keeps no WebSocket', async () => {
			const c = await tcp(httpPort(), address());
			c.socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket'
				+ '\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
				+ 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
				+ 'Sec-WebSocket-Protocol: sip\r\n\r\n');
			await until('it is one', () => c.text.startsWith('HTTP/1.1 101'));
			c.socket.write(Buffer.from([0x81, 0xfe, 0x40, 0, 0, 0, 0, 0]));
			const drip = setInterval(() => c.socket.write('O'), 1000);
			await closed(c, 50000).finally(() => clearInterval(drip));
		});
	});

	test('S16 a flood of keep-alives is answered in bulk', async () => {
		const c = await tcp(parley.sipPort, address());
		const flood = Buffer.alloc(4 * 1024 * 1024, '\r\n\r\n');
		c.socket.write(flood);
		c.socket.write(options('after'));
		await until('the request is answered', () =>
			c.text.includes('200 OK'), 10000);
		assert.ok(c.text.indexOf('SIP/2.0') < flood.length / 64,
			`${c.text.indexOf('SIP/2.0')} bytes of answers`);
		await assertServed();
		c.socket.destroy();
	});

	test('S16 a reader that reads nothing is let go', async () => {
		const memory = await resident();
		const c = await tcp(parley.sipPort, address());
		c.socket.pause();
		// answers repeat what stands in Via
		const vias = lines(60, `Via: SIP/2.0/UDP ${'y'.repeat(200)}\r\n`);
		let sent = 0;
		const more = setInterval(() => {
			for (let i = 0; i < 15 && c.socket.writable; i++)
				c.socket.write(options(`r${sent++}`, vias));
		}, 20);
		await until('his connection is gone', async () =>
			!c.socket.writable, 30000);
		clearInterval(more);
		assert.ok(await resident() - memory < 100,
			`${await resident() - memory} MB`);
		await assertServed();
		c.socket.destroy();
	});

	const upgrade = 'GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n'
		+ 'Upgrade: websocket\r\nConnection: Upgrade\r\n'
		+ 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n'
		+ 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

	// A masked frame
	function frame(opcode, final, payload) {
		const length = payload.length < 126 ? [0x80 | payload.length]
			: [0x80 | 126, payload.length >> 8, payload.length & 255];
		return Buffer.concat([Buffer.from([(final ? 0x80 : 0) | opcode,
			...length, 0, 0, 0, 0]), payload]);
	}

	async function websocket() {
		const c = await tcp(httpPort(), address());
		c.socket.write(upgrade);
		await until('101', () => c.text.startsWith('HTTP/1.1 101'));
		c.text = '';
		return c;
	}

	test('S17 fragments without end are refused', async () => {
		const memory = await resident();
		const c = await websocket();
		c.socket.write(frame(1, false, Buffer.from('OPTIONS ')));
		for (let i = 0; i < 80; i++)
			c.socket.write(frame(0, false, Buffer.alloc(1000, 'a')));
		await closed(c);
		// close frame, status 1009: message too big
		assert.ok(c.text.includes('\x88\x02\x03\xf1'),
			Buffer.from(c.text, 'latin1').toString('hex'));
		assert.ok(await resident() - memory < 50);
	});

	test('S17 a frame of 2^62 bytes is refused', async () => {
		const c = await websocket();
		c.socket.write(Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0,
			0, 0, 0, 0]));
		await closed(c);
		assert.ok(c.text.includes('\x88\x02\x03\xf1'));
	});

	test('S17 empty fragments and pings without end are only time',
		async () => {
			const memory = await resident();
			const c = await websocket();
			c.socket.write(frame(1, false, Buffer.alloc(0)));
			c.socket.write(Buffer.concat(Array.from({ length: 50000 }, (_, i) =>
				frame(i & 1 ? 9 : 0, i & 1, Buffer.alloc(i & 1)))));
			await assertServed();
			assert.ok(await resident() - memory < 100);
			c.socket.destroy();
		});

	const requests = [
		['1000 headers', lines(1000, 'X: y\r\n'), 431],
		['a header of 40 kB', `X: ${'y'.repeat(40000)}\r\n`, 431],
	];
	for (const [what, headers, status] of requests)
		test(`S17 HTTP with ${what}: ${status}`, async () => {
			const c = await tcp(httpPort(), address());
			c.socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${headers}\r\n`);
			await until('an answer', () => c.text);
			assert.ok(c.text.startsWith(`HTTP/1.1 ${status}`),
				c.text.slice(0, 100));
			await closed(c);
		});

	test('S17 connections to the page are bounded', async () => {
		const from = address();
		const before = await transport();
		const all = [];
		for (let i = 0; i < 600; i += 50)
			all.push(...await Promise.all(Array.from({ length: 50 }, () =>
				tcp(httpPort(), from))));
		await until('those too many are closed', () =>
			all.filter((c) => !c.closed).length <= SOURCE_MAX);
		assert.ok((await transport()).turned_away - before.turned_away >= 88);
		const other = await websocket();
		other.socket.destroy();
		for (const c of all)
			c.socket.destroy();
		await until('all are gone', async () =>
			(await transport()).connections <= before.connections);
	});
});

describe('abuse of what conferences offer', () => {
	const perSource = 30, most = 100;

	before(async () => {
		parley = await Parley.start({ strangers_rate: 0,
			max_subscriptions: most,
			subscriptions_per_source: perSource, sip_message_max: 1048576 });
	});
	after(async () => {
		const end = await parley.endsWell();
		assert.doesNotMatch(end.output, /ERROR: \w*Sanitizer|runtime error:/);
	});

	test('F10 thousands of SUBSCRIBEs are bounded, by source and in all',
		async (t) => {
			const memory = await resident();
			const uri = parley.uri('watched');
			const granted = [];
			for (let source = 0; source < 5; source++) {
				const eve = await stranger(`eve${source}`);
				t.after(() => eve.close());
				eve.onRequest = (m) => eve.send('SIP/2.0 200 OK\r\n'
					+ ['via', 'from', 'to', 'call-id', 'cseq'].map((h) =>
						`${h}: ${m.headers[h]}\r\n`).join('')
					+ 'Content-Length: 0\r\n\r\n');
				// only who is in may watch
				const callId = `in${source}`;
				eve.send(eve.request('INVITE', uri, { callId,
					body: sdp(eve.port + 1) }));
				const { toTag } = await eve.final('200');
				eve.send(eve.request('ACK', uri, { callId, toTag }));
				eve.received = [];
				const answers = () => new Map(eve.received
					.filter((m) => m.status >= 200)
					.map((m) => [m.headers['call-id'], m.status]));
				for (let i = 0; i < 1000;) {
					for (const end = i + 50; i < end; i++)
						eve.send(eve.request('SUBSCRIBE', uri,
							{ callId: `${source}-${i}`, headers: {
								Event: 'conference', Expires: '600' } }));
					await until('they are answered', () =>
						answers().size === i, 10000, 5);
				}
				const codes = [...answers().values()];
				granted.push(codes.filter((c) => c === 200).length);
				assert.equal(codes.filter((c) => c === 503).length,
					1000 - granted.at(-1));
			}
			// who is in has two more
			assert.deepEqual(granted, [perSource + 2, perSource + 2,
				perSource + 2, most - 3 * (perSource + 2), 0]);
			const { subscriptions } = await parley.json('stats');
			assert.equal(subscriptions.subscriptions, most);
			assert.equal(subscriptions.refused, 5000 - most);
			assert.ok(await resident() - memory < 150,
				`${await resident() - memory} MB`);
			await assertServed();
		});

	const head = '<?xml version="1.0"?>';
	const open = '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists">';
	const close = '</resource-lists>';
	const entries = (n) => Array.from({ length: n }, (_, i) =>
		`<entry uri="sip:u${i}@192.0.2.1"/>`).join('');
	const laughs = Array.from({ length: 9 }, (_, i) =>
		`<!ENTITY l${i + 1} "${lines(10, `&l${i};`)}">`).join('');
	const documents = [
		['entities that grow', `${head}<!DOCTYPE r [<!ENTITY l0 "ha">${laughs}]>`
			+ `${open}<list><entry uri="sip:&l9;@x"/></list>${close}`, 400],
		['an entity from a file', `${head}<!DOCTYPE r [<!ENTITY f SYSTEM `
			+ `"file:///etc/passwd">]>${open}<list><entry uri="&f;"/></list>${
				close}`, 400],
		['a document type from elsewhere', `${head}<!DOCTYPE r SYSTEM `
			+ `"http://127.0.0.1:${9}/r.dtd">${open}${close}`, 400],
		['lists 4000 deep', `${head}${open}${lines(4000, '<list>')}`
			+ `${lines(4000, '</list>')}${close}`, 400],
		['tags that are never closed', `${head}${open}${lines(9000, '<list>')}`,
			400],
		['attributes that repeat', `${head}${open}<list><entry ${lines(9000,
			'a="" ')}/></list>${close}`, 400],
		['1200 entries', `${head}${open}<list>${entries(1200)}</list>${close}`,
			413],
		['10000 entries', `${head}${open}<list>${entries(10000)}</list>${close}`,
			413],
		['bytes of no encoding', `${head}${open}<list>${
			'\xff\xfe\x00'.repeat(1000)}</list>${close}`, 400],
	];
	const list = 'application/resource-lists+xml';
	const bodies = [
		...documents.map(([what, body, status]) => [what, list, body, status]),
		['5000 parts', 'multipart/mixed;boundary=b',
			`${lines(5000, '--b\r\n\r\n')}--b--`, 415],
		['parts in parts in parts', 'multipart/mixed;boundary=b',
			lines(1000, '--b\r\nContent-Type: multipart/mixed;boundary=b'
				+ '\r\n\r\n'), 415],
		['a body beyond what is looked at', 'application/sdp',
			`v=0\r\n${lines(20000, 'a=x\r\n')}`, 413],
	];
	for (const [what, type, body, status] of bodies)
		test(`F3 a body with ${what}: ${status}`, async () => {
			const memory = await resident();
			const c = await tcp(parley.sipPort, address());
			const id = `body${host}`;
			const began = Date.now();
			c.socket.write(Buffer.from(options(id,
				`Contact: <sip:a@127.0.0.1>\r\nContent-Type: ${type}\r\n`
				+ 'Content-Disposition: recipient-list\r\n'
				+ 'Require: recipient-list-invite\r\n', body.length)
				.replaceAll('OPTIONS', 'INVITE')
				.replace('sip:127.0.0.1 ', `${parley.uri('mmtel')} `)
				+ body, 'latin1'));
			await until('a final answer', () =>
				/SIP\/2\.0 [2-6]/.test(c.text));
			const answer = c.text.match(/SIP\/2\.0 ([2-6]\d\d) [^\r]*/);
			assert.equal(Number(answer[1]), status, answer[0]);
			assert.ok(Date.now() - began < allowed(3000));
			assert.ok(await resident() - memory < 50);
			c.socket.destroy();
			await assertServed();
		});
});
