// Many who are in a conference by SIP and say nothing: names on tiles, cheap.
import { SipPeer, parse, sdp } from './sip_peer.mjs';
import { until } from './process.mjs';

export class Guests {
	static async open(t, parley, conference) {
		const g = new Guests();
		Object.assign(g, { conference, parley, in: [], taken: new Map() });
		g.uri = parley.uri(conference);
		g.sip = await SipPeer.open(parley.sipPort, { name: 'guest' });
		g.sip.socket.on('message', (data) => g.#take(parse(`${data}`)));
		t.after(() => g.sip.close());
		return g;
	}

	#take(m) {
		const callId = m.headers['call-id'];
		if (m.status !== 200 || !m.headers.cseq?.endsWith('INVITE'))
			return;
		this.taken.set(callId, m.toTag);
		this.sip.send(this.#request('ACK', callId, 1));
	}

	#request(method, callId, cseq, rest = {}) {
		return this.sip.request(method, this.uri, { callId, cseq,
			fromTag: callId, toTag: this.taken.get(callId) || null, ...rest });
	}

	// Who is called so comes in
	join(...names) { return this.joinWith({}, ...names); }

	// The same, with more headers in their INVITE
	async joinWith(headers, ...names) {
		for (const name of names) {
			const callId = `guest-${this.in.length}-${Math.random()}`;
			const display = Buffer.from(name).toString('latin1');
			this.in.push(callId);
			this.sip.send(this.#request('INVITE', callId, 1, {
				headers: { ...headers, From: `"${display}" <sip:g${this.in.length
				}@127.0.0.1>;tag=${callId}` },
				body: sdp(this.sip.port + 1) }));
		}
		await until('all guests are in', () => this.in.every((callId) =>
			this.taken.has(callId)));
	}

	// Who came last writes to all
	write(text) {
		this.sip.send(this.#request('MESSAGE', this.in.at(-1), 2, {
			body: Buffer.from(text).toString('latin1'),
			headers: { Contact: null, 'Content-Type':
				'text/plain;charset=utf-8' } }));
	}

	// So many leave, the last first
	async leave(count) {
		for (const callId of this.in.splice(-count))
			this.sip.send(this.#request('BYE', callId, 3));
		const left = this.in.length;
		await until('they are gone', async () => (await this.parley
			.endpoints(this.conference)).filter((e) =>
			/sip:g\d+@/.test(e.uri || e.user || JSON.stringify(e)))
			.length <= left);
	}
}
