// People write while they talk: between pages, from the command line, to who
// comes later; text is text, whatever it looks like.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { until } from './lib/process.mjs';

describe('the chat of the page', () => {
	let parley, ana, ben;

	before(async () => {
		parley = await Parley.start();
		ana = await Browser.start({ hz: 1000 });
		ben = await Browser.start({ hz: 1500 });
		await ana.join(`${parley.http}/talk`, 'Ana');
		await ben.join(`${parley.http}/talk`, 'Ben');
	});
	after(async () => {
		await ben?.stop();
		await ana?.stop();
		await parley?.stop();
	});

	const read = ({ page }) => page.evaluate(() => [...document
		.querySelectorAll('#messages li')].map((li) => [
		li.querySelector('.from').textContent,
		li.querySelector('p').textContent]));
	const reads = (browser, ...want) => until(`${want} is read`, async () => {
		const have = await read(browser);
		return JSON.stringify(have) === JSON.stringify(want)
			|| Promise.reject(new Error(JSON.stringify(have)));
	});
	const write = async ({ page }, text) => {
		await page.fill('#chat-text', text);
		await page.keyboard.press('Enter');
	};

	test('what one writes the other reads, and is told of', async () => {
		await ana.page.click('#chat-button');
		await write(ana, 'Hello, see https://example.com/a?b=1. <b>bold</b>');
		await reads(ana, ['you',
			'Hello, see https://example.com/a?b=1. <b>bold</b>']);
		await until('it is counted', async () =>
			await ben.page.textContent('#chat-badge') === '1');
		await ben.page.click('#chat-button');
		await reads(ben, ['Ana',
			'Hello, see https://example.com/a?b=1. <b>bold</b>']);
		await ben.page.waitForSelector('#chat-badge', { state: 'hidden' });
		const links = await ben.page.$$eval('#messages a', (all) =>
			all.map(({ href, rel, target }) => [href, rel, target]));
		assert.deepEqual(links, [['https://example.com/a?b=1',
			'noopener noreferrer nofollow', '_blank']]);
		assert.equal(await ben.page.$('#messages b'), null);
	});

	test('the moderator writes from the command line', async () => {
		const said = await parley.cli('say', 'talk', 'We begin');
		assert.equal(said.code, 0, said.output);
		await until('Ben reads it', async () =>
			(await read(ben)).at(-1)?.join(': ') === 'Moderator: We begin');
		await write(ben, 'Fine');
		await until('Ana reads both', async () =>
			(await read(ana)).slice(-2).map((row) => row.join(': ')).join('|')
				=== 'Moderator: We begin|Ben: Fine');
	});

	test('who comes later reads what was written, in order', async () => {
		const late = await ben.another();
		await late.join(`${parley.http}/talk`, 'Late');
		await late.page.click('#chat-button');
		await until('all of it is there', async () =>
			(await read(late)).map(([from]) => from).join()
				=== 'Ana,Moderator,Ben');
		await late.page.close();
	});

	test('what is refused stays to be sent again', async () => {
		// all at once, however slow what drives the page is
		await ana.page.evaluate(() => {
			for (let i = 0; i < 8; i++) {
				document.getElementById('chat-text').value = `quick ${i}`;
				document.getElementById('chat-form').requestSubmit();
			}
		});
		await until('it says why', async () =>
			/too fast/.test(await ana.page.textContent('#toast')));
		await until('it can be sent again', async () =>
			/^quick \d$/.test(await ana.page.inputValue('#chat-text')));
	});
});
