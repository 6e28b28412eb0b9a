// Who is here: follows the conference's event log (Server-Sent Events) and
// keeps a picture of it. A snapshot comes first, then every change by number.

export class Roster {
	// handlers: change(), event(event) for those that deserve a word
	constructor(handlers) {
		this.handlers = handlers;
		this.endpoints = new Map();
		this.locked = false;
	}

	follow(url) {
		this.close();
		this.source = new EventSource(url);
		this.source.onmessage = ({ data }) => {
			const event = JSON.parse(data);
			this.#apply(event);
			this.handlers.change();
			this.handlers.event(event);
		};
	}

	close() {
		this.source?.close();
		this.source = null;
	}

	#apply(event) {
		const endpoint = this.endpoints.get(event.endpoint);
		switch (event.type) {
		case 'snapshot':
			this.locked = event.state.locked;
			this.you = event.you;
			this.endpoints.clear();
			for (const user of event.state.users || []) {
				for (const e of user.endpoints)
					this.endpoints.set(e.endpoint, { ...e });
			}
			break;
		case 'joined':
			this.endpoints.set(event.endpoint, { ...event.state });
			break;
		case 'left':
			this.endpoints.delete(event.endpoint);
			break;
		case 'connected':
			if (endpoint)
				endpoint.status = 'connected';
			break;
		case 'held':
			if (endpoint)
				Object.assign(endpoint, { held: event.held,
					status: event.held ? 'on-hold' : 'connected' });
			break;
		case 'video':
			if (endpoint)
				endpoint.camera = event.receiving
					? { width: event.width, height: event.height }
					: null;
			break;
		case 'locked':
			this.locked = event.locked;
			break;
		case 'status': case 'talking': case 'muted': case 'deaf':
		case 'video_muted': case 'media':
			if (endpoint) {
				const { status, talking, muted, deaf, video_muted,
					media } = event;
				for (const [k, v] of Object.entries({ status, talking,
					muted, deaf, video_muted, media })) {
					if (v !== undefined)
						endpoint[k] = v;
				}
			}
			break;
		}
	}

	// In order of coming
	list() {
		return [...this.endpoints.values()]
			.sort((a, b) => a.endpoint - b.endpoint);
	}

	own() {
		return this.endpoints.get(this.you);
	}

	// Tell the server that we muted ourselves, so that all see it
	async sayMuted(muted) {
		if (this.source)
			await fetch(this.source.url.replace('/api/events',
				'/api/self'), { method: 'POST',
				body: JSON.stringify({ muted }) });
	}
}

export function initials(name) {
	const parts = name.trim().split(/\s+/).filter(Boolean);
	const first = [...(parts[0] || '?')][0];
	const last = parts.length > 1 ? [...parts.at(-1)][0] : '';
	return (first + last).toUpperCase();
}
