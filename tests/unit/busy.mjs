// ./dev soak busy [NAME...]: every unit program (or those whose names have a
// NAME in them) on a machine that has no time for it. Again and again it stands
// still, as who waits for a processor does, and may go on for a moment: a test
// that fails so fails one day on a busy machine. It costs no processor, so that
// many run at once: half an hour.
import { execFileSync, spawn } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('../../build', import.meta.url));
const STILL_MS = [20, 1500], GOES_MS = [5, 200];
const TAKES_MAX_MS = 1800_000; // more and it hangs
const AT_ONCE = 6 * os.cpus().length;
const SAID_LINES = 12;

const seed = Number(process.env.SEED || Date.now() % 1e6);
const names = process.argv.slice(2).join('|');

// The same moments again for the same seed (mulberry32)
function dice(start) {
	let state = start >>> 0;

	return ([min, max]) => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);

		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return min + (max - min) * (((t ^ (t >>> 14)) >>> 0) / 2 ** 32);
	};
}

// Only what is wrong, and the test that it is in
function wrong(said) {
	const lines = said.split('\n').filter((line) =>
		/FAILED|^\s+\d+\. |Sanitizer|^#\d/.test(line));

	return (lines.length ? lines : said.split('\n'))
		.slice(-SAID_LINES).join('\n');
}

function run({ command: [program, ...parts], name }, number) {
	const roll = dice(seed + number * 7919);

	return new Promise((done) => {
		const child = spawn(program, parts, { cwd: `${BUILD}/..`,
			stdio: ['ignore', 'pipe', 'pipe'] });
		const begun = performance.now();
		let said = '', still = false, timer;
		const turn = () => {
			still = !still;
			if (performance.now() - begun > TAKES_MAX_MS)
				child.kill('SIGKILL');
			child.kill(still ? 'SIGSTOP' : 'SIGCONT');
			timer = setTimeout(turn, roll(still ? STILL_MS : GOES_MS));
		};

		for (const stream of [child.stdout, child.stderr])
			stream.on('data', (bytes) => (said += bytes));
		turn();
		child.on('close', (code, signal) => {
			clearTimeout(timer);
			done({ name, said, failed: code !== 0,
				how: signal ?? `exit ${code}`,
				s: (performance.now() - begun) / 1000 });
		});
	});
}

const cost = ({ properties }) =>
	properties.find(({ name }) => name === 'COST')?.value ?? 0;
const { tests } = JSON.parse(execFileSync('ctest', ['--test-dir', BUILD,
	'--show-only=json-v1', '-R', `^unit_.*(${names})`],
{ maxBuffer: 1 << 24 }));
tests.sort((a, b) => cost(b) - cost(a)); // those that take longest begin
if (!tests.length) {
	console.error(`no unit program has ${names} in its name`);
	process.exit(2);
}
console.log(`${tests.length} unit programs, SEED=${seed}`);
let at = 0, failures = 0;
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
	while (at < tests.length) {
		const number = at++;
		const result = await run(tests[number], number);

		failures += result.failed;
		console.log(`${result.failed ? 'FAILED' : 'passed'}  ${
			result.name}, ${result.s.toFixed(0)} s`);
		if (result.failed)
			console.log(`${result.how}:\n${wrong(result.said)}`);
	}
}));
console.log(failures ? `${failures} of ${tests.length} failed`
	: 'all bear a busy machine');
process.exit(failures ? 1 : 0);
