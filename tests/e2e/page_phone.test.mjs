// A telephone among pages: they write to each other, its hand is seen, and who is
// anonymous stays so.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Guests } from './lib/guests.mjs';
import { Parley } from './lib/parley.mjs';
import { hearsOthersOnly } from './lib/judge.mjs';
import { hearsWords } from './lib/words.mjs';
import { until } from './lib/process.mjs';

const ROOM = 'mixed';

describe('pages and a telephone', { concurrency: 1 }, () => {
	let parley, ana, ben, bob;

	before(async () => {
		parley = await Parley.start();
		ana = await Browser.start({ hz: 1000 });
		ben = await Browser.start({ hz: 1500 });
		bob = await Baresip.start({ name: 'bob', audio: 'PCMU/8000/1',
			hz: 440, trace: true, contact: parley.uri(ROOM) });
		// she comes first, and so may steer it
		await ana.join(`${parley.http}/${ROOM}`, 'Ana');
		await ben.join(`${parley.http}/${ROOM}`, 'Ben');
		await bob.dial(parley.uri(ROOM));
		await hearsOthersOnly(bob, [ana, ben]);
	});
	after(async () => {
		await bob?.stop();
		await ben?.stop();
		await ana?.stop();
		await parley?.stop();
	});

	const read = ({ page }) => page.evaluate(() => [...document
		.querySelectorAll('#messages li')].map((li) => `${li.querySelector(
		'.from').textContent}: ${li.querySelector('p').textContent}`));
	const reads = (browser, ...want) => until(`${want} is read`, async () => {
		const have = await read(browser);
		return JSON.stringify(have) === JSON.stringify(want)
			|| Promise.reject(new Error(JSON.stringify(have)));
	});
	const write = async ({ page }, text) => {
		await page.fill('#chat-text', text);
		await page.keyboard.press('Enter');
	};
	const row = ({ page }, name) =>
		page.locator('#people li', { hasText: name });
	const shows = (browser, name, words) => until(
		`${name}'s row says ${words}`, async () => {
			const text = await row(browser, name).textContent();
			return words.test(text) || Promise.reject(new Error(text));
		});

	test('what is written is read by both pages and the telephone, in order',
		async () => {
			for (const { page } of [ana, ben])
				await page.click('#chat-button');
			await write(ana, 'Can you read this?');
			await until('the telephone is told', () =>
				/Ana: Can you read this\?/.test(bob.program.output));
			bob.write('Yes, I can');
			await until('the first page has it', async () =>
				(await read(ana)).length === 2);
			await write(ben, 'So can I');
			await until('the telephone is told', () =>
				/Ben: So can I/.test(bob.program.output));
			await reads(ana, 'you: Can you read this?', 'bob: Yes, I can',
				'Ben: So can I');
			await reads(ben, 'Ana: Can you read this?', 'bob: Yes, I can',
				'you: So can I');
			const { output } = bob.program;
			assert.ok(output.indexOf('Ana: Can') < output.indexOf('Ben: So'));
			// his own words are not told him again
			assert.doesNotMatch(output, /bob: Yes, I can/);
		});

	test('who comes later reads it all in the same order', async () => {
		const late = await ben.another();
		await late.join(`${parley.http}/${ROOM}`, 'Late');
		await late.page.click('#chat-button');
		await reads(late, 'Ana: Can you read this?', 'bob: Yes, I can',
			'Ben: So can I');
		await late.page.close();
	});

	test('who is anonymous at a telephone is so on a page', async (t) => {
		const sip = await Guests.open(t, parley, ROOM);
		await sip.joinWith({ Privacy: 'id' }, 'Mallory');
		sip.write('Who am I?');
		await until('it is read', async () => (await read(ben)).at(-1)
			=== 'Anonymous: Who am I?'
			|| Promise.reject(new Error((await read(ben)).join('|'))));
		await row(ben, 'Anonymous').waitFor({ state: 'attached' });
		for (const { page } of [ana, ben])
			assert.doesNotMatch(await page.content(), /mallory/i);
	});

	test('its hand is seen, and lowered by the host', async () => {
		for (const { page } of [ana, ben])
			await page.click('#people-button');
		bob.sendDigits('*5');
		await shows(ana, 'bob', /hand raised/);
		await shows(ben, 'bob', /hand raised/);
		await row(ana, 'bob').locator('.more').click();
		await ana.page.click(
			'#dialog-buttons button:text-is("Lower the hand")');
		await until('it is down', async () => !/hand raised/.test(
			await row(ben, 'bob').textContent()));
	});

	test('it is told that the host has muted it, and that it is heard again',
		async () => {
			const act = async (words) => {
				await row(ana, 'bob').locator('.more').click();
				await ana.page.click(
					`#dialog-buttons button:text-is("${words}")`);
			};
			// they would talk over what is said to him alone
			for (const { page } of [ana, ben])
				await page.click('#mute');
			await act('Mute');
			await until('he is muted', async () => (await parley.endpoints(ROOM))
				.some((e) => !e.webrtc && e.muted));
			await hearsWords(bob, 'en', 'muted_by_host');
			bob.sendDigits('*6');
			await hearsWords(bob, 'en', 'unmuted');
			await until('he is heard again', async () => (await parley
				.endpoints(ROOM)).some((e) => !e.webrtc && !e.muted));
		});
});
