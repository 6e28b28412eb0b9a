// Keys of the call. Those of one letter can be switched off (WCAG 2.2,
// 2.1.4): speech input types letters, too.
import { $ } from './dom.mjs';

const TWICE_MS = 800;
const BUTTONS = { m: 'mute', v: 'camera', p: 'people-button',
	c: 'chat-button', h: 'hand',	d: 'devices-button', f: 'full' };

export function keysView({ store, dispatch }) {
	let lastEscape = 0;

	document.addEventListener('keydown', (event) => {
		const { view, dialog, keysWork } = store.state;
		if (view !== 'call' || dialog || event.ctrlKey || event.metaKey
			|| event.altKey
			|| /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)
				&& event.target.type !== 'checkbox')
			return;
		if (event.key === 'Escape') {
			if (event.timeStamp - lastEscape < TWICE_MS)
				dispatch('leave');
			lastEscape = event.timeStamp;
			return;
		}
		if (!keysWork)
			return;
		if (event.key === '?')
			dispatch('showKeys');
		const id = BUTTONS[event.key.toLowerCase()];
		if (id) {
			event.preventDefault();
			$(id).click();
		}
	});
}
