// A SIP peer over WebSocket (RFC 7118) that says exactly what a test wants.
import { connect } from 'node:net';
import { SipPeer, parse } from './sip_peer.mjs';

export class WsPeer extends SipPeer {
	// `http` is Parley's page without TLS
	static async openAt(http, { name = 'raw' } = {}) {
		const p = new WsPeer();
		const { hostname, port } = new URL(http);
		p.name = name;
		p.host = '127.0.0.1';
		p.received = [];
		p.buffer = Buffer.alloc(0);
		p.socket = connect({ host: hostname, port });
		await new Promise((up, down) => {
			p.socket.on('error', down);
			p.socket.once('data', up);
			p.socket.write(`GET /ws HTTP/1.1\r\nHost: ${hostname}\r\n`
				+ 'Upgrade: websocket\r\nConnection: Upgrade\r\n'
				+ 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip'
				+ '\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
		});
		p.port = p.socket.localPort;
		p.socket.on('data', (data) => p.#take(data));
		return p;
	}

	// Whole frames, unmasked, as servers send them (RFC 6455 section 5.2)
	#take(data) {
		this.buffer = Buffer.concat([this.buffer, data]);
		for (;;) {
			const b = this.buffer;
			const short = b.length < 2 ? 0 : b[1] & 0x7f;
			const head = short === 127 ? 10 : short === 126 ? 4 : 2;
			if (b.length < head)
				return;
			const size = short === 127 ? Number(b.readBigUInt64BE(2))
				: short === 126 ? b.readUInt16BE(2) : short;
			if (b.length < head + size)
				return;
			this.buffer = b.subarray(head + size);
			const message = parse(`${b.subarray(head, head + size)}`);
			this.received.push(message);
			if (message.method)
				this.onRequest?.(message);
		}
	}

	request(...args) {
		return super.request(...args).replace('SIP/2.0/UDP', 'SIP/2.0/WS');
	}

	// One text frame with a mask of zeros
	send(text) {
		const body = Buffer.from(text, 'latin1');
		const head = Buffer.from([0x81, 0x80 | 126, body.length >> 8,
			body.length & 255, 0, 0, 0, 0]);
		this.socket.write(Buffer.concat([head, body]));
	}

	close() { this.socket.destroy(); }
}
