// The panel at the side and its tabs. A tab is a button [role=tab] with
// data-tab and a section that it controls; nothing else knows how many there
// are.
import { $ } from './dom.mjs';

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function panelView({ store, dispatch }) {
	const tabs = [...$('panel').querySelectorAll('[role=tab]')];
	store.watch(['panel'], ({ panel }) => {
		$('panel').hidden = !panel.open;
		for (const tab of tabs) {
			const is = tab.dataset.tab === panel.tab;
			tab.ariaSelected = String(is);
			tab.tabIndex = is ? 0 : -1;
			$(tab.getAttribute('aria-controls')).hidden = !is;
		}
	});

	// As the ARIA Authoring Practices have it: arrows, Home, End
	const other = (tab, key) => {
		const there = tabs.filter(({ hidden }) => !hidden);
		const at = there.indexOf(tab);
		if (key === 'Home')
			return there[0];
		if (key === 'End')
			return there.at(-1);
		return STEPS[key] && there.at((at + STEPS[key]) % there.length);
	};
	for (const tab of tabs) {
		tab.addEventListener('click', () =>
			dispatch('chooseTab', tab.dataset.tab));
		tab.addEventListener('keydown', (event) => {
			const next = other(tab, event.key);
			if (!next)
				return;
			event.preventDefault();
			dispatch('chooseTab', next.dataset.tab);
			next.focus();
		});
	}
}
