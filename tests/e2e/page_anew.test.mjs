// When the join page calls anew, and when it does no more, and when it asks for
// TURN servers: its call alone, with a SIP stack and a browser that do as they
// are told, and a clock of its own.
import { afterEach, beforeEach, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Call } from '../../web/signaling/call.mjs';
import { Relay } from '../../web/signaling/relay.mjs';
import { say } from '../../web/strings/say.mjs';

const JsSIP = createRequire(new URL('../../web/signaling/call.mjs',
	import.meta.url))('jssip');

class Connection extends EventTarget {
	packets = 0;

	transceivers = [{ mid: '0', direction: 'recvonly',
		currentDirection: 'recvonly', sender: { async replaceTrack() {} },
		receiver: { track: { kind: 'video' } } }];

	getTransceivers() { return this.transceivers; }
	async createOffer() { return { type: 'offer', sdp: '' }; }
	getConfiguration() { return {}; }
	setConfiguration() {}
	addTransceiver() {}
	close() {}
	async getStats() {
		return new Map([['in', { type: 'inbound-rtp',
			packetsReceived: this.packets }]]);
	}
}

class Session {
	status = 'sent';
	connection = new Connection();
	contact = '<sip:ann@page.invalid>';
	changes = 0;

	constructor(options) {
		this.replaces = options.extraHeaders.some((h) =>
			h.startsWith('Replaces: '));
		this.on = options.eventHandlers;
		this.on.peerconnection({ peerconnection: this.connection });
	}
	isEstablished() { return this.status === 'up'; }
	isEnded() { return this.status === 'ended'; }
	renegotiate() {
		this.changes++;
		return true;
	}
	terminate() {
		const event = this.status === 'up' ? 'ended' : 'failed';
		this.status = 'ended';
		this.on[event]({ originator: 'local', cause: 'Terminated' });
	}
	hangUp() {
		this.status = 'ended';
		this.on.ended({ originator: 'remote', cause: 'Terminated' });
	}
	// its 200 is here; the browser takes the answer in later
	answer() { this.status = 'up'; }
	accept() {
		this.answer();
		this._dialog = { id: { call_id: 'c', local_tag: 'l',
			remote_tag: 'r' } };
		this.on.accepted({ response: { getHeader: () => undefined } });
		this.on.confirmed();
	}
	refuse() {
		this.status = 'ended';
		this.on.failed({ originator: 'remote', cause: 'Not Found' });
	}
	// what JsSIP makes of ICE that failed
	iceFails() {
		this.status = 'ended';
		this.on.ended({ originator: 'local', cause: 'RTP Timeout' });
	}
}

class Agent {
	sessions = [];
	on = {};
	contact = { uri: { setParam() {} } };

	constructor() {
		const handlers = this.on;
		this.on = (name, handler) => { handlers[name] = handler; };
		this.emit = (name) => handlers[name]();
	}
	start() { this.emit('connected'); }
	stop() {}
	connected = true;
	isConnected() { return this.connected; }
	call(target, options) {
		const session = new Session(options);
		this.sessions.push(session);
		return session;
	}
}

describe('calling anew from the page', () => {
	const real = { UA: JsSIP.UA, WebSocketInterface: JsSIP.WebSocketInterface,
		performance: globalThis.performance, setInterval, setTimeout };
	let now, timers, call, ended, refused, sessions;

	beforeEach(async () => {
		now = 0;
		timers = new Set();
		ended = [];
		refused = [];
		JsSIP.UA = Agent;
		JsSIP.WebSocketInterface = class {};
		globalThis.location = { protocol: 'https:', host: 'page.invalid' };
		globalThis.location.hostname = 'page.invalid';
		globalThis.MediaStream = class {
			getTracks() { return []; }
			addTrack() {}
		};
		Object.defineProperty(globalThis, 'performance', { configurable: true,
			writable: true, value: { now: () => now } });
		globalThis.setInterval = (tick) => (timers.add(tick), tick);
		globalThis.clearInterval = (tick) => timers.delete(tick);
		globalThis.setTimeout = () => {};
		call = new Call({ conference: 'room', name: 'Ann',
			devices: { stream: null, track: () => null },
			handlers: { state() {}, accepted() {}, moved() {}, picture() {},
				bearer() {}, secure: {}, media() {}, refused: (words) => refused.push(words),
				ended: (words) => ended.push(words) } });
		({ sessions } = call.ua);
		call.start();
		await settle();
		assert.equal(sessions.length, 1);
	});
	afterEach(() => {
		const { UA, WebSocketInterface, performance, ...globals } = real;
		Object.assign(JsSIP, { UA, WebSocketInterface });
		Object.assign(globalThis, globals, { performance });
	});

	// What has happened is acted upon, without time
	const settle = () => new Promise(setImmediate);

	// Time goes by; `from`: the session over which packets come
	async function pass(ms, from) {
		for (const end = now + ms; now < end;) {
			now += 500;
			if (from)
				from.connection.packets += 25;
			for (const tick of [...timers])
				tick();
			await settle();
		}
	}
	const up = () => sessions.filter((s) => s.isEstablished());

	test('where no media ever comes it is said, after a few calls', async () => {
		for (let i = 0; i < sessions.length && i < 10; i++) {
			sessions[i].accept();
			await pass(2000);
			sessions[i].iceFails();
		}
		assert.equal(sessions.length, 3);
		assert.equal(ended.length, 1);
		assert.match(say(ended[0]), /^No sound or picture gets through/);
	});

	test('where media came in between it goes on', async () => {
		for (let i = 0; i < 6; i++) {
			assert.equal(sessions.length, i + 1);
			sessions[i].accept();
			await pass(2000, sessions[i]);
			sessions[i].iceFails();
		}
		assert.deepEqual(ended, []);
	});

	// A call whose media stopped, and one on its way in its place
	async function replacing() {
		sessions[0].accept();
		await pass(7000, sessions[0]);
		// another way is looked for in the same call first
		await pass(5000);
		assert.equal(sessions[0].changes, 1);
		assert.equal(sessions.length, 1);
		await pass(4500);
		assert.equal(sessions.length, 2);
		assert.equal(sessions[1].replaces, true);
	}

	test('the call on its way is the only one', async () => {
		await replacing();
		sessions[0].iceFails();
		assert.equal(sessions.length, 2);
		sessions[1].accept();
		assert.deepEqual(up(), [sessions[1]]);
		assert.equal(call.session, sessions[1]);
		assert.deepEqual(ended, []);
	});

	test('the old one may end while the answer is taken in', async () => {
		await replacing();
		sessions[1].answer();
		sessions[0].hangUp();
		sessions[1].accept();
		assert.deepEqual(up(), [sessions[1]]);
		assert.deepEqual(ended, []);
	});

	test('another is made where the one on its way is refused', async () => {
		await replacing();
		sessions[0].iceFails();
		sessions[1].refuse();
		assert.equal(sessions.length, 3);
		assert.equal(sessions[2].replaces, false);
		sessions[2].accept();
		assert.deepEqual(up(), [sessions[2]]);
	});

	test('leaving meanwhile leaves nothing', async () => {
		await replacing();
		sessions[0].iceFails();
		call.leave();
		assert.equal(sessions.length, 2);
		assert.deepEqual(up(), []);
		assert.deepEqual(ended, [null]);
	});

	test('a call that nobody waits for any more is ended', async () => {
		await replacing();
		sessions[0].hangUp();
		sessions[1].accept();
		assert.deepEqual(up(), []);
		assert.equal(ended.length, 1);
	});

	test('a connection in doubt is not used before it answers', async () => {
		sessions[0].accept();
		await pass(7000, sessions[0]);
		Object.defineProperty(call.socket, 'doubted', { configurable: true,
			value: true });
		await call.setTrack('video', { kind: 'video' });
		await pass(20000);
		assert.equal(sessions[0].changes, 0);
		assert.equal(sessions.length, 1);
		delete call.socket.doubted;
		await pass(500);
		assert.equal(sessions[0].changes, 1);
	});

	test('what changes without a connection the next one carries', async () => {
		sessions[0].accept();
		call.ua.connected = false;
		call.ua.emit('disconnected');
		await call.setTrack('video', { kind: 'video' });
		assert.equal(sessions[0].changes, 0);
		call.ua.connected = true;
		call.ua.emit('connected');
		await settle();
		assert.equal(sessions[0].changes, 1);
		assert.equal(sessions[0].connection.transceivers[0].direction,
			'sendrecv');
	});

	// The server is away for a while, and then takes no such password
	async function refusePassword() {
		call.relay = { servers: [], stop() {},
			renew: async () => ({ status_code: 407 }) };
		call.ua.connected = false;
		call.ua.emit('disconnected');
		call.ua.connected = true;
		call.ua.emit('connected');
		await settle();
	}

	test('a call that lives goes on where a password is refused', async () => {
		sessions[0].accept();
		await refusePassword();
		assert.equal(sessions[0].changes, 1);
		assert.deepEqual([refused, ended], [[], []]);
	});

	test('it is asked for where the call has ended meanwhile', async () => {
		sessions[0].accept();
		sessions[0].status = 'ended';
		await refusePassword();
		assert.equal(sessions.length, 1);
		assert.equal(ended.length, 1);
		assert.match(say(refused[0]), /a user and a password/);
	});

	test('the new call can be changed whatever the old one waits for', async () => {
		sessions[0].accept();
		call.ua.emit('connected');
		await settle();
		assert.equal(sessions[0].changes, 1);
		sessions[0].iceFails();
		sessions[1].accept();
		call.ua.emit('connected');
		await settle();
		assert.equal(sessions[1].changes, 1);
	});
});

describe('asking for TURN servers', () => {
	const real = setTimeout;
	let timers, asked, relay;

	beforeEach(() => {
		timers = [];
		asked = [];
		globalThis.setTimeout = (then, ms) => timers.push({ then, ms });
		relay = new Relay();
	});
	afterEach(() => { globalThis.setTimeout = real; });

	const ask = () => ({ target: 'sip:room@page.invalid', ua: {
		sendOptions: (target, body, { eventHandlers }) =>
			asked.push(eventHandlers) } });
	const answer = (status_code, headers = {}, body = '') => ({ status_code,
		body, getHeader: (name) => headers[name] });

	// What the answer makes it wait for, in s
	async function waits(outcome, event) {
		const asking = relay.renew(ask);
		const before = timers.length;
		asked.at(-1)[outcome](event);
		return { refusal: await asking,
			s: timers.slice(before).map(({ ms }) => ms / 1000) };
	}

	test('before they end, and again where there were none', async () => {
		const type = 'application/vnd.parley.ice-servers+json';
		for (const [outcome, response, s] of [
			['succeeded', answer(200, { 'Content-Type': type },
				'{"iceServers":[{}],"lifetime":600}'), [480]],
			['failed', answer(503, { 'Retry-After': '5;duration=60' }), [5]],
			['failed', answer(503, { 'Retry-After': '99999999999' }), [3600]],
			['failed', answer(503, { 'Retry-After': '-1' }), [1]],
			['failed', answer(480), [30]],
			['failed', null, [30]]]) {
			assert.deepEqual(await waits(outcome, { response }),
				{ refusal: null, s });
		}
		timers.at(-1).then();
		assert.equal(asked.length, 7);
		assert.equal(relay.servers.length, 1);
	});

	test('no more where a password is refused, nor after the call', async () => {
		const refusal = answer(407);
		assert.deepEqual(await waits('failed', { response: refusal }),
			{ refusal, s: [] });
		const asking = relay.renew(ask);
		const before = timers.length;
		relay.stop();
		asked.at(-1).failed({ response: null });
		assert.equal(await asking, null);
		assert.equal(timers.length, before);
	});
});
