// Two who speak with nobody between them (TS 23.228 U.2.4): applications of
// another site that can follow, alone in a conference, and a terminal that comes
// and goes. All in one dialog of each.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Firefox } from './lib/firefox.mjs';
import { hearsOthersOnly } from './lib/judge.mjs';
import { Parley } from './lib/parley.mjs';
import { serveApplication } from './lib/third_party.mjs';
import { until } from './lib/process.mjs';

const FOLLOWS = { audio: true, video: true, follow: true };

// What the browser has agreed: lines, and whose certificate is at their end
const lines = (who) => who.page.evaluate(() => {
	const read = (description) => {
		const [head, ...media] = description.sdp.split(/(?=^m=)/m);
		return media.map((m) => ({
			kind: m.match(/^m=(\w+)/)[1],
			mid: m.match(/^a=mid:(\S+)/m)?.[1],
			fingerprint: (m + head).match(/^a=fingerprint:(\S+ \S+)/m)?.[1],
			codecs: [...m.matchAll(/^a=rtpmap:\d+ ([^/]+)/gm)]
				.map(([, name]) => name) }));
	};
	return { ours: read(window.pc.localDescription),
		theirs: read(window.pc.remoteDescription) };
});
const passing = ({ kind, mid }) => /^e\d+[avd]$/.test(mid) && kind;

describe('end to end', () => {
	let parley, app;

	before(async () => {
		parley = await Parley.start({ end_to_end: 'yes',
			media_address: null });
		app = await serveApplication();
	});
	after(async () => {
		app?.close();
		await parley?.stop();
	});

	const dial = async (who, name, want = FOLLOWS) => {
		await who.page.goto(app.url);
		await who.page.evaluate(([url, target, wanted]) =>
			window.dial(url, target, wanted),
		[`${parley.http.replace('http', 'ws')}/ws`, parley.uri(name), want]);
	};
	const are = (name, bearer, count = 2, ms = 15000) =>
		until(`${name}: ${bearer}`, async () => {
			const all = await parley.endpoints(name);
			return all.length === count
				&& all.filter(({ webrtc }) => webrtc)
					.every((e) => e.bearer === bearer)
				|| Promise.reject(new Error(JSON.stringify(all.map((e) =>
					e.bearer))));
		}, ms);
	const legs = async (name) => (await parley.json('stats')).mixers
		.flatMap((m) => m.legs || []).filter((l) => l.conference === name);
	const ended = (who) => who.page.evaluate(() =>
		window.events.filter((e) => e.ended));

	for (const [first, second] of [[Browser, Browser], [Browser, Firefox],
		[Firefox, Browser], [Firefox, Firefox]]) {
		const name = `two-${first.name}-${second.name}`;

		describe(`${first.name} and ${second.name}`, () => {
			let ana, ben, tel;

			before(async () => {
				[ana, ben] = await Promise.all([first.start({ hz: 1000 }),
					second.start({ hz: 1500 })]);
				await dial(ana, name);
				await dial(ben, name);
			});
			after(async () => {
				await tel?.stop();
				await ana?.stop();
				await ben?.stop();
			});

			test('each has the other one\'s certificate', async () => {
				await are(name, 'end-to-end');
				const [a, b] = [await lines(ana), await lines(ben)];
				for (const [x, y] of [[a, b], [b, a]]) {
					const theirs = x.theirs.filter(passing);
					assert.deepEqual(theirs.map(({ kind }) => kind),
						['audio', 'video', 'application']);
					for (const line of theirs)
						assert.equal(line.fingerprint,
							y.ours[0].fingerprint);
				}
				assert.notEqual(a.theirs[0].fingerprint,
					b.ours[0].fingerprint);
			});

			test('each hears the other one, and nobody opens it',
				async () => {
					await hearsOthersOnly(ana, [ben]);
					await hearsOthersOnly(ben, [ana]);
				});

			test('a telephone comes and goes', async () => {
				const heard = Promise.all([ana.longestGap(ben.hz, 12000),
					ben.longestGap(ana.hz, 12000)]);
				tel = await Baresip.start({ audio: 'AMR-WB/16000/1',
					hz: 440 });
				await tel.dial(parley.uri(name));
				await are(name, 'mixed', 3);
				await hearsOthersOnly(tel, [ana, ben]);
				tel.hangup();
				await are(name, 'end-to-end');
				for (const gap of await heard)
					assert.ok(gap <= 500, `silent for ${gap} ms`);
				assert.deepEqual(await ended(ana), []);
				assert.deepEqual(await ended(ben), []);
				await hearsOthersOnly(ana, [ben]);
				await hearsOthersOnly(ben, [ana]);
			});
		});
	}
});
