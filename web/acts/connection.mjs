// How good the own connection is, in plain words, and the numbers behind it.
import { Quality } from '../media/quality.mjs';

const SAY_MS = 2000;

const round = (value, step = 1) => Math.round(value / step) * step;

// A stream as engineers write it: "VP8 1280×720, 25/s"
const streamText = (stream) => stream ? [stream.codec, stream.width
	? `${stream.width}×${stream.height}, ${Math.round(stream.rate || 0)}/s`
	: ''].filter(Boolean).join(' ') : '–';

export function connectionActs({ store, dispatch }) {
	let quality = new Quality();
	let mixed = true; // by the server
	let numbers = null;
	let said = 0;

	// Messages in pairs: what, and how much
	function rows() {
		if (!numbers)
			return [[{ say: 'connection' }, { say: 'quality.unknown' }]];
		const { soundIn, soundOut, pictureIn, pictureOut } = numbers.streams;
		const value = (say, values) => ({ say: `stats.${say}.value`, ...values });
		const both = (a, b) => value('both', { received: streamText(a),
			sent: streamText(b) });
		return [
			[{ say: 'stats.loss' }, value('loss', {
				received: round(numbers.lossIn, 0.1),
				sent: round(numbers.lossOut, 0.1) })],
			[{ say: 'stats.delay' }, value('delay', {
				ms: round(numbers.delayMs) })],
			[{ say: 'stats.jitter' }, value('delay', {
				ms: round(numbers.jitterMs) })],
			[{ say: 'stats.path' }, { text: numbers.path || '–' }],
			[{ say: 'stats.media' }, { say: mixed
				&& !store.state.endToEnd ? 'stats.mixed' : 'stats.end-to-end' }],
			[{ say: 'stats.sound' }, both(soundIn, soundOut)],
			[{ say: 'stats.picture' }, both(pictureIn, pictureOut)],
			[{ say: 'stats.rate' }, value('rate', {
				received: round(numbers.kbitsIn),
				sent: round(numbers.kbitsOut) })],
		];
	}

	const showStatistics = () => dispatch('openDialog', { id: 'statistics',
		title: { say: 'connection' }, rows: rows() });

	function say(now) {
		said = now;
		const { kind, why, value } = numbers;
		const message = why ? { say: `quality.${why}`, value: round(value) }
			: { say: 'quality.good' };
		store.change({ quality: { kind, message } });
		if (store.state.dialog?.id === 'statistics')
			showStatistics();
	}

	// What getStats() said of the call
	function measure({ path, reports }, now = performance.now()) {
		if (path !== store.state.path)
			store.change({ path });
		const news = quality.take(reports, now);
		numbers = news || numbers;
		if (news && now - said >= SAY_MS)
			say(now);
	}

	return {
		measure,
		showStatistics,
		// another call
		measureAnew: () => {
			quality = new Quality();
			numbers = null;
			store.change({ path: '', quality: { kind: null, message: null } });
		},
		// whether sound and picture are mixed by who answered
		callIsMixed: (is) => { mixed = is; },
	};
}
