// Another fingerprint of the far end is another DTLS association (RFC 8842
// section 4). A Firefox goes on with the one that it has, in which nothing is
// understood any more, and says nothing of that.

// By then others have begun
const BEGIN_MS = 1000;

const FINGERPRINT = /^a=fingerprint:(.*?)\r?$/gm;
const fingerprintsIn = (text) => [...text.matchAll(FINGERPRINT)]
	.map(([, print]) => print).join();

// Of each line that is in use, by its mid; others may be at the far end of each
function fingerprints({ sdp }) {
	const [session, ...lines] = sdp.split(/^(?=m=)/m);
	const ofAll = fingerprintsIn(session);
	return new Map(lines.filter((line) => !/^m=\S+ 0 /.test(line)
		|| /^a=bundle-only\r?$/m.test(line)).map((line) =>
		[line.match(/^a=mid:(.*?)\r?$/m)?.[1], fingerprintsIn(line) || ofAll]));
}

// The transport of each line, by its mid
function transports(pc) {
	const channel = pc.sctp?.transport;
	const all = new Map(pc.getTransceivers().map(({ mid, sender }) =>
		[mid, sender.transport]).filter(([, transport]) => transport));
	return { of: (mid) => all.get(mid) || channel,
		all: new Set([...all.values(), ...(channel ? [channel] : [])]) };
}

// Lines whose fingerprint is another one. What came or went is no change
export const changedLines = (before, now) => [...now].filter(([mid, print]) =>
	before.has(mid) && before.get(mid) !== print).map(([mid]) => mid);

// kept() when a change, whose ever it was, has brought another fingerprint and
// the browser keeps to what it has: nothing comes over this connection again
export function watchAssociation(pc, kept) {
	let known = new Map(), since = 0;
	const begun = new WeakMap(); // transport -> when
	const watch = () => {
		for (const transport of transports(pc).all) {
			if (begun.has(transport))
				continue;
			begun.set(transport, 0);
			transport.addEventListener('statechange', () =>
				begun.set(transport, performance.now()));
		}
	};
	pc.addEventListener('signalingstatechange', () => {
		watch();
		if (pc.signalingState !== 'stable') {
			since = performance.now();
			return;
		}
		const now = fingerprints(pc.remoteDescription);
		const changed = changedLines(known, now);
		known = now;
		if (!changed.length)
			return;
		const from = since, { of } = transports(pc);
		const watched = changed.map(of).filter(Boolean);
		setTimeout(() => watched.every((transport) =>
			begun.get(transport) >= from) || kept(), BEGIN_MS);
	});
}
