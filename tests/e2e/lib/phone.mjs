// A terminal with several calls at a time, as a handset has them: it calls, is
// called, refers, and knows Replaces (RFC 3891), which baresip does not.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { RtpPeer } from './rtp_peer.mjs';
import { SipPeer, parse } from './sip_peer.mjs';
import { ulawTone } from './payloads.mjs';
import { until } from './process.mjs';

const token = () => Math.random().toString(36).slice(2);
const inner = (header) => header.match(/<([^>]+)>/)?.[1] || header;
const tagOf = (header) => header.match(/;tag=([^;]+)/)?.[1];
const hostport = (uri) => {
	const [, host, port] = uri.match(/^sips?:(?:[^@]*@)?([^:;>]+):?(\d*)/);
	return [Number(port || 5060), host];
};

// One dialog and its media
class Call {
	constructor(phone, media) {
		Object.assign(this, { phone, media, cseq: 0, tag: token(),
			notified: [] });
	}

	// As the far end has it, for whoever takes this one's place there
	get replaces() {
		return `${this.id};to-tag=${this.remoteTag};from-tag=${this.tag}`;
	}

	// A request within it, and its final answer
	ask(method, options) { return this.phone.ask(method, this, options); }

	async bye() {
		this.over = true;
		const answer = await this.ask('BYE');
		this.media.audio.quiet();
		return answer;
	}

	async refer(target, headers = {}) {
		return this.ask('REFER', { headers: { 'Refer-To': `<${target}>`,
			...headers } });
	}

	// The last line that a NOTIFY told
	async told(status) {
		return until(`${this.phone.name} is told ${status}`, () =>
			this.notified.find((n) => n.fragment.includes(` ${status} `)),
		10000, 10);
	}

	heard(seconds) { return this.media.heard(seconds); }
	get hz() { return this.phone.hz; }
}

export class Phone {
	static async open({ name, hz, host = '127.0.0.1' }) {
		const p = new Phone();
		Object.assign(p, { name, hz, host, calls: [], requests: [] });
		p.sip = await SipPeer.open(0, { host, name });
		p.sip.onRequest = (m) => p.#request(m).catch((error) => {
			p.error ||= error;
		});
		return p;
	}

	get uri() { return this.sip.contact; }

	#to(uri, text) {
		const [port, host] = hostport(uri);
		this.sip.socket.send(Buffer.from(text, 'latin1'), port, host);
	}

	async #newCall() {
		const media = await RtpPeer.open({ sipPort: 0 }, { name: this.name,
			host: this.host });
		const call = new Call(this, media);
		this.calls.push(call);
		return call;
	}

	#talk(call) {
		if (!call.over && this.hz)
			call.media.audio.talk(ulawTone(this.hz));
	}

	async ask(method, call, { body = '', headers = {} } = {}) {
		const cseq = ++call.cseq;
		const uri = call.target || call.uri;
		const options = { callId: call.id, fromTag: call.tag,
			toTag: call.remoteTag };
		this.#to(uri, this.sip.request(method, call.target || call.uri,
			{ ...options, body, cseq, headers: { From:
				`<${this.uri}>;tag=${call.tag}`, ...headers } }));
		const answer = await this.sip.final(`${method} is answered`,
			(m) => m.headers.cseq === `${cseq} ${method}`
				&& m.headers['call-id'] === call.id, 15000);
		if (method === 'INVITE') {
			if (answer.status < 300) {
				call.target = inner(answer.headers.contact);
				call.remoteTag = answer.toTag;
			}
			this.#to(call.target || uri, this.sip.request('ACK',
				call.target || uri, { ...options, cseq,
					toTag: answer.toTag }));
		}
		return answer;
	}

	// Call somebody; the Call when it is answered
	async dial(uri, headers) {
		const call = await this.#newCall();
		Object.assign(call, { uri, id: token() });
		const answer = await this.ask('INVITE', call,
			{ body: call.media.sdp, headers });
		call.answer = answer;
		if (answer.status !== 200) {
			call.over = true;
			return call;
		}
		call.media.follow(answer.body);
		this.#talk(call);
		return call;
	}

	// A request outside of all dialogs
	async outside(method, uri, headers) {
		const call = { phone: this, id: token(), tag: token(), cseq: 0, uri,
			notified: [] };
		this.calls.push(call);
		call.answer = await this.ask(method, call, { headers });
		call.told = Call.prototype.told;
		return call;
	}

	// One request over a TCP connection, which ends after its answer
	async #askByTcp(uri, text) {
		const [port, host] = hostport(uri);
		const socket = connect(port, host);
		try {
			socket.write(text.replace('SIP/2.0/UDP', 'SIP/2.0/TCP'));
			const [data] = await once(socket, 'data');
			return parse(`${data}`);
		} finally {
			socket.destroy();
		}
	}

	// At a registrar, with digest (RFC 7616)
	async register(uri, { aor, password, q = 1, tcp = false }) {
		const headers = { From: `<${aor}>;tag=${token()}`, To: `<${aor}>`,
			Contact: `<${this.uri}>;q=${q}` };
		const call = { id: token(), tag: token(), cseq: 0, uri, notified: [] };
		const ask = (more) => tcp
			? this.#askByTcp(uri, this.sip.request('REGISTER', uri, {
				callId: call.id, cseq: ++call.cseq, headers: more }))
			: this.ask('REGISTER', call, { headers: more });
		const { status, headers: { 'www-authenticate': challenge } } =
			await ask(headers);
		if (status !== 401)
			throw new Error(`${this.name}: ${status} to REGISTER`);
		const value = (name) => challenge.match(
			new RegExp(`[ ,]${name}="([^"]*)"`))[1];
		const sum = (...parts) => createHash('sha256')
			.update(parts.join(':')).digest('hex');
		const user = aor.match(/:([^@]+)/)[1];
		const [realm, nonce] = [value('realm'), value('nonce')];
		const response = sum(sum(user, realm, password), nonce, '00000001',
			'c', 'auth', sum('REGISTER', uri));
		const answer = await ask({ ...headers, Authorization: `Digest username="${user}", `
			+ `realm="${realm}", nonce="${nonce}", uri="${uri}", `
			+ `response="${response}", algorithm=SHA-256, cnonce="c", `
			+ `qop=auth, nc=00000001, opaque="${value('opaque')}"` });
		if (answer.status !== 200)
			throw new Error(`${this.name}: ${answer.first}`);
	}

	#reply(m, status, { tag, body = '', headers = '' } = {}) {
		const h = m.headers;
		const to = tagOf(h.to) || !tag ? h.to : `${h.to};tag=${tag}`;
		const [port, host] = [...h.via.matchAll(/UDP ([^:;]+):(\d+)/g)]
			.map(([, a, b]) => [Number(b), a])[0];
		this.sip.socket.send(Buffer.from(`SIP/2.0 ${status}\r\n${['via',
			'record-route', 'from', 'call-id', 'cseq'].filter((n) => h[n])
			.map((n) => `${n}: ${h[n]}\r\n`).join('')}To: ${to}\r\n${headers
		}Contact: <${this.uri}>\r\n${body
			? 'Content-Type: application/sdp\r\n' : ''
		}Content-Length: ${body.length}\r\n\r\n${body}`), port, host);
	}

	find(m) {
		return this.calls.find((c) => c.id === m.headers['call-id']);
	}

	async #request(m) {
		const call = this.find(m);
		const again = this.requests.some((r) => r.method === m.method
			&& r.headers.cseq === m.headers.cseq
			&& r.headers['call-id'] === m.headers['call-id']);
		this.requests.push({ ...m, at: performance.now() });
		if (m.method === 'ACK')
			this.#confirmed(call);
		else if (m.method === 'INVITE' && !again)
			await this.#called(m, call);
		else if (m.method === 'CANCEL') {
			this.#reply(m, '200 OK');
			if (this.ringing)
				this.#reply(this.ringing, '487 Request Terminated',
					{ tag: 'rings' });
		}
		else if (m.method !== 'INVITE') {
			if (m.method === 'NOTIFY' && !again)
				call?.notified.push({ fragment: m.body, state:
					m.headers['subscription-state'], event: m.headers.event });
			if (m.method === 'BYE' && call) {
				call.over = true;
				call.media.audio.quiet();
			}
			this.#reply(m, call ? '200 OK' : '481 Nothing');
		}
	}

	// Answer: audio as offered, no picture
	async #called(m, known) {
		if (this.refuses) {
			this.#reply(m, this.refuses, { tag: token() });
			return;
		}
		if (this.rings) { // and nobody picks up
			this.#reply(m, '180 Ringing', { tag: 'rings' });
			this.ringing = m;
			return;
		}
		const call = known || await this.#newCall();
		Object.assign(call, { id: m.headers['call-id'],
			target: inner(m.headers.contact),
			remoteTag: tagOf(m.headers.from), invite: m });
		call.media.follow(m.body);
		const lines = (m.body.match(/^m=.*$/gm) || []).slice(1);
		const body = call.media.sdp + lines.map((line) =>
			`m=${line.split(' ')[0].slice(2)} 0 ${line.split(' ')[2]} ${
				line.split(' ')[3]}\r\n`).join('');
		this.#reply(m, '180 Ringing', { tag: call.tag });
		this.#reply(m, '200 OK', { tag: call.tag, body,
			headers: this.says ?? '' });
	}

	#confirmed(call) {
		if (!call || call.confirmed)
			return;
		call.confirmed = true;
		this.#talk(call);
		const id = call.invite?.headers.replaces?.split(';')[0];
		const old = id && this.calls.find((c) => c.id === id && !c.over);
		old?.bye();
	}

	// The next call that came in and is confirmed
	async called(ms = 10000) {
		return until(`${this.name} is called`, () => this.calls.find((c) =>
			c.invite && c.confirmed && !c.taken), ms, 10).then((call) => {
			call.taken = true;
			return call;
		});
	}

	request(method, ms = 5000) {
		return until(`${this.name} gets ${method}`,
			() => this.requests.find((m) => m.method === method), ms, 10);
	}

	async close() {
		for (const call of this.calls)
			await call.media?.close();
		this.sip.close();
		if (this.error)
			throw this.error;
	}
}
