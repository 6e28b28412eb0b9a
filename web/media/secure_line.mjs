// The secure line: text and files between two pages over a data channel whose
// keys they alone have. What comes over it is as hostile as all that a network
// brings: each frame is looked at before it is taken, and one that may not come
// ends the line.
import { SecureFiles } from './secure_files.mjs';
import { commitment, freshNonce, fromBase64, secureWords, toBase64 }
	from './secure_words.mjs';

const AGAIN_MS = 500;
const FRAME_MAX = 16 * 1024; // characters
export const TEXT_MAX = 4000;
// What is not taken fast enough ends the line
const FRAMES_WAITING_MAX = 1024;
const HELLO_TEXT = 64; // of Base64

// JSON of an object, null for anything else
function parse(text) {
	if (text.length > FRAME_MAX)
		return null;
	try {
		const frame = JSON.parse(text);
		return frame && typeof frame === 'object' && !Array.isArray(frame)
			? frame : null;
	} catch {
		return null;
	}
}

export class SecureLine {
	#own = { nonce: freshNonce() };
	#other = { commitment: null, nonce: null };
	#words = null;
	#closed = false;
	#taking = Promise.resolve();
	#waiting = 0;
	#timer = 0;

	// `own`, `other`: fingerprints of both certificates, as the browser holds
	// them. tell: words(list) to compare, text(text), file(news) as SecureFiles
	// tells it, closed(why): 'gone', 'unproven' (what was revealed is not what
	// was promised, or not under this certificate) or 'broken'
	constructor({ channel, own, other, tell }) {
		this.channel = channel;
		this.tell = tell;
		this.#own.fingerprint = own;
		this.#other.fingerprint = other;
		channel.binaryType = 'arraybuffer';
		this.files = new SecureFiles({ channel, tell: tell.file,
			say: (frame) => this.#say(frame) });
		channel.addEventListener('message', ({ data }) => this.#queue(data));
		channel.addEventListener('close', () => this.close());
		if (channel.readyState === 'open')
			this.#begin();
		else
			channel.addEventListener('open', () => this.#begin());
	}

	get isReady() { return this.#words !== null && !this.#closed; }

	#say(frame) {
		if (this.channel.readyState === 'open')
			this.channel.send(JSON.stringify(frame));
	}

	// The other end may not be there yet, then nobody takes what is said
	async #begin() {
		if (this.#own.fingerprint === this.#other.fingerprint) {
			this.close('unproven');
			return;
		}
		const promise = await commitment(this.#own.nonce,
			this.#own.fingerprint);
		this.hello = { t: 'commit', c: promise };
		const again = () => {
			if (!this.#closed && !this.#other.commitment)
				this.#say(this.hello);
		};
		again();
		this.#timer = setInterval(again, AGAIN_MS);
		this.#answer();
	}

	// What we know nobody is told before the other has promised what he knows
	#answer() {
		if (!this.hello || !this.#other.commitment)
			return;
		clearInterval(this.#timer);
		this.#say(this.hello);
		this.#say({ t: 'reveal', n: toBase64(this.#own.nonce) });
	}

	// In their order, also where one takes longer
	#queue(data) {
		if (++this.#waiting > FRAMES_WAITING_MAX) {
			this.close('broken');
			return;
		}
		this.#taking = this.#taking.then(async () => {
			this.#waiting--;
			if (!this.#closed && !await this.#take(data))
				this.close('broken');
		}).catch(() => this.close('broken'));
	}

	#take(data) {
		if (typeof data !== 'string')
			return this.#words && this.files.piece(data);
		const frame = parse(data);
		if (!frame)
			return false;
		if (frame.t === 'commit')
			return this.#promised(frame.c);
		if (frame.t === 'reveal')
			return this.#revealed(frame.n);
		// nothing else before the words are there
		if (!this.#words)
			return false;
		if (frame.t !== 'text')
			return this.files.take(frame);
		if (typeof frame.x !== 'string' || frame.x.length > TEXT_MAX)
			return false;
		this.tell.text(frame.x);
		return true;
	}

	#promised(promise) {
		const known = this.#other.commitment;
		if (typeof promise !== 'string' || promise.length > HELLO_TEXT)
			return false;
		// said again, or another one than before
		if (known)
			return known === promise;
		this.#other.commitment = promise;
		this.#answer();
		return true;
	}

	async #revealed(text) {
		const nonce = fromBase64(text);
		const { commitment: promise, fingerprint } = this.#other;
		if (!nonce || !promise || this.#other.nonce)
			return false;
		if (await commitment(nonce, fingerprint) !== promise) {
			this.close('unproven');
			return true;
		}
		this.#other.nonce = nonce;
		const words = await secureWords(this.#own, this.#other);
		if (this.#closed)
			return true;
		this.#words = words;
		this.tell.words(words);
		return true;
	}

	// false: it cannot be sent
	write(text) {
		if (!this.isReady || text.length > TEXT_MAX)
			return false;
		this.#say({ t: 'text', x: text });
		return true;
	}

	close(why = 'gone') {
		if (this.#closed)
			return;
		this.#closed = true;
		clearInterval(this.#timer);
		this.files.close();
		this.channel.close();
		this.tell.closed(why);
	}
}
