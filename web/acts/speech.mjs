// Whether we are muted is the conference's to say: a moderator may do it, too,
// but only ask that it ends. What was said last is remembered, so that it is
// known whose doing a change was.

export class Speech {
	#muted = false; // as the conference has it
	#asked = null; // what we said last and it has not confirmed
	#sayings = 0;
	#looked = false; // at what the conference says of us

	// tell: { muted(again), askToSpeak(), stayMuted() } for what others did,
	// or do not let one do
	constructor({ api, devices, tell }) {
		Object.assign(this, { api, devices, tell });
		this.unsaid = false; // the conference may not know of it
	}

	// A call begins
	begin() { this.#looked = false; }

	// ... and ends
	end() {
		this.#muted = this.unsaid = false;
		this.#asked = null;
		this.#sayings++;
	}

	// Say to the conference what the microphone is
	say() {
		const saying = ++this.#sayings;
		this.#asked = this.devices.muted || !this.devices.track('audio');
		this.unsaid = true;
		// where nobody takes what we say of ourselves, that is all there is
		const answer = this.api.open
			? this.api.ask(this.#asked ? 'mute' : 'unmute') : { ok: true };
		Promise.resolve(answer).then(({ ok, code }) => {
			if (saying !== this.#sayings)
				return;
			this.unsaid = !ok;
			if (ok)
				return;
			const asked = this.#asked;
			this.#asked = null;
			// who may not speak is not to believe that he does
			if (code === 'forbidden' && !asked && this.#muted) {
				this.devices.mute(true);
				this.tell.stayMuted();
			}
		});
	}

	// What the conference says of us
	hear(now) {
		const first = !this.#looked, own = this.#asked === now;
		this.#looked = true;
		// what we said is on its way
		if (this.#asked !== null && !own)
			return;
		this.#asked = null;
		if (now === this.#muted)
			return;
		this.#muted = now;
		if (own)
			return;
		if (now) {
			this.devices.mute(true);
			this.tell.muted(first);
		} else if (this.devices.track('audio') && this.devices.muted) {
			this.say();
			this.tell.askToSpeak();
		}
	}
}
