// Who is here: subscribes to the conference event package (RFC 4575) and
// keeps a picture of it. The full state comes first, then what changes.

import { Waits } from './subscription.mjs';

export const TYPE = 'application/conference-info+xml';
// A call that takes the place of another is alone after so long
const SETTLED_MS = 1000;
const ACTIVITY = 'urn:x-parley:activity';
const inCall = new Set(['connected', 'on-hold', 'muted-via-focus']);

const children = (element, name) => [...element?.children || []]
	.filter((c) => c.localName === name);
const child = (element, name) => children(element, name)[0];
const words = (element, name) => child(element, name)?.textContent ?? '';
const isTrue = (text) => text === 'true' || text === '1';

// Merge elements that carry a state into a map by entity
function merge(map, elements, fresh, take) {
	for (const element of elements) {
		const entity = element.getAttribute('entity') ?? '';
		const state = element.getAttribute('state') ?? 'full';
		if (state === 'deleted') {
			map.delete(entity);
			continue;
		}
		if (state === 'full' || !map.has(entity))
			map.set(entity, fresh(entity));
		take(map.get(entity), element);
	}
}

function takeEndpoint(endpoint, element) {
	for (const [key, name] of [['display', 'display-text'],
		['status', 'status']]) {
		if (child(element, name))
			endpoint[key] = words(element, name);
	}
	const activity = child(element, 'activity');
	if (activity?.namespaceURI === ACTIVITY) {
		for (const key of ['number', 'place'])
			endpoint[key] = Number(activity.getAttribute(key));
		// "Ana (2)", where others are called so, too
		endpoint.label = activity.getAttribute('label');
		for (const key of ['talking', 'muted', 'deaf', 'webrtc'])
			endpoint[key] = isTrue(activity.getAttribute(key));
		endpoint.hidden = isTrue(activity.getAttribute('video-muted'));
	}
}

function takeUser(user, element) {
	if (child(element, 'display-text'))
		user.display = words(element, 'display-text');
	merge(user.endpoints, children(element, 'endpoint'),
		(entity) => ({ entity, user: user.entity, number: 0, place: 0 }),
		takeEndpoint);
}

export class Roster {
	// handlers: change(), event({type, ...}) for what deserves a word
	#waits = new Waits();

	constructor(handlers) {
		this.handlers = handlers;
		this.#forget();
	}

	#forget() {
		this.users = new Map();
		this.came = new Map(); // who, and when
		this.version = 0;
		this.locked = false;
		this.lost = false;
	}

	// subscribe() makes a new subscription; `own` is our Contact in the call,
	// `self` where ({ url, secret }) the server takes what we say of ourselves
	follow({ subscribe, own, self }) {
		this.close();
		this.ownEntity = own;
		this.self = self;
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
		this.self = null;
		this.#forget();
	}

	#notified(body) {
		const root = new DOMParser().parseFromString(body, 'application/xml')
			.documentElement;
		if (root?.localName !== 'conference-info')
			return;
		const version = Number(root.getAttribute('version'));
		const full = root.getAttribute('state') === 'full';
		if (!full && version !== this.version + 1) {
			// one is missing: ask for all of it (RFC 4575 section 4.4)
			if (version > this.version)
				this.subscription?.subscribe();
			return;
		}
		const before = this.version ? new Map(this.#present()) : null;
		this.version = version;
		if (full)
			this.users = new Map();
		merge(this.users, children(child(root, 'users'), 'user'),
			(entity) => ({ entity, display: '', endpoints: new Map() }),
			takeUser);
		this.#state(child(root, 'conference-state'), before);
		this.handlers.change();
		if (before)
			this.#tell(before);
		else
			this.came = new Map([[`${this.own()?.user} ${
				this.own()?.display}`, performance.now()]]);
	}

	#state(element, known) {
		if (!element)
			return;
		const locked = isTrue(words(element, 'locked'));
		const lost = child(element, 'activity')?.getAttribute('media')
			=== 'lost';
		if (known && locked !== this.locked)
			this.handlers.event({ type: 'locked', locked });
		if (lost !== this.lost)
			this.handlers.event({ type: lost ? 'lost' : 'restored' });
		Object.assign(this, { locked, lost });
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

	// In order of coming
	list() {
		return [...this.users.values()].flatMap((user) =>
			[...user.endpoints.values()].map((e) => ({ ...e,
				display: e.label || e.display || user.display
					|| user.entity })))
			.sort((a, b) => a.place - b.place || a.number - b.number);
	}

	// Those whose calls are up, without ourselves; null before we are in
	others() {
		const now = this.#present();
		return now.some(([, e]) => e.entity === this.ownEntity)
			? now.filter(([, e]) => e.entity !== this.ownEntity) : null;
	}

	own() {
		return this.list().find((e) => e.entity === this.ownEntity);
	}

	// Tell the server that we muted ourselves, so that all see it
	async sayMuted(muted) {
		if (this.self)
			return (await fetch(this.self.url, { method: 'POST',
				headers: { Authorization: `Bearer ${this.self.secret}` },
				body: JSON.stringify({ muted }) })).ok;
		return true;
	}
}

// Of the first and the last word; "Ana (2)" is an A as the other one is
export function initials(name) {
	const letters = name.replace(/\s\(\d+\)$/, '').split(/\s+/)
		.flatMap((word) => word.match(/[\p{L}\p{N}]/u) || []);
	const first = letters[0] || [...name.trim()][0] || '?';
	return (first + (letters.length > 1 ? letters.at(-1) : '')).toUpperCase();
}
