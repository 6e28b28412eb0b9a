// An earlier tree, built: ./dev build of it in a folder of its own.
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run } from '../lib/process.mjs';

async function must(file, args, options) {
	const { code, output } = await run(file, args, options);
	if (code)
		throw new Error(`${file} ${args.join(' ')}: ${output.slice(-2000)}`);
}

// The full name of a commit, null where git does not have it
export async function nameOf(commit) {
	const { code, stdout } = await run('git', ['-C', root, 'rev-parse',
		'--verify', '--quiet', `${commit}^{commit}`]);
	return code ? null : stdout.trim();
}

// Its folder; what was built before is not built again
export async function build(name) {
	const tree = join(root, 'build/before', name), stamp = join(tree, '.built');
	if (await stat(stamp).catch(() => null))
		return tree;
	await rm(tree, { recursive: true, force: true });
	await mkdir(tree, { recursive: true });
	await must('sh', ['-c', 'git -C "$0" archive "$1" | tar -x -C "$2"', root,
		name, tree]);
	await must(join(tree, 'dev'), ['build']);
	await writeFile(stamp, '');
	return tree;
}
