// Whose rights are whose: the same name is not the same person, and a page that
// was loaded anew is.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { until } from './lib/process.mjs';

const KEY = 'parley.secret.board';

describe('rights', () => {
	let parley, alice, other, phone, sayings;

	before(async () => {
		parley = await Parley.start();
		alice = await Browser.start();
		sayings = [];
		alice.page.on('request', (request) => sayings.push({
			url: request.url(), headers: request.headers(),
			verb: (request.postData() || '').match(/"verb":"(\w+)"/)?.[1] }));
		await alice.join(`${parley.http}/board`, 'Alice');
		other = await alice.another();
		await other.join(`${parley.http}/board`, 'Alice');
		phone = await RtpPeer.open(parley, { name: 'alice', hz: 440 });
		await phone.dial(parley.uri('board'));
	});
	after(async () => {
		await phone?.bye();
		await phone?.close();
		await alice?.stop();
		await parley?.stop();
	});

	const people = () => parley.endpoints('board');
	const moderators = async () => (await people())
		.filter((e) => e.role === 'host').map((e) => e.endpoint);
	const secretOf = (browser) => browser.page.evaluate(
		(key) => sessionStorage.getItem(key), KEY);

	test('three who are called Alice are three, and one moderates',
		async () => {
			const users = (await people()).map((e) => e.user);
			assert.equal(new Set(users).size, 3, users.join(' '));
			assert.deepEqual(await moderators(), [1]);
			await until('the page shows three', async () =>
				(await alice.people()).length === 3);
		});

	test('a page has a secret of its own, and says it in headers alone',
		async () => {
			const secret = await secretOf(alice);
			assert.match(secret, /^[0-9a-f]{32}$/);
			assert.notEqual(await secretOf(other), secret);
			await alice.page.click('#mute');
			await until('all know that she muted herself', async () =>
				(await people()).find((e) => e.endpoint === 1).muted);
			await alice.page.click('#mute');
			await until('and that she does no more', async () =>
				!(await people()).find((e) => e.endpoint === 1).muted);
			const told = sayings.filter(({ url, verb }) =>
				url.endsWith('/api/self') && verb !== 'chat');
			assert.deepEqual(told.map(({ verb }) => verb),
				['mute', 'unmute']);
			for (const { headers } of told)
				assert.equal(headers.authorization, `Bearer ${secret}`);
			assert.ok(!sayings.some(({ url }) => url.includes(secret)));
		});

	test('who muted whom is asked by the secret, not by a guess', async () => {
		const ask = (authorization) => fetch(`${parley.http}/api/self`, {
			method: 'POST', body: JSON.stringify({ verb: 'mute' }),
			headers: authorization ? { authorization } : {} });
		const secret = await secretOf(alice);
		const wrong = secret.replace(/^./, (c) => (c === '0' ? '1' : '0'));
		for (const value of [null, '', 'Bearer', `Bearer ${wrong}`, secret,
			`Basic ${secret}`, `Bearer ${secret}0`, 'Bearer 1']) {
			assert.equal((await ask(value)).status, 403, value);
		}
		const url = `${parley.http}/api/self?token=${secret}`;
		assert.equal((await fetch(url, { method: 'POST',
			body: '{"verb":"mute"}' })).status, 403);
		assert.ok(!(await people()).some((e) => e.muted));
	});

	test('who comes back in the same page moderates again', async () => {
		await alice.page.reload();
		await until('she has left', async () => (await people()).length === 2);
		assert.deepEqual(await moderators(), []);
		await alice.join(`${parley.http}/board`, 'Alice');
		assert.deepEqual(await moderators(), [1]);

		// by another name, too
		await alice.page.reload();
		await alice.join(`${parley.http}/board`, 'Alice Cooper');
		assert.deepEqual(await moderators(), [1]);
	});

	test('who comes back without the secret does not, nor does another',
		async () => {
			await other.page.reload();
			await other.join(`${parley.http}/board`, 'Alice');
			assert.deepEqual(await moderators(), [1]);
			await alice.page.evaluate((key) => sessionStorage.removeItem(key),
				KEY);
			await alice.page.reload();
			await alice.join(`${parley.http}/board`, 'Alice');
			assert.deepEqual(await moderators(), []);
		});

	test('a name does not end the conference', async () => {
		const answer = await phone.ask('REFER', { headers: {
			'Refer-To': `<${parley.uri('board')};method=BYE>` } });
		assert.equal(answer.status, 403);
		assert.equal((await people()).length, 3);
	});
});
