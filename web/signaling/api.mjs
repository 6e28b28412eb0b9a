// Orders of this participant: the same verbs as the `parley` command has, by
// HTTP to the address that the server gave its call, with its secret
// (Call-Info with purpose=conference-self).

// What cannot be asked, or is answered by nothing that we know
const nothing = (code) => ({ ok: false, code });

export class Api {
	#self = null;

	// `self`: { url, secret } of the call that is up; null where there is none
	follow(self) { this.#self = self || null; }

	// Where not, there is nobody to tell
	get open() { return Boolean(this.#self); }

	// Resolves to the verb's answer: { ok: true, ... } or { ok: false, code,
	// error }, code being a reason's token ('away' where nothing answers).
	// Never rejects
	async ask(verb, args = {}) {
		if (!this.#self)
			return nothing('away');
		const { url, secret } = this.#self;
		try {
			const answer = await fetch(url, { method: 'POST',
				headers: { Authorization: `Bearer ${secret}` },
				body: JSON.stringify({ verb, ...args }) });
			const reply = await answer.json().catch(() => null);
			return typeof reply?.ok === 'boolean' ? reply
				: nothing(answer.status === 403 ? 'forbidden' : 'bad-request');
		} catch {
			return nothing('away');
		}
	}
}

// What a person is told of a refusal
export const refusalMessage = ({ code, error }) =>
	({ say: `reason.${code}`, text: error });
