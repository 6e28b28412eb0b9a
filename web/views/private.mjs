// What two write and send to one another with nobody in between, and the words
// by which they know that nobody is.
import { say } from '../strings/say.mjs';
import { $, keyedList, make, setText, setWords } from './dom.mjs';

const UNITS = ['B', 'kB', 'MB'];

const nameOf = (secure) => secure?.who || say('private.other');

// "1.4 MB" as the language writes it
function sizeText(bytes, language) {
	const step = bytes < 1000 ? 0 : bytes < 1e6 ? 1 : 2;
	return `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
		.format(bytes / 1000 ** step)} ${UNITS[step]}`;
}

// What of a file can be done, by what it is
const MAY = {
	offered: ({ own }) => own ? ['stop'] : ['take', 'refuse'],
	flows: () => ['stop'],
	checks: () => ['stop'],
};
const INTENTS = { take: 'takeFile', refuse: 'stopFile', stop: 'stopFile' };

function fileRow(dispatch, language) {
	const name = make('bdi', { className: 'file-name' });
	const size = make('small');
	const bar = make('progress', { max: 1 });
	const state = make('span', { className: 'hint' });
	const save = make('a', { className: 'save' });
	let key = '';
	const buttons = Object.fromEntries(Object.keys(INTENTS).map((what) => {
		const button = make('button', { type: 'button', className: 'small' });
		button.addEventListener('click', () => dispatch(INTENTS[what], key));
		return [what, button];
	}));
	const draw = (item) => {
		const { file } = item;
		key = item.key;
		setText(name, file.name);
		setText(size, sizeText(file.size, language()));
		setText(state, say(`private.file.${file.own ? 'own' : 'other'}.${
			file.status}`));
		bar.hidden = !['flows', 'checks'].includes(file.status);
		bar.value = file.size ? file.done / file.size : 1;
		bar.ariaLabel = say('private.progress', { name: file.name });
		for (const [what, button] of Object.entries(buttons)) {
			setText(button, say(`private.${what}`));
			button.ariaLabel = say(`private.${what}.which`,
				{ name: file.name });
			button.hidden = !MAY[file.status]?.(file).includes(what);
		}
		save.hidden = !file.blob;
		if (!file.blob)
			return;
		setText(save, say('private.save', { name: file.name }));
		if (!save.href)
			Object.assign(save, { href: URL.createObjectURL(file.blob),
				download: file.name });
	};
	return { parts: [make('p', {}, name, ' ', size), bar, state,
		make('div', { className: 'file-buttons' },
			...Object.values(buttons), save)],
	draw,
	forget: () => save.href && URL.revokeObjectURL(save.href) };
}

function itemRow(store, dispatch) {
	const language = () => store.state.language;
	const from = make('bdi', { className: 'from' }), when = make('time');
	const words = make('p', { dir: 'auto' });
	const element = make('li', {}, from, ' ', when);
	let file = null;
	return {
		element,
		forget: () => file?.forget(),
		draw: (item) => {
			setText(from, item.own ? say('people.you')
				: nameOf(store.state.secure));
			setText(when, new Date(item.time).toLocaleTimeString(language(),
				{ hour: '2-digit', minute: '2-digit' }));
			if (item.file && !file) {
				file = fileRow(dispatch, language);
				element.append(...file.parts);
			}
			if (!item.file && !words.isConnected) {
				words.textContent = item.text;
				element.append(words);
			}
			file?.draw(item);
		},
	};
}

function list({ store, dispatch }) {
	const element = $('private-items');
	const rows = new Set();
	const draw = keyedList(element, () => {
		const row = itemRow(store, dispatch);
		rows.add(row);
		return row;
	});
	const toEnd = () => { element.scrollTop = element.scrollHeight; };
	// who reads the last goes on to, as in the chat
	let follows = true;
	element.addEventListener('scroll', () => {
		follows = element.scrollHeight - element.scrollTop
			- element.clientHeight < 40;
	});
	new ResizeObserver(() => follows && toEnd()).observe(element);
	store.watch(['privately', 'secure', 'language'], ({ privately }) => {
		draw(privately, ({ key }) => key);
		for (const row of [...rows].filter((r) => !r.element.isConnected)) {
			row.forget();
			rows.delete(row);
		}
		if (follows)
			toEnd();
	});
}

function form({ dispatch }) {
	const text = $('private-text'), file = $('private-file');
	$('private-form').addEventListener('submit', (event) => {
		event.preventDefault();
		const typed = text.value.trim();
		if (typed && dispatch('writePrivately', typed))
			text.value = '';
		text.focus({ preventScroll: true });
	});
	text.addEventListener('keydown', (event) => {
		if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
			event.preventDefault();
			$('private-form').requestSubmit();
		}
	});
	$('private-attach').addEventListener('click', () => file.click());
	file.addEventListener('change', () => {
		for (const one of file.files)
			dispatch('offerFile', one);
		file.value = '';
	});
}

export function privateView({ store, dispatch }) {
	store.watch(['secure', 'language'], ({ secure }) => {
		const words = secure?.words, name = nameOf(secure);
		$('tab-private').hidden = !secure;
		$('private-words').hidden = !words;
		setText($('private-list'), words ? words.join(' ') : '');
		setText($('private-compare'), words
			? say('private.compare', { name }) : '');
		setWords($('private-problem'), say(secure?.problem));
		$('private-wait').hidden = Boolean(!secure || words || secure.problem);
		for (const id of ['private-text', 'private-send', 'private-attach'])
			$(id).disabled = !words;
		setText($('private-seen'), say('private.seen', { name }));
	});
	store.watch(['privateUnread', 'language'], ({ privateUnread }) => {
		setText($('private-count'), privateUnread ? String(privateUnread)
			: '');
		$('private-count').hidden = !privateUnread;
	});
	store.watch(['panel', 'privateUnread'], ({ panel, privateUnread }) => {
		if (panel.open && panel.tab === 'private' && privateUnread)
			dispatch('lookAtPrivate');
	});
	list({ store, dispatch });
	form({ dispatch });
}
