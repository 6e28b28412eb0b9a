// Whether somebody talks whose microphone is muted. What is sent is silence; a
// copy of the track is listened to here and goes nowhere.
import { watchLevel } from './level.mjs';

const TALKING = 0.24; // of watchLevel(): -38 dB of full scale
const HEARD = 6, OF = 10; // steps of 100 ms
// A sentence may come to its end after the key was pressed
const GRACE_MS = 3000;
const EVERY_MS = 10000;

// When to say it
export class TalkHint {
	#steps = [];
	#notBefore;

	// `now`: when it was muted, ms
	constructor(now) { this.#notBefore = now + GRACE_MS; }

	// A step of the level at `now`; true: say it
	hear(level, now) {
		this.#steps.push(level > TALKING);
		this.#steps.splice(0, this.#steps.length - OF);
		if (now < this.#notBefore
			|| this.#steps.filter(Boolean).length < HEARD)
			return false;
		this.#notBefore = now + EVERY_MS;
		this.#steps = [];
		return true;
	}
}

// tell() while somebody talks into `track`, which is muted. Returns what ends it
export function watchMutedSpeech(track, tell) {
	const copy = track.clone();
	const hint = new TalkHint(performance.now());
	copy.enabled = true;
	const stop = watchLevel(new MediaStream([copy]), (level) =>
		hint.hear(level, performance.now()) && tell());
	return () => {
		stop();
		copy.stop();
	};
}
