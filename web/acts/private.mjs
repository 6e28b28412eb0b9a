// What two write and send to one another over the secure line.
import { FILE_MAX } from '../media/secure_files.mjs';

const KEPT_MAX = 500; // on the page

export function privateActs({ store, dispatch }) {
	let line = null;
	let count = 0;

	// '' where it is not known yet
	const nameOfOther = () => {
		const { others } = store.state;
		return others?.length === 1 ? others[0].display : '';
	};
	// the line may be there before the list of people
	store.watch(['others'], ({ secure }) => {
		const who = nameOfOther();
		if (secure && !secure.who && who && line)
			store.change({ secure: { ...secure, who } });
	});

	const seen = () => {
		const { panel } = store.state;
		return panel.open && panel.tab === 'private';
	};

	function add(item) {
		store.change({
			privately: [...store.state.privately, { key: `text ${++count}`,
				time: Date.now(), ...item }].slice(-KEPT_MAX),
			...(!item.own && !seen()
				&& { privateUnread: store.state.privateUnread + 1 }),
		});
	}

	function secureFile(news) {
		const { privately } = store.state;
		if (!privately.some(({ key }) => key === news.key))
			add({ key: news.key, own: news.own, file: news });
		else
			store.change({ privately: privately.map((item) =>
				item.key === news.key ? { ...item, file: news } : item) });
	}

	function forget() {
		const { panel } = store.state;
		line = null;
		store.change({ secure: null, privately: [], privateUnread: 0,
			...(panel.tab === 'private' && {
				panel: { ...panel, tab: 'chat' } }) });
	}

	return {
		secureOpened: (opened) => {
			line = opened;
			store.change({ privately: [], privateUnread: 0, secure: {
				who: nameOfOther(), words: null, problem: null } });
		},
		secureWords: (words) => store.change({
			secure: { ...store.state.secure, words } }),
		secureText: (text) => add({ own: false, text }),
		secureFile,
		// what was sent stays to be read and kept
		secureClosed: (why) => {
			line = null;
			if (!store.state.secure)
				return;
			if (why === 'gone' && !store.state.privately.length)
				forget();
			else
				store.change({ secure: { ...store.state.secure, words: null,
					problem: { say: `private.${why}` } } });
		},
		forgetPrivate: forget,
		// @return whether it went
		writePrivately: (text) => {
			const went = Boolean(line?.write(text));
			if (went)
				add({ own: true, text });
			return went;
		},
		offerFile: (file) => {
			if (line?.isReady && !line.files.offer(file))
				dispatch('tell', { say: 'private.too-large',
					mb: FILE_MAX / 1024 / 1024 });
		},
		takeFile: (key) => {
			if (line && !line.files.accept(key))
				dispatch('tell', { say: 'private.too-much' });
		},
		stopFile: (key) => line?.files.stop(key),
		lookAtPrivate: () => store.change({ privateUnread: 0 }),
	};
}
