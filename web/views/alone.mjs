// What somebody sees who is alone: himself, and how to get others in.
import { say } from '../strings/say.mjs';
import { $, setText, setWords } from './dom.mjs';

export function aloneView({ store, dispatch }) {
	store.watch(['others', 'company', 'own', 'dial', 'dialIn', 'language',
		'conference'],
		({ others, company, own, dial, dialIn }) => {
			const alone = others?.length === 0;
			$('alone').hidden = !alone;
			const stream = alone ? own.stream : null;
			if ($('self').srcObject !== stream)
				$('self').srcObject = stream;
			$('alone').classList.toggle('pictured', own.video !== null);
			if (!alone)
				return;
			setText($('alone-title'), say(company ? 'alone.last'
				: 'alone.first'));
			setText($('alone-link'),
				location.href.replace(/^https?:\/\//, ''));
			$('alone-dial').hidden = !dial;
			setText($('alone-uri'), dial);
			setWords($('alone-number'), say(dialIn));
		});
	$('share').hidden = !navigator.share;
	$('share').addEventListener('click', () =>
		dispatch('share', document.title));
	$('alone-copy').addEventListener('click', () => dispatch('copyLink'));
}
