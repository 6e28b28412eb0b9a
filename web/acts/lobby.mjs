// Before a call: which conference, who, and whether one may come in.
import { askConference } from '../signaling/conferences.mjs';
import { guestSecret } from '../signaling/guest.mjs';
import { watchLevel } from '../media/level.mjs';
import { lasting } from '../state/memory.mjs';
import { conferenceName, freshName } from '../state/names.mjs';
import { goTo, nameOfLink } from './address.mjs';

const TYPING_MS = 300;

// `devices`: those of the page; `begin(conference, name, login, answer)` makes
// the call
export function lobbyActs({ store, devices, dispatch }) {
	let stopLevel = null;
	let timer = 0;
	let asked = 0; // the newest question about a name

	const problem = (message, field = null) =>
		store.change({ joinProblem: message && { message, field },
			joining: false });

	function watchMicrophone() {
		stopLevel?.();
		stopLevel = devices.track('audio') && watchLevel(devices.stream,
			(level) => store.change({ level }));
	}

	const phones = (answer) => ({ dial: answer?.uri || '',
		dialIn: answer?.number ? { say: 'dial-in', number: answer.number,
			address: answer.dial_in.replace(/^tel:/, '') } : null });

	async function openLobby({ login = false, why = null } = {}) {
		const name = nameOfLink();
		store.change({ view: 'lobby', nameHint: null, ...phones(null), pin: '',
			asking: true,
			joinProblem: why && { message: why, field: null },
			joining: false, conference: '',
			form: { conference: name || freshName(), fixed: name !== '',
				name: lasting.get('name'),
				// once it was asked for it is again
				login: login || Boolean(store.state.form?.login) } });
		if (name)
			askConference(name).then((answer) =>
				store.change({ ...phones(answer),
					pin: answer?.pin || '' }));
		await devices.open();
		await dispatch('lookAtDevices');
		store.change({ asking: false });
		if (store.state.view === 'lobby')
			watchMicrophone();
	}

	// What it will be called, or why it cannot be, before anybody presses Join
	async function checkName(typed) {
		const name = conferenceName(typed);
		const question = ++asked;
		if (!typed || name === typed.toLowerCase())
			store.change({ nameHint: null });
		else
			store.change({ nameHint: name
				? { say: 'name.will-be', conference: name }
				: { say: 'name.letters', example: freshName() } });
		const answer = name && await askConference(name);
		if (question !== asked)
			return;
		store.change({ pin: answer?.pin || '' });
		if (answer?.reason === 'not-found')
			store.change({ nameHint: { say: 'name.taken',
				conference: name } });
	}

	// What is missing in { conference, name, login }; null: nothing
	function missing(conference, name, login) {
		if (!conference)
			return [{ say: 'join.which' }, 'conference'];
		if (!name)
			return [{ say: 'join.who' }, 'name'];
		if (login && !(login.user && login.password))
			return [{ say: 'join.login' }, login.user ? 'password' : 'user'];
		return null;
	}

	// `login`: { user, password } where the server asked for them, else null
	// `pin`: what was typed, null where none was asked for yet
	async function join({ conference: typed, name, login, pin }) {
		const made = conferenceName(typed);
		const conference = made === typed.toLowerCase() ? typed : made;
		const lacks = missing(conference, name, login);
		if (lacks) {
			problem(...lacks);
			return;
		}
		store.change({ joinProblem: null, joining: true });
		lasting.set('name', name);
		const answer = await askConference(conference);
		// no lock is against who was in: the call says so by its secret
		const returns = answer?.reason === 'locked' && guestSecret(answer.uri);
		if (answer?.may_join === false && !returns) {
			problem({ say: `reason.${answer.reason}`, text: answer.words });
			return;
		}
		store.change(phones(answer));
		goTo(conference);
		stopLevel?.();
		stopLevel = null;
		dispatch('call', { conference, name, login, pin,
			answer: answer || {} });
	}

	return {
		openLobby,
		join,
		watchMicrophone,
		typeName: (typed) => {
			clearTimeout(timer);
			timer = setTimeout(() => checkName(typed.trim()), TYPING_MS);
		},
		otherConference: () => {
			goTo('');
			return openLobby();
		},
	};
}
