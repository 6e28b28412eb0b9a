// Two groups of lines may bring sound and picture at a time: the mixer's, and
// one that ends at the other page. Which of the lines of a kind plays: one, and
// never none while one of them brings something.

// A line that is to bring something and has not for so long does not play where
// another one does
const QUIET_MS = 1500;

export class Choice {
	#lines = new Map(); // id -> { order, came }, of those that are active
	#order = 0;
	#count = new Map(); // id -> packets at the last look
	#plays = null;

	// The line that plays, by its id; null before there was one
	get plays() { return this.#plays; }

	// Something came on a line just now (ms)
	came(id, now) {
		const line = this.#lines.get(id);
		if (line)
			line.came = now;
		return this.#choose(now);
	}

	// The lines as they are now, those of the mixer first: [{ id, active }].
	// Active is one that is to bring something. Returns what plays
	set(lines, now) {
		for (const { id, active } of lines) {
			if (!active)
				this.#lines.delete(id);
			else if (!this.#lines.has(id))
				this.#lines.set(id, { order: ++this.#order, came: -Infinity });
		}
		for (const id of this.#lines.keys()) {
			if (!lines.some((line) => line.id === id))
				this.#lines.delete(id);
		}
		return this.#choose(now);
	}

	// How many packets have come on each line so far, as { id: packets }
	counted(packets, now) {
		for (const [id, count] of Object.entries(packets)) {
			const news = count !== (this.#count.get(id) ?? 0);
			this.#count.set(id, count);
			// the last ones of a line that ended are none
			if (news && this.#lines.has(id))
				this.#lines.get(id).came = now;
		}
		return this.#choose(now);
	}

	// Whether what plays brings something
	brings(now) {
		return now - (this.#lines.get(this.#plays)?.came ?? -Infinity)
			< QUIET_MS;
	}

	// What plays goes on as long as it brings something: of the other one the
	// first packets may come before the voice that it is to bring does, and the
	// server lets the one rest when it has heard by the other. Then the one that
	// became active last of those that bring something. Where none does, what
	// plays goes on as long as it may still
	#choose(now) {
		if (this.#lines.has(this.#plays) && this.brings(now))
			return this.#plays;
		const newest = [...this.#lines].sort(([, a], [, b]) =>
			b.order - a.order);
		const [found] = newest.find(([, { came }]) => now - came < QUIET_MS)
			|| [];
		if (found !== undefined)
			this.#plays = found;
		else if (!this.#lines.has(this.#plays))
			this.#plays = newest[0]?.[0] ?? this.#plays;
		return this.#plays;
	}
}
