// A SIP peer that says exactly what a test wants: raw datagrams out, parsed
// answers back. For what well-behaved user agents never send.
import { createSocket } from 'node:dgram';
import { until } from './process.mjs';

export class SipPeer {
	// `host` is its own address, `server` Parley's
	static async open(port, { host = '127.0.0.1', name = 'raw',
		server = host, port: own = 0 } = {}) {
		const p = new SipPeer();
		p.remote = port;
		p.host = host;
		p.server = server;
		p.name = name;
		p.received = [];
		p.socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
		p.socket.on('message', (data) => {
			const message = parse(`${data}`);
			p.received.push(message);
			if (message.method)
				p.onRequest?.(message);
		});
		await new Promise((bound) => p.socket.bind(own, host, bound));
		p.port = p.socket.address().port;
		return p;
	}

	get contact() {
		const host = this.host.includes(':') ? `[${this.host}]` : this.host;
		return `sip:${this.name}@${host}:${this.port}`;
	}

	send(text) {
		this.socket.send(Buffer.from(text, 'latin1'), this.remote, this.server);
	}

	// A request with sane defaults; `headers` replaces, null leaves out
	request(method, uri, { headers = {}, body = '', callId, cseq = 1,
		branch = `z9hG4bK${Math.random().toString(36).slice(2)}`,
		fromTag = 'a1', toTag = null } = {}) {
		const all = {
			Via: `SIP/2.0/UDP ${this.contact.split('@')[1]};branch=${branch}`
				+ ';rport',
			From: `<${this.contact}>;tag=${fromTag}`,
			To: `<${uri}>${toTag ? `;tag=${toTag}` : ''}`,
			'Call-ID': callId || `c${Math.random().toString(36).slice(2)}`,
			CSeq: `${cseq} ${method}`,
			Contact: `<${this.contact}>`,
			'Max-Forwards': '70',
			...(body && { 'Content-Type': 'application/sdp' }),
			'Content-Length': `${body.length}`,
			...headers,
		};
		const lines = Object.entries(all).filter(([, v]) => v !== null)
			.map(([k, v]) => `${k}: ${v}\r\n`).join('');
		return `${method} ${uri} SIP/2.0\r\n${lines}\r\n${body}`;
	}

	// The first final answer that fits
	async final(what, fits = () => true, ms = 5000) {
		return until(what, () => this.received.find((m) =>
			m.status >= 200 && fits(m)), ms, 10);
	}

	close() { this.socket.close(); }
}

// Compact forms (RFC 3261 section 7.3.3)
const COMPACT = { c: 'content-type', f: 'from', i: 'call-id',
	l: 'content-length', m: 'contact', t: 'to', v: 'via' };

export function parse(text) {
	const [head, ...rest] = text.split('\r\n\r\n');
	const [first, ...lines] = head.split('\r\n');
	const headers = {};
	for (const line of lines) {
		const colon = line.indexOf(':');
		const written = line.slice(0, colon).trim().toLowerCase();
		const name = COMPACT[written] || written;
		headers[name] ||= line.slice(colon + 1).trim();
	}
	const status = Number(first.match(/^SIP\/2\.0 (\d{3})/)?.[1] || 0);
	return { first, status, method: status ? null : first.split(' ')[0],
		headers, body: rest.join('\r\n\r\n'),
		toTag: headers.to?.match(/;tag=([^;]+)/)?.[1] };
}

export const sdp = (port, { direction = 'sendrecv', extra = '',
	media = `m=audio ${port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n` } = {}) =>
	'v=0\r\no=raw 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n'
	+ `t=0 0\r\n${media}a=${direction}\r\n${extra}`;
