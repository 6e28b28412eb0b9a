// What `./dev soak attack` measures is there to be measured: its modules load
// and say what they hold, bounds are judged, and the cheapest one runs.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { broken, measureIn, table } from './attack/figures.mjs';
import { rows } from './attack/rows.mjs';
import { root } from './lib/process.mjs';

test('every row has figures, bounds and tests', async () => {
	assert.deepEqual([...new Set(rows.map(({ row }) => row))],
		[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
	for (const { name, title, figures, files, measure } of rows) {
		assert.ok(title && files.length, name);
		assert.equal(typeof measure, 'function', name);
		const bounds = Object.values(figures).map(([what, bound]) => {
			assert.ok(what, name);
			return Object.keys(bound)[0];
		});
		assert.ok(bounds.some((kind) => /^(is|most|least)$/.test(kind)), name);
		for (const file of files)
			await stat(new URL(`${file}.test.mjs`, import.meta.url));
	}
});

test('what is beyond its bound is told, and what never came', () => {
	const row = { name: 'x', row: 1, title: 'x', figures: {
		few: ['few', { most: 3 }], many: ['many', { least: 3 }],
		same: ['same', { is: 'no' }], free: ['free', {}] } };
	const good = { few: 3, many: 3, same: 'no', free: 7.25 };
	assert.deepEqual(broken(row, { figures: good }), []);
	assert.deepEqual(broken(row, { figures: { few: null, many: 2, same: 'yes',
		free: null } }), ['few: never, not 3 at most',
		'many: 2, not 3 at least', 'same: yes, not no']);
	assert.deepEqual(broken(row, { figures: {}, error: 'x: ended' }).length,
		5);
	assert.match(table([row], new Map([['x', { before: null,
		now: { figures: good } }]]), ['before', 'this tree']),
	/^\| +\| free \| - +\| 7\.3 +\| +\|$/m);
});

test('the row of other sites\' pages is measured', async () => {
	const row = rows.find(({ name }) => name === 'origin');
	assert.deepEqual(broken(row, await measureIn('origin',
		root)), []);
});
