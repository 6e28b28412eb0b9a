// Bundles the join page into dist/: one script, one style sheet, one page, its
// icons and its manifest. Names carry a hash of their content, so the server may
// let browsers keep them for ever; index.html alone is fetched anew. Beside each
// file that gains by it lies what it is as gzip and as Brotli, for the server to
// send (signaling/web/page_files.h).
// In index.html {{FILE.TYPE}} is the address of a file, and {{KEY}} a string in
// all languages, for who has no script.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { drawIcons } from './icons.mjs';
import { LANGUAGES, say, speak } from './strings/say.mjs';

const out = new URL('dist/', import.meta.url).pathname;
const src = new URL('.', import.meta.url).pathname;

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const addresses = {}; // of the files of index.html, by their plain name

async function put(name, type, content) {
	const hash = createHash('sha256').update(content).digest('hex')
		.slice(0, 10);
	const file = `${name}.${hash}.${type}`;
	await writeFile(out + file, content);
	addresses[`${name}.${type}`] = `/${file}`;
	return `/${file}`;
}

const result = await build({
	entryPoints: [`${src}join.mjs`, `${src}style.css`],
	bundle: true,
	minify: true,
	write: false,
	outdir: out,
	format: 'iife',
	target: ['chrome100', 'firefox100', 'safari15.4'],
	define: { global: 'window' },
	legalComments: 'none',
	loader: { '.svg': 'dataurl' },
});
for (const { path, contents } of result.outputFiles) {
	const [, name, type] = path.match(/([a-z]+)\.(js|css)$/);
	await put(name, type, contents);
}

const icons = [];
const svg = await put('icon', 'svg', await readFile(`${src}icon.svg`));
icons.push({ src: svg, sizes: 'any', type: 'image/svg+xml', purpose: 'any' });
for (const { name, content, size, purpose } of
	await drawIcons(`${src}icon.svg`)) {
	const address = await put(name, 'png', content);
	if (purpose)
		icons.push({ src: address, sizes: `${size}x${size}`,
			type: 'image/png', purpose });
}

const manifest = JSON.parse(await readFile(`${src}manifest.json`, 'utf8'));
await put('parley', 'webmanifest', JSON.stringify({ ...manifest, icons }));

const inAllLanguages = (key) => LANGUAGES.map((language) => {
	speak(language);
	return `<span lang="${language}">${say(key)}</span>`;
}).join(' ');
const page = (await readFile(`${src}index.html`, 'utf8'))
	.replace(/<!--[^]*?-->\n?/g, '').replace(/^\s+/gm, '')
	.replace(/\{\{([a-z][\w.-]+)\}\}/g, (all, name) => {
		speak(LANGUAGES[0]);
		if (!addresses[name] && say(name) === name)
			throw new Error(`index.html names ${name}, which is not there`);
		return addresses[name] || inAllLanguages(name);
	});
await writeFile(`${out}index.html`, page);

const SMALLER = { br: (content) => brotliCompressSync(content, { params: {
	[constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
gz: (content) => gzipSync(content, { level: 9 }) };
for (const name of await readdir(out)) {
	const content = await readFile(out + name);
	for (const [ending, pack] of Object.entries(SMALLER)) {
		const packed = pack(content);
		// what is packed already does not gain
		if (packed.length < 0.9 * content.length)
			await writeFile(`${out}${name}.${ending}`, packed);
	}
}
