// The programs of a tree and its page: this one's, or those of an earlier one,
// which know fewer keys.
import { join } from 'node:path';
import { root, run } from './process.mjs';

export class Programs {
	// @param tree  the folder of a tree that was built
	constructor(tree) {
		this.bin = join(tree, 'build/bin');
		this.web = join(tree, 'web/dist');
	}

	path(name) { return join(this.bin, name); }

	// Keys of its configuration
	async keys() {
		const { stdout } = await run(this.path('parleyd'), ['-h']);
		return new Set([...stdout.matchAll(/^ {2}([a-z_]+)\b/gm)]
			.map(([, key]) => key));
	}

	// What it knows of these settings
	async known(settings) {
		const keys = await this.keys();
		return Object.fromEntries(Object.entries(settings)
			.filter(([key]) => keys.has(key)));
	}
}

export const ours = new Programs(root);
if (process.env.PARLEY_BIN)
	ours.bin = process.env.PARLEY_BIN;
