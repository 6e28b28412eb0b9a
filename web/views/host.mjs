// What a moderator or host sees of the conference beside its people: who wants
// in, and what holds for all.
import { say } from '../strings/say.mjs';
import { $, keyedList, make, setText } from './dom.mjs';

function waitingRow(store, dispatch) {
	const name = document.createTextNode(''), line = make('small');
	const who = make('span', { className: 'who' }, name, line);
	const admit = make('button', { type: 'button', className: 'small primary' });
	const deny = make('button', { type: 'button', className: 'small' });
	let number = 0;
	admit.addEventListener('click', () =>
		dispatch('order', 'admit', { target: number }));
	deny.addEventListener('click', () =>
		dispatch('order', 'deny', { target: number }));
	return {
		element: make('li', {}, who, admit, deny),
		draw: (e) => {
			number = e.number;
			if (name.data !== e.display)
				name.data = who.title = e.display;
			setText(line, say(`host.waits.${e.waiting}`));
			setText(admit, say('host.admit'));
			setText(deny, say('host.deny'));
			admit.hidden = e.waiting === 'pin';
			admit.ariaLabel = say('host.admit.who', { name: e.display });
			deny.ariaLabel = say('host.deny.who', { name: e.display });
		},
	};
}

export function hostView({ store, dispatch }) {
	const draw = keyedList($('waiting'), () => waitingRow(store, dispatch));
	store.watch(['waiting', 'me', 'language'], ({ waiting }) => {
		draw(waiting, (e) => e.number);
		$('waiting-box').hidden = !waiting.length;
		$('admit-all').hidden =
			waiting.filter((e) => e.waiting !== 'pin').length < 2;
		setText($('waiting-title'),
			say('host.waiting', { count: waiting.length }));
	});
	store.watch(['me', 'language'], ({ me }) => {
		$('host-bar').hidden = !me || me.role === 'guest' || Boolean(me.waiting);
		for (const id of ['host-settings', 'host-end'])
			$(id).hidden = me?.role !== 'host';
		// who has closed the question may answer it later
		$('become-host').hidden = !me || me.role === 'host' || !store.state.pin;
		setText($('become-host'), say(me?.waiting === 'pin'
			? 'door.pin.later' : 'host.become'));
		// what is not his yet
		$('not-in').hidden = !me?.waiting;
		$('add').hidden = Boolean(me?.waiting);
	});
	store.watch(['locked', 'language'], ({ locked }) => setText($('host-lock'),
		say(locked ? 'host.unlock' : 'host.lock')));

	store.watch(['layout', 'language'], ({ layout }) => setText(
		$('host-layout'), say(layout === 'grid' ? 'host.layout.speaker'
			: 'host.layout.grid')));

	const intents = { 'host-mute': ['muteAll'], 'host-lock': ['toggleLock'],
		'host-layout': ['toggleLayout'],
		'host-settings': ['openSettings'], 'host-end': ['askToEnd'],
		'become-host': ['showPin'],
		'admit-all': ['order', 'admit', { target: 'all' }] };
	for (const [id, intent] of Object.entries(intents))
		$(id).addEventListener('click', () => dispatch(...intent));
}
