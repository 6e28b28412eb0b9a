// A dialog lives by SIP: what ends below it (a peer connection, one of its
// transports) hangs nobody up while its far end goes on signalling.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { hearsNot, hearsOthersOnly, sees, seesNot } from './lib/judge.mjs';
import { serveApplication } from './lib/third_party.mjs';
import { until } from './lib/process.mjs';

// not green: so is the placeholder of "app"
const RED = [200, 30, 30], VIOLET = [160, 60, 160];

describe('the end of a lower layer', () => {
	let parley, app, bob, eve;

	before(async () => {
		parley = await Parley.start();
		app = await serveApplication();
		bob = await Baresip.start({ audio: 'opus/48000/2', video: 'VP8',
			hz: 440 });
		eve = await Browser.start({ hz: 1000, rgb: VIOLET });
		await bob.dial(parley.uri('life'));
	});
	after(async () => {
		await eve?.stop();
		await bob?.stop();
		app?.close();
		await parley?.stop();
	});
	const people = () => parley.endpoints('life');
	const others = async () => (await people()).length - 1;

	const dial = async () => {
		await eve.page.goto(app.url);
		await eve.page.evaluate(([url, target]) => window.dial(url, target,
			{ audio: true, video: true }),
		[`${parley.http.replace('http', 'ws')}/ws`, parley.uri('life')]);
		await hearsOthersOnly(bob, [eve]);
		await sees(bob, VIOLET);
	};
	afterEach(async () => {
		await eve.page.evaluate(() => !window.session.isEnded()
			&& window.session.terminate());
		await until('bob is alone', async () => !await others());
	});

	test('stopping the line that a bundle hangs on leaves the other',
		async () => {
			await dial();
			await eve.page.evaluate(() => new Promise((done) => {
				window.pc.getTransceivers()[0].stop();
				window.session.renegotiate({}, done);
			}));
			await hearsNot(bob, 1000);
			await new Promise((done) => setTimeout(done, 6000));
			assert.equal(await others(), 1);
			await sees(bob, VIOLET);
			await sees(eve, RED);
			assert.equal(await eve.page.evaluate(() =>
				window.session.isEnded()), false);
		});

	test('a peer connection that takes the place of a closed one',
		async () => {
			await dial();
			const [{ endpoint }] = (await people()).slice(-1);
			await eve.page.evaluate(() => new Promise((done) => {
				const old = window.pc;
				const tracks = old.getSenders().map((s) => s.track);
				const pc = new RTCPeerConnection({
					bundlePolicy: 'max-bundle' });
				pc.ontrack = old.ontrack;
				for (const track of tracks)
					pc.addTrack(track, new MediaStream(tracks));
				window.pc = window.session._connection = pc;
				old.close();
				setTimeout(() => window.session.renegotiate({}, done), 1000);
			}));
			await hearsOthersOnly(eve, [bob]);
			await hearsOthersOnly(bob, [eve]);
			await sees(eve, RED);
			await sees(bob, VIOLET);
			await new Promise((done) => setTimeout(done, 5000));
			assert.deepEqual((await people()).map((p) => p.endpoint).slice(-1),
				[endpoint]);
		});

	test('a closed one that nothing follows is a placeholder, then gone',
		async () => {
			await dial();
			await eve.page.evaluate(() => window.pc.close());
			const closed = Date.now();
			await seesNot(bob, VIOLET, 2500);
			// a slow machine may look when the five seconds are over
			if (Date.now() - closed < 4500)
				assert.equal(await others(), 1);
			await until('it is gone', async () => !await others(), 8000);
			const took = Date.now() - closed;
			assert.ok(took > 3500, `after ${took} ms`);
			await until('its page was told', () => eve.page.evaluate(() =>
				window.session.isEnded()));
		});

	test('it is gone at once when its WebSocket is, too', async () => {
		await dial();
		await eve.page.evaluate(() => {
			window.ua._transport.socket._ws.close();
			window.pc.close();
		});
		await until('it is gone', async () => !await others(), 3000);
	});
});
