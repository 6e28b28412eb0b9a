// Runs the end-to-end tests: node run.mjs [NAME...], a name is a file without
// `.test.mjs`. Each file starts its own Parley. What only signals mostly waits:
// of that there are more side by side than where sound and pictures are
// measured, which takes a processor a file.
import { readFile, readdir } from 'node:fs/promises';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';

const here = new URL('.', import.meta.url).pathname;
const wanted = process.argv.slice(2);
// Those that take longest begin, so that none of them is left alone at the end
const long = ['abuse', 'webrtc', 'two_operators', 'colour', 'page', 'firefox',
	'below_sip', 'churn', 'screens', 'sip_load', 'moderator', 'turn', 'nat',
	'network_change', 'udp_blocked'];
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
// These change their network: each has one of its own, in which it may do so
const networks = /from '\.\/lib\/(place|hosts|nat_world|uplinks)\./;
const measuring = [], signalling = [], changing = [];
for (const file of files) {
	const text = await readFile(file, 'utf8');
	(networks.test(text) ? changing : measures.test(text) ? measuring
		: signalling).push(file);
}

const node = [process.execPath, '--test', '--test-reporter=spec'];
let failed = 0;
for (const [group, at] of [[signalling, 4], [measuring, 2]]) {
	if (!group.length)
		continue;
	const [program, ...rest] = [...node, `--test-concurrency=${at}`, ...group];
	const { status } = spawnSync(program, rest, { stdio: 'inherit' });
	failed ||= status ?? 1;
}

// What starts a program in a network of its own, where it may do all that these
// tests need; who is not root is it there alone. Null where that is forbidden
function ownNetwork() {
	const inside = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
	const may = ['sh', '-c', 'nft list ruleset && unshare --net true'
		+ ' && test -w /proc/sys/net/ipv4/ip_forward'];
	return [[], ['-r']].map((who) => ['unshare', '--net', ...who, ...inside])
		.find(([program, ...rest]) =>
			spawnSync(program, [...rest, ...may]).status === 0) || null;
}

// What it says is kept until it ends: others run beside it
async function runAlone(own, file) {
	const [program, ...rest] = [...own, ...node, file];
	const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text) => { said += text; });
	const [status] = await once(child, 'close');
	process.stdout.write(said);
	failed ||= status ?? 1;
}

const own = changing.length && ownNetwork();
if (own)
	await Promise.all([1, 2].map(async () => {
		while (changing.length)
			await runAlone(own, changing.shift());
	}));
else if (changing.length)
	console.log(`skipped, as no network can be made here (unshare --net, nft): ${
		changing.map((file) => basename(file, '.test.mjs')).join(' ')}`);
process.exit(failed);
