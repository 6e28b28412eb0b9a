// Light or dark: as chosen, else as the device is set.
import { $ } from './dom.mjs';

export function themeView({ store }) {
	const dark = matchMedia('(prefers-color-scheme: dark)');
	const draw = ({ theme }) => {
		document.documentElement.dataset.theme = theme === 'system'
			? dark.matches ? 'dark' : 'light' : theme;
		// the browser's own bar above the page
		$('theme-color').content = getComputedStyle(
			document.documentElement).getPropertyValue('--ground').trim();
	};
	store.watch(['theme'], draw);
	dark.addEventListener('change', () => draw(store.state));
}
