// Calls that come and go, some of a second, from one peer of many dialogs: most
// leave, some vanish without a word and are there only to answer BYE.
import { readFile, readdir } from 'node:fs/promises';
import { SipPeer, parse, sdp } from './sip_peer.mjs';

export const A_SECOND = 20, VANISHES = 10, STAY_MS = [1000, 6000];
const CONFERENCES = 5;

// Resident memory and descriptors of a process
export const size = async (pid) => ({
	kB: Number((await readFile(`/proc/${pid}/status`, 'utf8'))
		.match(/VmRSS:\s+(\d+)/)[1]),
	fds: (await readdir(`/proc/${pid}/fd`)).length });

export class Churn {
	static async open(parley) {
		const c = new Churn();
		c.parley = parley;
		c.stays = new Set();
		c.sip = await SipPeer.open(parley.sipPort, { name: 'churn' });
		c.calls = c.answered = c.refused = c.vanished = c.ended = 0;
		// nothing of it is kept
		c.sip.received = { push() {} };
		c.sip.socket.on('message', (data) => c.#received(parse(`${data}`)));
		return c;
	}

	#uri(n) { return this.parley.uri(`churn${n % CONFERENCES}`); }

	// As many as should have been made since the beginning
	call(since) {
		for (; this.calls < since * A_SECOND; this.calls++) {
			const callId = `churn-${this.calls}`;
			this.sip.send(this.sip.request('INVITE', this.#uri(this.calls), {
				callId, branch: `z9hG4bK${callId}`, body: sdp(4000) }));
		}
	}

	// BYEs are answered, and 200s acknowledged
	#received(m) {
		const callId = m.headers['call-id'];
		if (m.method === 'BYE') {
			this.ended++;
			this.sip.send('SIP/2.0 200 OK\r\n' + ['via', 'from', 'to',
				'call-id', 'cseq'].map((h) => `${h}: ${m.headers[h]}\r\n`)
				.join('') + 'Content-Length: 0\r\n\r\n');
			return;
		}
		if (m.status < 200 || !m.headers.cseq?.endsWith('INVITE'))
			return;
		const uri = this.#uri(Number(callId.split('-')[1]));
		const request = (method, cseq, branch) => this.sip.send(
			this.sip.request(method, uri, { callId, cseq, branch,
				toTag: m.toTag }));
		request('ACK', 1, m.status > 299 ? `z9hG4bK${callId}` : undefined);
		if (m.status > 299) {
			this.refused++;
			return;
		}
		// every tenth of those, so that a short run has as many
		if (++this.answered % VANISHES === 0) {
			this.vanished++;
			return;
		}
		const timer = setTimeout(() => {
			this.stays.delete(timer);
			request('BYE', 2);
		}, STAY_MS[0] + Math.random() * (STAY_MS[1] - STAY_MS[0]));
		this.stays.add(timer);
	}

	close() {
		this.stays.forEach(clearTimeout);
		this.sip.close();
	}
}
