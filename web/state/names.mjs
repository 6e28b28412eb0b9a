// What a conference may be called: made out of what somebody typed, or such
// that nobody guesses it; and the letters that stand for a person.

const LETTERS_MAX = 64; // of conference_names, where it is not configured
const CONSONANTS = 'bdfghjklmnprstvz', VOWELS = 'aeiou';

// "Ünïcode meeting" is unicode-meeting; '' where no letter of it is left
export function conferenceName(typed) {
	return typed.normalize('NFKD').toLowerCase()
		.replace(/\p{M}+/gu, '').replace(/ß/g, 'ss')
		.replace(/[^a-z0-9._-]+/g, '-').slice(0, LETTERS_MAX)
		.replace(/^[-.]+|[-.]+$/g, '');
}

// Six syllables: one of 2.6 * 10^11 names, and it can be said
export function freshName() {
	const random = crypto.getRandomValues(new Uint32Array(6));
	const syllables = [...random].map((r) =>
		CONSONANTS[r % CONSONANTS.length]
			+ VOWELS[Math.floor(r / CONSONANTS.length) % VOWELS.length]);
	return [0, 2, 4].map((i) => syllables[i] + syllables[i + 1]).join('-');
}

// Of the first and the last word of a person's name; "Ana (2)" is an A as the
// other one is
export function initials(name) {
	const letters = name.replace(/\s\(\d+\)$/, '').split(/\s+/)
		.flatMap((word) => word.match(/[\p{L}\p{N}]/u) || []);
	const first = letters[0] || [...name.trim()][0] || '?';
	return (first + (letters.length > 1 ? letters.at(-1) : '')).toUpperCase();
}
