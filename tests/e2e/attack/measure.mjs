// node measure.mjs NAME TREE: the figures of one row with the programs of a
// tree, as a line of JSON. A process of its own, that leaves nothing behind.
import { Parley } from '../lib/parley.mjs';
import { Programs, ours } from '../lib/programs.mjs';
import { root } from '../lib/process.mjs';

// What a measure is given: like a test's context, and the tree's programs
class Measurement {
	#ends = [];

	constructor(tree) {
		this.programs = tree === root ? ours : new Programs(tree);
	}

	after(end) { this.#ends.push(end); }

	async start(options, env) {
		const parley = await Parley.start(options, env, this.programs);
		this.after(() => parley.stop());
		return parley;
	}

	// What came last ends first
	async end() {
		for (const end of this.#ends.reverse())
			await end();
	}
}

const [name, tree] = process.argv.slice(2);
const { measure } = await import(`./${name}.mjs`);
const measurement = new Measurement(tree);
process.on('SIGTERM', () => process.exit(1));
let code = 0;
try {
	console.log(JSON.stringify(await measure(measurement)));
} catch (error) {
	console.error(`${name}: ${error.message}`);
	code = 1;
}
await measurement.end();
process.exit(code);
