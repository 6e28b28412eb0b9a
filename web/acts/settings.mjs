// What a person sets for himself; the browser keeps it.
import { lasting } from '../state/memory.mjs';

const ON_OFF = { keysWork: 'keys' }; // kept as 'off' or nothing

// What was set before, for the state at first
export const settingsKept = () => ({
	theme: ['light', 'dark'].includes(lasting.get('theme'))
		? lasting.get('theme') : 'system',
	...Object.fromEntries(Object.entries(ON_OFF).map(([key, name]) =>
		[key, lasting.get(name) !== 'off'])),
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
			lasting.set(ON_OFF[key], is ? 'on' : 'off');
			store.change({ [key]: is });
		},
	};
}
