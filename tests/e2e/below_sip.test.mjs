// A dialog lives by SIP: what ends below it (a peer connection, one of its
// transports) hangs nobody up while its far end goes on signalling.
import { afterEach, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { RED, VIOLET, applicationWorld } from './lib/application_world.mjs';
import { hearsNot, hearsOthersOnly, lacks, sees, seesNot }
	from './lib/judge.mjs';
import { stays, until } from './lib/process.mjs';

describe('the end of a lower layer', () => {
	const w = applicationWorld('life');
	const others = async () => (await w.endpoints()).length - 1;
	const dial = async () => {
		await w.dial();
		await hearsOthersOnly(w.bob, [w.eve]);
		await sees(w.bob, VIOLET);
	};
	afterEach(() => w.hangUp());

	test('stopping the line that a bundle hangs on leaves the other',
		async () => {
			await dial();
			await w.eve.page.evaluate(() => new Promise((done) => {
				window.pc.getTransceivers()[0].stop();
				window.session.renegotiate({}, done);
			}));
			await hearsNot(w.bob, 1000);
			await stays('eve is in', async () =>
				await others() === 1, 6000);
			await sees(w.bob, VIOLET);
			await sees(w.eve, RED);
			assert.equal(await w.eve.page.evaluate(() =>
				window.session.isEnded()), false);
		});

	test('a peer connection that takes the place of a closed one',
		async () => {
			await dial();
			const [{ endpoint }] = (await w.endpoints()).slice(-1);
			await w.eve.page.evaluate(() => {
				const old = window.pc;
				const tracks = old.getSenders().map((s) => s.track);
				const pc = new RTCPeerConnection({
					bundlePolicy: 'max-bundle' });
				pc.ontrack = old.ontrack;
				for (const track of tracks)
					pc.addTrack(track, new MediaStream(tracks));
				window.pc = window.session._connection = pc;
				old.close();
			});
			// The re-INVITE comes when the end of the old one was noticed; a
			// slow machine may not show it in time
			const closed = Date.now();
			await until('its tile is a placeholder', async () =>
				Date.now() - closed > 3000 || await lacks(w.bob, VIOLET));
			await w.eve.page.evaluate(() => new Promise((done) =>
				window.session.renegotiate({}, done)));
			await hearsOthersOnly(w.eve, [w.bob]);
			await hearsOthersOnly(w.bob, [w.eve]);
			await sees(w.eve, RED);
			await sees(w.bob, VIOLET);
			await stays('eve is the same endpoint', async () =>
				(await w.endpoints()).at(-1)?.endpoint === endpoint, 5000);
		});

	test('a closed one that nothing follows is a placeholder, then gone',
		async () => {
			await dial();
			await w.eve.page.evaluate(() => window.pc.close());
			const closed = Date.now();
			await seesNot(w.bob, VIOLET, 2500);
			// a slow machine may look when the five seconds are over
			if (Date.now() - closed < 4500)
				assert.equal(await others(), 1);
			await until('it is gone', async () => !await others(), 8000);
			const took = Date.now() - closed;
			assert.ok(took > 3500, `after ${took} ms`);
			await until('its page was told', () => w.eve.page.evaluate(() =>
				window.session.isEnded()));
		});

	test('it is gone at once when its WebSocket is, too', async () => {
		await dial();
		await w.eve.page.evaluate(() => {
			window.ua._transport.socket._ws.close();
			window.pc.close();
		});
		await until('it is gone', async () => !await others(), 3000);
	});
});
