// Runs the end-to-end tests one file after the other (each starts its own
// Parley): node run.mjs [NAME...], a name is a file without `.test.mjs`.
import { readdir } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';

const here = new URL('.', import.meta.url).pathname;
const wanted = process.argv.slice(2);
const files = (await readdir(here)).sort()
	.filter((f) => f.endsWith('.test.mjs'))
	.filter((f) => !wanted.length || wanted.includes(f.slice(0, -9)))
	.map((f) => here + f);
if (!files.length) {
	console.error(`no test of that name: ${wanted.join(' ')}`);
	process.exit(2);
}
const { status } = spawnSync(process.execPath, ['--test',
	'--test-concurrency=1', '--test-reporter=spec', ...files],
{ stdio: 'inherit' });
process.exit(status ?? 1);
