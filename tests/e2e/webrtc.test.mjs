// Browsers beyond our own page: another site's JsSIP application, WSS, data
// channels declined, re-offers by the browser, ICE restart, DTMF.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { RED, VIOLET, applicationWorld } from './lib/application_world.mjs';
import { Parley } from './lib/parley.mjs';
import { SipPeer } from './lib/sip_peer.mjs';
import { hearsNot, hearsOthersOnly, seesMoving, seesNot }
	from './lib/judge.mjs';
import { groupsCarry, serveApplication } from './lib/third_party.mjs';
import { hearsWords } from './lib/words.mjs';
import { until } from './lib/process.mjs';

describe('a third-party web application', () => {
	const w = applicationWorld('app');

	const all = () => Promise.all([hearsOthersOnly(w.bob, [w.eve]),
		hearsOthersOnly(w.eve, [w.bob]), seesMoving(w.eve, RED),
		seesMoving(w.bob, VIOLET)]);

	test('PCMU and H.264 with a data channel that is declined', async () => {
		await w.dial({ audio: true, video: true, channel: true,
			codec: ['PCMU', 'H264'] });
		const answer = await w.eve.page.evaluate(() =>
			window.events.find((e) => e.remote).remote);
		assert.match(answer, /^m=application 0 /m);
		assert.match(answer, /^m=audio [1-9]\d* UDP\/TLS\/RTP\/SAVPF 0\r$/m);
		assert.match(answer, /^a=group:BUNDLE 0 1\r$/m);
		assert.match(answer, /^a=ice-lite\r$/m);
		await all();
	});

	test('an ICE restart keeps sound and picture', async () => {
		const before = await w.eve.page.evaluate(() =>
			window.pc.remoteDescription.sdp.match(/ice-ufrag:(\S+)/)[1]);
		await w.eve.page.evaluate(() => new Promise((done) =>
			window.session.renegotiate({ rtcOfferConstraints:
				{ iceRestart: true } }, done)));
		const after = await w.eve.page.evaluate(() =>
			window.pc.remoteDescription.sdp.match(/ice-ufrag:(\S+)/)[1]);
		assert.notEqual(after, before);
		await until('the new pair is in use', () => w.eve.page.evaluate(() =>
			['connected', 'completed'].includes(
				window.pc.iceConnectionState)));
		await all();
	});

	test('an UPDATE with an offer is answered', async () => {
		const ok = await w.eve.page.evaluate(() => new Promise((done) => {
			window.session.renegotiate({ useUpdate: true },
				() => done(true));
		}));
		assert.ok(ok);
		await all();
	});

	test('DTMF by INFO: *6 mutes oneself, and again unmutes', async () => {
		const digits = () => w.eve.page.evaluate(() =>
			window.session.sendDTMF('*6', { transportType: 'INFO' }));
		const muted = async () => (await w.endpoints())
			.find((e) => e.webrtc)?.muted;
		await digits();
		await until('muted', muted);
		await hearsNot(w.bob, 1000);
		await digits();
		await until('not muted', async () => await muted() === false);
		await hearsOthersOnly(w.bob, [w.eve]);
		await w.hangUp();
	});

	const renegotiated = (verb) => w.eve.page.evaluate((name) =>
		new Promise((done) => window.session[name]({}, done)), verb);
	const remote = () => w.eve.page.evaluate(() =>
		window.pc.remoteDescription.sdp);
	// What names the streams that she is sent, line by line
	const identity = (text) => text.split(/^(?=m=)/m).slice(1).map((line) =>
		line.match(/^a=(mid|msid|ssrc|ssrc-group|extmap):.*$/gm).sort());

	test('hold silences both ways, and resuming brings it back', async () => {
		await w.dial({ audio: true, video: true });
		await all();
		const first = identity(await remote());
		for (let n = 0; n < 2; n++) {
			await renegotiated('hold');
			await Promise.all([hearsNot(w.bob, 1000), hearsNot(w.eve, 440),
				seesNot(w.bob, VIOLET)]);
			assert.deepEqual(identity(await remote()), first, 'hold');
			await renegotiated('unhold');
			await all();
			assert.deepEqual(identity(await remote()), first, 'resumed');
		}
		await w.hangUp();
	});

	test('over wss, with Opus and VP8; RFC 4733 digits', async () => {
		await w.dial({ audio: true, video: true, codec: ['opus', 'VP8',
			'telephone-event'] }, true);
		await hearsOthersOnly(w.eve, [w.bob]);
		await seesMoving(w.bob, VIOLET);
		await w.eve.page.evaluate(() => window.session.sendDTMF('*6',
			{ transportType: 'RFC2833' }));
		await until('muted', async () => (await w.endpoints())
			.find((e) => e.webrtc)?.muted, 5000);
		await hearsNot(w.bob, 1000);
		await w.hangUp();
	});

	test('what a telephone is told it is told, too: it types a PIN',
		async () => {
			const added = await w.parley.cli('conference', 'add', 'pinned',
				'guest_pin=480213');
			assert.equal(added.code, 0, added.output);
			await w.dial({ audio: true, video: true }, false, 'pinned');
			// a page hears from now on, and this is asked again every 20 s
			await hearsWords(w.eve, 'en', 'enter_pin',
				{ seconds: 25, ms: 80000 });
			await w.eve.page.evaluate(() => window.session.sendDTMF(
				'480213#', { transportType: 'INFO' }));
			await until('it is in', async () => (await w.parley.endpoints(
				'pinned')).length === 1);
			await w.hangUp();
		});

	test('it is asked for the number of a conference, and goes there',
		async () => {
			const { conference: { number } } = await w.parley.json(
				'conference', 'show', 'app');
			await w.dial({ audio: true, video: true }, false, 'dial-in');
			await until('it is asked', async () => (await w.parley.json(
				'show', 'dial-in')).conference.waiting.length);
			await w.eve.page.evaluate((digits) =>
				window.session.sendDTMF(digits, { transportType: 'INFO' }),
			number.replaceAll(' ', ''));
			await all();
			await w.hangUp();
		});

	test('audio only, and video added in the call', async () => {
		await w.dial({ audio: true, video: false });
		await hearsOthersOnly(w.bob, [w.eve]);
		await w.eve.page.evaluate(async () => {
			const stream = await navigator.mediaDevices.getUserMedia(
				{ video: true });
			window.pc.addTrack(stream.getVideoTracks()[0], stream);
			await new Promise((done) => window.session.renegotiate({}, done));
		});
		await all();
		await w.hangUp();
	});

	// The line's direction by itself: the others go on (RFC 3264 section 6.1)
	test('one line on hold leaves the other heard and seen', async () => {
		await w.dial({ audio: true, video: true });
		await all();
		const direct = (kind, direction) => w.eve.page.evaluate(([k, d]) =>
			new Promise((done) => {
				window.pc.getTransceivers().find((t) =>
					t.receiver.track.kind === k).direction = d;
				window.session.renegotiate({}, done);
			}), [kind, direction]);
		for (const direction of ['sendonly', 'inactive']) {
			await direct('video', direction);
			await hearsOthersOnly(w.bob, [w.eve]);
			await hearsOthersOnly(w.eve, [w.bob]);
			await direct('video', 'sendrecv');
			await seesMoving(w.eve, RED);
			await seesMoving(w.bob, VIOLET);
		}
		await direct('audio', 'inactive');
		await hearsNot(w.bob, 1000);
		await hearsNot(w.eve, 440);
		await seesMoving(w.bob, VIOLET);
		await seesMoving(w.eve, RED);
		await direct('audio', 'sendrecv');
		await all();
		await w.hangUp();
	});

	// RFC 9143: the second group has ICE and DTLS of its own; its sound is
	// taken and not mixed (it would be the second of one person)
	test('two groups in one dialog, each with its transport', async () => {
		await w.dial({ audio: true, video: true, second: 2500 });
		await groupsCarry(w.eve.page, 2);
		const answer = await w.eve.page.evaluate(
			() => window.pc.remoteDescription.sdp);
		assert.match(answer,
			/^a=group:BUNDLE 0 1\r\na=group:BUNDLE 2\r$/m);
		assert.doesNotMatch(answer, /^m=audio 0 /m);
		// Chromium prints it anew, in an order of its own
		assert.match(answer.split(/^m=/m)[3], /^a=recvonly\r$/m);
		await hearsOthersOnly(w.eve, [w.bob]);
		await hearsOthersOnly(w.bob, [w.eve]);
		await hearsNot(w.bob, 2500);
		await seesMoving(w.eve, RED);
		await w.hangUp();
	});

	test('a site that the configuration does not name is refused',
		async (t) => {
			const strict = await Parley.start({ web_origins: null });
			t.after(() => strict.stop());
			await w.eve.page.goto(w.app.url);
			const words = await w.eve.page.evaluate(([url, target]) =>
				window.dial(url, target, { audio: true, video: false })
					.then(() => 'in', (error) => error.message),
			[`${strict.http.replace('http', 'ws')}/ws`, strict.uri('app')]);
			assert.equal(words, 'no WebSocket');
			assert.match(strict.program.output,
				/site refused key=web_origins origin="http:/);
			// the join page names none, and is let in
			await w.eve.page.goto(strict.http);
			assert.equal(await w.eve.page.evaluate(() => new Promise((told) => {
				const socket = new WebSocket(`ws://${location.host}/ws`, 'sip');
				socket.onopen = () => told('in');
				socket.onerror = () => told('out');
			})), 'in');
		});
});

test('OPTIONS tells what this focus can do', async (t) => {
	const parley = await Parley.start();
	t.after(() => parley.stop());
	const peer = await SipPeer.open(parley.sipPort);
	t.after(() => peer.close());
	peer.send(peer.request('OPTIONS', parley.uri('any')));
	const { status, headers } = await peer.final('an answer');
	assert.equal(status, 200);
	for (const method of ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS',
		'INFO', 'UPDATE'])
		assert.match(headers.allow, new RegExp(`\\b${method}\\b`));
	assert.match(headers.supported, /timer/);
	assert.match(headers.accept, /application\/sdp/);
});

// Each conference on a media server of its own: by an offer with that one's
// certificate
test('a web application goes from one media server to another',
	async (t) => {
		const parley = await Parley.start({ mixers: 2 });
		t.after(() => parley.stop());
		const app = await serveApplication();
		t.after(() => app.close());
		const bob = await Baresip.start({ hz: 440 });
		t.after(() => bob.stop());
		const eve = await Browser.start({ hz: 1000 });
		t.after(() => eve.stop());
		await bob.dial(parley.uri('there'));
		const { conference: { number } } = await parley.json('conference',
			'show', 'there');
		await eve.page.goto(app.url);
		await eve.page.evaluate(([url, target]) => window.dial(url, target,
			{ audio: true, video: false }), [
			`${parley.http.replace('http', 'ws')}/ws`, parley.uri('dial-in')]);
		await until('it is asked', async () => (await parley.json('show',
			'dial-in')).conference.waiting.length);
		await eve.page.evaluate((digits) => window.session.sendDTMF(digits,
			{ transportType: 'INFO' }), number.replaceAll(' ', ''));
		await hearsOthersOnly(bob, [eve]);
		await hearsOthersOnly(eve, [bob]);
	});
