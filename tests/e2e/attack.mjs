// ./dev soak attack: what an attacker, a flood and a bad clock could do to an
// earlier Parley, and what they can do to this one: the tests of each row are
// run, one after the other, and the figures that they reach are printed beside
// those of before. Fails if one of them does.
import { spawn } from 'node:child_process';

const here = new URL('.', import.meta.url).pathname;
const rows = [
	[1, 'sound by one packet to each port', '20 of 20 legs behind a NAT deaf, '
		+ 'a stranger hears and is heard', ['spray', 'media_source',
		'srtp_rebound']],
	[2, 'rights by a name', 'who calls with the creator\'s From is the creator',
		['rights', 'refer']],
	[3, 'calls beyond the RTP ports', '50 legs get 57 % of their packets, the '
		+ 'mixer is killed', ['ports']],
	[4, 'media and signalling to a third party', '322 times the bytes, 1021 with '
		+ 'pictures, 87 by signalling', ['unproven', 'drown']],
	[5, 'the wall clock', '+1900 s ends all calls', ['clock']],
	[6, 'a thousand sources at 8 messages a second', 'OPTIONS and moderators '
		+ 'unanswered, 15 to 150 MB in 8 s', ['drown', 'abuse', 'log_flood']],
	[7, 'our own port as far end', 'the leg lives for ever', ['media_source']],
	[8, 'a busy start', 'ends after 3 and 5 s', ['running']],
	[9, 'pages of other sites', 'any Origin is let in', ['webrtc']],
	[10, 'while something is broken', '15 of 30 joins 503, 17,000 lines in 6 s, '
		+ 'all capabilities kept', ['mixer_wait', 'log_flood', 'data_dir',
		'privileges', 'lying_mixer']],
	['', 'what held', 'held', ['strangers', 'torture', 'mixer_death']],
];

// One file's outcome, once however many rows name it
const outcomes = new Map();

function outcome(name) {
	if (!outcomes.has(name))
		outcomes.set(name, new Promise((done) => {
			const child = spawn(process.execPath, [`${here}run.mjs`, name],
				{ stdio: ['ignore', 'pipe', 'inherit'] });
			let text = '';
			child.stdout.on('data', (data) => { text += data; });
			child.on('close', (code) => done({ code, text }));
		}));
	return outcomes.get(name);
}

const count = (text, what) => Number(text.match(
	new RegExp(`^ℹ ${what} (\\d+)`, 'm'))?.[1] ?? 0);
const figures = (text) => [...text.matchAll(
	/^\s*ℹ (?!tests|suites|pass|fail|cancelled|skipped|todo|duration)(.*)$/gm)]
	.map(([, line]) => line);

let failed = 0;
for (const [row, what, before, names] of rows) {
	console.log(`${row}\t${what}\n\tbefore: ${before}`);
	for (const name of names) {
		const { code, text } = await outcome(name);
		console.log(`\tnow: ${name}: ${count(text, 'pass')} tests hold, ${
			count(text, 'fail')} do not`);
		for (const line of figures(text))
			console.log(`\t\t${line}`);
		if (code) {
			failed++;
			console.log(text.replace(/^/gm, '\t\t'));
		}
	}
}
console.log(failed ? `attack: ${failed} files failed` : 'attack: all hold');
process.exit(failed ? 1 : 0);
