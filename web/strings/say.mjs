// Words for messages (state/initial.mjs) in the language chosen. A string may
// have {placeholders}; one that counts is an object by the plural categories
// of its language (CLDR: one, other, ...) chosen by {count}.
import { de } from './de.mjs';
import { en } from './en.mjs';

const languages = { en, de };
export const LANGUAGES = Object.keys(languages);

// As each calls itself
export const nameOf = (language) => languages[language]['language.name'];

let strings = en;
let plurals = new Intl.PluralRules('en');
let numbers = new Intl.NumberFormat('en');

// One of LANGUAGES
export function speak(language) {
	strings = languages[language];
	plurals = new Intl.PluralRules(language);
	numbers = new Intl.NumberFormat(language);
}

// The first of `wanted` (BCP 47, 'de-AT') that we have
export const knownOf = (wanted) => wanted.map((tag) =>
	tag.toLowerCase().split('-')[0]).find((tag) =>
	Object.hasOwn(languages, tag)) || LANGUAGES[0];

export const direction = () => strings['language.direction'];

// A name reads in its own direction, the words around it in theirs
const isolated = (text) => /^[A-Za-z0-9][\w .,:/@×-]*$/.test(text) ? text
	: `\u2068${text}\u2069`;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) =>
	!Object.hasOwn(values, name) ? all : typeof values[name] === 'number'
		? numbers.format(values[name]) : isolated(values[name]));

// A message, or a key and what stands in its places; '' for none
export function say(message, values = {}) {
	if (typeof message === 'string')
		return say({ say: message, ...values });
	if (!message)
		return '';
	const { say: key, text, ...rest } = message;
	if (!Object.hasOwn(strings, key))
		return text || key || '';
	const string = strings[key];
	return fill(typeof string === 'string' ? string
		: string[plurals.select(rest.count)], rest);
}
