// How the join page asks to see who is there: the SIP stack is the page's own,
// the server answers as it is told, and the clock is the test's.
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Roster } from '../../web/signaling/roster.mjs';
import { withRetryAfter } from '../../web/signaling/subscription.mjs';

const JsSIP = createRequire(new URL('../../web/signaling/call.mjs',
	import.meta.url))('jssip');
const header = (text, name) =>
	new RegExp(`^${name}: (.*)$`, 'mi').exec(text)?.[1];

// A WebSocket whose far end answers SUBSCRIBE
class Wire {
	via_transport = 'WSS';
	url = 'wss://page.invalid';
	sip_uri = 'sip:page.invalid;transport=wss';
	asked = 0;

	connect() { this.onconnect(); }
	disconnect() {}
	isConnected() { return true; }
	send(text) {
		if (text.startsWith('SUBSCRIBE')) {
			this.asked++;
			this.ondata(this.answer(text));
		}
		return true;
	}
	// The 503 of a server that has as many as it may
	answer(text) {
		const copy = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) =>
			`${name}: ${header(text, name)}\r\n`).join('');
		return `SIP/2.0 ${this.status ?? 503} Full\r\n${copy}`
			+ `To: ${header(text, 'To')};tag=t\r\n${this.headers ?? ''}`
			+ 'Content-Length: 0\r\n\r\n';
	}
}

describe('a roster that is refused', () => {
	let wire, ua, roster;
	const follow = () => roster.follow({ own: 'sip:me@page.invalid',
		subscribe: () => withRetryAfter(ua.subscribe('sip:room@page.invalid',
			'conference', 'application/conference-info+xml',
			{ expires: 600 })) });
	// When it asked again within so long, in seconds
	const times = (seconds) => {
		const when = [];
		for (let at = 1, asked = wire.asked; at <= seconds; at++) {
			mock.timers.tick(1000);
			if (wire.asked > asked)
				when.push(at);
			asked = wire.asked;
		}
		return when;
	};

	beforeEach(() => {
		mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
		wire = new Wire();
		ua = new JsSIP.UA({ sockets: [wire], uri: 'sip:me@page.invalid',
			register: false });
		ua.start();
		roster = new Roster({ change() {}, event() {} });
	});
	afterEach(() => {
		roster.close();
		mock.timers.reset();
	});

	test('asks ever more seldom', () => {
		follow();
		assert.equal(wire.asked, 1);
		assert.deepEqual(times(250),
			[2, 6, 14, 30, 62, 122, 182, 242]);
	});

	test('asks when the server wants it to', () => {
		wire.headers = 'Retry-After: 30 (busy)\r\n';
		follow();
		assert.deepEqual(times(70), [30, 60]);
	});

	test('asks at once when the call is made anew', () => {
		wire.headers = 'Retry-After: 3000\r\n';
		follow();
		assert.deepEqual(times(100), []);
		wire.headers = '';
		roster.again();
		assert.equal(wire.asked, 2);
		assert.deepEqual(times(14), [2, 6, 14]);
		follow();
		assert.equal(wire.asked, 6);
		assert.deepEqual(times(2), [2]);
	});
});
