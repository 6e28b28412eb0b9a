// What is so, and who wants to know when it is so no more. One object, changed
// by acts alone (web/acts) and read by views: data goes one way.
//
// A change is told at once and in the order of watching. A watcher only draws;
// one that fails says so on the console and keeps nobody from being told.

export class Store {
	#watchers = [];

	// `state` has every key that there will ever be
	constructor(state) {
		this.state = Object.freeze({ ...state });
	}

	// Replace some values. A key that nobody knows is a slip of the pen
	change(values) {
		const before = this.state;
		for (const key of Object.keys(values)) {
			if (!(key in before))
				throw new Error(`no such state: ${key}`);
		}
		this.state = Object.freeze({ ...before, ...values });
		for (const { keys, draw } of this.#watchers) {
			if (keys.some((key) => values[key] !== before[key] && key in values))
				this.#tell(draw);
		}
	}

	// draw(state) now, and whenever one of `keys` has another value
	watch(keys, draw) {
		for (const key of keys) {
			if (!(key in this.state))
				throw new Error(`no such state: ${key}`);
		}
		this.#watchers.push({ keys, draw });
		this.#tell(draw);
	}

	#tell(draw) {
		try {
			draw(this.state);
		} catch (error) {
			console.error(error);
		}
	}
}
