// Up to where sound and picture are protected. End to end the picture is the
// other's camera as it is: the name, or letters where there is none, stand over
// it.
import { initials } from '../state/names.mjs';
import { say } from '../strings/say.mjs';
import { $, setText } from './dom.mjs';

export function bearerView({ store }) {
	store.watch(['connection', 'endToEnd', 'language'],
		({ connection, endToEnd }) => {
			const key = endToEnd ? 'bearer.end-to-end' : 'bearer.server';
			$('bearer').hidden = connection.kind !== 'ok';
			$('bearer').classList.toggle('whole', endToEnd);
			$('bearer').title = say(endToEnd ? 'bearer.end-to-end.hint'
				: 'bearer.server.hint');
			setText($('bearer-words'), say(key));
		});
	store.watch(['endToEnd', 'pictured', 'others'],
		({ endToEnd, pictured, others }) => {
			const [other] = others || [];
			$('far').hidden = !endToEnd || !other;
			$('far').classList.toggle('plain', !pictured);
			$('far-letters').hidden = pictured;
			setText($('far-name'), other?.display || '');
			setText($('far-letters'), other ? initials(other.display) : '');
		});
}
