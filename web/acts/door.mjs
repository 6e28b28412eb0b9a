// Before one is in: the PIN that a conference asks for, and waiting until
// somebody lets one in.
import { refusalMessage } from '../signaling/api.mjs';

// What stands in place of the picture while one waits
const NOTES = { pin: 'door.pin', host: 'door.host', admission: 'door.lobby' };

export function doorActs({ store, api, dispatch }) {
	let typed = null; // in the lobby; null: nothing, or it was tried
	let at = ''; // what one waits for

	function openPin(problem = null) {
		dispatch('openDialog', { id: 'pin', title: { say: 'door.pin.title' },
			text: { say: store.state.pin === 'for hosts' ? 'door.pin.for-hosts'
				: 'door.pin' },
			problem,
			fields: [{ name: 'pin', type: 'password', inputMode: 'numeric',
				maxLength: 12, autocomplete: 'one-time-code',
				label: { say: 'door.pin.label' } }],
			actions: [
				{ label: { say: 'door.pin.enter' }, primary: true,
					intent: 'sendPin' },
				...(at && store.state.pin === 'for hosts'
					? [{ label: { say: 'door.pin.guest' }, intent: 'comeAsGuest' }]
					: []),
				...(at ? [{ label: { say: 'bar.leave' }, intent: 'leave' }] : []),
			] });
	}

	function problemOf({ code, error, tries_left: left, wait_ms: wait }) {
		if (code === 'wrong-pin')
			return { say: 'door.pin.wrong', count: left };
		if (code === 'too-many-tries' && wait)
			return { say: 'door.pin.wait', count: Math.ceil(wait / 1000) };
		return refusalMessage({ code, error });
	}

	async function tryPin(pin) {
		const reply = await api.ask('pin', { pin });
		if (reply.ok)
			dispatch('closeDialog');
		// it may have been the last one, and the call be over
		else if (store.state.view === 'call')
			openPin(problemOf(reply));
	}

	return {
		sendPin: ({ pin }) => tryPin(pin.trim()),
		comeAsGuest: () => tryPin(''),
		// who is in already shows that he is a host
		showPin: () => openPin(),
		// what was typed into the lobby
		bringPin: (pin) => {
			typed = pin;
			at = '';
		},
		// where one stands now: 'pin', 'host', 'admission', or '' (in)
		meetDoor: (waiting) => {
			if (waiting === at)
				return;
			at = waiting;
			store.change({ stageNote: { say: NOTES[waiting]
				|| 'stage.waiting' } });
			if (waiting === 'pin') {
				const pin = typed;
				typed = null;
				if (pin === null || pin === '' && store.state.pin !== 'for hosts')
					openPin();
				else
					tryPin(pin);
			} else if (store.state.dialog?.id === 'pin') {
				dispatch('closeDialog');
			}
			if (!waiting)
				dispatch('tell', { say: 'door.in' });
		},
	};
}
