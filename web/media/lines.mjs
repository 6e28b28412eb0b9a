// The lines of a call: the first of each kind are the mixer's, further ones end
// at another page. What we send goes out on all of them, what comes plays from
// one of each kind (groups.mjs).
import { Choice } from './groups.mjs';

const KINDS = ['audio', 'video'];

// What the browser needs to be one end of a line that ends at another page
export const canEndToEnd = () => typeof RTCRtpTransceiver === 'function'
	&& 'currentDirection' in RTCRtpTransceiver.prototype
	&& typeof RTCRtpSender === 'function'
	&& 'transport' in RTCRtpSender.prototype && Boolean(crypto.subtle);

// What the browser describes, with that it can
export const sayEndToEnd = (sdp) => canEndToEnd()
	? sdp.replace(/^m=/m, 'a=parley-end-to-end\r\nm=') : sdp;

const midsOf = (sdp) => [...sdp.matchAll(/^a=mid:(.+?)\r?$/gm)]
	.map(([, mid]) => mid);
const GROUP = /^a=group:BUNDLE (.+?)\r?\n/gm;

// A browser puts all into one group when it offers, and refuses its own offer
// where there were two. `sdp`: its offer, with the groups of `before`; what is
// new goes into the first
export function keepGroups(sdp, before) {
	const groups = [...(before || '').matchAll(GROUP)]
		.map(([, mids]) => mids.split(' '));
	if (groups.length < 2)
		return sdp;
	const offered = [...sdp.matchAll(GROUP)]
		.flatMap(([, mids]) => mids.split(' '));
	const known = new Set(groups.flat());
	const kept = groups.map((mids) => mids.filter((mid) =>
		offered.includes(mid)));
	kept[0].push(...offered.filter((mid) => !known.has(mid)));
	const said = kept.filter((mids) => mids.length)
		.map((mids) => `a=group:BUNDLE ${mids.join(' ')}\r\n`).join('');
	let first = true;
	return sdp.replace(GROUP, () => {
		const text = first ? said : '';
		first = false;
		return text;
	});
}

const isLive = ({ direction, currentDirection }) => direction !== 'stopped'
	&& currentDirection !== 'stopped';
const isActive = (t) => isLive(t) && Boolean(t.currentDirection)
	&& t.currentDirection !== 'inactive';
const receives = (t) => isLive(t) && /recv/.test(t.currentDirection || '');
const kindOf = (t) => t.receiver.track.kind;

export class Lines {
	#mixers = null; // mids of the first offer
	#adopted = new WeakSet();
	#watched = new WeakSet();
	#choices = { audio: new Choice(), video: new Choice() };
	#told = null;

	// `own(kind)`: the track that is to be sent, or null; tell({ tracks,
	// endToEnd, pictured }) when another track plays (tracks: { audio, video }),
	// nobody in between can hear any more or can again, or the picture of the
	// other stops or comes
	constructor(pc, { own, tell }) {
		this.pc = pc;
		this.own = own;
		this.tell = tell;
		const createOffer = pc.createOffer.bind(pc);
		pc.createOffer = async (options) => {
			const { type, sdp } = await createOffer(options);
			return { type, sdp: keepGroups(sdp,
				pc.currentRemoteDescription?.sdp) };
		};
		pc.addEventListener('signalingstatechange', () => this.#changed());
		pc.addEventListener('track', ({ transceiver }) => {
			this.#adopt(transceiver);
			this.#watch(transceiver);
		});
		pc.addEventListener('connectionstatechange', () => this.look());
	}

	#changed() {
		const { signalingState, localDescription } = this.pc;
		if (signalingState === 'have-local-offer')
			this.#mixers ||= new Set(midsOf(localDescription.sdp));
		// one on which nothing comes yet has no event of its own
		if (signalingState === 'have-remote-offer')
			this.pc.getTransceivers().forEach((t) => this.#adopt(t));
		if (signalingState !== 'stable')
			return;
		for (const t of this.pc.getTransceivers())
			this.#watch(t);
		this.look();
	}

	#isFurther({ mid }) {
		return this.#mixers !== null && mid !== null
			&& !this.#mixers.has(mid);
	}

	// A further line: before it is answered, so that it sends from the first
	#adopt(transceiver) {
		if (this.#adopted.has(transceiver) || !isLive(transceiver)
			|| !this.#isFurther(transceiver))
			return;
		this.#adopted.add(transceiver);
		const track = this.own(kindOf(transceiver));
		transceiver.direction = track ? 'sendrecv' : 'recvonly';
		transceiver.sender.replaceTrack(track).catch(console.error);
	}

	#watch(transceiver) {
		const { track } = transceiver.receiver;
		if (this.#watched.has(track))
			return;
		this.#watched.add(track);
		const choice = this.#choices[track.kind];
		track.addEventListener('unmute', () => {
			this.look();
			choice.came(transceiver.mid, performance.now());
			this.look();
		});
		transceiver.sender.transport?.addEventListener('statechange', () =>
			this.look());
	}

	#of(kind) {
		return this.pc.getTransceivers().filter((t) => t.mid !== null
			&& isLive(t) && kindOf(t) === kind);
	}

	#playing(kind) {
		const { plays } = this.#choices[kind];
		return this.#of(kind).find(({ mid }) => mid === plays);
	}

	// Nobody in between can hear: nothing goes to the mixer, nothing that plays
	// comes from it, and what goes to the other page is secured
	#isEndToEnd() {
		const all = KINDS.flatMap((kind) => this.#of(kind));
		const further = all.filter((t) => this.#isFurther(t) && isActive(t));
		return further.length > 0
			&& all.every((t) => this.#isFurther(t) || !isActive(t))
			&& further.every((t) => t.sender.transport?.state === 'connected'
				&& (!receives(t)
					|| this.#choices[kindOf(t)].plays === t.mid));
	}

	// What is so now is told where it is something else
	look() {
		const now = performance.now();
		for (const kind of KINDS)
			this.#choices[kind].set(this.#of(kind).map((t) =>
				({ id: t.mid, active: receives(t) })), now);
		const tracks = Object.fromEntries(KINDS.map((kind) =>
			[kind, this.#playing(kind)?.receiver.track ?? null]));
		const endToEnd = this.#isEndToEnd();
		const pictured = !endToEnd || this.#choices.video.brings(now)
			&& this.#isFurther(this.#playing('video') || { mid: null });
		const news = { tracks, endToEnd, pictured };
		const same = this.#told && KINDS.every((kind) =>
			this.#told.tracks[kind] === tracks[kind])
			&& this.#told.endToEnd === endToEnd
			&& this.#told.pictured === pictured;
		this.#told = news;
		if (!same)
			this.tell(news);
	}

	// Say again what is so
	tellAgain() {
		this.#told = null;
		this.look();
	}

	// What getStats() said of all lines
	count(reports) {
		const packets = { audio: {}, video: {} };
		const now = performance.now();
		for (const { type, mid, kind, packetsReceived } of reports.values()) {
			if (type === 'inbound-rtp' && mid && kind in packets)
				packets[kind][mid] = (packets[kind][mid] || 0)
					+ (packetsReceived || 0);
		}
		for (const kind of KINDS)
			this.#choices[kind].counted(packets[kind], now);
		this.look();
	}

	// Statistics of the lines that play alone: null where there are no others
	async statistics() {
		if (!KINDS.some((kind) => this.#of(kind).length > 1))
			return null;
		const parts = await Promise.all(KINDS.map((kind) =>
			this.#playing(kind)).filter(Boolean).flatMap((t) =>
			[t.receiver.getStats(), t.sender.getStats()]));
		return new Map(parts.flatMap((part) => [...part]));
	}

	// Whether anything is to come at all
	get expects() { return this.pc.getTransceivers().some(receives); }

	// A track came, was replaced or went (null): on all lines of its kind.
	// Resolves to whether the far end has to be told; where it is over()
	// meanwhile nothing has
	async setTrack(kind, track, over) {
		const direction = track ? 'sendrecv' : 'recvonly';
		await Promise.all(this.#of(kind).map(({ sender }) =>
			sender.replaceTrack(track)));
		if (over())
			return false;
		const others = this.#of(kind).filter((t) => t.direction !== direction);
		for (const transceiver of others)
			transceiver.direction = direction;
		return others.length > 0;
	}
}
