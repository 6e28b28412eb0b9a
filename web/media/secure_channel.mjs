// Where the secure line runs: the group that ends at the other page may have an
// m-line for data. Both ends know of it by the description alone, so that each
// opens the same channel by itself.
import { SecureLine } from './secure_line.mjs';

const sections = (sdp) => sdp.split(/^(?=m=)/m);
const midOf = (section) => section.match(/^a=mid:(.*?)\r?$/m)?.[1];
const isRefused = (section) => /^m=\S+ 0 /.test(section)
	&& !/^a=bundle-only\r?$/m.test(section);

// Does what the far end sent have a line for data that only opens the way for
// sound and picture? A browser's own descriptions do not keep what it does not
// know
export const opensOnly = (sdp) => /^a=parley-no-data\r?$/m.test(sdp);

// The line for data of a description, by its mid; null: there is none
function dataMid(sdp) {
	const section = sections(sdp).slice(1).find((s) =>
		s.startsWith('m=application') && !isRefused(s));
	return section ? midOf(section) : null;
}

const groupOf = (sdp, mid) => [...sdp.matchAll(/^a=group:BUNDLE (.*?)\r?$/gm)]
	.map(([, mids]) => mids.split(' ')).find((mids) => mids.includes(mid))
	|| [mid];

// All that stands for who is at an end of these lines: one certificate, where
// nobody has put in another
export function fingerprintsOf(sdp, mids) {
	const [session, ...lines] = sections(sdp);
	const pattern = /^a=fingerprint:(\S+) (\S+?)\r?$/gm;
	const printsIn = (text) => [...text.matchAll(pattern)].map(([, how, hash]) =>
		`${how.toLowerCase()} ${hash.toUpperCase()}`);
	const ofAll = printsIn(session);
	const found = lines.filter((line) => mids.includes(midOf(line))
		&& !isRefused(line)).flatMap((line) => {
		const own = printsIn(line);
		return own.length ? own : ofAll;
	});
	return [...new Set(found)].sort().join('\n');
}

// may(): is there to be one? tell as SecureLine's, and opened(line) before.
// Returns what ends it
export function watchSecureLine(pc, may, tell) {
	let line = null, place = '';
	const end = () => {
		const old = line;
		line = null;
		place = '';
		old?.close();
	};
	const look = () => {
		if (pc.signalingState !== 'stable' || !pc.currentRemoteDescription)
			return;
		const remote = pc.currentRemoteDescription.sdp;
		const local = pc.currentLocalDescription.sdp;
		const mid = may() && pc.sctp && dataMid(local) === dataMid(remote)
			? dataMid(remote) : null;
		const mids = mid === null ? [] : groupOf(remote, mid);
		const own = fingerprintsOf(local, mids);
		const other = fingerprintsOf(remote, mids);
		const now = mid === null ? '' : `${mid}\n${own}\n${other}`;
		if (now === place)
			return;
		end();
		if (!own || !other)
			return;
		place = now;
		line = new SecureLine({ own, other, tell,
			channel: pc.createDataChannel('parley-secure',
				{ negotiated: true, id: 0, ordered: true }) });
		tell.opened(line);
	};
	pc.addEventListener('signalingstatechange', look);
	return () => {
		pc.removeEventListener('signalingstatechange', look);
		end();
	};
}
