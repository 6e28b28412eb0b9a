// What is about the page itself: its panel, what it says in passing, dialogs.
import { link } from './address.mjs';

const TOAST_MS = 4000;

export function pageActs({ store, dispatch }) {
	let timer = 0;

	// In passing
	function tell(message) {
		store.change({ toast: message });
		clearTimeout(timer);
		timer = setTimeout(() => store.change({ toast: null }), TOAST_MS);
	}

	// A tab of the side panel; the one that is seen goes
	function togglePanel(tab) {
		const { panel } = store.state;
		store.change({ panel: { tab,
			open: !(panel.open && panel.tab === tab) } });
	}

	async function copyLink() {
		try {
			await navigator.clipboard.writeText(link());
			tell({ say: 'toast.copied' });
		} catch {
			tell({ say: 'toast.copy-by-hand', link: link() });
		}
	}

	return {
		tell,
		togglePanel,
		copyLink,
		chooseTab: (tab) => store.change({ panel: { tab, open: true } }),
		closePanel: () => store.change({
			panel: { ...store.state.panel, open: false } }),
		share: (title) => navigator.share({ title, url: link() })
			.catch(() => {}),
		// what views/dialog.mjs shows; one at a time
		openDialog: (dialog) => store.change({ dialog }),
		closeDialog: () => store.change({ dialog: null }),
		showKeys: () => dispatch('openDialog', { id: 'keys',
			title: { say: 'keys' },
			rows: [
				[{ text: 'M' }, { say: 'keys.mute' }],
				[{ text: 'V' }, { say: 'keys.camera' }],
				[{ text: 'P' }, { say: 'keys.people' }],
				[{ text: 'C' }, { say: 'keys.chat' }],
				[{ text: 'H' }, { say: 'keys.hand' }],
				[{ text: 'D' }, { say: 'keys.settings' }],
				[{ text: 'F' }, { say: 'keys.full' }],
				[{ text: '?' }, { say: 'keys.help' }],
				[{ say: 'keys.leave.which' }, { say: 'keys.leave' }],
			] }),
	};
}
