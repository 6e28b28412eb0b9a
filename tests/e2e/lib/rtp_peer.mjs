// A terminal that is all test: SIP by hand, RTP packet by packet. It sends
// exactly what it is told and keeps everything that comes back.
import { createSocket } from 'node:dgram';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { SipPeer } from './sip_peer.mjs';
import { annexB, nalsOf, samplesOf, ulawTone } from './payloads.mjs';
import { run, scratch, until } from './process.mjs';

export const PCMU = { pt: 0, map: 'PCMU/8000', units: 160 };
export const PCMA = { pt: 8, map: 'PCMA/8000', units: 160 };
export const DTMF = { pt: 101, map: 'telephone-event/8000', fmtp: '0-15' };

// When senders here were late by more than a packet: those who listen to them
// hear a gap that is nobody's fault
const LATE_MS = 15;
export const late = [];
const beat = (behind) => {
	if (behind > LATE_MS)
		late.push(performance.now());
};

const bind = (host) => new Promise((bound) => {
	const s = createSocket(host.includes(':') ? 'udp6' : 'udp4');
	s.bind(0, host, () => bound(s));
});

// One m-line of ours: its sockets, what it sends and what it has received
export class Line {
	constructor(kind, formats, host) {
		Object.assign(this, { kind, formats, host, direction: 'sendrecv',
			address: host, on: true });
		this.received = [];
		this.rtcp = [];
		this.ssrc = Math.floor(Math.random() * 2 ** 32);
		this.seq = Math.floor(Math.random() * 65536);
		this.ts = Math.floor(Math.random() * 2 ** 32);
	}

	// Its sockets; again for new ones, as a terminal that changes networks
	async open() {
		this.media?.close();
		this.control?.close();
		this.media = await bind(this.host);
		this.control = await bind(this.host);
		this.media.on('message', (data) => this.keep(data));
		this.control.on('message', (data) =>
			this.rtcp.push({ at: performance.now(), data }));
	}

	keep(data) {
		if (this.mux && data[1] >= 192 && data[1] <= 223) {
			this.rtcp.push({ at: performance.now(), data });
			return;
		}
		let at = 12 + 4 * (data[0] & 15);
		if (data[0] & 0x10)
			at += 4 + 4 * data.readUInt16BE(at + 2);
		this.received.push({ at: performance.now(), marker: data[1] > 127,
			pt: data[1] & 127, seq: data.readUInt16BE(2),
			ts: data.readUInt32BE(4), ssrc: data.readUInt32BE(8),
			payload: data.subarray(at), size: data.length });
	}

	get sdp() {
		const family = this.host.includes(':') ? 6 : 4;
		const port = this.on ? this.media.address().port : 0;
		const proto = this.proto || `RTP/AVP${
			this.kind === 'video' ? 'F' : ''}`;
		const rows = [`m=${this.kind} ${port} ${proto} ${
			this.formats.map((f) => f.pt).join(' ')}`];
		if (this.on)
			rows.push(`c=IN IP${family} ${this.address}`,
				this.mux ? 'a=rtcp-mux'
					: `a=rtcp:${this.control.address().port}`,
				`a=${this.direction}`,
				...(this.ptime ? [`a=ptime:${this.ptime}`] : []),
				...(this.rows || []));
		for (const { pt, map, fmtp, feedback = [] } of this.formats) {
			rows.push(`a=rtpmap:${pt} ${map}`);
			if (fmtp)
				rows.push(`a=fmtp:${pt} ${fmtp}`);
			rows.push(...feedback.map((b) => `a=rtcp-fb:${pt} ${b}`));
		}
		return rows.map((row) => `${row}\r\n`).join('');
	}

	// One packet, now; `lose` says of its number whether it is lost, `delay`
	// how many milliseconds it is late
	send(payload, { pt = this.formats[0].pt, ts = this.ts,
		marker = false } = {}) {
		const head = Buffer.alloc(12);
		head[0] = 0x80;
		head[1] = (marker ? 0x80 : 0) | pt;
		head.writeUInt16BE(this.seq, 2);
		head.writeUInt32BE(ts >>> 0, 4);
		head.writeUInt32BE(this.ssrc, 8);
		this.seq = this.seq + 1 & 0xffff;
		const ms = this.delay?.(this.seq) || 0;
		if (this.lose?.(this.seq) || !this.remote)
			return;
		const packet = Buffer.concat([head, payload]);
		if (ms)
			setTimeout(() => this.on && this.transmit(packet), ms);
		else
			this.transmit(packet);
	}

	transmit(packet) {
		const { port, address } = this.remote;
		this.media.send(packet, port, address);
	}

	// Payloads of an iterator, one in 20 ms, from now on
	talk(payloads, ms = 20) {
		this.quiet();
		const start = performance.now();
		let n = 0;
		this.timer = setInterval(() => {
			beat(performance.now() - start - n * ms);
			for (; performance.now() - start >= n * ms; n++) {
				const { value } = payloads.next();
				if (value)
					this.send(value);
				this.ts = this.ts + this.formats[0].units >>> 0;
			}
		}, 5);
	}

	// Pictures, each a list of NAL units that fit a packet, over and over
	film(pictures, fps) {
		this.quiet();
		const start = performance.now(), first = this.ts;
		let n = 0;
		this.timer = setInterval(() => {
			for (; performance.now() - start >= n * 1000 / fps; n++) {
				const nals = pictures[n % pictures.length];
				this.ts = first + n * 90000 / fps >>> 0;
				nals.forEach((nal, i) => this.send(nal,
					{ marker: i + 1 === nals.length }));
			}
		}, 5);
	}

	quiet() { clearInterval(this.timer); }

	// A digit as RFC 4733 wants it: begun, held, its end thrice
	async digit(key, { pt = DTMF.pt, stay = false } = {}) {
		const event = '0123456789*#ABCD'.indexOf(key);
		const packet = (duration, end) => Buffer.from([event,
			(end ? 0x80 : 0) | 10, duration >> 8, duration & 255]);
		for (let n = 1; n <= 5; n++) {
			this.send(packet(n * 160, false), { pt, marker: n === 1 });
			await new Promise((next) => setTimeout(next, 20));
		}
		for (let n = 0; n < 3; n++)
			this.send(packet(800, true), { pt });
		if (!stay)
			this.ts = this.ts + 1600 >>> 0;
	}

	// RTCP feedback behind an empty receiver report (RFC 4585)
	feedback(packetType, format, mediaSsrc, fci = Buffer.alloc(0)) {
		const b = Buffer.alloc(20);
		b[0] = 0x80;
		b[1] = 201;
		b.writeUInt16BE(1, 2);
		b.writeUInt32BE(this.ssrc, 4);
		b[8] = 0x80 | format;
		b[9] = packetType;
		b.writeUInt16BE(2 + fci.length / 4, 10);
		b.writeUInt32BE(this.ssrc, 12);
		b.writeUInt32BE(mediaSsrc, 16);
		this.transmitRtcp(Buffer.concat([b, fci]));
	}

	// An empty receiver report, with which a terminal that says nothing shows
	// that it is where its SDP says
	appear() {
		const b = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0]);
		b.writeUInt32BE(this.ssrc, 4);
		this.transmitRtcp(b);
	}

	transmitRtcp(packet) {
		const { port, rtcp, address } = this.remote;
		if (this.mux)
			this.media.send(packet, port, address);
		else
			this.control.send(packet, rtcp, address);
	}

	// A receiver report that tells of loss
	report(fraction) {
		const b = Buffer.alloc(32);
		b[0] = 0x81;
		b[1] = 201;
		b.writeUInt16BE(7, 2);
		b.writeUInt32BE(this.ssrc, 4);
		b.writeUInt32BE(this.received.at(-1).ssrc, 8);
		b[12] = Math.round(fraction * 256);
		b.writeUInt32BE(this.received.at(-1).seq, 16);
		this.transmitRtcp(b);
	}

	pli() { this.feedback(206, 1, this.received.at(-1).ssrc); }

	fir(number) {
		const fci = Buffer.alloc(8);
		fci.writeUInt32BE(this.received.at(-1).ssrc, 0);
		fci[4] = number;
		this.feedback(206, 4, 0, fci);
	}

	// Wait until so many more packets have come
	async more(count, ms = 5000) {
		const goal = this.received.length + count;
		await until(`${count} more ${this.kind} packets`,
			() => this.received.length >= goal || Promise.reject(new Error(
				`${goal - this.received.length} to come`)), ms, 5);
		return this.received.slice(goal - count);
	}

	close() {
		this.quiet();
		this.on = false;
		this.media.close();
		this.control.close();
	}
}

// Whoever has an `audio` line, perhaps a `video` line, and a folder `scratch`
export class Listener {
	// What it hears (G.711): the newest seconds, gaps as silence
	async heard(seconds = 1) {
		const count = Math.round(seconds * 50);
		const packets = this.audio.received.slice(-count);
		const samples = new Float32Array(packets.length * 160);
		packets.forEach((p, i) => samples.set(samplesOf(p.payload,
			p.pt === 8 ? 'PCMA' : 'PCMU').subarray(0, 160), i * 160));
		return { rate: 8000, samples };
	}

	// RGBA picture of what it sees (H.264), null before there is one
	async seen() {
		const file = join(this.scratch.dir, 'seen.h264');
		const picture = join(this.scratch.dir, 'seen.png');
		const nals = nalsOf(this.video.received.map((p) => p.payload));
		const from = nals.findLastIndex((nal) => (nal[0] & 31) === 7);
		if (from < 0)
			return null;
		await writeFile(file, annexB(nals.slice(from)));
		const { code } = await run('ffmpeg', ['-loglevel', 'error', '-y',
			'-f', 'h264', '-i', file, '-update', '1', picture]);
		return code ? null : PNG.sync.read(await readFile(picture));
	}
}

export class RtpPeer extends Listener {
	/**
	 * @param audio  formats {pt, map, fmtp, units}, best first
	 * @param video  the same with `feedback`, or null
	 * @param hz     tone that it says in PCMU from the answer on, or null
	 * @param sip    its signalling, if not over UDP
	 * @param line   class of its lines
	 * @param mute   it does not even report: what it names hears little
	 */
	static async open(parley, { name = 'raw', host = '127.0.0.1',
		audio = [PCMU], video = null, hz = null, sip, line = Line,
		mute = false } = {}) {
		const p = new RtpPeer();
		Object.assign(p, { name, host, hz, mute, cseq: 0, version: 1,
			callId: `${name}-${Math.random().toString(36).slice(2)}` });
		p.scratch = await scratch();
		p.sip = sip || await SipPeer.open(parley.sipPort, { host, name });
		p.sip.onRequest = (m) => p.#request(m);
		p.Line = line;
		p.lines = [];
		p.requests = [];
		p.audio = audio && await p.add('audio', audio);
		p.video = video && await p.add('video', video);
		return p;
	}

	async add(kind, formats) {
		const line = new this.Line(kind, formats, this.host);
		await line.open();
		this.lines.push(line);
		this[kind] = line;
		return line;
	}

	get sdp() {
		const ip = this.host.includes(':') ? 'IP6' : 'IP4';
		return `v=0\r\no=${this.name} 1 ${this.version++} IN ${ip} ${this.host
		}\r\ns=-\r\nc=IN ${ip} ${this.host}\r\nt=0 0\r\n${
			this.lines.map((line) => line.sdp).join('')}`;
	}

	#send(method, { body = '', headers = {}, cseq } = {}) {
		this.sip.send(this.sip.request(method, this.uri, { body,
			callId: this.callId, cseq, fromTag: this.callId,
			toTag: this.toTag, headers }));
	}

	// A request of ours and its final answer; `ack` makes the ACK's body of it
	async ask(method, { ack, ...options } = {}) {
		const cseq = ++this.cseq;
		this.#send(method, { ...options, cseq });
		const answer = await this.sip.final(`${method} is answered`,
			(m) => m.headers.cseq === `${cseq} ${method}`
				&& m.headers['call-id'] === this.callId);
		if (method === 'INVITE') {
			if (answer.status < 300 && !this.toTag)
				this.toTag = answer.toTag;
			this.#send('ACK', { cseq, body: ack?.(answer) });
		}
		return answer;
	}

	// INVITE or re-INVITE with the lines as they are now
	async invite(headers = {}) {
		const answer = await this.ask('INVITE', { body: this.sdp, headers });
		if (answer.status !== 200)
			throw new Error(`${this.name}: ${answer.first}`);
		this.follow(answer.body);
		return answer;
	}

	// What the other side said of each line
	follow(sdp) {
		const [session, ...media] = sdp.split(/^(?=m=)/m);
		media.slice(0, this.lines.length).forEach((text, i) => {
			const port = Number(text.match(/^m=\w+ (\d+)/)[1]);
			const address = (text.match(/^c=IN IP\d (\S+)/m)
				|| session.match(/^c=IN IP\d (\S+)/m))[1];
			this.lines[i].answer = text;
			this.lines[i].remote = port && { port, address, rtcp: Number(
				text.match(/^a=rtcp:(\d+)/m)?.[1] || port + 1) };
			if (port && !this.mute)
				this.lines[i].appear();
		});
	}

	async dial(uri, headers) {
		this.uri = uri;
		const answer = await this.invite(headers);
		if (this.hz)
			this.audio.talk(ulawTone(this.hz));
		return answer;
	}

	// Requests of theirs: kept, and answered unless `deaf`
	#request(m) {
		this.requests.push({ ...m, at: performance.now() });
		if (this.deaf || m.method === 'ACK')
			return;
		const h = m.headers;
		const body = m.method === 'INVITE' ? this.sdp : '';
		this.sip.send(`SIP/2.0 200 OK\r\n${['via', 'from', 'to', 'call-id',
			'cseq'].map((n) => `${n}: ${h[n]}\r\n`).join('')}${
			h['session-expires'] ? 'Require: timer\r\nSession-Expires: '
				+ `${h['session-expires']}\r\n` : ''
		}Contact: <${this.sip.contact}>\r\n${body
			? 'Content-Type: application/sdp\r\n' : ''
		}Content-Length: ${body.length}\r\n\r\n${body}`);
	}

	request(method, ms = 5000) {
		return until(`${this.name} gets ${method}`,
			() => this.requests.find((m) => m.method === method), ms, 10);
	}

	async bye() { return this.ask('BYE'); }

	async close() {
		for (const line of this.lines)
			line.close();
		this.sip.close();
		await this.scratch.remove();
	}
}

// A call whose sound is to be keyed by DTLS with a certificate that nobody has;
// the answer's SDP
export async function dtlsOffer(peer, uri, setup) {
	peer.uri = uri;
	const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':');
	const body = peer.sdp.replace('RTP/AVP', 'UDP/TLS/RTP/SAVP')
		+ `a=setup:${setup}\r\na=fingerprint:sha-256 ${fingerprint}\r\n`;
	const answer = await peer.ask('INVITE', { body });
	if (answer.status !== 200)
		throw new Error(`${peer.name}: ${answer.first}`);
	return answer.body;
}

// RTCP packets of a datagram; throws what is wrong with it
export function compound(data) {
	const packets = [];
	for (let at = 0; at < data.length;) {
		if (at + 4 > data.length || data[at] >> 6 !== 2)
			throw new Error(`no RTCP at byte ${at} of ${data.length}`);
		const end = at + 4 + 4 * data.readUInt16BE(at + 2);
		if (end > data.length)
			throw new Error(`RTCP packet of ${end - at} bytes is cut`);
		packets.push({ type: data[at + 1], count: data[at] & 31,
			data: data.subarray(at, end) });
		at = end;
	}
	return packets;
}
