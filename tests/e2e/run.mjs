// Runs the end-to-end tests: node run.mjs [NAME...], a name is a file without
// `.test.mjs`. Each file starts its own Parley. What only signals mostly waits:
// of that there are more side by side than where sound and pictures are
// measured, which takes a processor a file.
import { readFile, readdir } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';

const here = new URL('.', import.meta.url).pathname;
const wanted = process.argv.slice(2);
// Those that take longest begin, so that none of them is left alone at the end
const long = ['abuse', 'webrtc', 'two_operators', 'colour', 'page', 'firefox',
	'below_sip', 'churn', 'screens', 'sip_load', 'moderator'];
const place = (file) => (long.indexOf(file.slice(0, -9)) + 1 || 99);
const files = (await readdir(here)).sort()
	.sort((a, b) => place(a) - place(b))
	.filter((f) => f.endsWith('.test.mjs'))
	.filter((f) => !wanted.length || wanted.includes(f.slice(0, -9)))
	.map((f) => here + f);
if (!files.length) {
	console.error(`no test of that name: ${wanted.join(' ')}`);
	process.exit(2);
}

const measures = /from '\.\/lib\/(browser|firefox|judge|signal|third_party|web_phone|werift_peer)/;
// These change their network, which is one of their own; who is not root is it
// there alone
const networks = /from '\.\/lib\/uplinks/;
const own = ['unshare', '--net', ...process.getuid() ? ['-r'] : []];
const measuring = [], signalling = [], changing = [];
for (const file of files) {
	const text = await readFile(file, 'utf8');
	(networks.test(text) ? changing : measures.test(text) ? measuring
		: signalling).push(file);
}

let failed = 0;
for (const [group, at, by] of [[signalling, 4, []], [measuring, 2, []],
	[changing, 1, own]]) {
	if (!group.length)
		continue;
	const [program, ...rest] = [...by, process.execPath, '--test',
		`--test-concurrency=${at}`, '--test-reporter=spec', ...group];
	const { status } = spawnSync(program, rest, { stdio: 'inherit' });
	failed ||= status ?? 1;
}
process.exit(failed);
