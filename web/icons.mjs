// Pictures of the page's icon, all made of icon.svg: for browsers that take no
// SVG for an installed page, and for launchers that cut it to a shape of theirs.
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const wasm = createRequire(import.meta.url).resolve(
	'@resvg/resvg-wasm/index_bg.wasm');

// Without round corners: a launcher rounds them. What is in the middle stays
// clear of them (the safe zone of a maskable icon is a circle of 80 %)
const square = (svg) => svg.replace(/ rx="[\d.]+"/, '');

const ICONS = [
	{ name: 'icon-192', size: 192, purpose: 'any' },
	{ name: 'icon-512', size: 512, purpose: 'any' },
	{ name: 'mask-512', size: 512, purpose: 'maskable', cut: true },
	{ name: 'touch-180', size: 180, cut: true }, // Safari, by a link
];

// [{ name, content, size, purpose }]; without a purpose it is not of the
// manifest
export async function drawIcons(file) {
	const svg = await readFile(file, 'utf8');
	await initWasm(await readFile(wasm));
	return ICONS.map(({ cut, ...icon }) => ({ ...icon,
		content: new Resvg(cut ? square(svg) : svg, { fitTo:
			{ mode: 'width', value: icon.size } }).render().asPng() }));
}
