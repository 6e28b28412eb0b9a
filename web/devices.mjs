// Microphone, camera and speaker: asking, choosing, previewing.
import { lackWords, mediaWords } from './words.mjs';

const remembered = (kind) => localStorage.getItem(`parley.${kind}`) || '';
const remember = (kind, id) => localStorage.setItem(`parley.${kind}`, id);

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
	key: (kind) => `parley.off.${kind}`,
	get(kind) {
		try {
			return sessionStorage.getItem(this.key(kind)) === '1';
		} catch {
			return false;
		}
	},
	set(kind, is) {
		try {
			sessionStorage.setItem(this.key(kind), is ? '1' : '0');
		} catch { /* a reload forgets it */ }
	},
};

// Holds at most one track of each kind. `onchange(kind, track)` tells the
// call that a track came, went (null) or was replaced.
export class Devices {
	constructor() {
		this.stream = new MediaStream();
		this.onchange = () => {};
		this.error = null;
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

	// Ask for both; fall back to one when the other is missing or refused.
	async open() {
		this.error = null;
		if (!navigator.mediaDevices) {
			this.error = mediaWords();
			return;
		}
		const want = { audio: audio(remembered('audioinput')),
			...(!this.cameraOff && { video: video(remembered('videoinput')) }) };
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
				errors.push(lackWords(kind, reason));
			}
		}
		this.error = errors.length === Object.keys(want).length
			? mediaWords(error) : errors[0] || null;
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
		track.addEventListener('ended', () => this.stop(track.kind));
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

	// Start (again), with the device chosen before or `id`
	async start(kind, id) {
		const name = kind === 'audio' ? 'audioinput' : 'videoinput';
		if (id !== undefined)
			remember(name, id);
		const want = kind === 'audio' ? audio : video;
		try {
			this.#take(await navigator.mediaDevices.getUserMedia(
				{ [kind]: want(remembered(name)) }));
			if (kind === 'video') {
				this.cameraOff = false;
				off.set('video', false);
			}
			return null;
		} catch (error) {
			return mediaWords(error);
		}
	}

	close() {
		for (const track of this.stream.getTracks()) {
			this.stream.removeTrack(track);
			track.stop();
		}
	}

	async list() {
		return (await navigator.mediaDevices?.enumerateDevices?.()) || [];
	}
}

const kinds = [
	['mic-select', 'audioinput', 'Microphone'],
	['cam-select', 'videoinput', 'Camera'],
	['speaker-select', 'audiooutput', 'Speaker'],
];

// Fill the three lists and act on a choice
export async function fillSelects(devices, sink) {
	const all = await devices.list();
	for (const [id, kind, word] of kinds) {
		const select = document.getElementById(id);
		const own = all.filter((d) => d.kind === kind && d.deviceId);
		select.replaceChildren(...own.map((d, i) => {
			const label = d.label || `${word} ${i + 1}`;
			return new Option(label, d.deviceId, false,
				d.deviceId === remembered(kind));
		}));
		select.disabled = own.length === 0;
		if (!own.length)
			select.append(new Option(`no ${word.toLowerCase()} found`, ''));
		select.onchange = async () => {
			if (kind === 'audiooutput') {
				remember(kind, select.value);
				await sink.setSinkId?.(select.value);
			} else {
				await devices.start(
					kind === 'audioinput' ? 'audio' : 'video', select.value);
			}
		};
	}
	const canRoute = 'setSinkId' in HTMLMediaElement.prototype;
	document.getElementById('speaker-row').hidden = !canRoute;
	if (canRoute && remembered('audiooutput'))
		await sink.setSinkId(remembered('audiooutput')).catch(() => {});
}

// Loudness of a stream's microphone, 0..1, ten times a second
export function watchLevel(stream, show) {
	const context = new AudioContext();
	const analyser = context.createAnalyser();
	analyser.fftSize = 1024;
	const samples = new Float32Array(analyser.fftSize);
	const input = context.createMediaStreamSource(stream);
	input.connect(analyser);
	const timer = setInterval(() => {
		analyser.getFloatTimeDomainData(samples);
		const power = samples.reduce((sum, s) => sum + s * s, 0)
			/ samples.length;
		show(Math.max(0, Math.min(1, 1 + Math.log10(power + 1e-9) / 5)));
	}, 100);
	return () => {
		clearInterval(timer);
		input.disconnect();
		context.close();
	};
}
