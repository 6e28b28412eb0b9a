// A thousand strangers, each below every limit of its own: what a trusted
// host, a moderator and those in a call have to wait for.
import { setTimeout as sleep } from 'node:timers/promises';
import { Flood, request } from '../lib/flood.mjs';
import { leg } from '../lib/legs.mjs';
import { residentMb } from '../lib/proc.mjs';
import { SipPeer } from '../lib/sip_peer.mjs';
import { Program } from '../lib/process.mjs';

export const row = 6;
export const title = 'a thousand sources at 8 messages a second';
export const files = ['drown', 'abuse', 'log_flood'];
export const figures = {
	options: ['OPTIONS of a trusted host answered in 500 ms, %',
		{ least: 90 }],
	command: ['the moderators\' command, slowest, ms', { most: 100 }],
	change: ['re-INVITE of a call, slowest, ms', { most: 500 }],
	bye: ['BYE of a call, ms', { most: 500 }],
	before: ['memory of parleyd before, MB', {}],
	after: ['memory of parleyd after 8 s, MB', { most: 60 }],
};

const FLOOD_MS = 8000, WAIT_MS = 500, ENOUGH_MS = 8000;
const T1_MS = 500, T2_MS = 4000; // RFC 3261 appendix A

// A request again and again until it is answered, as a terminal does it over
// UDP; after how many ms, null: not within ENOUGH_MS
async function insist(p, text, isAnswer) {
	const since = performance.now();
	let next = since, pause = T1_MS, answer;
	while (!(answer = p.sip.received.find(isAnswer))
		&& performance.now() - since < ENOUGH_MS) {
		if (performance.now() >= next) {
			p.sip.send(text);
			next += pause;
			pause = Math.min(2 * pause, T2_MS);
		}
		await sleep(5);
	}
	return answer ? performance.now() - since : null;
}

// One of a call's: what it took
function ask(p, method, body = '') {
	const cseq = ++p.cseq, { callId, toTag } = p;
	return insist(p, p.sip.request(method, p.uri, { callId, cseq, toTag,
		fromTag: callId, body }), (m) => m.status >= 200
		&& m.headers.cseq === `${cseq} ${method}`
		&& m.headers['call-id'] === callId);
}

// The slower of two; null is slowest
const slower = (a, b) => (a === null || b === null ? null : Math.max(a, b));

async function command(parley) {
	const since = performance.now();
	const program = new Program(parley.programs.path('parley'),
		['-s', parley.control, '--json', 'show', 'demo']);
	const done = await Promise.race([program.done, sleep(ENOUGH_MS)]);
	await program.stop('SIGKILL');
	return done?.code === 0 ? performance.now() - since : null;
}

// Over and over while `on`: the slowest
async function repeat(on, what, pause) {
	let most = 0;
	while (on() && most !== null) {
		most = slower(most, await what());
		await sleep(pause);
	}
	return most;
}

// OPTIONS of a trusted host while `on`: how many of all are answered in time
async function keepAsking(on, parley, sip) {
	const sent = [];
	for (let n = 0; on(); n++) {
		const callId = `options${n}`;
		const text = sip.request('OPTIONS', parley.uri('demo'), { callId });
		sent.push((async () => {
			sip.send(text);
			await sleep(WAIT_MS);
			return sip.received.some((m) =>
				m.headers['call-id'] === callId);
		})());
		await sleep(WAIT_MS / 2);
	}
	const answered = (await Promise.all(sent)).filter(Boolean).length;
	return 100 * answered / sent.length;
}

export async function measure(t) {
	const parley = await t.start({ trusted_hosts: '127.0.0.2' });
	const alice = await leg(t, parley, 'demo', { name: 'alice', hz: 440 });
	const bob = await leg(t, parley, 'demo', { name: 'bob', hz: 1000 });
	const trusted = await SipPeer.open(parley.sipPort, { name: 'trusted',
		host: '127.0.0.2', server: '127.0.0.1' });
	t.after(() => trusted.close());
	const { pid } = parley.program;
	const before = await residentMb(pid);

	const flood = await Flood.open(parley.sipPort, request(parley.sipPort));
	const end = performance.now() + FLOOD_MS;
	const on = () => performance.now() < end;
	const [options, slowest, change, bye] = await Promise.all([
		keepAsking(on, parley, trusted),
		repeat(on, () => command(parley), 500),
		repeat(on, () => ask(alice, 'INVITE', alice.sdp), 500),
		sleep(FLOOD_MS / 2).then(() => ask(bob, 'BYE'))]);
	const after = await residentMb(pid);
	flood.stop();
	return { options, command: slowest, change, bye, before, after };
}
