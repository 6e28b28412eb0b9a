// Firefox in another site's JsSIP application, and on the join page. It makes
// no pair with 127.0.0.1: media uses the host's own addresses, as without any
// configuration.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Firefox, isColourful } from './lib/firefox.mjs';
import { Parley } from './lib/parley.mjs';
import { PRESENT_DB, hearsNot, hearsOthersOnly, sees }
	from './lib/judge.mjs';
import { allowed } from './lib/pace.mjs';
import { tonePower } from './lib/signal.mjs';
import { groupsCarry, serveApplication } from './lib/third_party.mjs';
import { freePort, until } from './lib/process.mjs';

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

const GREEN = [30, 160, 40]; // a Chromium's camera

describe('the join page in Firefox', () => {
	let parley, bob, eve, ann, settings;

	before(async () => {
		settings = { media_address: null,
			http_listen: `127.0.0.1:${await freePort()}` };
		parley = await Parley.start(settings);
		bob = await Baresip.start({ audio: 'opus/48000/2', video: 'VP8',
			hz: 440 });
		eve = await Firefox.start({ hz: 1000 });
		await bob.dial(parley.uri('fox'));
	});
	after(async () => {
		await ann?.stop();
		await eve?.stop();
		await bob?.stop();
		await parley?.stop();
	});

	const eves = async () => (await parley.endpoints('fox'))
		.filter((e) => e.display === 'Eve');
	const all = async () => {
		await hearsOthersOnly(eve, [bob], 20000);
		await hearsOthersOnly(bob, [eve], 20000);
		await sees(eve, [200, 30, 30]);
	};
	const bobSeesHer = (is) => until(`bob sees ${is ? 'her' : 'no camera'}`,
		async () => {
			const picture = await bob.seen();
			return picture && isColourful(picture) === is;
		}, 20000, 300);

	test('hears and sees, and is heard and seen', async () => {
		await eve.join(`${parley.http}/fox`, 'Eve');
		await all();
		await bobSeesHer(true);
		assert.deepEqual((await eve.people()).includes('Eve'), true);
	});

	test('mutes itself and turns its camera off and on', async () => {
		await eve.click('mute');
		await until('the others know', async () => (await eves())[0].muted);
		await hearsNot(bob, 1000);
		await eve.click('mute');
		await hearsOthersOnly(bob, [eve], 20000);
		await eve.click('camera');
		await bobSeesHer(false);
		await eve.click('camera');
		await bobSeesHer(true);
	});

	// It keeps its DTLS association whatever the server's fingerprint is: the
	// page calls anew
	test("survives its mixer's death, muted as it was", async (t) => {
		const [{ endpoint: first }] = await eves();
		await eve.click('mute');
		await until('the others know', async () => (await eves())[0].muted);
		process.kill((await parley.mixerPids)[0], 'SIGKILL');
		const killed = Date.now();
		await until('she is called anew', async () => {
			const now = await eves();
			return now.length === 1 && now[0].endpoint !== first
				&& now[0].status === 'connected' && now[0].media_connected;
		}, 30000, 100);
		await until('bob is heard again', async () => {
			const { samples, rate } = await eve.heard(1);
			return tonePower(samples, rate, 440) > PRESENT_DB;
		}, 20000);
		const ms = Date.now() - killed;
		t.diagnostic(`heard again after ${ms} ms`);
		assert.ok(ms < allowed(8000), `${ms} ms`);
		await eve.connected();
		await sees(eve, [200, 30, 30]);
		await bobSeesHer(true);
		await hearsNot(bob, 1000);
		assert.equal((await eves())[0].muted, true);
		assert.equal((await parley.endpoints('fox')).length, 2);
		await until('she knows herself', async () =>
			(await eve.people()).length === 2);
		await eve.click('mute');
		await hearsOthersOnly(bob, [eve], 20000);
		await all();
	});

	test('reloads and leaves no ghost', async () => {
		await eve.page.goto(`${parley.http}/fox`);
		await until('she is gone', async () => !(await eves()).length, 15000);
		await eve.enter('Eve');
		await all();
		assert.equal((await eves()).length, 1);
	});

	test('leaves and joins again', async () => {
		await eve.click('leave');
		await until('she is gone', async () => !(await eves()).length);
		await eve.click('rejoin');
		await eve.enter('Eve');
		await all();
	});

	test('hears and sees a Chromium and a telephone', async () => {
		ann = await Browser.start({ hz: 700, rgb: GREEN });
		await ann.join(`${parley.http}/fox`, 'Ann');
		await hearsOthersOnly(ann, [bob, eve], 20000);
		await hearsOthersOnly(bob, [ann, eve], 20000);
		await hearsOthersOnly(eve, [ann, bob], 20000);
		await sees(eve, GREEN);
		await sees(ann, [200, 30, 30]);
		await bobSeesHer(true);
		await until('all lists have three', async () =>
			(await ann.people()).length === 3
			&& (await eve.people()).length === 3);
	});

	test('comes back after a restart of the server, muted as it was',
		async () => {
			await eve.click('mute');
			await until('the others know', async () =>
				(await eves())[0].muted);
			// a crash: no goodbye
			process.kill(parley.program.pid, 'SIGKILL');
			await eve.until('the page says so', () => /lost|away/i.test(
				document.getElementById('state').textContent));
			const { sip_listen, rtp_ports } = parley.settings;
			await parley.stop();
			parley = await Parley.start({ ...settings, sip_listen,
				rtp_ports });
			await eve.connected(60000);
			await ann.connected(60000);
			await until('both are there once, Eve muted', async () => {
				const list = await parley.endpoints('fox');
				return list.length === 2
					&& list.some((e) => e.display === 'Eve' && e.muted);
			});
			await hearsOthersOnly(eve, [ann], 20000);
			await sees(eve, GREEN);
			await eve.click('mute');
			await hearsOthersOnly(ann, [eve], 20000);
		});
});
