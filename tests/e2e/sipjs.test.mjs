// A second web client: an application with SIP.js in Chromium.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { Phone } from './lib/phone.mjs';
import { h264, film, RED } from './lib/sip_world.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { hearsNot, hearsOthersOnly, sees } from './lib/judge.mjs';
import { within } from './lib/pace.mjs';
import { scratch, until } from './lib/process.mjs';
import { serveSipJs } from './lib/sipjs_app.mjs';

const GREEN = [30, 160, 40];

describe('an application with SIP.js', () => {
	let parley, app, work, bob, eve;

	before(async () => {
		parley = await Parley.start();
		app = await serveSipJs();
		work = await scratch();
		eve = await Browser.start({ hz: 1000, rgb: GREEN });
		bob = await RtpPeer.open(parley, { name: 'bob', hz: 440,
			video: [h264('1f')] });
		await bob.dial(parley.uri('app'));
		bob.video.film(await film(RED, work.dir), 15);
		await eve.page.goto(app.url);
		await call('start', `${parley.http.replace('http', 'ws')}/ws`);
	});
	after(async () => {
		await bob?.close();
		await eve?.stop();
		app?.close();
		await work?.remove();
		await parley?.endsWell();
	});

	const call = (name, ...args) => within(`SIP.js: ${name}`,
		eve.page.evaluate(([n, a]) => window.app[n](...a), [name, args]));
	const own = async () => (await parley.endpoints('app'))
		.find((e) => e.webrtc);

	test('it calls, and is heard and hears', async () => {
		assert.equal(await call('dial', parley.uri('app'),
			{ audio: true, video: false }), 200);
		await hearsOthersOnly(eve, [bob]);
		await hearsOthersOnly(bob, [eve]);
	});

	test('hold silences both ways, and resuming brings it back', async () => {
		assert.equal(await call('hold', true), 200);
		await until('Parley shows it on hold', async () => (await own()).held);
		await hearsNot(bob, eve.hz);
		await hearsNot(eve, bob.hz);
		assert.equal(await call('hold', false), 200);
		await hearsOthersOnly(bob, [eve]);
		await hearsOthersOnly(eve, [bob]);
	});

	test('a camera comes in the call', async () => {
		assert.equal(await call('add', { audio: true, video: true }), 200);
		await sees(bob, GREEN);
		await sees(eve, RED);
		await hearsOthersOnly(eve, [bob]);
		await hearsOthersOnly(bob, [eve]);
	});

	test('*6 mutes and unmutes, by INFO and by RFC 4733', async () => {
		for (const signal of '*6')
			assert.equal(await call('info', signal), 200);
		await until('muted', async () => (await own()).muted);
		await hearsNot(bob, eve.hz);
		assert.ok(await call('digits', '*6'));
		await until('not muted', async () => !(await own()).muted);
		await hearsOthersOnly(bob, [eve]);
	});

	test('SUBSCRIBE shows who is in', async () => {
		assert.equal(await call('watch', parley.uri('app')), 'Subscribed');
		await until('the roster is full', () => eve.page.evaluate(() =>
			/conference-state/.test(window.app.documents[0] || '')
				&& /sip:bob@/.test(window.app.documents[0])));
	});

	test('REFER has somebody called, and tells how it went', async (t) => {
		const carol = await Phone.open({ name: 'carol', hz: 1700 });
		t.after(() => carol.close());
		assert.equal(await call('refer', carol.uri), 202);
		const called = await carol.called();
		await until('it is told', () => eve.page.evaluate(() =>
			/^SIP\/2\.0 200 /.test(window.app.notified.at(-1) || '')));
		await hearsOthersOnly(eve, [bob, carol]);
		await hearsOthersOnly(called, [bob, eve]);
		await until('and the watcher sees her', () => eve.page.evaluate(() =>
			window.app.documents.some((d) => /sip:carol@/.test(d))));
		await called.bye();
	});

	test('it leaves', async () => {
		assert.equal(await call('bye'), 200);
		await until('bob is alone', async () =>
			(await parley.endpoints('app')).length === 1);
	});
});
