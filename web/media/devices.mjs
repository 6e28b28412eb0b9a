// Microphone and camera: asking for them, choosing, switching.
import { lasting, ofTab } from '../state/memory.mjs';

const video = (id) => ({
	width: { ideal: 1280 }, height: { ideal: 720 },
	frameRate: { ideal: 25, max: 30 },
	...(id && { deviceId: { ideal: id } }),
});
const audio = (id) => ({
	echoCancellation: true, noiseSuppression: true, autoGainControl: true,
	...(id && { deviceId: { ideal: id } }),
});

// What its owner switched off stays off: over "Join again", and a reload
const off = {
	get: (kind) => ofTab.get(`off.${kind}`) === '1',
	set: (kind, is) => ofTab.set(`off.${kind}`, is ? '1' : '0'),
};

// Why a browser gives none of them, and why not one of the two, by the name of
// its error. Without a name: the page may not even ask
const WHY = { NotAllowedError: 'refused', SecurityError: 'refused',
	NotFoundError: 'missing', OverconstrainedError: 'missing',
	NotReadableError: 'busy', AbortError: 'busy' };
const whyNone = (error) =>
	({ say: `devices.${error ? WHY[error.name] || 'unusable' : 'insecure'}` });
const whyOne = (kind, error) => ({ say: `devices.${kind}.${
	WHY[error.name] || 'missing'}` });

// Holds at most one track of each kind, 'audio' and 'video'.
// `onchange(kind, track)` tells that a track came, went (null) or was replaced;
// `onlost(kind, label)` that a device was pulled out while it was used
export class Devices {
	constructor() {
		this.stream = new MediaStream();
		this.onchange = () => {};
		this.onlost = () => {};
		this.error = null; // message: why there is less than both
		this.muted = off.get('audio');
		this.cameraOff = off.get('video');
	}

	// Nobody's microphone opens but by his own hand
	mute(muted) {
		this.muted = muted;
		off.set('audio', muted);
		const track = this.track('audio');
		if (track)
			track.enabled = !muted;
	}

	// By its owner: the camera is let go, so that its light goes out
	stopCamera() {
		this.cameraOff = true;
		off.set('video', true);
		this.stop('video');
	}

	track(kind) {
		return this.stream.getTracks().find((t) => t.kind === kind) || null;
	}

	// Ask for both; fall back to one when the other is missing or refused
	async open() {
		this.error = null;
		if (!navigator.mediaDevices) {
			this.error = whyNone();
			return;
		}
		const want = { audio: audio(lasting.get('audioinput')),
			...(!this.cameraOff
				&& { video: video(lasting.get('videoinput')) }) };
		try {
			this.#take(await navigator.mediaDevices.getUserMedia(want));
		} catch (error) {
			await this.#openSingly(want, error);
		}
	}

	async #openSingly(want, error) {
		const errors = [];
		for (const kind of Object.keys(want)) {
			try {
				this.#take(await navigator.mediaDevices
					.getUserMedia({ [kind]: want[kind] }));
			} catch (reason) {
				errors.push(whyOne(kind, reason));
			}
		}
		this.error = errors.length === Object.keys(want).length
			? whyNone(error) : errors[0] || null;
	}

	#take(stream) {
		for (const track of stream.getTracks())
			this.#put(track);
	}

	#put(track) {
		const old = this.track(track.kind);
		if (old) {
			this.stream.removeTrack(old);
			old.stop();
		}
		if (track.kind === 'audio')
			track.enabled = !this.muted;
		this.stream.addTrack(track);
		track.addEventListener('ended', () => {
			if (this.track(track.kind) !== track)
				return;
			this.stop(track.kind);
			this.onlost(track.kind, track.label);
		});
		this.onchange(track.kind, track);
	}

	stop(kind) {
		const track = this.track(kind);
		if (!track)
			return;
		this.stream.removeTrack(track);
		track.stop();
		this.onchange(kind, null);
	}

	// Start (again), with the device chosen before or `id`. Resolves to the
	// message of what is in the way, or null
	async start(kind, id) {
		const name = kind === 'audio' ? 'audioinput' : 'videoinput';
		if (id !== undefined)
			lasting.set(name, id);
		const want = kind === 'audio' ? audio : video;
		try {
			this.#take(await navigator.mediaDevices.getUserMedia(
				{ [kind]: want(lasting.get(name)) }));
			if (kind === 'video') {
				this.cameraOff = false;
				off.set('video', false);
			}
			return null;
		} catch (error) {
			return whyNone(error);
		}
	}

	close() {
		for (const track of this.stream.getTracks()) {
			this.stream.removeTrack(track);
			track.stop();
		}
	}

	// Some browsers name speakers only as their user picks them from a list of
	// theirs. Resolves to the one picked, null: none
	async pickSpeaker() {
		try {
			const { deviceId } =
				await navigator.mediaDevices.selectAudioOutput();
			return deviceId;
		} catch (error) {
			if (error.name !== 'NotAllowedError'
				&& error.name !== 'NotFoundError')
				throw error;
			return null;
		}
	}

	// { audioinput: [{ id, label }], videoinput, audiooutput }
	async list() {
		const all = await navigator.mediaDevices?.enumerateDevices?.() || [];
		const of = (kind) => all.filter((d) => d.kind === kind && d.deviceId)
			.map(({ deviceId, label }) => ({ id: deviceId, label }));
		return { audioinput: of('audioinput'), videoinput: of('videoinput'),
			audiooutput: of('audiooutput') };
	}
}
