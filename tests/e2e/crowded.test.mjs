// No connection is left: who comes from a host that has few takes the place of
// one of the host with most, and who was there first goes on.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Parley } from './lib/parley.mjs';
import { parse } from './lib/sip_peer.mjs';
import { until } from './lib/process.mjs';
import { tcp } from './lib/tcp.mjs';

// signaling/http/census.h
const SOURCE_MAX = 512, SPARE = 512, BURST = 400, RATE = 50;
const PLACES = 640;
const [proxy, many, few, late] = [50, 51, 52, 53].map((n) => `127.77.0.${n}`);

const options = (id) => 'OPTIONS sip:127.0.0.1 SIP/2.0\r\n'
	+ `Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK${id};rport\r\n`
	+ `From: <sip:a@127.0.0.1>;tag=${id}\r\nTo: <sip:127.0.0.1>\r\n`
	+ `Call-ID: ${id}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n`
	+ 'Content-Length: 0\r\n\r\n';

describe('crowded', () => {
	let parley;
	const open = (all) => all.filter((c) => !c.closed);
	const transport = async () => (await parley.json('stats')).transport;

	// As fast as a host may: what is opened sooner is turned away
	async function fill(count, from, free = false, port = parley.sipPort) {
		const all = [];
		let at = performance.now();
		while (all.length < count) {
			const want = free ? count : Math.min(count, Math.floor(BURST / 2
				+ (performance.now() - at) * RATE / 1000));
			all.push(...await Promise.all(Array.from(
				{ length: Math.max(0, want - all.length) },
				() => tcp(port, from))));
			const { connections } = await transport();
			assert.ok(connections <= PLACES, connections);
		}
		return all;
	}

	async function answered(c, id) {
		c.socket.write(options(id));
		await until(`${id} is answered`, () => c.text.includes('\r\n\r\n'));
		assert.equal(parse(c.text).status, 200);
		c.text = '';
	}

	const leave = async (...all) => {
		for (const c of all.flat())
			c.socket.destroy();
		await until('all are gone', async () =>
			(await transport()).connections === 0);
	};

	before(async () => {
		// its operator gives it so few descriptors
		parley = await Parley.start({ trusted_hosts: proxy }, {}, undefined,
			(...program) => ['prlimit', [`--nofile=${PLACES + SPARE}`,
				...program.flat()]]);
	});
	after(() => parley?.stop());

	test('two hosts shut nobody out, and who was first goes on', async () => {
		const a = await fill(SOURCE_MAX, many);
		await answered(a[0], 'first');
		const b = await fill(PLACES - SOURCE_MAX, few);
		assert.equal((await transport()).connections, PLACES);

		const c = await tcp(parley.sipPort, late);
		await answered(c, 'late');
		// the page has the same places
		const page = await tcp(Number(new URL(parley.http).port), late);
		page.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
		await until('the page comes', () => /^HTTP\/1.1 200/.test(page.text));

		await until('two made room', () => open(a).length === SOURCE_MAX - 2);
		assert.ok(a.at(-1).closed && a.at(-2).closed, 'the newest');
		assert.equal(open(b).length, b.length);
		await answered(a[0], 'stays');

		// and who has most takes nobody's
		const again = await tcp(parley.sipPort, many);
		await until('it is turned away', () => again.closed);
		assert.equal(open(a).length, SOURCE_MAX - 2);
		await answered(c, 'still');
		await leave(a, b, c, page);
	});

	test('a proxy is many', async () => {
		const a = await fill(SOURCE_MAX + 40, proxy, true);
		assert.equal((await transport()).connections, a.length);
		const b = await fill(PLACES - a.length, few);
		// it comes before who has more than his part
		const more = await tcp(parley.sipPort, proxy);
		await answered(more, 'more');
		assert.equal(open(a).length, a.length);
		await until('another made room', () =>
			open(b).length === b.length - 1);
		await leave(a, b, more);
	});

	test('proxies leave others a part', async () => {
		const a = await fill(PLACES * 7 / 8, proxy, true);
		const more = await tcp(parley.sipPort, proxy);
		await until('it is turned away', () => more.closed);
		const b = await fill(PLACES / 8, few);
		assert.equal(open(a).length, a.length);
		assert.equal(open(b).length, b.length);
		await leave(a, b, more);
	});

	test('what a page left open makes room for the next one', async () => {
		const port = Number(new URL(parley.http).port);
		const get = async (c) => {
			c.text = '';
			c.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
			await until('the page comes',
				() => /^HTTP\/1.1 200/.test(c.text), 10000);
		};
		const a = await fill(SOURCE_MAX, many, false, port);
		const busy = a.shift();
		busy.socket.write('GET / HTTP/1.1\r\n');
		await Promise.all(a.map(get));
		// the one that was asked first is in use again
		await get(a[0]);
		for (let i = 1; i <= 20; i++) {
			a.push(await tcp(port, many));
			await get(a.at(-1));
			await until('one that was idle has gone', () =>
				open(a).length === SOURCE_MAX - 1);
		}
		assert.ok(!busy.closed && !a[0].closed, 'not in use');
		assert.ok(a.slice(SOURCE_MAX - 1).every((c) => !c.closed), 'the newest');
		await leave(a, busy);
	});
});
