// What people write: text alone, with links that can be followed.
import { say } from '../strings/say.mjs';
import { $, keyedList, make, setText } from './dom.mjs';

// What ends a sentence ends no address
const LINK = /\bhttps?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]/gi;

function withLinks(text) {
	const nodes = [];
	let from = 0;
	for (const { 0: url, index } of text.matchAll(LINK)) {
		const link = make('a', { href: url, target: '_blank',
			textContent: url });
		link.relList.add('noopener', 'noreferrer', 'nofollow');
		nodes.push(text.slice(from, index), link);
		from = index + url.length;
	}
	return [...nodes, text.slice(from)];
}

function messageRow(language) {
	const from = make('bdi', { className: 'from' });
	const when = make('time');
	const words = make('p', { dir: 'auto' });
	let drawn = false;
	return {
		element: make('li', {}, from, ' ', when, words),
		draw: (message) => {
			setText(from, message.own ? say('people.you') : message.from);
			setText(when, new Date(message.time).toLocaleTimeString(language(),
				{ hour: '2-digit', minute: '2-digit' }));
			if (!drawn)
				words.append(...withLinks(message.text));
			drawn = true;
		},
	};
}

export function chatView({ store, dispatch }) {
	const list = $('messages');
	const draw = keyedList(list, () => messageRow(() => store.state.language));
	const atEnd = () => list.scrollHeight - list.scrollTop
		- list.clientHeight < 40;
	const toEnd = () => { list.scrollTop = list.scrollHeight; };
	// who reads the last goes on to, also where the screen turns
	let follows = true;
	list.addEventListener('scroll', () => { follows = atEnd(); });
	new ResizeObserver(() => follows && toEnd()).observe(list);
	store.watch(['chat', 'language'], ({ chat }) => {
		draw(chat, ({ number }) => number);
		$('no-messages').hidden = chat.length > 0;
		if (follows)
			toEnd();
	});
	store.watch(['unread', 'language'], ({ unread }) => {
		for (const id of ['chat-count', 'chat-badge']) {
			setText($(id), unread ? String(unread) : '');
			$(id).hidden = !unread;
		}
		$('chat-button').ariaLabel = unread
			? say('bar.chat.unread', { count: unread }) : say('panel.chat');
	});
	store.watch(['panel', 'unread'], ({ panel, unread }) => {
		if (panel.open && panel.tab === 'chat' && unread)
			dispatch('lookAtChat');
	});
	store.watch(['panel'], ({ panel }) => {
		if (panel.open && panel.tab === 'chat')
			toEnd();
	});
	store.watch(['me'], ({ me }) => {
		$('chat-send').disabled = $('chat-text').disabled =
			!me || Boolean(me.waiting);
	});

	const text = $('chat-text');
	$('chat-form').addEventListener('submit', async (event) => {
		event.preventDefault();
		const typed = text.value.trim();
		if (!typed)
			return;
		text.value = '';
		if (!await dispatch('write', typed) && !text.value)
			text.value = typed;
		toEnd();
		text.focus({ preventScroll: true });
	});
	// a line of its own by Shift
	text.addEventListener('keydown', (event) => {
		if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
			event.preventDefault();
			$('chat-form').requestSubmit();
		}
	});
}
