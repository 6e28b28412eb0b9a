// What is said in passing
import { say } from '../strings/say.mjs';
import { $, setText } from './dom.mjs';

export function toastView({ store }) {
	store.watch(['toast', 'language'], ({ toast }) => {
		if (toast)
			setText($('toast'), say(toast));
		$('toast').hidden = !toast;
	});
}
