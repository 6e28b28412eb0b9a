// A call from the first word to the last: what the signalling tells becomes
// state, what a person wants becomes signalling.
import { Call } from '../signaling/call.mjs';
import { invite, nameOf, readAddress } from '../signaling/invite.mjs';
import { Roster } from '../signaling/roster.mjs';
import { replaceName } from './address.mjs';

// How long it is seen how an invitation went
const JOINED_MS = 4000, FAILED_MS = 15000;

export function callActs({ store, devices, api, speech, dispatch }) {
	let call = null;
	let loginProblem = null; // message: why the server wants to know who it is
	let accepted = false; // the call was, once
	let waiting = ''; // to be let in, and for what
	let heard = false; // of what was written before
	let invitations = 0;

	const roster = new Roster({ change: showPeople, event: tell });

	function showPeople() {
		const others = call && roster.others();
		const me = call && roster.own() || null;
		const all = roster.list();
		store.change({ people: all.filter((e) => !e.waiting), me, others,
			waiting: all.filter((e) => e.waiting && e !== me
				&& e.entity !== me?.entity),
			locked: roster.locked, monitored: roster.monitored, spotlight: roster.spotlight,
			layout: roster.layout,
			title: roster.title,
			company: store.state.company || Boolean(others?.length) });
		if (!me)
			return;
		const wasWaiting = waiting;
		waiting = me.waiting;
		dispatch('meetDoor', waiting);
		if (waiting)
			return;
		// what we said of ourselves before was said to nobody
		if (wasWaiting && speech.unsaid && devices.muted)
			speech.say();
		if (!heard)
			dispatch('readChat');
		heard = true;
		speech.hear(Boolean(me.muted));
	}

	function tell({ type, display, locked, monitored }) {
		switch (type) {
		case 'joined':
		case 'left':
			dispatch('tell', { say: `toast.${type}`, name: display });
			break;
		case 'locked':
			dispatch('tell', { say: locked ? 'toast.locked' : 'toast.open' });
			break;
		case 'monitored':
			dispatch('tell', { say: monitored ? 'toast.monitored'
				: 'toast.unmonitored' });
			break;
		case 'lost': call?.restoring(true); break;
		case 'restored': call?.restoring(false); break;
		}
	}

	function isAccepted(following) {
		if (following.conference !== store.state.conference) {
			// the link to pass on is that of the new conference
			replaceName(following.conference);
			store.change({ conference: following.conference });
		}
		api.follow(following.self);
		dispatch('callIsMixed', following.mixed);
		roster.follow(following);
		// one that comes back by itself is as its owner has it now
		if (devices.track('audio') && (devices.muted || accepted))
			speech.say();
		accepted = true;
	}

	function begin({ conference, name, login, pin, answer }) {
		const { uri, relay } = answer;
		accepted = false;
		waiting = '';
		heard = false;
		dispatch('bringPin', pin ?? null);
		speech.begin();
		dispatch('measureAnew');
		dispatch('forgetPrivate');
		store.change({ view: 'call', conference, company: false,
			connection: { message: { say: 'call.reaching' }, kind: 'wait' },
			people: [], waiting: [], me: null, others: null, locked: false,
			monitored: false,
			endToEnd: false, pictured: true,
			chat: [], unread: 0,
			title: answer.title || '', spotlight: 0, pin: answer.pin || '',
			stageNote: { say: 'stage.waiting' } });
		call = new Call({ conference, uri, name, login, relay, devices,
			handlers: {
				state: (message, kind) => store.change({
					connection: { message, kind } }),
				accepted: isAccepted,
				moved: () => {
					roster.again();
					dispatch('readChat');
					if (speech.unsaid)
						speech.say();
				},
				wrote: (message) => dispatch('wrote', message),
				picture: (picture) => store.change({ picture }),
				bearer: (news) => store.change(news),
				secure: {
					opened: (line) => dispatch('secureOpened', line),
					words: (words) => dispatch('secureWords', words),
					text: (text) => dispatch('secureText', text),
					file: (news) => dispatch('secureFile', news),
					closed: (why) => dispatch('secureClosed', why),
				},
				media: (news) => dispatch('measure', news),
				ended: end,
				refused: (message) => { loginProblem = message; },
			} });
		dispatch('showDevices');
		call.start();
	}

	function end(message, own) {
		call = null;
		roster.close();
		api.follow(null);
		devices.close();
		speech.end();
		dispatch('forgetPrivate');
		store.change({ people: [], waiting: [], me: null, others: null,
			picture: null, endToEnd: false, pictured: true,
			askedToSpeak: false, invitations: [], inviteProblem: false,
			dialog: null });
		const login = loginProblem;
		loginProblem = null;
		if (login)
			dispatch('openLobby', { login: true, why: login });
		else
			store.change({ view: 'ended', ended: { own, message: message
				|| (own ? { say: 'ended.come-back' } : null) } });
	}

	function inviteSomebody(typed) {
		const uri = readAddress(typed);
		store.change({ inviteProblem: !uri });
		if (!uri)
			return false;
		const id = ++invitations, name = nameOf(uri);
		const replace = (row) => store.change({ invitations: [
			...store.state.invitations.filter((other) => other.id !== id),
			...(row ? [row] : [])].sort((a, b) => a.id - b.id) });
		invite(call?.session, uri, (message, kind) => {
			replace({ id, name, message, kind });
			if (kind !== 'wait')
				setTimeout(() => replace(null),
					kind === 'ok' ? JOINED_MS : FAILED_MS);
		});
		return true;
	}

	return {
		current: () => call,
		acts: {
			call: begin,
			leave: () => call?.leave(),
			invite: inviteSomebody,
			typeAddress: () => store.state.inviteProblem
				&& store.change({ inviteProblem: false }),
			pictureRuns: () => store.change({ stageNote: null }),
			pictureWaits: () => store.change({
				stageNote: { say: 'stage.press' } }),
			askToSpeak: () => store.change({ askedToSpeak: true }),
			staySilent: () => store.change({ askedToSpeak: false }),
		},
	};
}
