// What strangers, and names that they choose, do to those who are in: little.
// Slow and malformed HTTP and WebSocket, STUN and DTLS without a call,
// connections until no descriptor is left, mixers that die, code that runs
// where it should not.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { WeriftPeer } from './lib/werift_peer.mjs';
import { sipWorld, hears } from './lib/sip_world.mjs';
import { run, until } from './lib/process.mjs';
import { tcp } from './lib/tcp.mjs';

const A = 440, B = 1000;
const utf8 = (text) => Buffer.from(text).toString('latin1');

// Two who hear each other for as long as the test goes on
async function couple(w, t, conference) {
	const [ann, bob] = await w.joined(t, conference,
		{ name: 'ann', hz: A }, { name: 'bob', hz: B });
	const areWell = () => Promise.all([hears(ann, B, 2000),
		hears(bob, A, 2000)]);
	await areWell();
	return { ann, bob, areWell };
}

const httpPort = (parley) => Number(new URL(parley.http).port);

async function isServed(parley) {
	const answer = await fetch(`${parley.http}/healthz`);
	assert.equal(answer.status, 200);
}

describe('strangers', { concurrency: true }, () => {
	const w = sipWorld();

	test('slow heads and bodies hold nobody else up, and end', async (t) => {
		const port = httpPort(w.parley);
		const from = '127.0.0.31';
		const begin = (text, count) => Promise.all(Array.from({ length: count },
			async () => {
				const c = await tcp(port, from);
				t.after(() => c.socket.destroy());
				c.socket.write(text);
				return c;
			}));
		const all = [
			...await begin('GET / HTTP/1.1\r\nHost: x\r\nX: ', 150),
			...await begin('POST /api/self HTTP/1.1\r\nHost: x\r\n'
				+ 'Content-Type: application/json\r\nContent-Length: 9999\r\n'
				+ '\r\n', 150),
			...await begin('', 150)];
		const drip = setInterval(() => all.slice(0, 300).forEach((c) =>
			c.socket.write('y')), 1000);
		t.after(() => clearInterval(drip));
		for (let n = 0; n < 20; n++)
			await isServed(w.parley);
		// HEAD_MS, BODY_MS of signaling/http/http.c; those who say nothing
		// have as long as a head
		await until('all are closed', () => all.every((c) => c.closed), 35000);
		await isServed(w.parley);
	});

	const frames = [
		['a ping of 126 bytes', [0x89, 0xfe, 0, 126, 0, 0, 0, 0,
			...Array(126).fill(0)], 1002],
		['a ping in fragments', [0x09, 0x80, 0, 0, 0, 0], 1002],
		['a frame without a mask', [0x81, 0x05, ...Buffer.from('hello')], 1002],
		['a reserved bit', [0xc1, 0x80, 0, 0, 0, 0], 1002],
		['an opcode that there is not', [0x83, 0x80, 0, 0, 0, 0], 1002],
		['a fragment of nothing', [0x80, 0x80, 0, 0, 0, 0], 1002],
	];
	const upgrade = 'GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n'
		+ 'Upgrade: websocket\r\nConnection: Upgrade\r\n'
		+ 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n'
		+ 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
	const webSocket = async (t) => {
		const c = await tcp(httpPort(w.parley), '127.0.0.32');
		t.after(() => c.socket.destroy());
		c.socket.write(upgrade);
		await until('it is one', () => c.text.includes('\r\n\r\n'));
		assert.match(c.text, /^HTTP\/1.1 101 /);
		c.text = '';
		return c;
	};

	for (const [what, frame, status] of frames)
		test(`S17 ${what} ends its WebSocket: ${status}`, async (t) => {
			const c = await webSocket(t);
			c.socket.write(Buffer.from(frame));
			await until('it is closed', () => c.closed, 8000);
			const got = Buffer.from(c.text, 'latin1');
			assert.equal(got[0], 0x88, got.toString('hex'));
			assert.equal(got.readUInt16BE(2), status);
		});

	test('S17 the largest frames, again and again, are only time',
		async (t) => {
			const all = await Promise.all(Array.from({ length: 20 },
				() => webSocket(t)));
			const size = 60000;
			const frame = Buffer.concat([Buffer.from([0x82, 0xfe, size >> 8,
				size & 255, 0, 0, 0, 0]), Buffer.alloc(size, 'a')]);
			for (let n = 0; n < 20; n++)
				for (const c of all)
					c.socket.write(frame);
			for (let n = 0; n < 20; n++)
				await isServed(w.parley);
		});

	// A STUN request with a USERNAME and, perhaps, a MESSAGE-INTEGRITY that
	// nobody made
	const stun = (username, integrity) => {
		const attribute = (type, value) => {
			const head = Buffer.alloc(4);
			head.writeUInt16BE(type, 0);
			head.writeUInt16BE(value.length, 2);
			return Buffer.concat([head, value,
				Buffer.alloc(-value.length & 3)]);
		};
		const body = Buffer.concat([
			...(username ? [attribute(6, Buffer.from(username))] : []),
			...(integrity ? [attribute(8, randomBytes(20))] : [])]);
		const head = Buffer.alloc(8);
		head.writeUInt16BE(1, 0);
		head.writeUInt16BE(body.length, 2);
		head.writeUInt32BE(0x2112a442, 4);
		return Buffer.concat([head, randomBytes(12), body]);
	};

	// A ClientHello of DTLS 1.2 without a cookie (RFC 6347 section 4.2.1)
	const clientHello = () => {
		const hello = Buffer.concat([Buffer.from([0xfe, 0xfd]),
			randomBytes(32), Buffer.from([0, 0, 0, 2, 0xc0, 0x2b, 1, 0])]);
		const n = hello.length;
		return Buffer.concat([Buffer.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0,
			0, 0, n + 12, 1, 0, 0, n, 0, 0, 0, 0, 0, 0, 0, n]), hello]);
	};

	test('STUN and DTLS of strangers are answered by less than they cost',
		async (t) => {
			const { ann, areWell } = await couple(w, t, 'stun');
			const stack = await WeriftPeer.open(w.parley, { hz: 1500 });
			t.after(() => stack.close());
			const { answer } = await stack.dial(w.parley.uri('stun'));
			const [, ufrag] = answer.match(/^a=ice-ufrag:(\S+)/m);
			const webrtc = Number(answer.match(
				/^a=candidate:\S+ 1 UDP \d+ \S+ (\d+) /mi)[1]);
			const plain = ann.audio.remote.port;
			const kinds = {
				'STUN with no name': () => stun(),
				'STUN for nobody': () => stun('nobody12:them', true),
				'STUN for a leg, no integrity': () => stun(`${ufrag}:them`),
				'STUN for a leg, wrong integrity': () =>
					stun(`${ufrag}:them`, true),
				'ClientHello': clientHello,
			};
			for (const [what, make] of Object.entries(kinds))
				for (const port of [webrtc, plain, plain + 1]) {
					let sent = 0, got = 0;
					const socket = createSocket('udp4');
					socket.on('message', (m) => { got += m.length; });
					await new Promise((up) => socket.bind(0, '127.0.0.33', up));
					for (let n = 0; n < 200; n++) {
						const packet = make();
						sent += packet.length;
						socket.send(packet, port, '127.0.0.1');
					}
					await ann.audio.more(15);
					socket.close();
					if (got)
						t.diagnostic(`${what} to ${port === webrtc ? 'WebRTC'
							: 'RTP'}: ${got} bytes for ${sent}`);
					assert.ok(got <= (what.includes('a leg') ? sent : 0),
						`${what}: ${got} bytes for ${sent}`);
				}
			await Promise.all([areWell(), hears(stack, A, 3000)]);
		});

	test('names do nothing to a terminal, to the roster or to the page',
		async (t) => {
			const nasty = '\x1b]0;owned\x07\x1b[2J\u202eecila\u2066'
				+ '<img src=x onerror=window.owned=1><b>&amp;';
			const eve = await w.peer(t, { name: 'eve', hz: A });
			await eve.dial(w.parley.uri('names'), { From: `"${utf8(nasty)
				.replace(/"/g, '')}" <${eve.sip.contact}>;tag=${eve.callId}` });
			const page = await Browser.start({ hz: B });
			t.after(() => page.stop());
			await page.join(`${w.parley.http}/names`, '<i>Bob</i>');
			await until('both are in', async () =>
				(await w.parley.endpoints('names')).length === 2);
			for (const words of [['show', 'names'], ['list']]) {
				const { code, stdout } = await w.parley.cli(...words);
				assert.equal(code, 0);
				// eslint-disable-next-line no-control-regex
				assert.doesNotMatch(stdout, /[\0-\x08\x0b-\x1f\x7f-\x9f]/);
				assert.doesNotMatch(stdout, /[\u202a-\u202e\u2066-\u2069]/);
			}
			await until('the page shows her', async () => (await page.page
				.evaluate(() => document.body.textContent)).includes('onerror')
				|| Promise.reject(new Error(await page.page.evaluate(() =>
					document.body.innerText))));
			const { owned, elements } = await page.page.evaluate(() => ({
				owned: window.owned, elements: document.querySelectorAll(
					'#call img, #call b, #call i').length }));
			assert.deepEqual([owned, elements], [undefined, 0]);
		});
});

describe('parleyd with few descriptors', () => {
	const w = sipWorld();

	// CPU time of the process, ms
	const busy = async () => {
		const stat = await readFile(`/proc/${w.parley.program.pid}/stat`,
			'latin1');
		const [user, system] = stat.split(') ')[1].split(' ').slice(11, 13);
		return 10 * (Number(user) + Number(system));
	};

	test('goes on with its calls while connections take the rest',
		async (t) => {
			const { ann, areWell } = await couple(w, t, 'few');
			const { stdout } = await run('prlimit', ['--pid',
				`${w.parley.program.pid}`, '--nofile=64:64', '--noheadings']);
			assert.equal(stdout, '');
			const all = [];
			t.after(() => all.forEach((c) => c.socket.destroy()));
			for (let n = 0; n < 4; n++)
				all.push(...await Promise.all(Array.from({ length: 50 }, () =>
					tcp(httpPort(w.parley), `127.0.0.${40 + n}`))));
			const before = await busy(), began = performance.now();
			await ann.audio.more(100);
			const share = (await busy() - before)
				/ (performance.now() - began);
			assert.ok(share < 0.5, `${(100 * share).toFixed()} % of a CPU`);
			const { code, output } = await w.parley.cli('list');
			assert.equal(code, 0, output);
			await areWell();
			for (const c of all)
				c.socket.destroy();
			await until('somebody is served again', async () => {
				const answer = await fetch(`${w.parley.http}/healthz`);
				return answer.status === 200;
			});
			await areWell();
		});
});

describe('mixers that die', () => {
	const w = sipWorld({ options: { mixers: 2 } });

	test('both at once, and who comes next: people hear each other again',
		async (t) => {
			const { ann, bob } = await couple(w, t, 'twice');
			for (const p of [ann, bob])
				p.sip.onRequest = ((answer) => (m) => {
					answer(m);
					if (m.method === 'INVITE' && m.body)
						p.follow(m.body);
				})(p.sip.onRequest);
			const first = await w.parley.mixerPids;
			assert.equal(first.length, 2);
			for (const pid of first)
				process.kill(pid, 'SIGKILL');
			const [next] = await until('another one runs', async () =>
				(await w.parley.mixerPids).filter((pid) =>
					!first.includes(pid)), 5000, 2);
			if (next)
				process.kill(next, 'SIGKILL');
			ann.audio.received = [];
			bob.audio.received = [];
			await Promise.all([hears(ann, B, 10000), hears(bob, A, 10000)]);
			assert.equal((await w.parley.endpoints('twice')).length, 2);
		});
});

describe('the mixer\'s sandbox', () => {
	let parley, pid;
	before(async () => {
		parley = await Parley.start();
		[pid] = await parley.mixerPids;
	});
	after(() => parley?.endsWell());

	test('no privileges, no new ones, system calls by a list', async () => {
		const status = await readFile(`/proc/${pid}/status`, 'utf8');
		const is = (key) => status.match(new RegExp(`^${key}:\\s+(\\S+)`, 'm'))[1];
		assert.deepEqual(['Seccomp', 'NoNewPrivs', 'CapEff', 'CapPrm', 'CapInh',
			'CapAmb'].map(is), ['2', '1', ...Array(4).fill('0'.repeat(16))]);
		assert.notEqual(is('Uid'), '0');
		const limits = await readFile(`/proc/${pid}/limits`, 'utf8');
		assert.match(limits, /^Max core file size +0 +0 /m);
	});

	// As code would that got in; where nobody may debug it, nothing is shown
	test('what it may not do fails, made to by a debugger', async (t) => {
		const tries = ['open("/etc/passwd", 0)', 'open("/tmp/x", 0101, 0600)',
			'socket(1, 1, 0)', 'socket(2, 1, 0)', 'kill(1, 0)',
			'execve("/bin/true", 0, 0)', 'fork()', 'ptrace(0, 0, 0, 0)',
			'chmod("/tmp", 0)', 'syscall(321, 5, 0, 0)'];
		// or it would be silent for too long, and die
		parley.program.child.kill('SIGSTOP');
		const { output } = await run('gdb', ['-nx', '-p', `${pid}`, '--batch',
			...tries.flatMap((call) => ['-ex', `print (int)${call}`])])
			.finally(() => parley.program.child.kill('SIGCONT'));
		if (/not permitted|No such file or directory.*gdb|ENOENT/.test(output)
			&& !output.includes('$1')) {
			t.skip('no debugger');
			return;
		}
		const results = [...output.matchAll(/^\$\d+ = (-?\d+)$/gm)]
			.map((m) => Number(m[1]));
		assert.deepEqual(results, tries.map(() => -1), output);
		assert.deepEqual(await parley.mixerPids, [pid], 'it lives');
	});
});
