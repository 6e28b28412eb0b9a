// Firefox in another site's JsSIP application. It makes no pair with 127.0.0.1:
// media uses the host's own addresses, as without any configuration.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Firefox } from './lib/firefox.mjs';
import { Parley } from './lib/parley.mjs';
import { hearsNot, hearsOthersOnly, sees } from './lib/judge.mjs';
import { groupsCarry, serveApplication } from './lib/third_party.mjs';
import { until } from './lib/process.mjs';

describe('a third-party web application in Firefox', () => {
	let parley, app, bob, eve;

	before(async () => {
		parley = await Parley.start({ media_address: null });
		app = await serveApplication();
		bob = await Baresip.start({ audio: 'opus/48000/2', video: 'VP8',
			hz: 440 });
		eve = await Firefox.start({ hz: 1000 });
		await bob.dial(parley.uri('app'));
	});
	after(async () => {
		await eve?.stop();
		await bob?.stop();
		app?.close();
		await parley?.stop();
	});

	// RFC 9143: as with Chromium (webrtc)
	test('two groups in one dialog, each with its transport', async () => {
		await eve.page.goto(app.url);
		await eve.page.evaluate(([url, target]) => window.dial(url, target,
			{ audio: true, video: true, second: 2500 }),
		[`${parley.http.replace('http', 'ws')}/ws`, parley.uri('app')]);
		await groupsCarry(eve.page, 2);
		const { offer, answer } = await eve.page.evaluate(() => ({
			offer: window.events.find((e) => e.local).local,
			answer: window.events.find((e) => e.remote).remote }));
		for (const sdp of [offer, answer]) {
			assert.match(sdp,
				/^a=group:BUNDLE 0 1\r\na=group:BUNDLE 2\r$/m);
			assert.doesNotMatch(sdp, /^m=\S+ 0 /m);
		}
		assert.match(answer.split(/^m=/m)[3], /^a=recvonly\r$/m);
		await hearsOthersOnly(eve, [bob]);
		await hearsOthersOnly(bob, [eve]);
		await hearsNot(bob, 2500);
		await sees(eve, [200, 30, 30]);
		assert.doesNotMatch(parley.program.output, /libre: said/);
		await eve.page.evaluate(() => window.session.terminate());
		await until('bob is alone', async () =>
			(await parley.endpoints('app')).length === 1);
	});
});
