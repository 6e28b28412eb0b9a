// Files over the secure line, in both directions. Nothing flows before the other
// has accepted; each is cut into pieces of 16 kB, with the number of the file
// before each; its hash says at the end whether it came as it was.

const PIECE_BYTES = 16 * 1024;
const NUMBER_BYTES = 4;
export const FILE_MAX = 100 * 1024 * 1024;
// What the other can make us hold
const HELD_MAX = 2 * FILE_MAX;
const OFFERS_MAX = 8; // that nobody has answered
// So much waits to be sent before the next piece is
const QUEUE_HIGH = 1024 * 1024, QUEUE_LOW = 256 * 1024;
const SAY_MS = 100; // how far it is
const NAME_MAX = 200;

// A name that somebody gave, as one may be saved
export const plainName = (name) => name.normalize('NFC')
	.replace(/[\p{Cc}\p{Cf}/\\]/gu, '').slice(0, NAME_MAX).trim() || 'file';

const isNumber = (value) => Number.isInteger(value) && value >= 0
	&& value < 2 ** 32;

async function hashOf(blob) {
	const hash = new Uint8Array(await crypto.subtle.digest('SHA-256',
		await blob.arrayBuffer()));
	return [...hash].map((b) => b.toString(16).padStart(2, '0')).join('');
}

export class SecureFiles {
	#files = new Map(); // 'own 1' or 'other 1' -> file
	#last = 0;
	#sending = Promise.resolve();
	#held = 0;
	#over = false;

	// `say(frame)` says something to the other, `channel` takes the pieces;
	// tell({ key, own, name, size, done, status, blob }) how far a file is:
	// status is 'offered', 'flows', 'checks', 'whole', 'refused', 'stopped' or
	// 'broken'; `blob` is a file of the other's that has come whole
	constructor({ channel, say, tell }) {
		Object.assign(this, { channel, say, tell });
		channel.bufferedAmountLowThreshold = QUEUE_LOW;
	}

	#tell(file, status = file.status) {
		file.status = status;
		file.told = performance.now();
		const { key, own, name, size, done, blob } = file;
		this.tell({ key, own, name, size, done, status,
			blob: blob || null });
	}

	#add(own, number, name, size) {
		const key = `${own ? 'own' : 'other'} ${number}`;
		const file = { key, own, number, name, size, done: 0,
			status: 'offered' };
		this.#files.set(key, file);
		return file;
	}

	#isOpen({ status }) {
		return !this.#over && ['offered', 'flows', 'checks'].includes(status);
	}

	// Offer a File; false: it is too large
	offer(source) {
		if (this.#over || source.size > FILE_MAX)
			return false;
		const file = this.#add(true, ++this.#last, plainName(source.name),
			source.size);
		file.source = source;
		this.say({ t: 'offer', f: file.number, name: file.name,
			size: file.size });
		this.#tell(file);
		return true;
	}

	// Take a file that the other offers; false: too much is held already
	accept(key) {
		const file = this.#files.get(key);
		if (!file || file.own || file.status !== 'offered' || this.#over)
			return false;
		if (this.#held + file.size > HELD_MAX)
			return false;
		this.#held += file.size;
		file.parts = [];
		this.say({ t: 'accept', f: file.number });
		this.#tell(file, 'flows');
		return true;
	}

	// Refuse what is offered, or end what flows; also one's own
	stop(key) {
		const file = this.#files.get(key);
		if (!file || !this.#isOpen(file))
			return;
		this.say({ t: 'stop', f: file.number, own: file.own });
		this.#end(file, file.own || file.status !== 'offered' ? 'stopped'
			: 'refused');
	}

	#end(file, status) {
		if (file.parts) {
			file.parts = null;
			this.#held -= file.size;
		}
		this.#tell(file, status);
	}

	// A frame of the other's; false: it is none that may come
	take(frame) {
		const { t, f } = frame;
		if (!isNumber(f))
			return false;
		if (t === 'offer')
			return this.#offered(frame);
		// 'stop' may be about either's
		const own = t === 'stop' ? frame.own !== true : t !== 'done';
		const file = this.#files.get(`${own ? 'own' : 'other'} ${f}`);
		if (!file)
			return false;
		// what crossed on the way
		if (!this.#isOpen(file))
			return true;
		switch (t) {
		case 'accept': return this.#accepted(file);
		case 'stop':
			this.#end(file, own && file.status === 'offered' ? 'refused'
				: 'stopped');
			return true;
		case 'done': return this.#came(file, frame.hash);
		case 'got':
			if (file.status !== 'checks')
				return false;
			this.#tell(file, frame.whole === true ? 'whole' : 'broken');
			return true;
		}
		return false;
	}

	#offered({ f, name, size }) {
		const open = [...this.#files.values()].filter((file) => !file.own
			&& file.status === 'offered').length;
		if (typeof name !== 'string' || name.length > 4 * NAME_MAX
			|| !isNumber(size) || size > FILE_MAX
			|| this.#files.has(`other ${f}`) || open >= OFFERS_MAX
			|| this.#files.size > 1000)
			return false;
		this.#tell(this.#add(false, f, plainName(name), size));
		return true;
	}

	#accepted(file) {
		if (file.status !== 'offered')
			return false;
		this.#tell(file, 'flows');
		// one after the other
		this.#sending = this.#sending.then(() => this.#send(file))
			.catch(() => this.#isOpen(file) && this.stop(file.key));
		return true;
	}

	async #send(file) {
		const head = new Uint8Array(NUMBER_BYTES);
		new DataView(head.buffer).setUint32(0, file.number);
		for (let at = 0; at < file.size; at += PIECE_BYTES) {
			const piece = new Uint8Array(await new Blob([head,
				file.source.slice(at, at + PIECE_BYTES)]).arrayBuffer());
			await this.#drained();
			if (!this.#isOpen(file))
				return;
			this.channel.send(piece);
			file.done = Math.min(file.size, at + PIECE_BYTES);
			if (performance.now() - file.told > SAY_MS)
				this.#tell(file);
		}
		const hash = await hashOf(file.source);
		if (!this.#isOpen(file))
			return;
		this.say({ t: 'done', f: file.number, hash });
		this.#tell(file, 'checks');
	}

	#drained() {
		const { channel } = this;
		if (channel.bufferedAmount < QUEUE_HIGH)
			return null;
		return new Promise((done) => {
			for (const event of ['bufferedamountlow', 'close'])
				channel.addEventListener(event, done, { once: true });
		});
	}

	// A piece of a file; false: it is none that may come
	piece(buffer) {
		if (buffer.byteLength <= NUMBER_BYTES
			|| buffer.byteLength > NUMBER_BYTES + PIECE_BYTES)
			return false;
		const number = new DataView(buffer).getUint32(0);
		const file = this.#files.get(`other ${number}`);
		if (!file || file.status === 'offered')
			return false;
		// it was on its way when we ended it
		if (file.status !== 'flows')
			return true;
		const size = buffer.byteLength - NUMBER_BYTES;
		if (file.done + size > file.size)
			return false;
		file.parts.push(buffer.slice(NUMBER_BYTES));
		file.done += size;
		if (performance.now() - file.told > SAY_MS)
			this.#tell(file);
		return true;
	}

	// All of it came, or so they say. A type of its own would make a page of it
	#came(file, hash) {
		if (file.status !== 'flows')
			return false;
		const blob = new Blob(file.parts, { type: 'application/octet-stream' });
		this.#tell(file, 'checks');
		hashOf(blob).then((is) => {
			if (!this.#isOpen(file))
				return;
			const whole = blob.size === file.size && is === hash;
			this.say({ t: 'got', f: file.number, whole });
			file.parts = null;
			if (whole)
				file.blob = blob;
			else
				this.#held -= file.size;
			this.#tell(file, whole ? 'whole' : 'broken');
		}).catch(() => this.#end(file, 'broken'));
		return true;
	}

	// The line is no more
	close() {
		for (const file of this.#files.values()) {
			if (this.#isOpen(file))
				this.#end(file, 'stopped');
		}
		this.#over = true;
	}
}
