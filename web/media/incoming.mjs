// Whether anything still arrives. What the browser says of a connection is no
// answer: ICE consent goes on while nothing can be decrypted, and a Firefox
// keeps the DTLS association of a media server that is no more.

import { readPath } from './path.mjs';

const STEP_MS = 500;

// tell({ silent, ever, path, reports }) twice a second: for how many ms no packet
// came on any of `lines`, whether one ever did, by which way those come that
// play, and what getStats() said of these. Returns what ends it
export function watchIncoming(pc, lines, tell) {
	let packets = 0, silent = 0, ever = false, asking = false;
	let last = performance.now();
	const look = async () => {
		let now = 0;
		const all = await pc.getStats();
		for (const report of all.values()) {
			if (report.type === 'inbound-rtp')
				now += report.packetsReceived || 0;
		}
		lines.count(all);
		const reports = await lines.statistics() || all;
		// a machine that slept has not listened
		const step = Math.min(performance.now() - last, 2 * STEP_MS);
		last = performance.now();
		// where nothing is to come none is missing
		silent = now === packets && lines.expects ? silent + step : 0;
		ever = ever || now > 0;
		packets = now;
		tell({ silent, ever, path: readPath(reports), reports });
	};
	const timer = setInterval(() => {
		if (asking)
			return;
		asking = true;
		look().catch(console.error).finally(() => { asking = false; });
	}, STEP_MS);
	return () => clearInterval(timer);
}
