// What a person sets for himself; the browser keeps it.
import { lasting } from '../state/memory.mjs';

// State, the name that it is kept by, and what it is until it is set
const ON_OFF = { keysWork: ['keys', true], hintMuted: ['hint-muted', true],
	mirror: ['mirror', false] };

// What was set before, for the state at first
export const settingsKept = () => ({
	theme: ['light', 'dark'].includes(lasting.get('theme'))
		? lasting.get('theme') : 'system',
	...Object.fromEntries(Object.entries(ON_OFF).map(([key, [name, first]]) =>
		[key, lasting.get(name) ? lasting.get(name) === 'on' : first])),
});

export function settingsActs({ store }) {
	return {
		// one of those that web/strings has
		chooseLanguage: (language) => {
			lasting.set('language', language);
			store.change({ language });
		},
		// 'system', 'light' or 'dark'
		chooseTheme: (theme) => {
			lasting.set('theme', theme);
			store.change({ theme });
		},
		// `key` of ON_OFF
		set: (key, is) => {
			lasting.set(ON_OFF[key][0], is ? 'on' : 'off');
			store.change({ [key]: is });
		},
	};
}
