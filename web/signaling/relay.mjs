// TURN servers, for networks that let media out neither by UDP nor by TCP to the
// page's port. Their credentials end, and the server hands them out to who may
// call, before he does: an OPTIONS asks for them, by the same WebSocket and with
// the same password as the INVITE.
const TYPE = 'application/vnd.parley.ice-servers+json';
// A call does not wait longer for them
const PATIENCE_MS = 2000;
// They are asked for again so long after they were not to be had, where the
// server does not say when (RFC 3261 section 20.33), and at most so long
const AGAIN_S = 30;
const AGAIN_MAX_S = 3600;
// Of their life, when new ones are asked for
const SHARE = 0.8;

const waitOf = (response) => Math.max(1, Math.min(AGAIN_MAX_S,
	parseInt(response?.getHeader('Retry-After'), 10) || AGAIN_S));

export class Relay {
	constructor() {
		this.servers = []; // what an RTCPeerConnection takes
	}

	// Ask. Resolves to the response that refuses a password, else to null; they
	// are asked for again before they end. `ask()` is { ua, target, secret }
	renew(ask) {
		const { ua, target, secret } = ask();
		clearTimeout(this.timer);
		return new Promise((resolve) => {
			setTimeout(() => resolve(null), PATIENCE_MS);
			ua.sendOptions(target, null, {
				extraHeaders: [`Accept: ${TYPE}`,
					...(secret ? [`Parley-Secret: ${secret}`] : [])],
				eventHandlers: {
					succeeded: ({ response }) => {
						this.#take(response, ask);
						resolve(null);
					},
					failed: ({ response }) => {
						const refused = response?.status_code === 407;
						if (!refused)
							this.#later(waitOf(response), ask);
						resolve(refused ? response : null);
					},
				},
			});
		});
	}

	#take(response, ask) {
		if (this.over || response.getHeader('Content-Type') !== TYPE)
			return;
		const { iceServers, lifetime } = JSON.parse(response.body);
		this.servers = iceServers;
		this.#later(lifetime * SHARE, ask);
	}

	#later(seconds, ask) {
		clearTimeout(this.timer);
		if (!this.over)
			this.timer = setTimeout(() => this.renew(ask), seconds * 1000);
	}

	stop() {
		this.over = true;
		clearTimeout(this.timer);
	}
}
