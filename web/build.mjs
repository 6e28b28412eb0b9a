// Bundles the join page into dist/: one script, one style sheet, one page.
// Names carry a hash of their content, so the server may let browsers keep
// them for ever; index.html alone is fetched anew. {{KEY}} in it is a string in
// all languages, for who has no script.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { LANGUAGES, say, speak } from './strings/say.mjs';

const out = new URL('dist/', import.meta.url).pathname;
const src = new URL('.', import.meta.url).pathname;

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const result = await build({
	entryPoints: [`${src}join.mjs`, `${src}style.css`],
	bundle: true,
	minify: true,
	write: false,
	outdir: out,
	format: 'iife',
	target: ['chrome100', 'firefox100', 'safari15'],
	define: { global: 'window' },
	legalComments: 'none',
	loader: { '.svg': 'dataurl' },
});

let page = await readFile(`${src}index.html`, 'utf8');
for (const file of result.outputFiles) {
	const [, base, ext] = file.path.match(/([a-z]+)\.(js|css)$/);
	const hash = createHash('sha256').update(file.contents).digest('hex')
		.slice(0, 10);
	const name = `${base}.${hash}.${ext}`;
	await writeFile(out + name, file.contents);
	page = page.replace(`{{${base}.${ext}}}`, `/${name}`);
}
page = page.replace(/\{\{([a-z][\w.-]+)\}\}/g, (all, key) =>
	LANGUAGES.map((language) => {
		speak(language);
		const text = say(key);
		return text === key ? all
			: `<span lang="${language}">${text}</span>`;
	}).join(' '));
if (page.includes('{{'))
	throw new Error('index.html names a file that was not built');
await writeFile(`${out}index.html`, page);
