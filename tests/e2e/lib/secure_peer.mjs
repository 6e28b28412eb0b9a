// What a terminal with SDES-SRTP has (RFC 4568): SIP over TLS, and lines whose
// packets are protected by werift's SRTP.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:tls';
import { RtpHeader, SrtcpSession, SrtpSession } from 'werift';
import { Line } from './rtp_peer.mjs';
import { SipPeer, parse } from './sip_peer.mjs';

const SUITE = 'AES_CM_128_HMAC_SHA1_80';
const PROFILE = 1; // its number in DTLS-SRTP (RFC 5764 section 4.1.2)

export class TlsPeer extends SipPeer {
	static async openAt(port, { name = 'raw' } = {}) {
		const p = new TlsPeer();
		Object.assign(p, { name, host: '127.0.0.1', received: [] });
		p.socket = connect({ host: p.host, port, rejectUnauthorized: false });
		await new Promise((up, down) => {
			p.socket.once('error', down);
			p.socket.once('secureConnect', up);
		});
		p.port = p.socket.localPort;
		let pending = '';
		p.socket.on('error', () => {});
		p.socket.on('data', (data) => {
			pending = p.#take(pending + data.toString('latin1'));
		});
		return p;
	}

	// Whole messages; what is left of the text
	#take(text) {
		for (;;) {
			const end = text.indexOf('\r\n\r\n');
			const size = Number(text.slice(0, end)
				.match(/^content-length: *(\d+)/im)?.[1]);
			if (end < 0 || text.length < end + 4 + size)
				return text;
			const message = parse(text.slice(0, end + 4 + size));
			text = text.slice(end + 4 + size);
			this.received.push(message);
			if (message.method)
				this.onRequest?.(message);
		}
	}

	get contact() { return `${super.contact};transport=tls`; }

	request(...args) {
		return super.request(...args)
			.replace(/^Via: SIP\/2.0\/UDP ([^;]+);transport=tls/m,
				'Via: SIP/2.0/TLS $1');
	}

	send(text) { this.socket.write(Buffer.from(text, 'latin1')); }

	close() { this.socket.destroy(); }
}

export class SecureLine extends Line {
	constructor(...args) {
		super(...args);
		this.key = randomBytes(30);
	}

	get sdp() {
		return `${super.sdp.replace('RTP/AVP', 'RTP/SAVP')}a=crypto:1 ${SUITE
		} inline:${this.key.toString('base64')}\r\n`;
	}

	// Those of this key and the one of the answer
	get sessions() {
		const [, theirs] = this.answer.match(
			new RegExp(`^a=crypto:1 ${SUITE} inline:([^|\\s]+)`, 'm'));
		if (this.theirs !== theirs) {
			const key = Buffer.from(theirs, 'base64');
			this.theirs = theirs;
			const config = { profile: PROFILE, keys: {
				localMasterKey: this.key.subarray(0, 16),
				localMasterSalt: this.key.subarray(16),
				remoteMasterKey: key.subarray(0, 16),
				remoteMasterSalt: key.subarray(16) } };
			this.srtp = new SrtpSession(config);
			this.srtcp = new SrtcpSession(config);
		}
		return this;
	}

	transmit(packet) {
		const header = RtpHeader.deSerialize(packet);
		super.transmit(this.sessions.srtp.encrypt(packet.subarray(12),
			header));
	}

	transmitRtcp(packet) {
		super.transmitRtcp(this.sessions.srtcp.encrypt(packet));
	}

	keep(data) {
		try {
			super.keep(this.sessions.srtp.decrypt(data));
		} catch {
			this.strange = (this.strange || 0) + 1;
		}
	}
}
