// Who is here, and adding somebody.
import { initials } from '../state/names.mjs';
import { say } from '../strings/say.mjs';
import { $, icon, keyedList, make, setText } from './dom.mjs';

const STATUS = new Set(['on-hold', 'alerting', 'dialing-out']);

const about = (e, own) => [own ? say('people.you') : '',
	e.webrtc ? '' : say('people.phone'),
	STATUS.has(e.status) ? say(`people.${e.status}`) : '',
	e.talking ? say('people.talking') : ''].filter(Boolean).join(' · ');

// A row of the list: its name is the first thing in .who
function personRow(store) {
	const avatar = make('span', { className: 'avatar', ariaHidden: 'true' });
	const name = document.createTextNode('');
	const line = make('small');
	const who = make('span', { className: 'who' }, name, line);
	const element = make('li', {}, avatar, who);
	let mark = null;
	return {
		element,
		draw: (e) => {
			element.classList.toggle('talking', Boolean(e.talking));
			setText(avatar, initials(e.display));
			if (name.data !== e.display)
				name.data = who.title = e.display;
			setText(line, about(e, e.entity === store.state.me?.entity));
			const label = e.muted ? say('people.muted') : '';
			if (label === (mark?.ariaLabel || ''))
				return;
			mark?.remove();
			mark = label ? icon('i-mic-off', label) : null;
			if (mark)
				element.append(mark);
		},
	};
}

export function peopleView({ store, dispatch }) {
	const draw = keyedList($('people'), () => personRow(store));
	store.watch(['people', 'me', 'language'], ({ people }) => {
		draw(people, (e) => `${e.user} ${e.entity}`);
		setText($('people-count'), String(people.length || ''));
	});
	$('copy-link').addEventListener('click', () => dispatch('copyLink'));
}

function invitationRow() {
	const name = make('bdi'), words = document.createTextNode('');
	const element = make('li', {}, name, ': ', words);
	return {
		element,
		draw: (row) => {
			setText(name, row.name);
			element.className = row.kind;
			if (words.data === say(row.message))
				return;
			words.data = say(row.message);
			element.scrollIntoView({ block: 'nearest' });
		},
	};
}

export function inviteView({ store, dispatch }) {
	const draw = keyedList($('invitations'), invitationRow);
	store.watch(['invitations', 'language'], ({ invitations }) =>
		draw(invitations, (row) => row.id));
	store.watch(['inviteProblem'], ({ inviteProblem }) => {
		$('invite-error').hidden = !inviteProblem;
		$('invite-address').ariaInvalid = String(inviteProblem);
		if (inviteProblem)
			$('invite-error').scrollIntoView({ block: 'nearest' });
	});

	const address = $('invite-address');
	$('invite-form').addEventListener('submit', (event) => {
		event.preventDefault();
		if (dispatch('invite', address.value))
			address.value = '';
		else
			address.focus({ preventScroll: true });
	});
	address.addEventListener('input', () => dispatch('typeAddress'));
}
