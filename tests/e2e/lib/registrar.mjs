// A registrar that says what a test wants it to say, over UDP or TCP
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { freePort, until } from './process.mjs';
import { parse } from './sip_peer.mjs';

export class Registrar {
	/**
	 * @param answer  (request, number from 1) => [status, {header: value}],
	 *                null: no answer. `request` as of parse() and `at`, its
	 *                time of arrival in ms
	 */
	static async start(answer, { transport = 'udp', port,
		host = '127.0.0.1' } = {}) {
		const r = new Registrar();
		Object.assign(r, { answer, transport, host, requests: [], pings: 0,
			connections: new Set() });
		r.port = port || await freePort();
		if (transport === 'tcp')
			await r.#listenTcp();
		else
			await r.#listenUdp();
		return r;
	}

	async #listenUdp() {
		this.socket = createSocket('udp4');
		this.socket.on('message', (data, from) => this.#receive(`${data}`,
			(text) => this.socket.send(text, from.port, from.address)));
		await new Promise((done) => this.socket.bind(this.port, this.host,
			done));
	}

	async #listenTcp() {
		this.server = createServer((connection) => {
			let pending = '';
			this.connections.add(connection);
			connection.on('error', () => {});
			connection.on('close', () => this.connections.delete(connection));
			connection.on('data', (data) => {
				pending += data;
				for (let end; (end = pending.indexOf('\r\n\r\n')) >= 0;) {
					const text = pending.slice(0, end + 4);
					pending = pending.slice(end + 4);
					if (end === 0)
						this.pings++;
					else
						this.#receive(text, (t) => connection.write(t));
				}
			});
		});
		await new Promise((done) => this.server.listen(this.port,
			this.host, done));
	}

	#receive(text, send) {
		const request = { ...parse(text), text, at: Date.now() };
		if (request.method !== 'REGISTER')
			return;
		// over UDP the same request may come again
		if (!this.requests.some((r) => r.headers.cseq === request.headers.cseq
			&& r.headers['call-id'] === request.headers['call-id']))
			this.requests.push(request);
		const answer = this.answer(request, this.requests.length);
		if (!answer)
			return;
		const [status, headers = {}] = answer;
		const h = request.headers;
		send(`SIP/2.0 ${status} Said So\r\nVia: ${h.via}\r\nFrom: ${h.from}\r\n`
			+ `To: ${h.to};tag=r\r\nCall-ID: ${h['call-id']}\r\n`
			+ `CSeq: ${h.cseq}\r\n${Object.entries(headers).flatMap(([k, v]) =>
				[v].flat().map((one) => `${k}: ${one}\r\n`)).join('')}`
			+ 'Content-Length: 0\r\n\r\n');
	}

	get uri() { return `sip:127.0.0.1:${this.port}`; }

	// 200 that has what was asked for
	static granted(request, expires = request.headers.expires, more = {}) {
		return [200, { Contact: expires === '0' ? []
			: `${request.headers.contact.replace(/;expires=\d+/, '')
			};expires=${expires}`, ...more }];
	}

	async nth(n, ms = 10000) {
		return until(`REGISTER number ${n}`, () => this.requests[n - 1], ms);
	}

	hangUp() {
		for (const c of this.connections)
			c.destroy();
	}

	async stop() {
		this.hangUp();
		this.socket?.close();
		if (this.server)
			await new Promise((done) => this.server.close(done));
	}
}
