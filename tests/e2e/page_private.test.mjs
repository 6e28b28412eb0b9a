// What two pages write and send to one another with nobody in between: by its
// tab, which is there while the line is, with words to compare, and on every
// screen.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Browser } from './lib/browser.mjs';
import { hearsOthersOnly } from './lib/judge.mjs';
import { Parley } from './lib/parley.mjs';
import { until } from './lib/process.mjs';
import { Shots } from './lib/shots.mjs';

describe('the secure line on the page', { concurrency: 1 }, () => {
	let parley, ann, ben;
	const visible = ({ page }, id) =>
		page.waitForSelector(id, { state: 'visible' });
	const says = ({ page }, id, words) => until(`${id} says ${words}`,
		async () => words.test(await page.textContent(id))
			|| Promise.reject(new Error(await page.textContent(id))));
	const items = ({ page }) => page.evaluate(() => [...document
		.querySelectorAll('#private-items li')].map((li) => [
		li.querySelector('.from').textContent,
		li.querySelector('p').textContent.trim()]));
	const reads = (browser, ...want) => until(`${want} is read`, async () => {
		const have = await items(browser);
		return JSON.stringify(have) === JSON.stringify(want)
			|| Promise.reject(new Error(JSON.stringify(have)));
	});

	before(async () => {
		parley = await Parley.start({ end_to_end: 'yes' });
		ann = await Browser.start({ hz: 1000 });
		ben = await Browser.start({ hz: 440 });
		await ann.join(`${parley.http}/two`, 'Ann');
		assert.ok(await ann.page.isHidden('#tab-private'));
		await ben.join(`${parley.http}/two`, 'Ben');
		for (const browser of [ann, ben]) {
			await visible(browser, '#tab-private');
			await browser.page.click('#tab-private');
			await visible(browser, '#private-words');
		}
	});
	after(async () => {
		await ben?.stop();
		await ann?.stop();
		await parley?.stop();
	});

	test('both have the same words, and are told whom to read them to',
		async () => {
			const words = await ann.page.textContent('#private-list');
			assert.match(words, /^[a-z]+( [a-z]+){3}$/);
			assert.equal(await ben.page.textContent('#private-list'), words);
			await says(ann, '#private-compare', /to Ben\./);
			await says(ben, '#private-seen', /Only you and Ann/);
		});

	test('what one writes the other reads, by the keyboard', async () => {
		await ann.page.focus('#private-text');
		await ann.page.keyboard.type('<b>Hello</b>');
		await ann.page.keyboard.press('Enter');
		await reads(ben, ['Ann', '<b>Hello</b>']);
		await reads(ann, ['you', '<b>Hello</b>']);
		assert.equal(await ben.page.locator('#private-items b').count(), 0);
		// nobody else knows of it
		const { stdout } = await parley.cli('chat', 'two');
		assert.doesNotMatch(stdout, /Hello/);
	});

	test('what comes while something else is shown is counted', async () => {
		await ben.page.click('#tab-people');
		await ann.page.fill('#private-text', 'Look');
		await ann.page.keyboard.press('Enter');
		await says(ben, '#private-count', /^1$/);
		await ben.page.click('#tab-private');
		await ben.page.waitForSelector('#private-count', { state: 'hidden' });
	});

	const send = (name, buffer) => ann.page.setInputFiles('#private-file',
		{ name, mimeType: 'text/html', buffer });
	const last = (browser, selector) =>
		browser.page.locator('#private-items li').last().locator(selector);

	test('a file is taken and is what it was', async () => {
		const content = randomBytes(3000000);
		await send('notes.html', content);
		await last(ben, '.file-name').waitFor();
		await last(ben, 'button:visible').first().click();
		await last(ben, '.save').waitFor({ timeout: 60000 });
		const [download] = await Promise.all([
			ben.page.waitForEvent('download'), last(ben, '.save').click()]);
		assert.equal(download.suggestedFilename(), 'notes.html');
		assert.ok((await readFile(await download.path())).equals(content));
		await until('it is told', async () => /arrived whole/
			.test(await last(ann, '.hint').textContent()));
	});

	test('a file is declined', async () => {
		await send('more.bin', randomBytes(10));
		await last(ben, 'button:visible').nth(1).click();
		await until('it is told', async () => /declined/
			.test(await last(ann, '.hint').textContent()));
	});

	test('on every screen', async () => {
		await send('a-name-that-is-long-and-has-no-end-of-it-in-sight.pdf',
			randomBytes(1500000));
		await last(ben, '.file-name').waitFor();
		await new Shots(ben.page).take('private');
		await new Shots(ben.page).take('end-to-end', { still: async () => {
			if (await ben.page.isVisible('#panel'))
				await ben.page.click('#people-button');
			if (await ben.page.isVisible('#panel'))
				await ben.page.click('#people-button');
		} });
		await ann.page.click('#camera');
		await ben.page.waitForSelector('#far-letters', { state: 'visible' });
		await new Shots(ben.page).take('end-to-end-no-camera');
	});

	test('what was sent stays when the other has gone', async () => {
		await ben.page.setViewportSize({ width: 1280, height: 800 });
		if (!await ben.page.isVisible('#private-tab')) {
			await ben.page.click('#people-button');
			await ben.page.click('#tab-private');
		}
		await ann.leave();
		await says(ben, '#private-problem', /has ended/);
		assert.ok(await ben.page.isDisabled('#private-text'));
		assert.ok(await ben.page.isHidden('#private-words'));
		assert.ok(await ben.page.isVisible('#private-items'));
		await ben.leave();
		await visible(ben, '#ended');
		assert.equal(await ben.page.locator('#private-items li').count(), 0);
	});
});

describe('where there is to be no secure line', () => {
	test('two pages are end to end without it', async () => {
		const parley = await Parley.start({ end_to_end: 'yes',
			secure_line: 'no' });
		const ann = await Browser.start({ hz: 1000 });
		const ben = await Browser.start({ hz: 440 });
		try {
			await ann.join(`${parley.http}/two`, 'Ann');
			await ben.join(`${parley.http}/two`, 'Ben');
			for (const { page } of [ann, ben]) {
				await until('it is end to end', async () =>
					await page.textContent('#bearer') === 'End to end');
				assert.ok(await page.isHidden('#tab-private'));
			}
			await hearsOthersOnly(ann, [ben]);
			await hearsOthersOnly(ben, [ann]);
		} finally {
			await ben.stop();
			await ann.stop();
			await parley.stop();
		}
	});
});
