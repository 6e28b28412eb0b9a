// What a request costs parleyd: processor time of answered requests of a
// trusted host, which no limit holds back.
import { readFile } from 'node:fs/promises';
import { SipPeer, sdp } from '../lib/sip_peer.mjs';

export const row = 6;
export const title = 'what one processor of signalling carries';
export const files = ['sip_load'];
export const figures = {
	options: ['OPTIONS a second', { least: 4000 }],
	calls: ['calls a second (INVITE, ACK, BYE)', { least: 400 }],
};

const TICKS = 100; // USER_HZ, of /proc/PID/stat
const AT_ONCE = 16; // peers
const OPTIONS = 16000, CALLS = 1600;

// Seconds of processor time, its children's not
async function spent(pid) {
	const text = await readFile(`/proc/${pid}/stat`, 'utf8');
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

// One who asks and is asked again when he was answered
class Asker {
	static async open(t, parley, i) {
		const a = new Asker();
		a.uri = parley.uri(`load${i}`);
		a.sip = await SipPeer.open(parley.sipPort, { name: `load${i}`,
			host: '127.0.0.2', server: '127.0.0.1' });
		t.after(() => a.sip.close());
		a.sip.socket.removeAllListeners('message');
		a.sip.socket.on('message', (data) => a.answered?.(`${data}`));
		return a;
	}

	// The final answer to a request
	ask(text, cseq) {
		return new Promise((done) => {
			this.answered = (answer) => {
				if (/^SIP\/2.0 [2-6]/.test(answer)
					&& answer.includes(`CSeq: ${cseq}\r\n`))
					done(answer);
			};
			this.sip.send(text);
		});
	}

	async options(n) {
		await this.ask(this.sip.request('OPTIONS', this.uri, { cseq: n }),
			`${n} OPTIONS`);
	}

	async call(n) {
		const callId = `load${this.sip.port}-${n}`;
		const ok = await this.ask(this.sip.request('INVITE', this.uri,
			{ callId, body: sdp(4000) }), '1 INVITE');
		const toTag = ok.match(/^To:.*;tag=([^;\r\n]+)/im)?.[1];
		if (!ok.startsWith('SIP/2.0 200') || !toTag)
			throw new Error(`a call is not answered: ${ok.slice(0, 40)}`);
		this.sip.send(this.sip.request('ACK', this.uri, { callId, toTag }));
		await this.ask(this.sip.request('BYE', this.uri, { callId, toTag,
			cseq: 2 }), '2 BYE');
	}
}

// How many of them a second of processor time is worth
async function rate(pid, askers, count, what) {
	const before = await spent(pid);
	await Promise.all(askers.map(async (asker) => {
		for (let n = 1; n <= count / askers.length; n++)
			await what(asker, n);
	}));
	return count / (await spent(pid) - before);
}

export async function measure(t) {
	const parley = await t.start({ trusted_hosts: '127.0.0.2' });
	const { pid } = parley.program;
	const askers = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) =>
		Asker.open(t, parley, i)));
	return {
		options: await rate(pid, askers, OPTIONS, (a, n) => a.options(n)),
		calls: await rate(pid, askers, CALLS, (a, n) => a.call(n)),
	};
}
