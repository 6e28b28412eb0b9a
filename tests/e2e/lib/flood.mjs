// Signalling that nobody asked for: of a thousand sources of loopback, each
// below every limit of its own, and of one that says what is logged.
import { createSocket } from 'node:dgram';
import { sdp } from './sip_peer.mjs';

const SOURCES = 1000;
export const RATE = 8000; // messages a second, of all
const net = `127.${100 + Math.floor(Math.random() * 20)}`;

// So many sockets that send what `next` says, by turns, until stop(); `number`
// says which message comes when: the same one again is a repetition
export class Flood {
	static async open(port, next, sources = SOURCES, number = (n) => n) {
		const f = new Flood();
		f.sent = f.sentBytes = f.got = f.gotBytes = 0;
		f.sockets = await Promise.all(Array.from({ length: sources },
			(_, i) => new Promise((done) => {
				const socket = createSocket('udp4');
				socket.host = `${net}.${i >> 8}.${i & 255}`;
				socket.on('message', (m) => {
					f.got++;
					f.gotBytes += m.length;
				});
				socket.bind(0, socket.host, () => done(socket));
			})));
		const began = performance.now();
		f.timer = setInterval(() => {
			const due = (performance.now() - began) / 1000 * RATE;
			for (; f.sent < due; f.sent++) {
				const n = number(f.sent);
				const socket = f.sockets[n % sources];
				const text = next(n, socket.host,
					socket.address().port);
				socket.send(text, port, '127.0.0.1');
				f.sentBytes += text.length;
			}
		}, 5);
		return f;
	}

	stop() {
		clearInterval(this.timer);
		for (const socket of this.sockets)
			socket.close();
	}
}

const methods = ['OPTIONS', 'INVITE', 'REGISTER', 'SUBSCRIBE', 'MESSAGE'];

// The n-th message of all
export const request = (port) => (n, host, own) => {
	const method = methods[n % methods.length];
	const body = method === 'INVITE' ? 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n'
		+ `s=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n`
		: '';
	return `${method} sip:flood${n % 7}@127.0.0.1:${port} SIP/2.0\r\n`
		+ `Via: SIP/2.0/UDP ${host}:${own};branch=z9hG4bKf${n};rport\r\n`
		+ `From: <sip:f${n}@example.com>;tag=${n}\r\n`
		+ `To: <sip:demo@127.0.0.1>\r\nCall-ID: f${n}\r\n`
		+ `CSeq: 1 ${method}\r\nContact: <sip:f@${host}:${own}>\r\n`
		+ (method === 'SUBSCRIBE' ? 'Event: conference\r\n' : '')
		+ (body ? 'Content-Type: application/sdp\r\n' : '')
		+ `Content-Length: ${body.length}\r\n\r\n${body}`;
};

// The i-th of what is refused, or called off at once
export function knock(peer, parley, i) {
	const id = `flood${i}`, kind = i % 5;
	const own = parley.uri(id);
	const request = (method, uri, more) => peer.send(peer.request(method, uri,
		{ callId: id, branch: `z9hG4bK${id}`, fromTag: id, ...more }));
	if (kind < 2) {
		request('OPTIONS', own, { headers: { CSeq: 'none' } });
	} else if (kind < 4) {
		request('INVITE', 'sip:flood@elsewhere.example', { body: sdp(9) });
	} else {
		request('INVITE', own, { body: sdp(9) });
		request('CANCEL', own, { headers: { CSeq: '1 CANCEL' } });
	}
}
