// The chat: what others write comes by MESSAGE as it is written, what was
// written before by the verb `chat`; both are put in their one order by the
// number that the server gives each.
import { refusalMessage } from '../signaling/api.mjs';

const KEPT_MAX = 500; // on the page

export function chatActs({ store, api, dispatch }) {
	const last = () => store.state.chat.at(-1)?.number ?? 0;

	function take(messages) {
		const known = new Set(store.state.chat.map(({ number }) => number));
		const news = messages.filter(({ number }) => !known.has(number));
		if (!news.length)
			return 0;
		store.change({ chat: [...store.state.chat, ...news]
			.sort((a, b) => a.number - b.number).slice(-KEPT_MAX) });
		return news.length;
	}

	const seen = () => {
		const { panel } = store.state;
		return panel.open && panel.tab === 'chat';
	};

	// What was written before one came, or while one was away
	async function readChat() {
		const reply = await api.ask('chat', { after: last() });
		if (!reply.ok)
			return;
		const me = store.state.me?.number;
		take(reply.messages.map((m) => ({ ...m, own: m.endpoint === me })));
	}

	return {
		readChat,
		wrote: (message) => {
			if (take([message]) && !seen())
				store.change({ unread: store.state.unread + 1 });
		},
		// @return whether it was taken; else it is to be written again
		write: async (text) => {
			const reply = await api.ask('say', { text });
			if (!reply.ok) {
				dispatch('tell', refusalMessage(reply));
				return false;
			}
			const { me } = store.state;
			take([{ number: reply.number, from: me?.display || '', text,
				time: Date.now(), own: true }]);
			return true;
		},
		lookAtChat: () => store.change({ unread: 0 }),
	};
}
