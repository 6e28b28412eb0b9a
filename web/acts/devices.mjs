// Own microphone, camera and speaker: switched, chosen, plugged in and pulled
// out, and what of them is so.
import { watchMutedSpeech } from '../media/muted_speech.mjs';
import { lasting } from '../state/memory.mjs';

const KINDS = ['audioinput', 'videoinput', 'audiooutput'];
const TRACKS = { audioinput: 'audio', videoinput: 'video' };
// A device comes and goes as several
const SETTLED_MS = 300;
// What the browser calls its own choice is no device
const isDevice = ({ id }) => id !== 'default' && id !== 'communications';

export function deviceActs({ store, devices, speech, call, dispatch }) {
	const stateOf = (kind) => {
		const track = devices.track(kind);
		return track ? track.enabled ? 'on' : 'off' : null;
	};

	const show = () => store.change({ own: { stream: devices.stream,
		audio: stateOf('audio'), video: stateOf('video') },
	deviceProblem: devices.error });

	// Where it is seen: in passing, or in place of the preview
	function tell(message) {
		if (call())
			dispatch('tell', message);
		else
			devices.error = message;
		show();
	}

	const watchAgain = () => !call() && dispatch('watchMicrophone');

	// The microphone is silenced (it comes back at once), the camera let go
	async function toggle(kind) {
		devices.error = null;
		if (!devices.track(kind)) {
			if (kind === 'audio')
				devices.mute(false);
			const problem = await devices.start(kind);
			if (problem)
				tell(problem);
		} else if (kind === 'audio') {
			devices.mute(!devices.muted);
			store.change({ askedToSpeak: false });
			if (call())
				speech.say();
		} else {
			devices.stopCamera();
		}
		show();
		watchAgain();
	}

	async function lookAtDevices() {
		store.change({ deviceList: await devices.list(),
			chosen: Object.fromEntries(KINDS.map((kind) =>
				[kind, lasting.get(kind)])) });
		show();
	}

	async function chooseDevice(kind, id) {
		lasting.set(kind, id);
		store.change({ chosen: { ...store.state.chosen, [kind]: id } });
		if (kind === 'audiooutput')
			return;
		devices.error = null;
		const problem = await devices.start(TRACKS[kind]);
		if (problem)
			tell(problem);
		show();
		watchAgain();
	}

	async function pickSpeaker() {
		const id = await devices.pickSpeaker();
		if (id === null)
			return;
		lasting.set('audiooutput', id);
		await lookAtDevices();
	}

	// Another microphone goes on as the one before it, muted or not; another
	// camera might show what its owner does not expect
	async function lost(kind, name) {
		const gone = { say: `devices.${kind}.gone`, name };
		if (kind === 'video' || await devices.start('audio'))
			tell(gone);
		else
			tell({ say: 'devices.audio.replaced', name,
				other: devices.track('audio').label });
		watchAgain();
	}

	// The one that was chosen is there again
	async function comesBack(kind, { label }) {
		if (TRACKS[kind] === 'video' && !devices.track('video'))
			return;
		if (!TRACKS[kind] || !await devices.start(TRACKS[kind]))
			tell({ say: 'devices.used', name: label });
	}

	async function devicesChanged() {
		const before = store.state.deviceList;
		await lookAtDevices();
		for (const kind of KINDS) {
			const was = before[kind].filter(isDevice);
			const is = store.state.deviceList[kind].filter(isDevice);
			const chosen = store.state.chosen[kind];
			// without names it is not allowed to know any
			for (const device of is.filter(({ id, label }) => label
				&& was.length && !was.some((other) => other.id === id))) {
				if (device.id === chosen)
					await comesBack(kind, device);
				else
					tell({ say: 'devices.new', name: device.label });
			}
			const gone = was.find(({ id }) => id === chosen
				&& !is.some((other) => other.id === id));
			if (gone && kind === 'audiooutput')
				tell({ say: 'devices.speaker.gone', name: gone.label });
		}
	}

	devices.onchange = (kind, track) => {
		call()?.setTrack(kind, track);
		show();
	};
	devices.onlost = lost;
	let timer = 0;
	navigator.mediaDevices?.addEventListener?.('devicechange', () => {
		clearTimeout(timer);
		timer = setTimeout(devicesChanged, SETTLED_MS);
	});

	// Who talks while he is muted is told so, where nothing else is said
	let listened = null; // track
	let stopListening = () => {};
	const hint = () => store.state.toast
		|| dispatch('tell', { say: 'toast.talking-muted' });
	store.watch(['own', 'view', 'hintMuted'], ({ own, view, hintMuted }) => {
		const track = hintMuted && view === 'call' && own.audio === 'off'
			? devices.track('audio') : null;
		if (track === listened)
			return;
		stopListening();
		listened = track;
		stopListening = track ? watchMutedSpeech(track, hint) : () => {};
	});

	return { toggle, lookAtDevices, chooseDevice, pickSpeaker,
		showDevices: show };
}
