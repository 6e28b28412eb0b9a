// Who this tab is, conference by conference: an address that nobody guesses and
// that says nothing of its owner, and what proves to the server that it is
// the one that was there before a reload. Kept as long as the tab is; browsers
// may keep nothing, then a reload makes it somebody else.
import { ofTab } from '../state/memory.mjs';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'; // 5 bits each
const LETTERS_MAX = 16;

export const conferenceOf = (target) =>
	decodeURIComponent(target.slice(4).split('@')[0]);

const key = (what, target) => `${what}.${conferenceOf(target)}`;
const kept = (what, target) => ofTab.get(key(what, target));
const keep = (what, target, value) => ofTab.set(key(what, target), value);

const freshAddress = () => `guest-${[...crypto.getRandomValues(
	new Uint8Array(LETTERS_MAX))].map((n) => LETTERS[n % 32]).join('')}`;

// User part of its address in this conference. A name would be no better than
// a number: it is a label, and others may have it, too
export function guestAddress(target) {
	const address = kept('address', target) || freshAddress();
	keep('address', target, address);
	return address;
}

// Under another conference, too: a factory names it only when it answers
export function keepGuest(target, { address, secret }) {
	keep('address', target, address);
	keep('secret', target, secret);
}

export const guestSecret = (target) => kept('secret', target);
