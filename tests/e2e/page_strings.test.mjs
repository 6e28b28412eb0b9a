// The words of the page: each language has all of them, with the same
// placeholders, and nothing else in web/ has any.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { de } from '../../web/strings/de.mjs';
import { en } from '../../web/strings/en.mjs';
import { knownOf, say, speak } from '../../web/strings/say.mjs';

const root = new URL('../../', import.meta.url).pathname;
const read = (file) => readFile(root + file, 'utf8');

const ROOMS = ['acts', 'media', 'signaling', 'state', 'views'];
const sources = async () => Object.fromEntries(await Promise.all(
	(await Promise.all(ROOMS.map(async (room) => (await readdir(
		`${root}web/${room}`)).map((name) => `web/${room}/${name}`)))).flat()
		.concat('web/join.mjs').map(async (file) => [file, await read(file)])));

const formsOf = (string) => typeof string === 'string' ? { other: string }
	: string;
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)]
	.map(([, name]) => name).sort();

// String and template literals of a module, comments left out
const literals = (text) => [...text.replace(/\/\*[^]*?\*\//g, '')
	.replace(/^(\s*|[^'"`]*\s)\/\/.*$/gm, '$1')
	.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)]
	.map(([, plain, template]) => plain ?? template);

// What a person would read: words with a space between, from a capital on
const isProse = (text) => /^\p{Lu}[\p{L}’']* \p{Ll}+/u.test(text)
	|| /\p{Ll}{2,} \p{Ll}{2,} \p{Ll}{2,}/u.test(text);
// ... or one word that is put on the page
const PUT = /(?:setText|setWords)\([^,]+, ?['`]\p{L}|(?:textContent|ariaLabel|title|placeholder): ?['`]\p{L}|\.(?:textContent|ariaLabel|title|placeholder) = ['`]\p{L}/gu;

describe('two languages', () => {
	test('have the same keys', () => {
		assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort());
	});

	for (const [language, strings] of Object.entries({ en, de })) {
		test(`${language}: nothing is empty, plurals are complete`, () => {
			const { pluralCategories } = new Intl.PluralRules(language)
				.resolvedOptions();
			for (const [key, string] of Object.entries(strings)) {
				for (const form of Object.values(formsOf(string)))
					assert.match(form, /\S/, key);
				if (typeof string !== 'string')
					assert.deepEqual(Object.keys(string).sort(),
						[...pluralCategories].sort(), key);
			}
		});
	}

	test('have the same placeholders', () => {
		for (const key of Object.keys(en)) {
			assert.equal(typeof de[key], typeof en[key], key);
			const want = placeholders(formsOf(en[key]).other);
			for (const form of Object.values(formsOf(de[key])))
				assert.deepEqual(placeholders(form), want, key);
		}
	});

	// what is written alike in both, and is no English left over
	const ALIKE = new Set(['language.direction', 'page.title', 'lobby.pin',
		'door.pin.title', 'door.pin.label', 'host.name',
		'panel.chat', 'bar.chat.hint', 'keys.chat', 'stats.delay.value']);
	test('the second is translated', () => {
		assert.deepEqual(Object.keys(en).filter((key) => !ALIKE.has(key)
			&& JSON.stringify(en[key]) === JSON.stringify(de[key])), []);
	});
});

describe('words and where they are said', () => {
	test('every key that is used exists, and every one is used', async () => {
		const rooms = new Set(Object.keys(en).map((key) => key.split('.')[0]));
		const used = new Set(), families = new Set();
		const html = await read('web/index.html');
		for (const [, key] of html.matchAll(/data-say(?:-\w+)?="([^"]+)"/g))
			used.add(key);
		for (const [, key] of html.matchAll(/\{\{([\w.-]+)\}\}/g))
			used.add(key);
		for (const text of Object.values(await sources())) {
			for (const literal of literals(text)) {
				const family = literal.match(/^([a-z]+(?:\.[a-z-]+)*\.)\$\{/);
				if (family)
					families.add(family[1]);
				else if (rooms.has(literal.split('.')[0])
					&& /^[a-z]+(\.[a-z\d-]+)+$/.test(literal))
					used.add(literal);
				else if (Object.hasOwn(en, literal))
					used.add(literal);
			}
		}
		const files = /\.(js|css|svg|png|webmanifest)$/;
		assert.deepEqual([...used].filter((key) => !Object.hasOwn(en, key)
			&& !files.test(key)), []);
		const own = ['language.', 'page.'];
		assert.deepEqual(Object.keys(en).filter((key) => !used.has(key)
			&& ![...families, ...own].some((f) => key.startsWith(f))), []);
	});

	test('every reason that the server may give has words', async () => {
		const tokens = [...(await read('focus/policy/reason.c')).matchAll(
			/\[REASON_\w+\] = \{\d+, \d+, "([a-z-]+)"/g)]
			.map(([, token]) => token);
		assert.ok(tokens.length > 30);
		assert.deepEqual(tokens.filter((token) => token !== 'none'
			&& !Object.hasOwn(en, `reason.${token}`)), []);
	});

	// What is wrong with a module's text, in words
	const wrongIn = (text) => [
		...literals(text.replace(/new Error\([^)]*\)/g, '')).filter(isProse),
		...text.match(PUT) || []];

	test('no module has words of its own', async () => {
		for (const [file, text] of Object.entries(await sources()))
			assert.deepEqual(wrongIn(text), [], file);
	});

	test('a module that has some is found', () => {
		for (const text of ["x = 'The call ended.'", 'x = `You left ${y}`',
			"setText($('state'), 'Connected')", "a.title = 'Mute'",
			"make('p', { textContent: 'muted' })"])
			assert.equal(wrongIn(text).length, 1, text);
	});

	test('index.html has none either', async () => {
		const html = (await read('web/index.html'))
			.replace(/<(svg|script|style|title)\b[^]*?<\/\1>/g, '')
			.replace('</span>Parley</h1>', '</span></h1>');
		assert.deepEqual([...html.matchAll(/>([^<]*\p{L}[^<]*)</gu)]
			.map(([, text]) => text.trim())
			.filter((text) => !/^\{\{[\w.-]+\}\}$/.test(text)), []);
		assert.doesNotMatch(html, /\s(?:aria-label|title|placeholder|alt)="/);
	});
});

describe('saying', () => {
	const plural = { one: '{count} thing of {name}',
		other: '{count} things of {name}' };

	test('fills in, counts, and keeps a name in its own direction', (t) => {
		en['test.plural'] = plural;
		t.after(() => { delete en['test.plural']; });
		assert.equal(say('toast.joined', { name: 'Ann' }), 'Ann joined');
		assert.equal(say('toast.joined', { name: 'محمد' }),
			'\u2068محمد\u2069 joined');
		assert.equal(say('toast.joined', { name: '{name} <b>' }),
			'\u2068{name} <b>\u2069 joined');
		assert.equal(say('test.plural', { count: 1, name: 'Ann' }),
			'1 thing of Ann');
		assert.equal(say('test.plural', { count: 0, name: 'Ann' }),
			'0 things of Ann');
	});

	test('what the server says where the page has no words', () => {
		assert.equal(say({ say: 'reason.new', text: 'News.' }), 'News.');
		assert.equal(say({ text: 'News.' }), 'News.');
		assert.equal(say(null), '');
		assert.equal(say({ say: 'reason.locked', text: 'Shut.' }),
			en['reason.locked']);
	});

	test('in the language chosen', (t) => {
		t.after(() => speak('en'));
		speak('de');
		assert.equal(say('toast.joined', { name: 'Ann' }),
			'Ann ist dazugekommen');
		assert.equal(knownOf(['', 'fr-FR', 'de-AT', 'en']), 'de');
		assert.equal(knownOf(['fr']), 'en');
	});
});
