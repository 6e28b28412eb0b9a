// What `parley` prints on a terminal of 80 columns: aligned whatever people
// are called, and whole where it counts.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Guests } from './lib/guests.mjs';
import { Parley } from './lib/parley.mjs';
import { Program, run, until } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';

const COLUMNS = 80, ROWS = 24;
const LONG = 'Bartholomäus-Maximilian von und zu Hohenstein-Schillingsfürst';
const NAMES = [LONG, '👩‍💻 Ada 🚀', 'محمد عبد الله', '王小明 (北京办公室)',
	'Bob (host)'];

describe('on a terminal', () => {
	const cleanups = [];
	let parley, guests;

	before(async () => {
		// they send nothing
		parley = await Parley.start({ media_timeout: 3600 });
		guests = await Guests.open({ after: (f) => cleanups.push(f) },
			parley, 'board');
		await guests.join(...NAMES);
	});
	after(async () => {
		cleanups.forEach((f) => f());
		await parley?.stop();
	});

	// @param term  what kind it says it is
	const typed = (words, term = 'xterm') => ['script', ['-qec',
		`stty cols ${COLUMNS} rows ${ROWS} && exec '${ours.path('parley')
		}' -s ${parley.control} ${words}`, '/dev/null'],
	{ env: { ...process.env, TERM: term, SHELL: '/bin/sh' } }];
	const lines = async (...what) => (await run(...typed(...what))).stdout
		.split('\r\n').filter(Boolean);

	test('columns begin where they do, whatever a name takes', async () => {
		const [, head, ...rows] = await lines('show board');
		const column = head.indexOf('ROLE') + 1;
		assert.ok(head.length <= COLUMNS, head);
		for (const name of NAMES.slice(1, 4)) {
			const row = rows.find((r) => r.includes(name.slice(0, 4)));
			assert.match(row, new RegExp(`\\x1b\\[${column}G- `));
		}
		// ASCII needs no such help, nor has a dumb terminal any
		assert.doesNotMatch(rows.find((r) => r.includes('Bob')), /\x1b/);
		assert.doesNotMatch((await lines('show board', 'dumb')).join(), /\x1b/);
		assert.doesNotMatch((await parley.cli('show', 'board')).stdout, /\x1b/);
	});

	test('who is a host says the server, not a name', async () => {
		const rows = await lines('show board');
		assert.match(rows.find((r) => r.includes('Bartho')),
			/^1 +Bartho[^…]*… .*Ghost  +sip:g1@/);
		assert.match(rows.find((r) => r.includes('Bob')),
			/^5 +Bob \(host\) +- +sip:g5@/);
		assert.match((await parley.cli('show', 'board')).stdout,
			new RegExp(`${LONG}  host  sip:g1@`));
	});

	test('the counters of the media servers fit whole', async () => {
		const shown = await lines('stats');
		const [head, row] = shown;
		assert.match(head, /^NO +PID +MIXES .* IN +OUT +MISSED .* DIED$/);
		assert.doesNotMatch(head + row, /…/);
		// of one conference the name stands once
		assert.ok(shown.includes('board:'));
		assert.equal(shown.filter((line) => /board/.test(line)).length, 1);
	});

	test('who is shown to all is said above', async () => {
		await parley.json('spotlight', 'board', 'Bob');
		assert.match((await parley.cli('show', 'board')).stdout,
			/^board: 5 in it, layout grid, spotlight on 5, since /);
		await parley.json('spotlight', 'board', 'off');
		assert.doesNotMatch((await parley.cli('show', 'board')).stdout,
			/spotlight/);
	});

	test('a live view of many has its head, who waits and the note', async (t) => {
		await parley.json('conference', 'add', 'full');
		const full = await Guests.open(t, parley, 'full');
		await full.join(...Array.from({ length: 30 }, (_, i) => `P${i}`));
		await parley.json('conference', 'set', 'full', 'lobby=on');
		await full.join('Gustav');
		const watch = new Program(...typed('watch full'));
		t.after(() => watch.stop());
		await watch.printed(/30 in it/);
		await parley.json('say', 'full', Array.from({ length: 60 },
			(_, i) => `line ${i}`).join('\n'));
		// the picture before the one that may not be whole yet
		const picture = await until('it is drawn', () => watch.stdout
			.split('\x1b[H\x1b[J').slice(1, -1)
			.findLast((p) => p.includes('line 0')));
		const shown = picture.split('\r\n');
		assert.ok(shown.length <= ROWS, picture);
		assert.match(shown[0], /^full: 30 in it, 1 waiting, /);
		assert.match(shown[2], /Gustav .* wants in /);
		assert.match(picture, /and \d+ more\r\n\r\n.*Moderator: line 0\r\n/);
		assert.match(picture, /line \d+…\r\n\r\n\^C ends this view/);
	});

	test('what is wrong is said with what to do', async () => {
		for (const verb of ['kick', 'promote', 'demote']) {
			const { code, output } = await parley.cli(verb, 'board', 'Barth');
			assert.deepEqual([code, output], [4, "parley: nobody here is "
				+ "'Barth': this takes a whole name, an address or a number\n"]);
		}
		for (const [verb, takes] of [['kick', /\na whole name, or: all/],
			['mute', /\na name or a piece of it, or: all/]]) {
			const { stdout } = await parley.cli('help', verb);
			assert.match(stdout, takes);
			assert.ok(stdout.split('\n').every((l) => l.length <= COLUMNS));
		}
		const nobody = await parley.cli('kick', 'board', 'Carol');
		assert.equal(nobody.output, "parley: nobody here is 'Carol'\n");
		for (const [typed, usage] of [[['mute', 'board'], 'mute NAME WHO'],
			[['list', 'board'], 'list']]) {
			const { code, output } = await parley.cli(...typed);
			assert.deepEqual([code, output], [2, `Usage: parley ${usage
			}. Try 'parley help ${typed[0]}'.\n`]);
		}
		assert.match((await parley.cli('user', 'list')).stdout,
			/^Nobody has a password yet: parley user add USER\n$/);
	});

	test('events tell who waits and who is only called', async (t) => {
		await parley.json('conference', 'add', 'door', 'lobby=on',
			'host_pin=480213');
		const door = await Guests.open(t, parley, 'door');
		await door.join('Gustav');
		const watch = new Program(ours.path('parley'),
			['-s', parley.control, 'watch']);
		t.after(() => watch.stop());
		await watch.printed(/door has 0 in it, 1 waiting\n/);
		await parley.json('invite', 'board', `sip:nobody@127.0.0.1:${
			guests.sip.port}`);
		await watch.printed(/board \d+ nobody is called\n/);
		assert.match((await parley.cli('show', 'board')).stdout,
			/nobody .* called /);
	});
});
