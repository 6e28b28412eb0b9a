// Who sends media where he takes part in nothing, and whom he does it to.
import { createSocket } from 'node:dgram';
import { ulawTone } from './payloads.mjs';

export const STRANGE_HZ = 2300; // his tone

export const rtp = (ssrc, payload = Buffer.alloc(0), seq = 0) => {
	const head = Buffer.from([0x80, 0, seq >> 8, seq & 255,
		...Array(8).fill(0)]);
	head.writeUInt32BE(seq * 160 >>> 0, 4);
	head.writeUInt32BE(ssrc, 8);
	return Buffer.concat([head, payload]);
};

// An SR and a BYE of that source (RFC 3550 sections 6.4.1 and 6.6)
export const rtcp = (ssrc) => {
	const b = Buffer.alloc(36);
	b.set([0x80, 200, 0, 6]);
	b.writeUInt32BE(ssrc, 4);
	b.set([0x81, 203, 0, 1], 28);
	b.writeUInt32BE(ssrc, 32);
	return b;
};

// Somebody who belongs to no call
export class Stranger {
	static async at(t, host = '127.0.0.2') {
		const s = new Stranger();
		s.received = 0;
		s.sent = 0;
		s.socket = createSocket('udp4');
		s.socket.on('message', () => s.received++);
		await new Promise((bound) => s.socket.bind(0, host, bound));
		t.after(() => { s.hush(); s.socket.close(); });
		return s;
	}

	send(packet, port) {
		this.sent++;
		this.socket.send(packet, port, '127.0.0.1');
	}

	// Round after round of the ports, `batch` of them in 20 ms; of what there
	// is in a round, one packet for each
	spray(ports, rounds, batch = 100) {
		let n = 0;
		this.timer = setInterval(() => {
			const kinds = rounds();
			for (let i = 0; i < batch; i++, n++)
				this.send(kinds[Math.floor(n / ports.length) % kinds.length],
					ports[n % ports.length]);
		}, 20);
	}

	// His tone to all of them, with the SSRC that goes with each
	talk(lines) {
		const payloads = ulawTone(STRANGE_HZ), start = performance.now();
		let n = 0;
		this.hush();
		this.timer = setInterval(() => {
			for (; performance.now() - start >= n * 20; n++) {
				const { value } = payloads.next();
				for (const { port, ssrc, seq = 0 } of lines)
					this.send(rtp(ssrc, value, seq + n & 0xffff), port);
			}
		}, 5);
	}

	hush() { clearInterval(this.timer); }
}

// Of RTP and RTCP
export function portsOf(parley) {
	const [first, last] = parley.settings.rtp_ports.split('-').map(Number);
	return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

// He knows the SSRC and the next number, as if he had seen a packet
export const seen = (p) => ({ port: p.audio.remote.port, ssrc: p.audio.ssrc,
	seq: p.audio.seq });

// The SDP names a private address; who only listens has one port for all
export function putBehindNat(p, i) {
	p.audio.address = `10.0.0.${i + 1}`;
	p.audio.mux = Boolean(i & 1);
	return p;
}
