// Who is here, and adding somebody.
import { initials } from '../state/names.mjs';
import { say } from '../strings/say.mjs';
import { $, icon, keyedList, make, setText,
	setWords } from './dom.mjs';

const STATUS = new Set(['on-hold', 'alerting', 'dialing-out']);

const about = (e, own) => [own ? say('people.you') : '',
	e.role === 'guest' ? '' : say(`role.${e.role}`),
	e.hand ? say('people.hand') : '',
	e.webrtc ? '' : say('people.phone'),
	STATUS.has(e.status) ? say(`people.${e.status}`) : '',
	e.talking ? say('people.talking') : ''].filter(Boolean).join(' · ');

// A row of the list: its name is the first thing in .who
function personRow(store, dispatch) {
	const avatar = make('span', { className: 'avatar', ariaHidden: 'true' });
	const name = document.createTextNode('');
	const line = make('small');
	const who = make('span', { className: 'who' }, name, line);
	const hand = make('span', { className: 'hand', textContent: '✋',
		ariaHidden: 'true' });
	const more = make('button', { type: 'button', className: 'more',
		textContent: '⋯' });
	const element = make('li', {}, avatar, who, hand, more);
	let mark = null, person = null;
	more.addEventListener('click', () => dispatch('openPerson', person));
	return {
		element,
		draw: (e) => {
			const { me } = store.state;
			person = e;
			hand.hidden = !e.hand;
			more.id = `more-${e.number}`;
			more.hidden = !me || me.role === 'guest' && e.number !== me.number;
			more.ariaLabel = say('people.more', { name: e.display });
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
				hand.before(mark);
		},
	};
}

// Hands that are raised come first, in the order of raising
const inOrder = (people) => [
	...people.filter((e) => e.hand).sort((a, b) => a.hand - b.hand),
	...people.filter((e) => !e.hand)];

export function peopleView({ store, dispatch }) {
	const draw = keyedList($('people'), () => personRow(store, dispatch));
	store.watch(['people', 'me', 'language'], ({ people }) => {
		draw(inOrder(people), (e) => `${e.user} ${e.entity}`);
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

	store.watch(['dialIn', 'language'], ({ dialIn }) =>
		setWords($('panel-number'), say(dialIn)));
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
