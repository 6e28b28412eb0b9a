// One who calls, and calls again, as often as told, and acknowledges each.
import { SipPeer, parse, sdp } from './sip_peer.mjs';
import { until } from './process.mjs';

export class Crowd {
	#calls = 0;

	static async open(t, parley, name) {
		const c = new Crowd();
		c.name = name;
		c.uri = parley.uri('crowd');
		c.sip = await SipPeer.open(parley.sipPort, { name });
		c.finals = new Map(); // by Call-ID
		c.ended = new Set(); // Call-IDs
		t.after(() => c.sip.close());
		c.sip.socket.on('message', (data) => c.#take(parse(`${data}`)));
		return c;
	}

	#take(m) {
		const callId = m.headers['call-id'];
		if (m.headers.cseq?.endsWith('BYE'))
			this.ended.add(callId);
		if (m.status < 200 || !m.headers.cseq?.endsWith('INVITE'))
			return;
		this.finals.set(callId, m);
		this.sip.send(this.sip.request('ACK', this.uri, { callId,
			toTag: m.toTag,
			branch: m.status > 299 ? `z9hG4bK${callId}` : undefined }));
	}

	invite() {
		const callId = `${this.name}-${++this.#calls}`;
		this.sip.send(this.sip.request('INVITE', this.uri, { callId,
			branch: `z9hG4bK${callId}`,
			body: sdp(this.sip.port + 1, { direction: 'inactive' }) }));
	}

	// So many a second for so long
	async flood(rate, ms) {
		const began = performance.now();
		for (let n = 0; n < rate * ms / 1000; n++) {
			this.invite();
			while (performance.now() - began < 1000 * n / rate)
				await new Promise((next) => setTimeout(next, 2));
		}
	}

	// Answered, although one may be lost
	bye(callId) {
		const bye = this.sip.request('BYE', this.uri, { callId, cseq: 2,
			branch: `z9hG4bK${callId}bye`,
			toTag: this.finals.get(callId).toTag });
		return until(`${callId}: the BYE is answered`, () => {
			this.sip.send(bye);
			return this.ended.has(callId);
		}, 10000, 500);
	}

	get taken() {
		return [...this.finals.values()].filter((m) => m.status === 200)
			.length;
	}

	answered(ms = 10000) {
		return until(`${this.name}: all are answered`, () =>
			this.finals.size === this.#calls || Promise.reject(new Error(
				`${this.finals.size} of ${this.#calls}`)), ms, 10);
	}

	// So many more: how many of all are in
	async fill(most) {
		for (let i = 0; i < most; i++)
			this.invite();
		await this.answered();
		return this.taken;
	}

	// As far as it goes: how many are in
	async fillAll() {
		let filled = 0;
		for (let more; (more = await this.fill(20)) > filled; filled = more)
			;
		return filled;
	}
}
