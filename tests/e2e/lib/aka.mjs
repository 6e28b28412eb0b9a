// The home network's side of AKA (TS 33.102, TS 35.206, RFC 3310), by node's
// AES: Parley's own Milenage has no part in it.
import { createCipheriv, createHash } from 'node:crypto';

const aes = (key, block) => {
	const c = createCipheriv('aes-128-ecb', key, null);
	c.setAutoPadding(false);
	return Buffer.concat([c.update(block), c.final()]);
};
const xor = (a, b) => Buffer.from(a.map((v, i) => v ^ b[i]));
const rotated = (b, n) => Buffer.concat([b.subarray(n), b.subarray(0, n)]);
const constant = (n) => Buffer.from([...Buffer.alloc(15), n]);
const md5 = (...parts) => createHash('md5').update(Buffer.concat(
	parts.flatMap((p, i) => (i ? [Buffer.from(':')] : [])
		.concat(Buffer.from(p))))).digest('hex');

const sqnBytes = (n) => Buffer.from(n.toString(16).padStart(12, '0'), 'hex');

export class HomeNetwork {
	constructor(k, op) {
		this.k = Buffer.from(k, 'hex');
		this.opc = xor(aes(this.k, Buffer.from(op, 'hex')),
			Buffer.from(op, 'hex'));
	}

	#out(rand, rotate, c) {
		const temp = aes(this.k, xor(rand, this.opc));
		return xor(aes(this.k, xor(rotated(xor(temp, this.opc), rotate),
			constant(c))), this.opc);
	}

	// f1 (first half) and f1* (second half)
	#macs(rand, sqn, amf) {
		const temp = aes(this.k, xor(rand, this.opc));
		const input = Buffer.concat([sqn, amf, sqn, amf]);
		return xor(aes(this.k, xor(temp, rotated(xor(input, this.opc), 8))),
			this.opc);
	}

	res(rand) { return this.#out(rand, 0, 1).subarray(8); }

	// nonce of RFC 3310 section 3.2: RAND, AUTN, data of the server's own
	nonce(rand, sqn, amf = Buffer.from('8000', 'hex')) {
		const number = sqnBytes(sqn);
		const ak = this.#out(rand, 0, 1).subarray(0, 6);
		return Buffer.concat([rand, xor(number, ak), amf,
			this.#macs(rand, number, amf).subarray(0, 8),
			Buffer.from('server')]).toString('base64');
	}

	// SQN that a terminal tells in AUTS, null if it is not from it
	sqnOf(auts, rand) {
		const bytes = Buffer.from(auts, 'base64');
		const number = xor(bytes.subarray(0, 6),
			this.#out(rand, 12, 8).subarray(0, 6));
		const mac = this.#macs(rand, number, Buffer.alloc(2)).subarray(8);
		return bytes.length === 14 && mac.equals(bytes.subarray(6))
			? parseInt(number.toString('hex'), 16) : null;
	}
}

// Does a digest answer (params of an Authorization header) prove it?
export function proves(answer, method, user, password) {
	const ha1 = md5(user, answer.realm, password);
	const ha2 = md5(method, answer.uri);
	return answer.username === user && answer.response === (answer.qop
		? md5(ha1, answer.nonce, answer.nc, answer.cnonce, answer.qop, ha2)
		: md5(ha1, answer.nonce, ha2));
}

export const params = (header) => Object.fromEntries([...(header || '')
	.matchAll(/([\w-]+)=(?:"([^"]*)"|([^,\s]*))/g)]
	.map(([, name, quoted, plain]) => [name, quoted ?? plain]));
