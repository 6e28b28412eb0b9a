// What a participant orders of the conference: about himself (his hand, his
// name), and as a moderator or host about others. The server says whether he
// may; here is only what he is offered.
import { refusalMessage } from '../signaling/api.mjs';

const RANK = { guest: 0, moderator: 1, host: 2 };
const rank = (person) => RANK[person?.role] ?? 0;

// What a host may have set; a choice is between all and moderators alone
const SWITCHES = ['lobby', 'wait_for_host', 'muted_on_entry', 'end_with_host',
	'chat_kept'];
const CHOICES = ['may_unmute', 'may_share', 'may_dial_out', 'may_record'];

export function hostActs({ store, api, dispatch }) {
	// @return whether it was done; else it was said why not
	async function order(verb, args) {
		const reply = await api.ask(verb, args);
		if (!reply.ok)
			dispatch('tell', refusalMessage(reply));
		return reply;
	}

	const act = (say, verb, args = {}, more = {}) => ({ label: { say },
		intent: 'orderAndClose', args: [verb, args], ...more });

	function steering(person) {
		const target = person.number;
		const { spotlight } = store.state;
		return [
			person.muted ? act('host.ask-unmute', 'unmute', { target })
				: act('host.mute', 'mute', { target }),
			spotlight === target ? act('host.spotlight-off', 'spotlight',
				{ target: 'off' })
				: act('host.spotlight', 'spotlight', { target }),
			...(person.hand ? [act('host.lower', 'lower', { target })] : []),
		];
	}

	function ruling(person) {
		const target = person.number;
		return [
			...(rank(person) < 2 ? [act('host.make-host', 'promote',
				{ target, role: 'host' })] : []),
			...(rank(person) < 1 ? [act('host.make-moderator', 'promote',
				{ target, role: 'moderator' })]
				: [act('host.make-guest', 'demote', { target })]),
		];
	}

	// What may be done about somebody
	function openPerson(person) {
		const { me } = store.state;
		const own = person.number === me?.number;
		if (!me || !own && rank(me) < 1)
			return;
		dispatch('openDialog', { id: `person-${person.number}`,
			title: { text: person.display },
			fields: [{ name: 'display', value: person.name, maxLength: 60,
				label: { say: 'host.name' } }],
			actions: [
				{ label: { say: 'host.rename' }, intent: 'rename',
					args: [person.number] },
				...(rank(me) >= 1 ? steering(person) : []),
				...(rank(me) === 2 && !own ? ruling(person) : []),
				...(rank(me) >= 1 && !own && rank(me) >= rank(person)
					? [act('host.remove', 'kick', { target: person.number },
						{ danger: true })] : []),
			] });
	}

	const option = (value) => ({ value, label: { say: `settings.${value}` } });

	async function openSettings() {
		const reply = await order('settings');
		if (!reply.ok)
			return;
		const { settings } = reply.conference;
		const pin = (name) => ({ name, type: 'text', inputMode: 'numeric',
			maxLength: 12, label: { say: `settings.${name}` },
			hint: { say: settings[name] ? 'settings.pin-kept'
				: 'settings.pin-none' } });
		dispatch('openDialog', { id: 'conference-settings',
			title: { say: 'settings.conference' },
			fields: [
				{ name: 'title', value: settings.title, maxLength: 60,
					label: { say: 'settings.title' } },
				pin('guest_pin'), pin('host_pin'),
				...SWITCHES.map((name) => ({ name, type: 'checkbox',
					checked: settings[name],
					label: { say: `settings.${name}` } })),
				...CHOICES.map((name) => ({ name, value: settings[name],
					options: ['all', 'moderators', 'hosts'].map(option),
					label: { say: `settings.${name}` } })),
				{ name: 'max_participants', type: 'number', min: 0,
					value: settings.max_participants,
					label: { say: 'settings.max_participants' } },
			],
			actions: [{ label: { say: 'settings.save' }, primary: true,
				intent: 'saveSettings' }] });
	}

	// A PIN that is not typed stays; '-' or "off" takes it away
	async function saveSettings(values) {
		const settings = { title: values.title,
			max_participants: Number(values.max_participants) };
		for (const name of SWITCHES)
			settings[name] = values[name] === 'on';
		for (const name of CHOICES)
			settings[name] = values[name];
		for (const name of ['guest_pin', 'host_pin']) {
			if (values[name])
				settings[name] = values[name] === '-' ? 'off' : values[name];
		}
		const reply = await api.ask('settings', { settings });
		if (reply.ok) {
			dispatch('closeDialog');
			dispatch('tell', { say: 'settings.saved' });
			return;
		}
		store.change({ dialog: { ...store.state.dialog,
			problem: reply.code === 'bad-request' ? { say: 'settings.bad' }
				: refusalMessage(reply) } });
	}

	return {
		order,
		openPerson,
		openSettings,
		saveSettings,
		orderAndClose: (verb, args) => {
			dispatch('closeDialog');
			return order(verb, args);
		},
		rename: (target, { display }) => {
			dispatch('closeDialog');
			return order('rename', { target, display });
		},
		toggleHand: () => order(store.state.me?.hand ? 'lower' : 'hand'),
		toggleLock: () => order(store.state.locked ? 'unlock' : 'lock'),
		toggleLayout: () => order('layout', { layout:
			store.state.layout === 'grid' ? 'speaker' : 'grid' }),
		muteAll: () => order('mute', { target: 'others' }),
		askToEnd: () => dispatch('openDialog', { id: 'end',
			title: { say: 'host.end' }, text: { say: 'host.end.sure' },
			actions: [act('host.end', 'end', {}, { danger: true })] }),
	};
}
