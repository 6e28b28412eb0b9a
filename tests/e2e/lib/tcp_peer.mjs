// A SIP peer over TCP that says exactly what a test wants.
import { SipPeer, parse } from './sip_peer.mjs';
import { tcp } from './tcp.mjs';

export class TcpPeer extends SipPeer {
	static async openAt(port, { name = 'raw', host = '127.0.0.1' } = {}) {
		const p = new TcpPeer();
		const { socket } = await tcp(port, host);
		p.name = name;
		p.host = host;
		p.received = [];
		p.buffer = '';
		p.socket = socket;
		p.port = socket.localPort;
		socket.on('data', (data) => p.#take(data.toString('latin1')));
		return p;
	}

	// Whole messages (RFC 3261 section 18.3)
	#take(text) {
		this.buffer += text;
		for (;;) {
			this.buffer = this.buffer.replace(/^(\r\n)+/, '');
			const head = this.buffer.indexOf('\r\n\r\n') + 4;
			if (head < 4)
				return;
			const size = head + Number(this.buffer.slice(0, head)
				.match(/^(?:content-length|l)\s*:\s*(\d+)/im)?.[1] || 0);
			if (this.buffer.length < size)
				return;
			const message = parse(this.buffer.slice(0, size));
			this.buffer = this.buffer.slice(size);
			this.received.push(message);
			if (message.method)
				this.onRequest?.(message);
		}
	}

	request(...args) {
		return super.request(...args).replace('SIP/2.0/UDP', 'SIP/2.0/TCP')
			.replace(/(Contact: <[^>]*)>/, '$1;transport=tcp>');
	}

	send(text) { this.socket.write(Buffer.from(text, 'latin1')); }

	close() { this.socket.destroy(); }
}
