// Networks that let nothing pass but what looks like the web: sound and picture
// go by TCP to the port of the page (RFC 6544), and strangers there get nothing
// by that.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { readdir } from 'node:fs/promises';
import { Browser } from './lib/browser.mjs';
import { Firefox, isColourful } from './lib/firefox.mjs';
import { Hosts } from './lib/hosts.mjs';
import { hearsOthersOnly, seesMoving } from './lib/judge.mjs';
import { Parley } from './lib/parley.mjs';
import { status } from './lib/proc.mjs';
import { until } from './lib/process.mjs';

const GREEN = [30, 160, 40], VIOLET = [130, 40, 170];
const REACH_MS = 5000; // "within a few seconds"

// What the page makes is at hand
const keepConnections = () => {
	const Real = window.RTCPeerConnection;
	window.pcs = [];
	window.RTCPeerConnection = class extends Real {
		constructor(...args) {
			super(...args);
			window.pcs.push(this);
		}
	};
};

const way = (b) => b.page.evaluate(() =>
	document.getElementById('path').textContent);

const remote = (b) => b.page.evaluate(() =>
	window.pcs.at(-1).remoteDescription.sdp);

// A frame (RFC 4571) with a Binding request (RFC 8489) of that USERNAME
function check(username, { integrity = true } = {}) {
	const name = Buffer.from(username);
	const padded = Buffer.concat([name, Buffer.alloc(-name.length & 3)]);
	const attributes = Buffer.concat([
		Buffer.from([0, 6, name.length >> 8, name.length & 255]), padded,
		...(integrity ? [Buffer.from([0, 8, 0, 20]), Buffer.alloc(20, 7)]
			: [])]);
	const head = Buffer.alloc(22);
	head.writeUInt16BE(20 + attributes.length, 0);
	head.writeUInt16BE(1, 2);
	head.writeUInt16BE(attributes.length, 4);
	head.writeUInt32BE(0x2112a442, 6);
	return Buffer.concat([head, attributes]);
}

const descriptors = async (pid) => (await readdir(`/proc/${pid}/fd`)).length;
const kilobytes = async (pid) => parseInt((await status(pid)).VmRSS, 10);

describe('a network that blocks UDP', () => {
	let hosts, network, parley, inside, outside, port;

	// Says something; it is closed without more than a refusal
	async function stranger(bytes) {
		const socket = connect(port, network.here);
		socket.on('error', () => {});
		await once(socket, 'connect');
		socket.resume();
		if (bytes.length)
			socket.write(bytes);
		return socket;
	}

	const legs = async () => (await parley.json('stats')).legs;
	const bothWays = () => Promise.all([
		hearsOthersOnly(inside, [outside], 20000),
		hearsOthersOnly(outside, [inside], 20000),
		seesMoving(inside, VIOLET, 0.1, 20000),
		seesMoving(outside, GREEN, 0.1, 20000)]);

	before(async () => {
		hosts = await Hosts.start('here', 'office');
		network = { here: hosts.here.address };
		await hosts.office.letOut('meta l4proto tcp', 'udp dport 53');
		parley = await Parley.start({ https_listen: `${network.here}:0`,
			media_address: network.here });
		port = Number(new URL(parley.https).port);
		[inside, outside] = await Promise.all([
			Browser.start({ hz: 700, rgb: GREEN, network: hosts.office }),
			Browser.start({ hz: 1900, rgb: VIOLET })]);
		for (const b of [inside, outside])
			await b.page.addInitScript(keepConnections);
	});

	after(async () => {
		await inside?.stop();
		await outside?.stop();
		const end = await parley?.stop();
		await hosts?.stop();
		assert.deepEqual(end && { code: end.code, left: end.left },
			{ code: 0, left: [] }, end?.output.slice(-3000));
	});

	test('a page is in within seconds, and says that it goes by TCP',
		async () => {
			await outside.join(`${parley.https}/wall`, 'Outside');
			await inside.join(`${parley.https}/wall`, 'Inside');
			await inside.connected(REACH_MS);
			await until('it says so', async () =>
				await way(inside) === 'TCP' || Promise.reject(
					new Error(await way(inside))));
			await until('the other goes by UDP', async () =>
				await way(outside) === 'UDP');
			assert.match(await remote(inside), new RegExp(
				`^a=candidate:\\d+ 1 tcp \\d+ ${network.here} ${port} `
				+ 'typ host tcptype passive', 'm'));
			assert.deepEqual((await legs()).map(({ display, path }) =>
				[display, path]).sort(),
			[['Inside', 'tcp'], ['Outside', 'udp']]);
			await bothWays();
			// a browser that has not seen the certificate yet hangs up
			assert.doesNotMatch(parley.program.output,
				/^(?!warn libre: said text="tls: accept)(warn|error) /m);
		});

	test('strangers on that port cost little, and disturb nobody',
		async () => {
			const pids = [parley.program.pid, ...await parley.mixerPids];
			const before = await Promise.all(pids.map(descriptors));
			const memory = await Promise.all(pids.map(kilobytes));
			const ufrag = (await remote(inside)).match(/ice-ufrag:(\S+)/)[1];
			const whole = check(`${ufrag}:aaaa`);
			const kinds = [
				whole.subarray(0, 1), whole.subarray(0, 30),
				Buffer.from([0, 100, 1, 2, 3]), Buffer.alloc(1500, 3),
				check('nobodyxx:aaaa'), check('x'), whole,
				check(`${ufrag}:aaaa`, { integrity: false }),
				Buffer.concat([whole, Buffer.alloc(4000, 1)]),
				Buffer.from([5, 255]), Buffer.alloc(0),
			];
			const many = [];
			for (let i = 0; i < 1000; i++)
				many.push(await stranger(kinds[i % kinds.length]));
			// what is not closed at once waits for its time
			await until('few are left', async () => many.filter((s) =>
				!s.closed).length < 500);
			// who has no place is turned away, not the one who is in
			await bothWays();
			await until('all have gone', async () =>
				many.every((s) => s.closed), 30000);
			await until('their descriptors have, too', async () => {
				const now = await Promise.all(pids.map(descriptors));
				return now.every((n, i) => n <= before[i] + 2)
					|| Promise.reject(new Error(`${before} ${now}`));
			});
			const now = await Promise.all(pids.map(kilobytes));
			now.forEach((kb, i) => assert.ok(kb < memory[i] + 16384,
				`${memory} ${now}`));
			assert.equal(await way(inside), 'TCP');
		});

	test('a TLS client that is slow is served', async () => {
		const raw = connect(port, network.here);
		await once(raw, 'connect');
		raw.setNoDelay(true);
		// byte by byte, each by itself. Of a socket TLS would take the
		// descriptor and write there
		let written = 0;
		const slow = new Duplex({
			read() { raw.resume(); },
			write(bytes, encoding, done) {
				let i = 0;
				const next = () => i < bytes.length
					? raw.write(bytes.subarray(i, ++i), () => {
						written++;
						setImmediate(next);
					}) : done();
				next();
			},
			destroy(error, done) {
				raw.destroy();
				done(error);
			},
		});
		raw.on('data', (bytes) => slow.push(bytes) || raw.pause());
		raw.on('end', () => slow.push(null));
		raw.on('error', (error) => slow.destroy(error));
		const socket = connectTls({ socket: slow,
			rejectUnauthorized: false });
		await once(socket, 'secureConnect');
		assert.ok(written > 200, `a hello of ${written} bytes`);
		socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
		const [answer] = await once(socket, 'data');
		assert.match(String(answer), /^HTTP\/1.1 200 /);
		socket.destroy();
	});

	test('Firefox is in by TCP, too, and seen and heard', async (t) => {
		await inside.leave();
		const fox = await Firefox.start({ hz: 2500, network: hosts.office });
		t.after(() => fox.stop());
		await fox.join(`${parley.https}/wall`, 'Fox');
		await until('it says so', async () => await fox.path() === 'TCP'
			|| Promise.reject(new Error(await fox.path())));
		await outside.page.click('#camera');
		await Promise.all([hearsOthersOnly(fox, [outside], 20000),
			hearsOthersOnly(outside, [fox], 20000),
			until('its camera is seen', async () =>
				isColourful(await outside.seen()), 20000, 200)]);
		await outside.page.click('#camera');
		await seesMoving(fox, VIOLET, 0.1, 20000);
		assert.equal(await fox.path(), 'TCP');
	});

	test('where UDP gets through, it is what is used', async () => {
		await hosts.office.letOut('meta l4proto { tcp, udp }');
		await inside.join(`${parley.https}/wall`, 'Inside');
		await until('it says so', async () => await way(inside) === 'UDP');
		await bothWays();
	});
});
