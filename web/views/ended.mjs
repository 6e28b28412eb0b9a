// After the call
import { say } from '../strings/say.mjs';
import { $, setText } from './dom.mjs';

export function endedView({ store, dispatch }) {
	store.watch(['view', 'ended', 'language'], ({ view, ended }) => {
		$('ended').hidden = view !== 'ended';
		setText($('ended-title'), say(ended.own ? 'ended.left'
			: 'ended.over'));
		setText($('ended-words'), say(ended.message));
	});
	store.watch(['view'], ({ view }) => view === 'ended'
		&& $('rejoin').focus());
	$('rejoin').addEventListener('click', () => dispatch('openLobby'));
	$('other').addEventListener('click', () => dispatch('otherConference'));
}
