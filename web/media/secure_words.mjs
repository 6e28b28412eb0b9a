// Words that two say to one another aloud, to know that nobody is in between
// (as in ZRTP, RFC 6189 section 7). They stand for both certificates and for a
// number of each, to which both are committed before they know the other's: who
// is in between has two lines, and one try in 2^44 that their words are alike.
import { wordlist } from '@scure/bip39/wordlists/english';

const COUNT = 4, BITS = 11;
const NONCE_BYTES = 32;

const utf8 = (text) => new TextEncoder().encode(text);

async function sha256(...parts) {
	const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
	return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

export const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));

// `text` of somebody's, null where it does not stand for so many bytes
export function fromBase64(text, length = NONCE_BYTES) {
	if (typeof text !== 'string' || text.length > 2 * length)
		return null;
	try {
		const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
		return bytes.length === length ? bytes : null;
	} catch {
		return null;
	}
}

export const freshNonce = () =>
	crypto.getRandomValues(new Uint8Array(NONCE_BYTES));

// To the number of who has that certificate; nobody else's can be said to be his
export const commitment = async (nonce, fingerprint) => toBase64(
	await sha256(utf8(`parley-secure-commit\n${fingerprint}\n`), nonce));

// Four words; the same at both ends. `own` and `other`: { fingerprint, nonce }
export async function secureWords(own, other) {
	const ends = [own, other].sort((a, b) =>
		a.fingerprint < b.fingerprint ? -1 : 1);
	const hash = await sha256(utf8(`parley-secure-words\n${
		ends.map(({ fingerprint }) => fingerprint).join('\n')}\n`),
	...ends.map(({ nonce }) => nonce));
	const bits = [...hash].map((byte) =>
		byte.toString(2).padStart(8, '0')).join('');
	return Array.from({ length: COUNT }, (_, i) =>
		wordlist[parseInt(bits.slice(BITS * i, BITS * (i + 1)), 2)]);
}
