// Two who speak with nobody between them (TS 23.228 U.2.4): applications of
// another site that can follow, alone in a conference, and a terminal that comes
// and goes. All in one dialog of each.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Firefox } from './lib/firefox.mjs';
import { hearsOthersOnly } from './lib/judge.mjs';
import { allowed } from './lib/pace.mjs';
import { lines, pairWorld, passes } from './lib/pair_world.mjs';

describe('end to end', () => {
	const w = pairWorld();

	for (const [first, second] of [[Browser, Browser], [Browser, Firefox],
		[Firefox, Browser], [Firefox, Firefox]]) {
		const name = `two-${first.name}-${second.name}`;

		describe(`${first.name} and ${second.name}`, () => {
			let ana, ben, tel;

			before(async () => {
				[ana, ben] = await Promise.all([first.start({ hz: 1000 }),
					second.start({ hz: 1500 })]);
				await w.dial(ana, name);
				await w.dial(ben, name);
			});
			after(async () => {
				await tel?.stop();
				await ana?.stop();
				await ben?.stop();
			});

			test('each has the other one\'s certificate', async () => {
				await w.are(name, 'end-to-end');
				const [a, b] = [await lines(ana), await lines(ben)];
				for (const [x, y] of [[a, b], [b, a]]) {
					const theirs = x.theirs.filter(passes);
					assert.deepEqual(theirs.map(({ kind }) => kind),
						['application', 'audio', 'video']);
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
				await tel.dial(w.parley.uri(name));
				await w.are(name, 'mixed', 3);
				await hearsOthersOnly(tel, [ana, ben]);
				tel.hangup();
				await w.are(name, 'end-to-end');
				for (const gap of await heard)
					assert.ok(gap <= allowed(500), `silent for ${gap} ms`);
				assert.deepEqual(await w.ended(ana), []);
				assert.deepEqual(await w.ended(ben), []);
				await hearsOthersOnly(ana, [ben]);
				await hearsOthersOnly(ben, [ana]);
			});
		});
	}
});
