// The page's house (docs/page.md): who may know whom, who touches the document,
// and that state, dispatcher and API do what they say.
import { afterEach, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { Api } from '../../web/signaling/api.mjs';
import { dispatcher } from '../../web/state/dispatcher.mjs';
import { Store } from '../../web/state/store.mjs';

const web = new URL('../../web/', import.meta.url).pathname;
const ROOMS = {
	strings: ['strings'],
	state: ['state'],
	media: ['media', 'state'],
	signaling: ['signaling', 'media', 'state'],
	acts: ['acts', 'signaling', 'media', 'state'],
	views: ['views', 'strings', 'state'],
};

const modules = async (room) => (await readdir(web + room))
	.filter((name) => name.endsWith('.mjs')).map((name) => join(room, name));
const importsOf = (text) => [...text.matchAll(/from '(\.[^']*)'/g)]
	.map(([, path]) => path);
// without comments, where words are only words
const codeOf = async (file) => (await readFile(web + file, 'utf8'))
	.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');

describe('rooms of the page', () => {
	for (const [room, may] of Object.entries(ROOMS)) {
		test(`${room} knows ${may.join(', ')}`, async () => {
			const files = await modules(room);
			assert.ok(files.length);
			for (const file of files) {
				const text = await readFile(web + file, 'utf8');
				for (const path of importsOf(text)) {
					const [to] = normalize(join(dirname(file), path)).split('/');
					assert.ok(may.includes(to), `${file} knows ${path}`);
				}
				assert.match(text, /^\/\/ \S/, `${file} says what it is`);
			}
		});
	}

	test('only views touch the document, only acts change the state',
		async () => {
			for (const room of Object.keys(ROOMS)) {
				for (const file of await modules(room)) {
					const code = await codeOf(file);
					assert.ok(room === 'views' || !/\bdocument\.|ElementById/
						.test(code), `${file} touches the document`);
					assert.ok(room === 'acts' || !/\bstore\.change\(/
						.test(code), `${file} changes the state`);
				}
			}
		});
});

describe('the store', () => {
	test('tells who watches what changed, and nobody else', () => {
		const store = new Store({ a: 1, b: 2 });
		const seen = [];
		store.watch(['a'], ({ a }) => seen.push(['a', a]));
		store.watch(['a', 'b'], ({ a, b }) => seen.push(['ab', a, b]));
		assert.deepEqual(seen.splice(0), [['a', 1], ['ab', 1, 2]]);
		store.change({ b: 3 });
		assert.deepEqual(seen.splice(0), [['ab', 1, 3]]);
		store.change({ a: 1, b: 3 });
		assert.deepEqual(seen, []);
		assert.throws(() => store.change({ c: 1 }), /no such state: c/);
		assert.throws(() => store.watch(['c'], () => {}), /no such state: c/);
		assert.throws(() => { store.state.a = 2; }, TypeError);
	});

	test('one who fails to draw keeps nobody from drawing', (t) => {
		const said = t.mock.method(console, 'error', () => {});
		const store = new Store({ a: 1 });
		let drawn = 0;
		store.watch(['a'], () => { throw new Error('broken'); });
		store.watch(['a'], () => { drawn++; });
		store.change({ a: 2 });
		assert.equal(drawn, 2);
		assert.equal(said.mock.callCount(), 2);
	});
});

test('each intent is done by one', () => {
	const dispatch = dispatcher();
	dispatch.take({ add: (a, b) => a + b });
	assert.equal(dispatch('add', 1, 2), 3);
	assert.throws(() => dispatch('subtract'), /nobody does: subtract/);
	assert.throws(() => dispatch.take({ add: () => 0 }), /done by two: add/);
});

describe('the API', () => {
	const real = globalThis.fetch;
	afterEach(() => { globalThis.fetch = real; });
	const answering = (status, json) => {
		const asked = [];
		globalThis.fetch = async (url, options) => {
			asked.push({ url, ...options });
			return { status, json: async () => json
				?? Promise.reject(new SyntaxError('no JSON')) };
		};
		return asked;
	};
	const open = () => {
		const api = new Api();
		api.follow({ url: '/api/self', secret: 'abc' });
		return api;
	};

	test('asks with the secret, and gives the answer', async () => {
		const asked = answering(200, { ok: true, changed: [3] });
		assert.deepEqual(await open().ask('kick', { target: 3 }),
			{ ok: true, changed: [3] });
		assert.deepEqual([asked[0].url, asked[0].method,
			asked[0].headers.Authorization, JSON.parse(asked[0].body)],
		['/api/self', 'POST', 'Bearer abc', { verb: 'kick', target: 3 }]);
	});

	test('tells a refusal by its token, whatever the answer is', async () => {
		answering(403, { ok: false, code: 'forbidden', error: 'No.' });
		assert.deepEqual(await open().ask('kick'),
			{ ok: false, code: 'forbidden', error: 'No.' });
		answering(403);
		assert.deepEqual(await open().ask('kick'),
			{ ok: false, code: 'forbidden' });
		answering(400);
		assert.equal((await open().ask('kick')).code, 'bad-request');
		globalThis.fetch = async () => { throw new TypeError('no network'); };
		assert.equal((await open().ask('kick')).code, 'away');
		assert.equal((await new Api().ask('kick')).code, 'away');
	});
});
