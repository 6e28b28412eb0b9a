// Raw terminals of something that has an end: a test, a measure.
import { setTimeout as sleep } from 'node:timers/promises';
import { RtpPeer } from './rtp_peer.mjs';

// One that has dialled; `aimed` is done to it before
export async function leg(t, parley, conference, options, aimed = () => {}) {
	const p = await RtpPeer.open(parley, options);
	t.after(() => p.close());
	await aimed(p);
	await p.dial(parley.uri(conference), options.headers);
	return p;
}

// Packets of sound a second that it receives, over so many ms
export async function packetRate(p, ms) {
	const from = p.audio.received.length, since = performance.now();
	await sleep(ms);
	return (p.audio.received.length - from) * 1000
		/ (performance.now() - since);
}

// After how many seconds Parley hangs up; null: not within so many of the wall
export async function endOf(p, seconds) {
	const since = performance.now();
	for (;;) {
		const bye = p.requests.find((m) => m.method === 'BYE');
		if (bye)
			return Math.max(0, (bye.at - since) / 1000);
		if (performance.now() - since > 1000 * seconds)
			return null;
		await sleep(20);
	}
}
