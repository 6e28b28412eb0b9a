// The lobby: who comes, where to, and how he looks and sounds.
import { say } from '../strings/say.mjs';
import { $, setText, setWords } from './dom.mjs';

const FIELDS = { conference: 'conference', name: 'display-name', user: 'user',
	password: 'password' };

export function lobbyView({ store, dispatch }) {
	store.watch(['view'], ({ view }) => { $('lobby').hidden = view !== 'lobby'; });

	store.watch(['form'], ({ form }) => {
		if (!form)
			return;
		$('conference').value = form.conference;
		$('conference').readOnly = form.fixed;
		$('display-name').value = form.name;
		$('login').hidden = !form.login;
		const first = form.login ? $('user').value ? 'password' : 'user'
			: form.fixed ? 'name' : 'conference';
		$(FIELDS[first]).focus();
	});

	store.watch(['form', 'language'], ({ form }) => setText($('lead'),
		form?.fixed ? say('lobby.about-to-join',
			{ conference: form.conference }) : say('lobby.lead')));

	store.watch(['nameHint', 'language'], ({ nameHint }) =>
		setWords($('name-hint'), say(nameHint)));

	store.watch(['joinProblem', 'language'], ({ joinProblem }) => {
		setWords($('join-error'), say(joinProblem?.message));
		for (const id of Object.values(FIELDS))
			$(id).removeAttribute('aria-invalid');
		if (joinProblem?.field)
			$(FIELDS[joinProblem.field]).setAttribute('aria-invalid', 'true');
	});
	store.watch(['joinProblem'], ({ joinProblem }) => joinProblem?.field
		&& $(FIELDS[joinProblem.field]).focus());

	store.watch(['joining'], ({ joining }) => {
		$('join-button').disabled = joining;
	});

	store.watch(['pin', 'language'], ({ pin }) => {
		$('pin-row').hidden = !pin;
		setText($('pin-label'), say(pin === 'for hosts' ? 'lobby.host-pin'
			: 'lobby.pin'));
	});

	store.watch(['dial', 'dialIn', 'language'], ({ dial, dialIn }) => {
		$('dial-hint').hidden = !dial;
		setText($('dial-uri'), dial);
		setWords($('dial-number'), say(dialIn));
	});

	store.watch(['own', 'asking', 'deviceProblem', 'language'],
		({ own, asking, deviceProblem }) => {
			if ($('preview').srcObject !== own.stream)
				$('preview').srcObject = own.stream;
			setText($('preview-note'), asking ? say('lobby.asking-devices')
				: say(deviceProblem)
					|| (own.video ? '' : say('devices.camera-off')));
		});

	store.watch(['level'], ({ level }) => {
		$('level').style.transform = `scaleX(${level})`;
	});

	$('conference').addEventListener('input', () =>
		dispatch('typeName', $('conference').value));
	$('join-form').addEventListener('submit', (event) => {
		event.preventDefault();
		// not asked for unless the server does; the browser may fill it in
		const login = $('login').hidden ? null : {
			user: $('user').value.trim(), password: $('password').value };
		dispatch('join', { conference: $('conference').value.trim(),
			name: $('display-name').value.trim(), login,
			pin: $('pin-row').hidden ? null : $('pin').value.trim() });
		$('pin').value = '';
	});
}
