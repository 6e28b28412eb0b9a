// Two pages that are alone: sound and picture from the one to the other with
// nobody in between who hears, and back to the mixer when somebody comes. It is
// never silent meanwhile, nothing is heard twice, and the page says what is so.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Firefox, isColourful } from './lib/firefox.mjs';
import { hearsNot, hearsOthersOnly, sees } from './lib/judge.mjs';
import { allowed } from './lib/pace.mjs';
import { Parley } from './lib/parley.mjs';
import { until } from './lib/process.mjs';
import { Choice } from '../../web/media/groups.mjs';
import { keepGroups } from '../../web/media/lines.mjs';
import { changedLines } from '../../web/media/association.mjs';

describe('which line plays', () => {
	const mixer = { id: '0', active: true }, further = { id: 'e1a', active: true };
	const off = (line) => ({ ...line, active: false });

	test('the mixer, until it rests and the other page brings something', () => {
		const choice = new Choice();
		assert.equal(choice.set([mixer], 0), '0');
		assert.equal(choice.counted({ 0: 5 }, 100), '0');
		assert.equal(choice.set([mixer, further], 200), '0');
		assert.equal(choice.counted({ 0: 9, e1a: 0 }, 700), '0');
		assert.equal(choice.counted({ 0: 14, e1a: 1 }, 1200), '0');
		assert.equal(choice.set([off(mixer), further], 1300), 'e1a');
		assert.ok(choice.brings(1300));
	});

	test('the other page at once when the mixer rests', () => {
		const choice = new Choice();
		choice.set([mixer, further], 0);
		choice.came('0', 10);
		assert.equal(choice.came('e1a', 20), '0');
		assert.equal(choice.set([off(mixer), further], 30), 'e1a');
	});

	test('the mixer again once the other page rests', () => {
		const choice = new Choice();
		choice.set([mixer, further], 0);
		choice.counted({ 0: 5, e1a: 5 }, 100);
		choice.set([off(mixer), further], 200);
		// the last of it is counted late
		choice.counted({ 0: 8, e1a: 9 }, 600);
		assert.equal(choice.set([mixer, further], 700), 'e1a');
		assert.equal(choice.counted({ 0: 9, e1a: 30 }, 1100), 'e1a');
		assert.equal(choice.set([mixer, off(further)], 1200), '0');
	});

	test('another one where what plays has fallen silent', () => {
		const choice = new Choice();
		choice.set([mixer], 0);
		choice.set([mixer, further], 0);
		choice.counted({ 0: 5, e1a: 5 }, 100);
		assert.equal(choice.plays, '0');
		for (let now = 600; now <= 2100; now += 500)
			choice.counted({ 0: 5, e1a: now }, now);
		assert.equal(choice.plays, 'e1a');
		assert.equal(choice.counted({ 0: 6, e1a: 9999 }, 2600), 'e1a');
	});

	test('what is left where none brings anything', () => {
		const choice = new Choice();
		choice.set([mixer, further], 0);
		choice.counted({ 0: 1, e1a: 1 }, 100);
		assert.equal(choice.set([mixer], 200), '0');
		assert.equal(choice.set([mixer], 9000), '0');
		assert.equal(choice.set([off(mixer), further], 9000), 'e1a');
		assert.ok(!choice.brings(9000));
		assert.equal(choice.set([off(mixer), off(further)], 9100), 'e1a');
	});
});

describe('an offer of the page', () => {
	const groups = (...lines) => lines.map((mids) =>
		`a=group:BUNDLE ${mids}\r\n`).join('');
	const offer = (...lines) => `v=0\r\n${groups(...lines)}m=audio 9 X 0\r\n`;

	test('keeps the groups that there are', () => {
		assert.equal(keepGroups(offer('0 1 a b'), offer('0 1', 'a b')),
			offer('0 1', 'a b'));
		assert.equal(keepGroups(offer('0 1 2 b'), offer('0 1', 'a b')),
			offer('0 1 2', 'b'));
		assert.equal(keepGroups(offer('0 1'), offer('0 1', 'a b')),
			offer('0 1'));
	});

	test('is left as it is where there is one', () => {
		assert.equal(keepGroups(offer('0 1 2'), offer('0 1')), offer('0 1 2'));
		assert.equal(keepGroups(offer('0 1')), offer('0 1'));
	});
});

test('another certificate counts for its own line alone', () => {
	const before = new Map([['0', 'x'], ['a', 'y']]);
	for (const [now, changed] of [
		[[['0', 'x']], []],
		[[['0', 'x'], ['a', 'y'], ['b', 'z']], []],
		[[['0', 'x'], ['a', 'z']], ['a']]])
		assert.deepEqual(changedLines(before, new Map(now)), changed);
});

// Runs in the page: begins to listen to whatever plays; window.gap() ends it and
// tells for how many ms on end `hz` was missing at most, and how many sounds
// played at a time at most
const watchGap = async (hz) => {
	const context = new AudioContext({ sampleRate: 48000 });
	await context.resume();
	const tap = context.createScriptProcessor(1024, 1, 1);
	const inputs = new Map();
	const connect = () => {
		const stream = document.getElementById('picture').srcObject;
		const tracks = stream ? stream.getAudioTracks() : [];
		window.most = Math.max(window.most, tracks.length);
		for (const track of tracks.filter((t) => !inputs.has(t))) {
			const input = context.createMediaStreamSource(
				new MediaStream([track]));
			inputs.set(track, input);
			input.connect(tap);
		}
		for (const [track, input] of inputs) {
			if (!tracks.includes(track)) {
				input.disconnect();
				inputs.delete(track);
			}
		}
	};
	let missing = 0, longest = 0;
	window.most = 0;
	connect();
	const timer = setInterval(connect, 5);
	tap.onaudioprocess = ({ inputBuffer }) => {
		const block = inputBuffer.getChannelData(0);
		let re = 0, im = 0;
		block.forEach((v, i) => {
			re += v * Math.cos(2 * Math.PI * hz * i / 48000);
			im += v * Math.sin(2 * Math.PI * hz * i / 48000);
		});
		const power = 4 * (re * re + im * im) / block.length ** 2;
		missing = 10 * Math.log10(power + 1e-12) > -35 ? 0
			: missing + block.length / 48;
		longest = Math.max(longest, missing);
	};
	tap.connect(context.destination);
	window.gap = async () => {
		clearInterval(timer);
		await context.close();
		return { longest, most: window.most };
	};
	return true;
};

const WHOLE = 'End to end', TO_SERVER = 'Protected to the server';
const says = (browser, words, ms = 15000) => until(`it says "${words}"`,
	async () => {
		const said = await browser.page.evaluate(() => {
			const bearer = document.getElementById('bearer');
			return bearer.hidden ? '' : bearer.textContent;
		});
		return said === words || Promise.reject(new Error(said));
	}, ms);
const far = (browser) => browser.page.evaluate(() => {
	const text = (id) => {
		const element = document.getElementById(id);
		return element.checkVisibility() ? element.textContent : '';
	};
	return [text('far-name'), text('far-letters')];
});
const showsFar = (browser, ...want) => until(`it shows ${want}`, async () => {
	const have = await far(browser);
	return JSON.stringify(have) === JSON.stringify(want)
		|| Promise.reject(new Error(JSON.stringify(have)));
});
// Runs in the page: counts calls, as each has a connection
const countCalls = () => {
	const Real = window.RTCPeerConnection;
	window.calls = 0;
	window.RTCPeerConnection = class extends Real {
		constructor(...args) {
			super(...args);
			window.calls++;
		}
	};
};
const calls = (browser) => browser.page.evaluate(() => window.calls);
const RED = [200, 30, 30], GREEN = [30, 160, 40];

describe('two pages end to end', { concurrency: 1 }, () => {
	let parley, ann, ben, cleo;

	before(async () => {
		parley = await Parley.start({ end_to_end: 'yes' });
		ann = await Browser.start({ hz: 1000, rgb: GREEN });
		ben = await Browser.start({ hz: 440, rgb: RED });
		for (const { page } of [ann, ben])
			await page.addInitScript(countCalls);
		await ann.join(`${parley.http}/two`, 'Ann');
		await says(ann, TO_SERVER);
		await ben.join(`${parley.http}/two`, 'Ben');
	});
	after(async () => {
		await cleo?.stop();
		await ben?.stop();
		await ann?.stop();
		await parley?.stop();
	});

	test('they hear and see each other, and are told', async () => {
		for (const [one, other, rgb, name] of [[ann, ben, RED, 'Ben'],
			[ben, ann, GREEN, 'Ann']]) {
			await says(one, WHOLE);
			await hearsOthersOnly(one, [other]);
			// the camera itself, from edge to edge
			await sees(one, rgb, 0.8);
			await showsFar(one, name, '');
		}
	});

	test('a camera that goes leaves the name, and comes back in the same call',
		async () => {
			await ben.page.click('#camera');
			await showsFar(ann, 'Ben', 'B');
			await says(ann, WHOLE);
			await ben.page.click('#camera');
			await showsFar(ann, 'Ben', '');
			await sees(ann, RED, 0.8);
			await says(ben, WHOLE);
			assert.deepEqual([await calls(ann), await calls(ben)], [1, 1]);
		});

	test('who is muted is not heard', async () => {
		await ben.page.click('#mute');
		await hearsNot(ann, 440);
		await says(ann, WHOLE);
		await ben.page.click('#mute');
		await hearsOthersOnly(ann, [ben]);
	});

	test('who is monitored is told before it begins', async () => {
		const watch = () => {
			window.said = [];
			const look = () => {
				for (const [id, is] of [['monitored-mark', (e) => !e.hidden],
					['bearer', (e) => !e.classList.contains('whole')]]) {
					if (is(document.getElementById(id))
						&& !window.said.includes(id))
						window.said.push(id);
				}
			};
			new MutationObserver(look).observe(
				document.querySelector('#call header'),
				{ subtree: true, attributes: true, childList: true });
			return true;
		};
		for (const { page } of [ann, ben])
			await page.evaluate(watch);
		await parley.cli('monitor', 'two');
		for (const browser of [ann, ben]) {
			await says(browser, TO_SERVER);
			assert.deepEqual(await browser.page.evaluate(() => window.said),
				['monitored-mark', 'bearer']);
			assert.equal(await browser.page.textContent('#monitored-mark'),
				'monitored');
		}
		await parley.cli('unmonitor', 'two');
		for (const browser of [ann, ben])
			await says(browser, WHOLE);
		assert.ok(await ann.page.isHidden('#monitored-mark'));
	});

	test('a third one: no gap, no voice twice, and it is said', async () => {
		cleo = await Browser.start({ hz: 2500, rgb: [30, 30, 200] });
		await ann.page.evaluate(watchGap, 440);
		await cleo.join(`${parley.http}/two`, 'Cleo');
		await says(ann, TO_SERVER);
		await hearsOthersOnly(cleo, [ann, ben]);
		await hearsOthersOnly(ann, [ben, cleo]);
		await sees(ann, [30, 30, 200]);
		await showsFar(ann, '', '');
		await cleo.leave();
		await says(ann, WHOLE);
		await says(ben, WHOLE);
		const { longest, most } = await ann.page.evaluate(() => window.gap());
		await hearsOthersOnly(ann, [ben]);
		await sees(ann, RED, 0.8);
		assert.ok(longest < allowed(250), `silent for ${longest} ms`);
		assert.equal(most, 1);
	});

	test('another one in place of the other', async () => {
		await ben.leave();
		await says(ann, TO_SERVER);
		await cleo.join(`${parley.http}/two`, 'Cleo');
		await says(ann, WHOLE);
		await showsFar(ann, 'Cleo', '');
		await hearsOthersOnly(ann, [cleo]);
		await hearsOthersOnly(cleo, [ann]);
	});
});

describe('Firefox end to end', { concurrency: 1 }, () => {
	let parley, ann, fay, cleo;

	before(async () => {
		parley = await Parley.start({ end_to_end: 'yes', media_address: null });
		ann = await Browser.start({ hz: 1000, rgb: GREEN });
		fay = await Firefox.start({ hz: 440 });
		await ann.join(`${parley.http}/two`, 'Ann');
		await fay.join(`${parley.http}/two`, 'Fay');
	});
	after(async () => {
		await cleo?.stop();
		await fay?.stop();
		await ann?.stop();
		await parley?.stop();
	});
	const both = async () => {
		await says(fay, WHOLE);
		await says(ann, WHOLE);
		await hearsOthersOnly(fay, [ann]);
		await hearsOthersOnly(ann, [fay]);
		await sees(fay, GREEN, 0.8);
		await until('a picture of its camera', async () =>
			isColourful(await ann.seen()));
	};

	test('with Chromium', both);

	test('words of the secure line are the same at both', () => until(
		'they are the same', async () => {
			const words = await Promise.all([ann, fay].map(({ page }) =>
				page.evaluate(() => document.getElementById('private-list')
					.textContent)));
			return words[0] && words[0] === words[1]
				|| Promise.reject(new Error(words.join()));
		}));

	test('its own change keeps both groups', async () => {
		await fay.click('camera');
		await showsFar(ann, 'Fay', 'F');
		await fay.click('camera');
		await showsFar(ann, 'Fay', '');
		await both();
	});

	test('to the mixer and back', async () => {
		cleo = await Browser.start({ hz: 2500 });
		await cleo.join(`${parley.http}/two`, 'Cleo');
		await says(fay, TO_SERVER);
		await hearsOthersOnly(fay, [ann, cleo]);
		await cleo.leave();
		await both();
	});
});
