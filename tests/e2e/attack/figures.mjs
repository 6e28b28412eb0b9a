// Figures: how they are measured, by what they are judged, and how they look.
import { spawn } from 'node:child_process';

const MOST_MS = 240000; // of one measure

// What measure.mjs finds with the programs of that tree: figures, or an error.
// In a process of its own: ports, clocks and what is left of one are gone
export function measureIn(name, tree) {
	const path = new URL('measure.mjs', import.meta.url).pathname;
	return new Promise((done) => {
		const child = spawn(process.execPath, [path, name, tree],
			{ stdio: ['ignore', 'pipe', 'pipe'] });
		const watch = setTimeout(() => child.kill(), MOST_MS);
		let told = '', said = '';
		child.stdout.on('data', (data) => { told += data; });
		child.stderr.on('data', (data) => { said += data; });
		child.on('close', (code) => {
			clearTimeout(watch);
			done(code === 0 ? { figures: JSON.parse(told) }
				: { figures: {}, error: said.trim() || `${name}: ended` });
		});
	});
}

// null: it never came
export function holds(bound, value) {
	if (value === undefined)
		return false;
	if ('is' in bound)
		return value === bound.is;
	if ('most' in bound)
		return value !== null && value <= bound.most;
	return !('least' in bound) || value >= bound.least;
}

const word = (value) => (value === undefined ? '-' : value === null ? 'never'
	: typeof value !== 'number' || Number.isInteger(value) ? `${value}`
		: value >= 100 ? value.toFixed(0) : value.toFixed(1));
const wordOf = ({ is, most, least }) => (is !== undefined ? `${is}`
	: most !== undefined ? `${most} at most`
		: least !== undefined ? `${least} at least` : '');

// Cells as lines of a Markdown table
function lay(cells) {
	const widths = cells[0].map((_, i) =>
		Math.max(...cells.map((row) => row[i].length)));
	const lines = cells.map((row) => `| ${row.map((cell, i) =>
		cell.padEnd(widths[i])).join(' | ')} |`);
	lines.splice(1, 0, `|${widths.map((n) => '-'.repeat(n + 2)).join('|')}|`);
	return lines;
}

// All rows with what was measured of them: {before, now} by name
export function table(rows, measured, heads) {
	return lay([['', 'What', ...heads, 'Bound'], ...rows.flatMap((row) => {
		const { before, now } = measured.get(row.name);
		return [[`${row.row}`, `${row.title}:`, ...heads.map(() => ''), ''],
			...Object.entries(row.figures).map(([key, [what, bound]]) =>
				['', what, word(before?.figures[key]),
					word(now.figures[key]), wordOf(bound)])];
	})]).join('\n');
}

// What of a row is beyond its bounds, in words
export function broken(row, { figures, error }) {
	const beyond = Object.entries(row.figures)
		.filter(([key, [, bound]]) => !holds(bound, figures[key]))
		.map(([key, [what, bound]]) => `${what}: ${word(figures[key])}, not ${
			wordOf(bound)}`);
	return [...(error ? [error] : []), ...beyond];
}
