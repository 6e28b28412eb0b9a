// The secure line between two connections: text in its order, files whole and
// only where they are wanted, the same words at both ends and others where
// somebody is in between, and an end to whoever sends what may not come.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Firefox } from './lib/firefox.mjs';
import { until } from './lib/process.mjs';
import { servePage } from './lib/third_party.mjs';
import { fingerprintsOf } from '../../web/media/secure_channel.mjs';
import { plainName } from '../../web/media/secure_files.mjs';
import { fromBase64, secureWords } from '../../web/media/secure_words.mjs';

const source = `
import { watchSecureLine } from './media/secure_channel.mjs';

// An end: what it was told, and its line
const end = (pc) => {
	const seen = { texts: [], files: {}, progress: [], words: null,
		closed: null, line: null, pc };
	watchSecureLine(pc, () => true, {
		opened: (line) => { seen.line = line; },
		words: (words) => { seen.words = words; },
		text: (text) => seen.texts.push(text),
		file: (news) => {
			seen.files[news.key] = news;
			seen.progress.push([news.key, news.done]);
		},
		closed: (why) => { seen.closed = why; },
	});
	return seen;
};

// Two connections with a line for data
async function connect(offers, answers) {
	offers.onicecandidate = ({ candidate }) => answers.addIceCandidate(candidate);
	answers.onicecandidate = ({ candidate }) => offers.addIceCandidate(candidate);
	offers.createDataChannel('line', { negotiated: true, id: 1 });
	await offers.setLocalDescription();
	await answers.setRemoteDescription(offers.localDescription);
	await answers.setLocalDescription();
	await offers.setRemoteDescription(answers.localDescription);
}

window.pair = async () => {
	const one = new RTCPeerConnection(), two = new RTCPeerConnection();
	[window.one, window.two] = [end(one), end(two)];
	await connect(one, two);
};

// Somebody in between has a line with each; 'blind' passes on what comes
window.between = async (blind) => {
	const [a, x, y, b] = Array.from({ length: 4 },
		() => new RTCPeerConnection());
	[window.one, window.two] = [end(a), end(b)];
	if (blind) {
		const [left, right] = [x, y].map((pc) => pc.createDataChannel('p',
			{ negotiated: true, id: 0 }));
		const pass = (from, to) => {
			from.onmessage = ({ data }) => to.readyState === 'open'
				? to.send(data) : to.addEventListener('open',
					() => to.send(data));
		};
		pass(left, right);
		pass(right, left);
	} else {
		const inside = [end(x), end(y)];
		const relay = (from, to) => setInterval(() => {
			for (const text of from.texts.splice(0))
				to.line.write(text);
		}, 20);
		relay(inside[0], inside[1]);
		relay(inside[1], inside[0]);
	}
	await Promise.all([connect(a, x), connect(y, b)]);
};
window.state = () => JSON.parse(JSON.stringify(['one', 'two'].map((name) => {
	const { texts, files, words, closed } = window[name];
	return { texts, files, words, closed };
})));
window.start = (what, ...args) => {
	window.failed = null;
	window[what](...args).catch((error) => { window.failed = String(error); });
	return true;
};
// A file of so many bytes that are not alike
window.offer = (bytes, name) => {
	const data = new Uint8Array(bytes);
	for (let at = 0; at < bytes; at += 65536)
		crypto.getRandomValues(data.subarray(at, Math.min(at + 65536, bytes)));
	window.data = data;
	return window.one.line.files.offer(new File([data], name));
};
// Whether the file that came is the one that was sent
window.compare = (key) => {
	window.same = null;
	window.two.files[key].blob.arrayBuffer().then((buffer) => {
		const got = new Uint8Array(buffer);
		window.same = got.length === window.data.length
			&& got.every((byte, i) => byte === window.data[i]);
	});
	return true;
};
`;

test('what stands for an end of a line', () => {
	const sdp = ['v=0', 'a=fingerprint:sha-256 AA:bb', 'm=audio 9 X 0',
		'a=mid:0', 'm=audio 9 X 0', 'a=mid:e1a', 'a=fingerprint:sha-256 cc:dd',
		'm=video 0 X 0', 'a=mid:e1v', 'a=fingerprint:sha-256 00:00',
		'm=application 9 X', 'a=mid:e1d', 'a=fingerprint:SHA-256 CC:DD', '']
		.join('\r\n');
	assert.equal(fingerprintsOf(sdp, ['0']), 'sha-256 AA:BB');
	assert.equal(fingerprintsOf(sdp, ['e1a', 'e1v', 'e1d']), 'sha-256 CC:DD');
	// one that was put in is seen
	assert.equal(fingerprintsOf(sdp, ['0', 'e1d']),
		'sha-256 AA:BB\nsha-256 CC:DD');
});

test('four words of 2048, the same from both ends', async () => {
	const nonce = (byte) => new Uint8Array(32).fill(byte);
	const one = { fingerprint: 'sha-256 AA', nonce: nonce(1) };
	const two = { fingerprint: 'sha-256 BB', nonce: nonce(2) };
	const words = await secureWords(one, two);
	assert.equal(words.length, 4);
	assert.ok(words.every((word) => /^[a-z]{3,8}$/.test(word)));
	assert.deepEqual(await secureWords(two, one), words);
	for (const other of [{ ...two, nonce: nonce(3) },
		{ ...two, fingerprint: 'sha-256 BC' }])
		assert.notDeepEqual(await secureWords(one, other), words);
});

test('what somebody else gives is looked at', () => {
	assert.equal(fromBase64('AAAA'), null);
	assert.equal(fromBase64('?'.repeat(44)), null);
	assert.equal(fromBase64(7), null);
	assert.equal(fromBase64(btoa('x'.repeat(32))).length, 32);
	assert.equal(plainName('../../etc/pass\u0000wd'), '....etcpasswd');
	assert.equal(plainName('invoice\u202Efdp.exe'), 'invoicefdp.exe');
	assert.equal(plainName(' \n '), 'file');
});

const BROWSERS = { Chromium: Browser, Firefox };
for (const [name, Program] of Object.entries(BROWSERS)) {
	describe(`the secure line in ${name}`, { concurrency: 1 }, () => {
		let app, browser, page;

		before(async () => {
			app = await servePage(source);
			browser = await Program.start();
			({ page } = browser);
		});
		after(async () => {
			await browser?.stop();
			app?.close();
		});

		const state = () => page.evaluate(() => window.state());
		const comes = (what, is, ms) => until(what, async () => {
			const ends = await state();
			return is(...ends) && ends || Promise.reject(new Error(
				JSON.stringify(ends).slice(0, 500)));
		}, ms);
		const open = async (what, ...args) => {
			await page.goto(app.url);
			await page.evaluate(([start, rest]) =>
				window.start(start, ...rest), [what, args]);
		};
		const pair = async () => {
			await open('pair');
			return comes('words are there', (one, two) => one.words
				&& two.words);
		};
		const accept = () => page.evaluate(() =>
			window.two.line.files.accept('other 1'));
		// An offer of one who has no such file, and does not wonder at an answer
		const offerFalsely = async (size) => {
			await page.evaluate((bytes) => {
				window.one.line.files.take = () => true;
				window.one.line.channel.send(JSON.stringify(
					{ t: 'offer', f: 1, name: 'x', size: bytes }));
				return true;
			}, size);
			await comes('an offer', (_, b) => file(b));
			assert.ok(await accept());
		};
		const file = (end) => end.files['own 1'] || end.files['other 1'];

		test('the same words, and text both ways in its order', async () => {
			const [one, two] = await pair();
			assert.deepEqual(one.words, two.words);
			await page.evaluate(() => {
				for (let i = 0; i < 50; i++) {
					window.one.line.write(`<b>${i}</b> ünï 🚀`);
					window.two.line.write(String(i));
				}
				return true;
			});
			const [left, right] = await comes('all of it', (a, b) =>
				a.texts.length === 50 && b.texts.length === 50);
			assert.deepEqual(left.texts, [...Array(50).keys()].map(String));
			assert.equal(right.texts[7], '<b>7</b> ünï 🚀');
		});

		test('10 MB come whole, with progress at both ends', async () => {
			await pair();
			const bytes = 10 * 1024 * 1024;
			assert.ok(await page.evaluate((size) =>
				window.offer(size, 'a picture.png'), bytes));
			const [, two] = await comes('an offer', (_, b) => file(b));
			assert.deepEqual([file(two).name, file(two).size, file(two).done],
				['a picture.png', bytes, 0]);
			assert.ok(await accept());
			await comes('it came', (a, b) => file(a).status === 'whole'
				&& file(b).status === 'whole', 60000);
			await page.evaluate(() => window.compare('other 1'));
			await until('it is compared', async () =>
				await page.evaluate(() => window.same) !== null);
			assert.equal(await page.evaluate(() => window.same), true);
			const steps = await page.evaluate(() => ['one', 'two'].map((end) =>
				window[end].progress.map(([, done]) => done)));
			for (const done of steps) {
				assert.ok(done.filter((n) => n && n < bytes).length > 0,
					`${done}`);
				assert.deepEqual(done, [...done].sort((a, b) => a - b));
			}
		});

		test('what is declined does not flow', async () => {
			await pair();
			await page.evaluate(() => window.offer(1000, 'x'));
			await comes('an offer', (_, b) => file(b));
			await page.evaluate(() =>
				window.two.line.files.stop('other 1') || true);
			const [one, two] = await comes('a refusal', (a) =>
				file(a).status === 'refused');
			assert.equal(file(two).status, 'refused');
			assert.equal(file(one).done + file(two).done, 0);
		});

		test('somebody in between has other words', async () => {
			await open('between', false);
			const [one, two] = await comes('words', (a, b) => a.words
				&& b.words);
			assert.notDeepEqual(one.words, two.words);
		});

		test('who only passes on is found out at once', async () => {
			await open('between', true);
			const [one, two] = await comes('an end', (a, b) => a.closed
				&& b.closed);
			assert.equal(one.words || two.words, null);
			assert.ok([one.closed, two.closed].includes('unproven'));
		});

		for (const [what, send] of [
			['a text that is too long', () => JSON.stringify({ t: 'text',
				x: 'x'.repeat(4001) })],
			['a frame that is too long', () => ' '.repeat(20000)],
			['no JSON', () => '{'],
			['no object', () => '[1]'],
			['a text that is none', () => '{"t":"text","x":{}}'],
			['another promise', () => '{"t":"commit","c":"AAAA"}'],
			['another number', () => `{"t":"reveal","n":"${
				btoa('x'.repeat(32))}"}`],
			['a piece of nothing', () => new Uint8Array([0, 0, 0, 9, 1])],
			['a piece that is too short', () => new Uint8Array([0, 0, 0])],
			['a file that is too large', () =>
				'{"t":"offer","f":9,"name":"x","size":104857601}'],
			['a file without a size', () => '{"t":"offer","f":9,"name":"x"}'],
			['an answer to nothing', () => '{"t":"accept","f":9}'],
			['a kind that is not known', () => '{"t":"__proto__","f":1}'],
		]) {
			test(`${what} ends it`, async () => {
				await pair();
				await page.evaluate((text) => {
					window.one.line.channel.send(
						(0, eval)(`(${text})`)());
					return true;
				}, `${send}`);
				await comes('an end', (_, b) => b.closed === 'broken');
			});
		}

		test('more than was offered ends it', async () => {
			await pair();
			await offerFalsely(3);
			await page.evaluate(() => {
				window.one.line.channel.send(
					new Uint8Array([0, 0, 0, 1, 1, 2, 3, 4]));
				return true;
			});
			await comes('an end', (_, b) => b.closed === 'broken'
				&& file(b).status === 'stopped');
		});

		test('another file than was said is not kept', async () => {
			await pair();
			await offerFalsely(1);
			await page.evaluate(() => {
				const { channel } = window.one.line;
				channel.send(new Uint8Array([0, 0, 0, 1, 1]));
				channel.send('{"t":"done","f":1,"hash":"00"}');
				return true;
			});
			const [, two] = await comes('it is checked', (_, b) =>
				file(b).status === 'broken');
			assert.equal(file(two).blob, null);
		});

		test('it ends with the connection of the other', async () => {
			await pair();
			await page.evaluate(() => window.one.pc.close() || true);
			await comes('an end', (_, b) => b.closed === 'gone');
		});
	});
}
