// TURN servers, for networks that let media out neither by UDP nor by TCP to the
// page's port. Their credentials end, and the server hands them out to who may
// call, before he does: an OPTIONS asks for them, by the same WebSocket and with
// the same password as the INVITE.
const TYPE = 'application/vnd.parley.ice-servers+json';
// A call does not wait longer for them
const PATIENCE_MS = 2000;
// Of their life, when new ones are asked for
const SHARE = 0.8;

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
					failed: ({ response }) => resolve(
						response?.status_code === 407 ? response : null),
				},
			});
		});
	}

	#take(response, ask) {
		if (this.over || response.getHeader('Content-Type') !== TYPE)
			return;
		const { iceServers, lifetime } = JSON.parse(response.body);
		this.servers = iceServers;
		this.timer = setTimeout(() => this.renew(ask),
			lifetime * 1000 * SHARE);
	}

	stop() {
		this.over = true;
		clearTimeout(this.timer);
	}
}
