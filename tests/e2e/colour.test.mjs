// Colours as they were sent: a canvas is BT.709 in full range, a camera mostly
// BT.601 in limited range, and each viewer's browser has a mind of its own of
// what nobody says. Judged by what pages show, not by metadata.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Firefox } from './lib/firefox.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { seesExactly } from './lib/judge.mjs';
import { film, h264 } from './lib/sip_world.mjs';
import { serveApplication } from './lib/third_party.mjs';
import { scratch, until } from './lib/process.mjs';

// Both far from grey; where matrix or range are wrong they are off by 20 to 50
const green = [0, 200, 80], orange = [230, 120, 20], camera = [60, 50, 190];

describe('colours', () => {
	let parley, app, eve, dan, fred;

	before(async () => {
		// Firefox makes no pair with 127.0.0.1
		parley = await Parley.start({ media_address: null });
		app = await serveApplication();
		[eve, dan] = await Promise.all([Browser.start({ hz: 440 }),
			Browser.start({ hz: 1000, rgb: camera })]);
		fred = await Firefox.start({ hz: 620 });
	});
	after(async () => {
		await Promise.all([eve, dan, fred].map((b) => b?.stop()));
		app?.close();
		await parley?.stop();
	});

	const dial = async (browser, want) => {
		await browser.page.goto(app.url);
		await browser.page.evaluate(([url, target, w]) =>
			window.dial(url, target, w),
		[`${parley.http.replace('http', 'ws')}/ws`, parley.uri('paint'),
			{ audio: true, video: true, ...want }]);
	};
	afterEach(async () => {
		for (const browser of [eve, dan, fred])
			await browser.page.evaluate(() => window.session?.isEnded()
				|| window.session?.terminate() || true);
		await until('all are gone', async () =>
			!(await parley.endpoints('paint')).length, 20000);
	});

	// What all of them sent, got and asked for, beside what was not seen
	async function telling(looks) {
		try {
			return await looks();
		} catch (error) {
			const wanted = /^(type|kind|mid|frame|frames\w+|keyFrames\w+|pliCount|firCount|packets\w+|targetBitrate|qualityLimitationReason|codecId|mimeType)$/;
			const told = [JSON.stringify((await parley.json('stats')).legs),
				parley.program.output.slice(-3000)];
			for (const browser of [eve, dan, fred])
				told.push(await browser.page.evaluate(async (want) =>
					JSON.stringify([...window.events.map((e) => Object.fromEntries(
						Object.entries(e).filter(([key]) =>
							!/local|remote/.test(key)))), ...await window.session?.connection
						?.getStats().then((s) => s.values()) ?? []]
						.filter(({ type }) => /bound-rtp|codec/.test(type))
						.map((s) => Object.fromEntries(Object.entries(s)
							.filter(([key]) => RegExp(want).test(key))))),
				wanted.source).catch(String));
			error.message += `\n${told.join('\n')}`;
			throw error;
		}
	}

	for (const [from, to] of [['VP8', 'VP8'], ['VP8', 'H264'],
		['H264', 'VP8'], ['H264', 'H264']])
		test(`Chromium's canvas by ${from}, looked at by ${to}`, async () => {
			await dial(eve, { canvas: green, codec: ['opus', from] });
			await dial(dan, { codec: ['opus', to] });
			await telling(async () => {
				await seesExactly(dan, green);
				// and what needs no conversion gets none
				await seesExactly(eve, camera);
				await seesExactly(eve, green);
			});
		});

	for (const codec of ['VP8', 'H264'])
		test(`Chromium and Firefox, canvas to canvas by ${codec}`, async () => {
			await dial(eve, { canvas: green, codec: ['opus', codec] });
			await dial(fred, { canvas: orange, codec: ['opus', codec] });
			await telling(async () => {
				await seesExactly(fred, green);
				await seesExactly(eve, orange);
				await seesExactly(fred, orange);
			});
		});

	// Size, tools, matrix and range change with a key frame, as when a hardware
	// encoder is given another camera; the profile is above what was agreed
	test('High profile that changes its parameter sets', async () => {
		const work = await scratch();
		const high = { profile: 'high', level: '3.1' };
		const films = [[orange, { ...high, size: '320x180' }],
			[green, { ...high, size: '640x360', matrix: 'bt709', full: true }],
			[camera, { ...high, size: '480x270', matrix: 'bt709' }],
			[orange, { ...high, size: '320x180' }]];
		const phone = await RtpPeer.open(parley, { video: [h264('1f')] });
		try {
			await dial(dan, { canvas: [200, 200, 200],
				codec: ['opus', 'H264'] });
			await phone.dial(parley.uri('paint'));
			for (const [rgb, options] of films) {
				phone.video.film(await film(rgb, work.dir, options), 15);
				await seesExactly(dan, rgb);
			}
		} finally {
			await phone.bye();
			await phone.close();
			await work.remove();
		}
	});

	test('what is said of colours is negotiated', async () => {
		await dial(eve, { canvas: green });
		const { offer, answer } = await eve.page.evaluate(() => ({
			offer: window.events.find((e) => e.local).local,
			answer: window.events.find((e) => e.remote).remote }));
		const line = /^a=extmap:\d+ \S+\/rtp-hdrext\/color-space\r$/m;
		assert.match(offer, line);
		assert.equal(answer.match(line)[0], offer.match(line)[0]);
	});
});
