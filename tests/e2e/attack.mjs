// ./dev soak attack [COMMIT]: what an attacker, a flood and a bad clock reach
// with an earlier Parley, and with this one: the same measures of both, in one
// run on one machine, as a table. Then the tests of each row. Fails if one of
// them does, or if a figure of this tree is beyond its bound.
import { spawn } from 'node:child_process';
import { root } from './lib/process.mjs';
import { build, nameOf } from './attack/before.mjs';
import { broken, measureIn, table } from './attack/figures.mjs';
import { rows } from './attack/rows.mjs';

const here = new URL('.', import.meta.url).pathname;
// The last one before what the table is about was mended
const BEFORE = '63c4f0d82032f887601277045999252bd3138b73';
// No row of their own: they held all the time
const HELD = ['strangers', 'torture', 'mixer_death'];

const say = (text) => console.error(`attack: ${text}`);

// The earlier tree, null where this one has no history
async function earlier(commit) {
	const name = await nameOf(commit || BEFORE);
	if (name) {
		say(`building ${name.slice(0, 7)}`);
		return { name, tree: await build(name) };
	}
	if (commit) {
		say(`git has no commit ${commit}`);
		process.exit(2);
	}
	say(`git does not have ${BEFORE.slice(0, 7)}: this tree alone`);
	return null;
}

// What a test file comes to
function test(name) {
	return new Promise((done) => {
		const child = spawn(process.execPath, [`${here}run.mjs`, name],
			{ stdio: ['ignore', 'pipe', 'inherit'] });
		let text = '';
		child.stdout.on('data', (data) => { text += data; });
		child.on('close', (code) => done({ code, text }));
	});
}

const count = (text, what) => Number(text.match(
	new RegExp(`^ℹ ${what} (\\d+)`, 'm'))?.[1] ?? 0);

const before = await earlier(process.argv[2]);
const measured = new Map();
for (const { name, title } of rows) {
	say(title);
	measured.set(name, {
		before: before && await measureIn(name, before.tree),
		now: await measureIn(name, root) });
}
console.log(`${table(rows, measured, [before ? before.name.slice(0, 7)
	: 'before', 'this tree'])}\n`);
for (const { before: was } of measured.values())
	if (was?.error)
		console.log(`before: ${was.error}`);

const wrong = rows.flatMap((row) => broken(row, measured.get(row.name).now));
const files = [...new Set([...rows.flatMap((row) => row.files), ...HELD])];
for (const name of files) {
	const { code, text } = await test(name);
	console.log(`${name}: ${count(text, 'pass')} tests hold, ${
		count(text, 'fail')} do not`);
	if (code) {
		wrong.push(`tests: ${name}`);
		console.log(text.replace(/^/gm, '\t'));
	}
}
for (const line of wrong)
	console.log(`beyond: ${line}`);
console.log(wrong.length ? `attack: ${wrong.length} do not hold`
	: 'attack: all hold');
process.exit(wrong.length ? 1 : 0);
