// Whoever knocks at the door as often as he likes does not fill the log: each
// kind of line comes ten times at once and then once in ten seconds, and what
// was held back is counted.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { knock } from './lib/flood.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { root, scratch, until } from './lib/process.mjs';

const MESSAGES = 5000, BURST = 10;

// Lines that begin so, and those of them that were held back: more=N at the
// end of the next one, or a line of its own
function told(output, start, event) {
	let lines = 0, held = 0;
	for (const line of output.split('\n')) {
		const [level, module] = start.split(': ')[0].split(' ');
		if (line.startsWith(start)) {
			lines++;
			held += Number(line.match(/ more=(\d+)$/)?.[1] || 0);
		} else if (line.startsWith(`${level} ${module}: more lines=`)
			&& line.endsWith(`event="${event}"`)) {
			held += Number(line.match(/lines=(\d+)/)[1]);
		}
	}
	return { lines, all: lines + held };
}

test('a burst of bad messages gives a few lines and their number', async (t) => {
	const parley = await Parley.start({ strangers_rate: 0,
		sip_rate_per_source: 1000000,
		invite_rate_per_source: 1000000, max_conferences: 5000 });
	t.after(() => parley.stop());
	const peer = await SipPeer.open(parley.sipPort);
	t.after(() => peer.close());

	const started = Date.now();
	let cancelled = 0;
	for (let i = 0; i < MESSAGES; i++) {
		knock(peer, parley, i);
		if (i % 10 === 9)
			await sleep(2);
	}
	await until('what was called off is', () => {
		const ends = peer.received.filter((m) => m.status === 487);
		cancelled = new Set(ends.map((m) => m.headers['call-id'])).size;
		return cancelled > MESSAGES / 10;
	}, 30000);
	await until('all are gone', async () =>
		(await parley.json('list')).conferences.length === 0, 40000, 200);
	const count = async () => Object.values((await parley.json('stats'))
		.transport.refused).reduce((sum, n) => sum + n, 0);
	let counted = -1;
	await until('all are read', async () => {
		const before = counted;
		counted = await count();
		return counted === before;
	}, 20000, 500);
	const intervals = Math.ceil((Date.now() - started) / 10000) + 1;
	const { output } = await parley.endsWell();

	const bad = told(output, 'warn gate: refused rule=', 'refused');
	const refused = told(output, 'info session: refused status=404', 'refused');
	const ended = told(output, 'info session: cancelled', 'cancelled');
	const created = told(output, 'info conference: created', 'created');
	for (const kind of [bad, refused, ended, created])
		assert.ok(kind.lines <= BURST + intervals, JSON.stringify(kind));
	assert.ok(counted > MESSAGES / 5, `${counted} of ${MESSAGES}`);
	assert.equal(bad.all, counted);
	assert.ok(refused.all > MESSAGES / 5, JSON.stringify(refused));
	assert.ok(ended.all >= cancelled, `${JSON.stringify(ended)} ${cancelled}`);
	t.diagnostic(`${output.split('\n').length} lines in ${
		Date.now() - started} ms: ${JSON.stringify({ bad, refused, ended })}`);
	assert.ok(output.split('\n').length < 10 * (BURST + 2 * intervals),
		output.split('\n').length);
});

// What codecs, fonts and TLS are made of writes to stderr as it likes
test('what libraries of a media server write does not fill it', async (t) => {
	const work = await scratch();
	t.after(() => work.remove());
	const program = join(work.dir, 'mixer');
	const honest = join(process.env.PARLEY_BIN || join(root, 'build/bin'),
		'parley-mixer');
	// 4 MB of lines beside a media server that works
	await writeFile(program, `#!/bin/sh
(i=0; while [ $i -lt 100000 ]; do i=$((i + 1))
echo "library: something is wrong with packet $i"; done) >&2 2>/dev/null 3>&- &
exec ${honest} "$@"
`, { mode: 0o755 });
	await chmod(work.dir, 0o755);
	const parley = await Parley.start({ mixer_program: program });
	t.after(() => parley.stop());
	for (const name of ['ann', 'bob']) {
		const p = await RtpPeer.open(parley, { name, hz: 440 });
		t.after(() => p.close());
		await p.dial(parley.uri('flood'));
		await (name === 'bob' && p.audio.more(100));
	}
	const { output } = parley.program;
	const lines = output.split('\n').filter((l) => l.startsWith('library: '));
	t.diagnostic(`${lines.length} lines`);
	assert.ok(lines.length > 500 && lines.length < 2500, `${lines.length}`);
	assert.match(output, /^warn mixers: says too much mixer=0/m);
});
