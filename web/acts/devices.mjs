// Own microphone, camera and speaker: switched, chosen, and what of them is so.
import { lasting } from '../state/memory.mjs';

const KINDS = ['audioinput', 'videoinput', 'audiooutput'];

export function deviceActs({ store, devices, speech, call, dispatch }) {
	const stateOf = (kind) => {
		const track = devices.track(kind);
		return track ? track.enabled ? 'on' : 'off' : null;
	};

	const show = () => store.change({ own: { stream: devices.stream,
		audio: stateOf('audio'), video: stateOf('video') },
	deviceProblem: devices.error });

	devices.onchange = (kind, track) => {
		call()?.setTrack(kind, track);
		show();
	};

	// The microphone is silenced (it comes back at once), the camera let go
	async function toggle(kind) {
		if (!devices.track(kind)) {
			if (kind === 'audio')
				devices.mute(false);
			const problem = await devices.start(kind);
			if (problem && call())
				dispatch('tell', problem);
		} else if (kind === 'audio') {
			devices.mute(!devices.muted);
			store.change({ askedToSpeak: false });
			if (call())
				speech.say();
		} else {
			devices.stopCamera();
		}
		show();
		if (!call())
			dispatch('watchMicrophone');
	}

	async function lookAtDevices() {
		store.change({ deviceList: await devices.list(),
			chosen: Object.fromEntries(KINDS.map((kind) =>
				[kind, lasting.get(kind)])) });
		show();
	}

	async function chooseDevice(kind, id) {
		store.change({ chosen: { ...store.state.chosen, [kind]: id } });
		if (kind === 'audiooutput') {
			lasting.set(kind, id);
			return;
		}
		const problem = await devices.start(
			kind === 'audioinput' ? 'audio' : 'video', id);
		if (problem && call())
			dispatch('tell', problem);
		show();
		if (!call())
			dispatch('watchMicrophone');
	}

	return { toggle, lookAtDevices, chooseDevice, showDevices: show };
}
