// The house as its includes make it: prints every room with its floor and the
// rooms that it stands on, and fails where an include breaks a law:
//
// - a room is a folder of .c and .h files; no two rooms include each other, by
//   whatever way around, and neither do two modules (x.h and x.c) of a room;
// - mixer knows nothing of focus and signaling, focus nothing of signaling but
//   in parleyd, which puts the rooms together; of mixer both know only mp, the
//   link, and base, which is under all;
// - audio, video and net do not know each other;
// - ROOM_private.h is opened by its own room alone, and a room has one.
//
// `node tests/rules/rooms.mjs -q` prints only what is broken.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const quiet = process.argv.includes('-q');
process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard',
	'focus', 'mixer', 'signaling'], {encoding: 'utf8'})
	.split('\n').filter((f) => /\.[ch]$/.test(f));

const headers = new Set(files.filter((f) => f.endsWith('.h'))
	.map((f) => f.slice(0, -2)));
const broken = [];
const rooms = new Map(); // room -> Map of room below -> [include]
const modules = new Map(); // module -> Set of modules of the same room
// thing_part.c is a part of thing, where there is a thing.h
function module(file) {
	for (let m = file.replace(/\.[ch]$/, ''); ; m = m.replace(/_[^_/]*$/, '')) {
		if (headers.has(m))
			return m.endsWith('_private') ? m : shortest(m);
		if (!/_[^_/]*$/.test(m))
			return file.replace(/\.[ch]$/, '');
	}
}
function shortest(name) {
	let found = name;

	for (let m = name; /_[^_/]*$/.test(m);) {
		m = m.replace(/_[^_/]*$/, '');
		if (headers.has(m))
			found = m;
	}
	return found;
}
const add = (map, key, value) => {
	if (!map.has(key))
		map.set(key, value);
	return map.get(key);
};

function law(from, to) {
	const [part] = from.split('/');
	const [target] = to.split('/');
	const common = to === 'mixer/base' || to === 'mixer/mp';

	if (from === 'focus/parleyd')
		return target !== 'mixer' || common;
	if (from === 'mixer/base')
		return false;
	if (/^mixer\/(audio|video|net|mp)$/.test(from))
		return to === 'mixer/base';
	return {
		mixer: target === 'mixer',
		focus: target === 'focus' || common,
		signaling: target !== 'mixer' || common,
	}[part];
}

for (const file of files) {
	const room = path.dirname(file);
	const below = add(rooms, room, new Map());
	const text = readFileSync(file, 'utf8');

	if (room.split('/').length !== 2)
		broken.push(`${file}: lies in no room`);
	for (const [, target] of text.matchAll(/^#include "([^"]+)"/gm)) {
		const other = path.dirname(target);
		const include = `${file} includes ${target}`;

		if (other !== room) {
			add(below, other, []).push(include);
			if (!law(room, other))
				broken.push(`${include}: against the arrows`);
			if (/_private\.h$/.test(target))
				broken.push(`${include}: private`);
		}
		else if (!/_private\.h$/.test(target) &&
			!/_private\.h$/.test(file)) {
			add(modules, module(file), new Set())
				.add(module(target));
		}
	}
}

for (const file of files.filter((f) => /_private\.h$/.test(f))) {
	const room = path.dirname(file);

	if (path.basename(file) !== `${path.basename(room)}_private.h`)
		broken.push(`${file}: not named after its room`);
}

// Floors, and circles: what is left when floors are taken off from below.
function floors(graph) {
	const floor = new Map();
	let left = [...graph.keys()];

	for (let n = 0; left.length; n++) {
		const now = left.filter((r) => [...graph.get(r)]
			.every((b) => b === r || floor.has(b) || !graph.has(b)));

		if (!now.length)
			return {floor, circle: left};
		for (const r of now)
			floor.set(r, n);
		left = left.filter((r) => !now.includes(r));
	}

	return {floor, circle: []};
}

const graph = new Map([...rooms].map(([r, b]) => [r, new Set(b.keys())]));
const {floor, circle} = floors(graph);
if (circle.length)
	broken.push(`a circle of rooms, or above one: ${circle.join(' ')}`);
// of a circle, too, only those that can reach themselves
const reach = (from, g, seen = new Set()) => {
	for (const b of g.get(from) ?? []) {
		if (b !== from && !seen.has(b)) {
			seen.add(b);
			reach(b, g, seen);
		}
	}
	return seen;
};
for (const m of modules.keys()) {
	const others = [...modules.get(m)].filter((b) => b !== m &&
		reach(b, modules).has(m));

	if (others.length)
		broken.push(`a circle of modules: ${m} and ${others.join(' ')}`);
}

if (!quiet) {
	const top = Math.max(...floor.values());
	let arrows = 0;

	for (let n = top; n >= 0; n--) {
		console.log(`floor ${n}`);
		for (const [room, b] of [...rooms].sort()) {
			if (floor.get(room) !== n)
				continue;
			arrows += b.size;
			console.log(`  ${room}${b.size ? ' -> ' : ''}${
				[...b.keys()].sort().join(' ')}`);
		}
	}
	console.log(`${rooms.size} rooms on ${top + 1} floors, ${
		arrows} arrows, up: ${broken.length ? 'see below' : 'none'}`);
}
for (const line of broken)
	console.log(line);
process.exit(broken.length ? 1 : 0);
