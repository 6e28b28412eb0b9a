// How good the own connection is: numbers over some seconds, by what getStats()
// says, and what they mean to a person.
import { readPath } from './path.mjs';

const WINDOW_MS = 6000;

// From here on it is heard or felt. Opus and the server's jitter buffer hide
// less than that
const LOSS_WEAK = 3; // per cent
const DELAY_WEAK_MS = 400; // there and back
const JITTER_WEAK_MS = 60;

const sum = (rows, key) => rows.reduce((all, row) => all + (row[key] || 0), 0);
const percent = (part, all) => all > 0 ? 100 * part / all : 0;
const most = (rows, key) => rows.reduce((max, row) =>
	Math.max(max, row[key] || 0), 0);

// What one look at the statistics says
function read(reports, now) {
	const all = [...reports.values()];
	const of = (type) => all.filter((r) => r.type === type);
	const received = of('inbound-rtp'), sent = of('outbound-rtp');
	const far = of('remote-inbound-rtp');
	const pair = of('candidate-pair').find((r) => r.nominated
		&& r.currentRoundTripTime !== undefined);
	return {
		at: now, reports,
		packets: sum(received, 'packetsReceived'),
		lost: sum(received, 'packetsLost'),
		bytesIn: sum(received, 'bytesReceived'),
		bytesOut: sum(sent, 'bytesSent'),
		lossOut: 100 * most(far, 'fractionLost'),
		delayMs: 1000 * (pair?.currentRoundTripTime
			?? most(far, 'roundTripTime')),
		jitterMs: 1000 * most(received.filter((r) => r.kind === 'audio'),
			'jitter'),
		cpu: sent.some((r) => r.qualityLimitationReason === 'cpu'),
	};
}

// 'opus', 'VP8', ... of a stream, with its size and rate where it has some
function streamOf(reports, type, kind) {
	const stream = [...reports.values()].find((r) => r.type === type
		&& r.kind === kind && (r.bytesReceived || r.bytesSent));
	if (!stream)
		return null;
	return { codec: (reports.get(stream.codecId)?.mimeType || '')
		.replace(/^.*\//, ''), width: stream.frameWidth,
	height: stream.frameHeight, rate: stream.framesPerSecond };
}

// The heaviest of what is wrong; null: nothing
function judge({ lossIn, lossOut, delayMs, jitterMs, cpu }) {
	if (lossIn >= LOSS_WEAK)
		return { kind: 'weak', why: 'loss-in', value: lossIn };
	if (lossOut >= LOSS_WEAK)
		return { kind: 'weak', why: 'loss-out', value: lossOut };
	if (jitterMs >= JITTER_WEAK_MS)
		return { kind: 'weak', why: 'jitter', value: jitterMs };
	if (delayMs >= DELAY_WEAK_MS)
		return { kind: 'weak', why: 'delay', value: delayMs };
	return cpu ? { kind: 'fair', why: 'cpu', value: 0 } : null;
}

export class Quality {
	#looks = [];

	// `reports` of getStats() at `now` (ms). Returns { kind: 'good', 'weak' or
	// 'fair', why, value, lossIn and lossOut (per cent), delayMs, jitterMs,
	// kbitsIn, kbitsOut, path, streams }; null before enough was seen
	take(reports, now) {
		const look = read(reports, now);
		const before = this.#looks.at(-1);
		// another connection, or a machine that slept
		if (before && (look.packets < before.packets
			|| now - before.at > WINDOW_MS))
			this.#looks = [];
		this.#looks.push(look);
		while (now - this.#looks[0].at > WINDOW_MS)
			this.#looks.shift();
		const [first] = this.#looks;
		return now - first.at >= WINDOW_MS / 2 ? this.#numbers(first, look)
			: null;
	}

	#numbers(first, last) {
		const average = (key) => sum(this.#looks, key) / this.#looks.length;
		const packets = last.packets - first.packets;
		const lost = Math.max(0, last.lost - first.lost);
		const kbits = (key) => 8 * (last[key] - first[key])
			/ (last.at - first.at);
		const numbers = {
			lossIn: percent(lost, packets + lost),
			lossOut: average('lossOut'),
			delayMs: average('delayMs'),
			jitterMs: average('jitterMs'),
			cpu: this.#looks.every(({ cpu }) => cpu),
			kbitsIn: kbits('bytesIn'), kbitsOut: kbits('bytesOut'),
			path: readPath(last.reports),
			streams: { soundIn: streamOf(last.reports, 'inbound-rtp', 'audio'),
				soundOut: streamOf(last.reports, 'outbound-rtp', 'audio'),
				pictureIn: streamOf(last.reports, 'inbound-rtp', 'video'),
				pictureOut: streamOf(last.reports, 'outbound-rtp', 'video') },
		};
		return { ...numbers, ...judge(numbers)
			|| { kind: 'good', why: null, value: 0 } };
	}
}
