// What of the page goes over the wire: packed as the browser wants it, no more
// than 120 kB of it, from here and nowhere else; and what installs it.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { get, request } from 'node:http';
import { readFile, readdir } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { until } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';

const LIMIT_BYTES = 120000;
const UNPACK = { br: brotliDecompressSync, gzip: gunzipSync };

// A request as it is on the wire: { status, headers, body }
const ask = (url, { method = 'GET', headers = {} } = {}) => new Promise(
	(done, fail) => (method === 'GET' ? get : request)(url, { method, headers },
		(answer) => {
			const parts = [];
			answer.on('data', (part) => parts.push(part));
			answer.on('end', () => done({ status: answer.statusCode,
				headers: answer.headers, body: Buffer.concat(parts) }));
		}).on('error', fail).end());

describe('delivery of the page', { concurrency: 1 }, () => {
	let parley, paths;

	before(async () => {
		parley = await Parley.start();
		const html = `${(await ask(`${parley.http}/`)).body}`;
		paths = ['/', ...[...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)]
			.map(([, path]) => path)];
		assert.ok(paths.length >= 6, `${paths}`);
	});
	after(() => parley?.stop());

	test('each file is packed as it is asked for, and the same', async () => {
		for (const path of paths) {
			const url = parley.http + path;
			const plain = await ask(url);
			assert.equal(plain.status, 200);
			assert.equal(plain.headers['content-encoding'], undefined);
			const packed = {};
			for (const [coding, unpack] of Object.entries(UNPACK)) {
				const answer = packed[coding] = await ask(url, { headers:
					{ 'Accept-Encoding': coding } });
				// what gains nothing is as it is
				if (!answer.headers['content-encoding'])
					continue;
				assert.equal(answer.headers['content-encoding'], coding);
				assert.equal(answer.headers.vary, 'Accept-Encoding');
				assert.equal(plain.headers.vary, 'Accept-Encoding');
				assert.ok(answer.body.length < plain.body.length);
				assert.ok(unpack(answer.body).equals(plain.body), path);
				assert.notEqual(answer.headers.etag, plain.headers.etag);
				assert.equal(answer.headers['content-type'],
					plain.headers['content-type']);
			}
			if (/\.(js|css)$|\/$/.test(path))
				assert.ok(packed.br.body.length < packed.gzip.body.length);
		}
	});

	test('HEAD and a known ETag speak of what is packed', async () => {
		const url = parley.http + paths.find((path) => path.endsWith('.js'));
		const headers = { 'Accept-Encoding': 'br' };
		const whole = await ask(url, { headers });
		const head = await ask(url, { method: 'HEAD', headers });
		assert.equal(head.headers['content-length'], `${whole.body.length}`);
		assert.equal(head.headers['content-encoding'], 'br');
		assert.equal(head.body.length, 0);
		const known = (accept) => ask(url, { headers: {
			'Accept-Encoding': accept, 'If-None-Match': whole.headers.etag } });
		const again = await known('br');
		assert.equal(again.status, 304);
		assert.equal(again.headers.vary, 'Accept-Encoding');
		assert.equal(again.body.length, 0);
		// it is not that of another coding
		assert.equal((await known('gzip')).status, 200);
	});

	test('all of it together, with the icons that installing takes', async () => {
		let sum = 0;
		const names = await readdir(ours.web);
		for (const name of names.filter((n) => !/\.(br|gz)$/.test(n))) {
			const sizes = await Promise.all([name, `${name}.br`, `${name}.gz`]
				.filter((n) => names.includes(n)).map(async (n) =>
					(await readFile(`${ours.web}/${n}`)).length));
			sum += Math.min(...sizes);
		}
		assert.ok(sum < LIMIT_BYTES, `${sum} bytes`);
	});

	for (const scheme of ['https', 'http']) {
		test(`a visit by ${scheme}, with a call, is under 120 kB`, async (t) => {
			const ann = await Browser.start();
			t.after(() => ann.stop());
			const { page } = ann;
			const own = new URL(parley[scheme]).host;
			const strangers = [], finished = [];
			page.on('request', (r) => {
				const { protocol, host } = new URL(r.url());
				if (host !== own && protocol !== 'data:'
					&& protocol !== 'blob:')
					strangers.push(r.url());
			});
			page.on('websocket', (s) => new URL(s.url()).host === own
				|| strangers.push(s.url()));
			page.on('requestfinished', (r) => finished.push(r));
			await ann.join(`${parley[scheme]}/visit`, 'Ann');
			await page.click('#devices-button');
			await ann.leave();
			await until('it is over', () => page.isVisible('#ended'));
			const sizes = await Promise.all(finished.map(async (r) => {
				const { responseBodySize, responseHeadersSize } =
					await r.sizes();
				return responseBodySize + responseHeadersSize;
			}));
			const sum = sizes.reduce((a, b) => a + b, 0);
			t.diagnostic(`${finished.length} answers, ${sum} bytes`);
			assert.ok(finished.length >= 4);
			assert.ok(sum < LIMIT_BYTES, `${sum} bytes`);
			assert.deepEqual(strangers, []);
		});
	}

	test('it can be installed', async (t) => {
		const ann = await Browser.start();
		t.after(() => ann.stop());
		await ann.page.goto(`${parley.http}/`);
		const cdp = await ann.context.newCDPSession(ann.page);
		const { errors, data } = await cdp.send('Page.getAppManifest');
		assert.deepEqual(errors, []);
		const manifest = JSON.parse(data);
		assert.equal(manifest.name, 'Parley');
		assert.equal(manifest.display, 'standalone');
		const { installabilityErrors } = await cdp.send(
			'Page.getInstallabilityErrors');
		// a headless browser, and one with a profile of its own, installs none
		assert.deepEqual(installabilityErrors.map((e) => e.errorId)
			.filter((id) => id !== 'in-incognito'), []);

		for (const { src, sizes, type, purpose } of manifest.icons) {
			const { status, headers, body } = await ask(parley.http + src);
			assert.equal(status, 200);
			assert.equal(headers['content-type'], type);
			if (type !== 'image/png')
				continue;
			const { width, height, data: pixels } = PNG.sync.read(body);
			assert.equal(`${width}x${height}`, sizes);
			// a corner: round, or left to who cuts it
			assert.equal(pixels[3], purpose === 'maskable' ? 255 : 0);
		}
	});
});
