// A subscription of JsSIP's that says how long the server wants to be left
// alone, and how long to wait where it says nothing.

const WAIT_FIRST_MS = 2000, WAIT_MAX_MS = 60000, ASKED_MAX_MS = 3600000;

// Seconds of a Retry-After header ("30 (busy);duration=10"); undefined: none
const seconds = (text) => Number(/^\s*(\d+)/.exec(text ?? '')?.[1] ?? NaN)
	|| undefined;

// JsSIP tells of a refusal without its answer, and of the last NOTIFY with its
// retry-after: both are in 'terminated' now
export function withRetryAfter(subscription) {
	const receive = subscription._receiveSubscribeResponse;
	let refused;

	subscription._receiveSubscribeResponse = function (response) {
		refused = response.status_code >= 300
			? seconds(response.getHeader('Retry-After')) : undefined;
		receive.call(this, response);
		refused = undefined;
	};
	const emit = subscription.emit;
	subscription.emit = function (name, ...args) {
		if (name === 'terminated')
			args[2] ??= refused;
		return emit.call(this, name, ...args);
	};
	return subscription;
}

// How long to wait before each try, ms; reset() once one came off
export class Waits {
	#next = WAIT_FIRST_MS;

	reset() { this.#next = WAIT_FIRST_MS; }

	// @param retryAfter Seconds that the server wants; undefined: it said none
	next(retryAfter) {
		const wait = this.#next;
		this.#next = Math.min(2 * wait, WAIT_MAX_MS);
		return retryAfter > 0
			? Math.min(retryAfter * 1000, ASKED_MAX_MS) : wait;
	}
}
