// Another fingerprint of the far end is another DTLS association (RFC 8842
// section 4). A Firefox goes on with the one that it has, in which nothing is
// understood any more, and says nothing of that.

// By then others have begun
const BEGIN_MS = 1000;

const fingerprints = ({ sdp }) => (sdp.match(/^a=fingerprint:.*$/gm) || [])
	.join();

// kept() when a change, whose ever it was, has brought another fingerprint and
// the browser keeps to what it has: nothing comes over this connection again
export function watchAssociation(pc, kept) {
	let known = '', since = 0, begun = 0;
	const watched = new WeakSet();
	const watch = () => {
		for (const { sender: { transport } } of pc.getTransceivers()) {
			if (!transport || watched.has(transport))
				continue;
			watched.add(transport);
			transport.addEventListener('statechange', () => {
				begun = performance.now();
			});
		}
	};
	pc.addEventListener('signalingstatechange', () => {
		watch();
		if (pc.signalingState !== 'stable') {
			since = performance.now();
			return;
		}
		const now = fingerprints(pc.remoteDescription);
		const changed = known && now !== known;
		known = now;
		if (!changed)
			return;
		const from = since;
		setTimeout(() => begun >= from || kept(), BEGIN_MS);
	});
}
