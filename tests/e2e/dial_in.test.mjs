// One number for all conferences: a telephone calls it, is asked which one it
// wants, and is in that from then on, in the same call.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { hearsNot, hearsOthersOnly } from './lib/judge.mjs';
import { SAID, hearsWords, saidIn } from './lib/words.mjs';
import { freePort, until } from './lib/process.mjs';

const GUEST_PIN = '480213';

describe('a number for all conferences', { concurrency: 1 }, () => {
	let parley, page, phone, number;

	before(async () => {
		// each conference on a mixer of its own: the call goes from one to
		// the other
		parley = await Parley.start({ mixers: 2, log_level: 'debug',
			dial_in_address: 'tel:+4930123456' });
		page = await Browser.start({ hz: 1000 });
		phone = await Baresip.start({ name: 'bob', hz: 440 });
	});
	after(async () => {
		await phone?.stop();
		await page?.stop();
		await parley?.stop();
	});

	const ok = async (...args) => {
		const result = await parley.cli(...args);
		assert.equal(result.code, 0, `${args.join(' ')}: ${result.output}`);
		return result.stdout;
	};
	const press = async (peer, keys) => {
		for (const key of keys)
			assert.equal((await peer.ask('INFO', {
				body: `Signal=${key}\r\nDuration=160\r\n`,
				headers: { 'Content-Type': 'application/dtmf-relay' } }))
				.status, 200);
	};
	const caller = async (t, name) => {
		const peer = await RtpPeer.open(parley, { name, hz: 700 });
		t.after(() => peer.close());
		await peer.dial(parley.uri('dial-in'));
		return peer;
	};
	const isEnded = (peer) => until(`${peer.name}'s call is over`, () =>
		peer.requests.some((r) => r.method === 'BYE'), 15000);

	test('is told on the command line and on the page', async () => {
		const shown = await ok('conference', 'add', 'board',
			`guest_pin=${GUEST_PIN}`);
		[, number] = shown.match(/number +(\d{3} \d{3} \d{3})\n/);
		assert.ok((await ok('conference', 'list')).includes(number));
		const answer = await (await fetch(
			`${parley.http}/api/conferences/board`)).json();
		assert.equal(answer.number, number);
		assert.equal(answer.dial_in, 'tel:+4930123456');
		await page.open(`${parley.http}/board`, 'Hanna');
		await until('the page says it', async () =>
			(await page.page.textContent('#dial-number')).replace(
				/[\u2068\u2069]/g, '')
			=== `Or call +4930123456 and enter the number ${number}.`);
		await page.page.fill('#pin', GUEST_PIN);
		await page.page.click('#join-button');
		await until('also to who is alone', async () =>
			(await page.page.textContent('#alone-number')).includes(number));
		number = number.replaceAll(' ', '');
	});

	test('a telephone that types it is in, after the PIN', async () => {
		await phone.dial(parley.uri('dial-in'));
		await hearsWords(phone, 'en', ['welcome', 'enter_number']);
		phone.sendDigits(`${number}#`);
		await hearsWords(phone, 'en', 'enter_pin');
		assert.ok(!(await page.people()).some((p) => /bob/.test(p)));
		phone.sendDigits(`${GUEST_PIN}#`);
		await until('he is in', async () =>
			(await page.people()).some((p) => /bob/.test(p)));
		await hearsOthersOnly(page, [phone]);
		await hearsOthersOnly(phone, [page]);
		const { conferences } = await parley.json('list');
		assert.deepEqual(conferences.map((c) => c.name), ['board']);
	});

	test('and is one like all others: told, muted, put out', async () => {
		await ok('mute', 'board', 'bob');
		await until('he is muted', async () =>
			(await parley.endpoints('board')).some((e) => e.muted));
		await ok('kick', 'board', 'bob');
		await phone.event('CALL_CLOSED');
	});

	test('its re-INVITE says which conference it is from then on',
		async (t) => {
			await ok('conference', 'add', 'open');
			const peer = await caller(t, 'carl');
			await hearsWords(peer, 'en', 'enter_number');
			const { conference } = await parley.json('conference', 'show',
				'open');
			await press(peer, conference.number.replaceAll(' ', ''));
			const { headers } = await peer.request('INVITE');
			assert.match(headers.contact,
				/^<sip:open@127\.0\.0\.1:\d+[^>]*>.*;isfocus/);
			await until('it is in', async () =>
				(await parley.endpoints('open')).some((e) =>
					e.status === 'connected'));
			await ok('lock', 'open');
			const late = await caller(t, 'dora');
			await hearsWords(late, 'en', 'enter_number');
			await press(late, conference.number.replaceAll(' ', ''));
			await hearsWords(late, 'en', 'is_locked');
			await isEnded(late);
		});

	test('what is no number finds nothing, three times', async (t) => {
		const peer = await caller(t, 'eve');
		const { conference: { waiting: [{ endpoint }] } } = await parley
			.json('show', 'dial-in');
		await hearsWords(peer, 'en', 'enter_number');
		await press(peer, '999999999');
		await hearsWords(peer, 'en', ['no_such_conference', 'enter_number']);
		// the pause after one is longer each time
		for (const left of [1, 0])
			await until(`${left} tries are left`, async () => {
				await press(peer, '12345#');
				return parley.program.output.includes(`wrong number ${
					''}conference=dial-in endpoint=${
					endpoint} left=${left}`);
			}, 20000, 500);
		await hearsWords(peer, 'en', ['too_many_tries', 'goodbye']);
		await isEnded(peer);
	});

	test('a page has no keys for it, and no use', async () => {
		const answer = await fetch(`${parley.http}/api/conferences/dial-in`);
		assert.equal(answer.status, 404);
	});

	test('no digit stands in the log', () => {
		const log = parley.program.output;
		assert.ok(!log.includes('wrong PIN'), 'a key of the number was one');
		for (const digits of [number, GUEST_PIN, '999999999'])
			assert.ok(!log.includes(digits), digits);
	});
});

// All on one media server: its leg goes along as it is, as nothing would tell
// the far end that another one is meant (all have one certificate there)
for (const media of [null, 'srtp-mand', 'dtls_srtp'])
	test(`a telephone (${media ?? 'plain RTP'}) moves within a media server`,
		async (t) => {
			const secure = media === 'srtp-mand', tls = await freePort();
			const parley = await Parley.start(
				secure ? { sip_tls_listen: `127.0.0.1:${tls}` } : {});
			t.after(() => parley.stop());
			const ann = await Baresip.start({ name: 'ann', hz: 1000 });
			t.after(() => ann.stop());
			const bob = await Baresip.start({ name: 'bob', hz: 440, media,
				transport: secure ? 'tls' : 'udp' });
			t.after(() => bob.stop());
			await ann.dial(parley.uri('here'));
			const { conference: { number } } = await parley.json('conference',
				'show', 'here');
			await bob.dial(secure
				? `sip:dial-in@127.0.0.1:${tls};transport=tls`
				: parley.uri('dial-in'));
			// who knows it does not wait until he was asked, and is not asked
			// any more when he is in
			if (media)
				await hearsWords(bob, 'en', 'enter_number');
			bob.sendDigits(`${number.replaceAll(' ', '')}#`);
			await hearsOthersOnly(ann, [bob]);
			await hearsOthersOnly(bob, [ann]);
			if (!media)
				assert.ok((await saidIn(await bob.heard(20), 'en',
					'enter_number')).score < SAID);
			bob.hold();
			await hearsNot(ann, 440);
			bob.resume();
			await hearsOthersOnly(ann, [bob]);
			await hearsOthersOnly(bob, [ann]);
		});
