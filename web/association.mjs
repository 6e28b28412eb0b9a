// Another fingerprint of the far end is another DTLS association (RFC 8842
// section 4). A Firefox goes on with the one that it has, in which nothing is
// understood any more, and says nothing of that.

// By then others have begun
const BEGIN_MS = 1000;

const fingerprints = ({ sdp }) => (sdp.match(/^a=fingerprint:.*$/gm) || [])
	.join();

const transports = (pc) => new Set(pc.getTransceivers()
	.map(({ sender }) => sender.transport).filter(Boolean));

// kept() when a change has brought another fingerprint and the browser keeps
// to what it has: nothing comes over this connection again
export function watchAssociation(pc, kept) {
	let known = '', begun = false;
	const begins = () => { begun = true; };
	pc.addEventListener('signalingstatechange', () => {
		if (pc.signalingState === 'have-remote-offer') {
			begun = false;
			for (const transport of transports(pc))
				transport.addEventListener('statechange', begins,
					{ once: true });
		}
		if (pc.signalingState !== 'stable')
			return;
		const now = fingerprints(pc.remoteDescription);
		const changed = known && now !== known;
		known = now;
		if (changed)
			setTimeout(() => begun || kept(), BEGIN_MS);
	});
}
