// Who is here: subscribes to the conference event package (RFC 4575) and
// keeps a picture of it. The full state comes first, then what changes.

import { TYPE, readDocument } from './conference_info.mjs';
import { Waits } from './subscription.mjs';

// A call that takes the place of another is alone after so long
const SETTLED_MS = 1000;
const inCall = new Set(['connected', 'on-hold', 'muted-via-focus']);

export class Roster {
	#waits = new Waits();

	// handlers: change(), event({type, ...}) for what deserves a word
	constructor(handlers) {
		this.handlers = handlers;
		this.#forget();
	}

	#forget() {
		this.users = new Map();
		this.came = new Map(); // who, and when
		this.version = 0;
		this.locked = false;
		this.monitored = false;
		this.lost = false;
		this.spotlight = 0;
		this.layout = 'grid';
		this.title = '';
	}

	// subscribe() makes a new subscription; `own` is our Contact in the call
	follow({ subscribe, own }) {
		this.close();
		this.ownEntity = own;
		this.subscribe = subscribe;
		this.again();
	}

	// Once more and at once, after the connection was lost
	again() {
		this.#waits.reset();
		this.#begin();
	}

	#begin() {
		if (!this.subscribe)
			return;
		this.#end();
		const subscription = this.subscribe();
		this.subscription = subscription;
		this.version = 0;
		subscription.on('notify', (last, request, body, type) => {
			if (subscription !== this.subscription || type !== TYPE)
				return;
			// what ends at once did not come off
			if (!last)
				this.#waits.reset();
			this.#notified(body);
		});
		subscription.on('terminated', (code, reason, retryAfter) => {
			if (subscription !== this.subscription
				|| reason === 'noresource' || reason === 'rejected')
				return;
			this.subscription = null;
			this.timer = setTimeout(() => this.#begin(),
				this.#waits.next(retryAfter));
		});
		subscription.subscribe();
	}

	#end() {
		clearTimeout(this.timer);
		const old = this.subscription;
		this.subscription = null;
		try {
			old?.terminate();
		} catch { /* it has not begun */ }
	}

	close() {
		this.#end();
		this.subscribe = null;
		this.#forget();
	}

	#notified(body) {
		const news = readDocument(body);
		if (!news)
			return;
		if (!news.full && news.version !== this.version + 1) {
			// one is missing: ask for all of it (RFC 4575 section 4.4)
			if (news.version > this.version)
				this.subscription?.subscribe();
			return;
		}
		const before = this.version ? new Map(this.#present()) : null;
		this.version = news.version;
		if (news.full)
			this.users = new Map();
		news.mergeUsers(this.users);
		this.title = news.title ?? this.title;
		this.#state(news.state, before);
		this.handlers.change();
		if (before)
			this.#tell(before);
		else
			this.came = new Map([[`${this.own()?.user} ${
				this.own()?.display}`, performance.now()]]);
	}

	#state(state, known) {
		if (!state)
			return;
		const { locked, lost, spotlight, layout, monitored } = state;
		if (known && locked !== this.locked)
			this.handlers.event({ type: 'locked', locked });
		if (lost !== this.lost)
			this.handlers.event({ type: lost ? 'lost' : 'restored' });
		if (known && monitored !== this.monitored)
			this.handlers.event({ type: 'monitored', monitored });
		Object.assign(this, { locked, lost, spotlight, layout, monitored });
	}

	// Those who are connected, by key
	#present() {
		return this.list().filter((e) => inCall.has(e.status))
			.map((e) => [`${e.user} ${e.entity}`, e]);
	}

	#tell(before) {
		const now = new Map(this.#present());
		const who = (e) => `${e.user} ${e.display}`;
		const count = (map, e) => [...map.values()]
			.filter((other) => who(other) === who(e)).length;
		const tell = (type, e) => e.entity !== this.ownEntity
			&& this.handlers.event({ type, display: e.display });
		for (const [key, e] of now) {
			if (before.has(key))
				continue;
			this.came.set(who(e), performance.now());
			// one that takes the place of another of theirs is no news
			setTimeout(() => {
				if (count(new Map(this.#present()), e) > count(before, e))
					tell('joined', e);
			}, SETTLED_MS);
		}
		for (const [key, e] of before) {
			const came = this.came.get(who(e)) ?? -Infinity;
			if (!now.has(key) && !(count(now, e)
				&& performance.now() - came < 4 * SETTLED_MS))
				tell('left', e);
		}
	}

	// In order of coming; who waits to be let in has `waiting`
	list() {
		return [...this.users.values()].flatMap((user) =>
			[...user.endpoints.values()].map((e) => ({ ...e, role: user.role,
				name: e.display || user.display,
				display: e.label || e.display || user.display
					|| user.entity })))
			.sort((a, b) => a.place - b.place || a.number - b.number);
	}

	// Those whose calls are up, without ourselves; null before we are in
	others() {
		const now = this.#present();
		return now.some(([, e]) => e.entity === this.ownEntity)
			? now.map(([, e]) => e)
				.filter((e) => e.entity !== this.ownEntity) : null;
	}

	own() {
		return this.list().find((e) => e.entity === this.ownEntity);
	}
}
