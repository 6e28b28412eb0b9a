// The one way from a view to what is done: views name an intent, and do not
// know who carries it out.

// dispatch(intent, ...args) does it and returns what the act returns;
// dispatch.take({ intent: act }) says who does what, once for each intent
export function dispatcher() {
	const acts = new Map();
	const dispatch = (intent, ...args) => {
		if (!acts.has(intent))
			throw new Error(`nobody does: ${intent}`);
		return acts.get(intent)(...args);
	};
	dispatch.take = (rows) => {
		for (const [intent, act] of Object.entries(rows)) {
			if (acts.has(intent))
				throw new Error(`done by two: ${intent}`);
			acts.set(intent, act);
		}
	};
	return dispatch;
}
