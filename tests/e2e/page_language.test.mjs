// The page in another language: the browser's, or the one chosen; and what the
// server says in it, too.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { until } from './lib/process.mjs';

describe('the page in German', { concurrency: 1 }, () => {
	let parley, ann, page;

	before(async () => {
		parley = await Parley.start();
		ann = await Browser.start({ more: ['--accept-lang=de-AT,en'] });
		({ page } = ann);
	});
	after(async () => {
		await ann?.stop();
		await parley?.stop();
	});

	const says = (id, words) => until(`${id} says ${words}`, async () =>
		words.test(await page.textContent(id))
			|| Promise.reject(new Error(await page.textContent(id))));
	const ready = () => until('the devices are there', () => page.evaluate(
		() => document.getElementById('preview').srcObject
			?.getTracks().length === 2));
	const join = async () => {
		await page.goto(`${parley.http}/garten`);
		await page.fill('#display-name', 'Ännchen');
		await ready();
		await page.click('#join-button');
		await says('#state', /^Verbunden$/);
		await until('she is in', async () =>
			(await parley.endpoints('garten')).length === 1);
	};

	test('it is the browser\'s language, all over', async () => {
		await page.goto(`${parley.http}/`);
		await ready();
		assert.equal(await page.getAttribute('html', 'lang'), 'de');
		assert.equal(await page.getAttribute('html', 'dir'), 'ltr');
		assert.equal(await page.textContent('#join-button'), 'Beitreten');
		await page.fill('#conference', 'Große Runde');
		await says('#name-hint', /Sie wird grosse-runde heißen\./);
		await page.click('#join-button');
		await says('#join-error', /wer Sie sind/);
	});

	test('what the server says is in it', async () => {
		await join();
		await parley.cli('lock', 'garten');
		await says('#toast', /ist jetzt gesperrt/);
		await parley.cli('unlock', 'garten');
		await parley.cli('mute', 'garten', 'Ännchen');
		await says('#toast', /hat Sie stummgeschaltet/);
		await parley.cli('kick', 'garten', 'Ännchen');
		await says('#ended-words', /^Ein Moderator hat Sie entfernt\.$/);
		await join();
		await parley.cli('end', 'garten');
		await says('#ended-words', /^Die Konferenz wurde beendet\.$/);
	});

	test('another is chosen at any time, and kept', async () => {
		await join();
		await page.click('#devices-button');
		await page.selectOption('#language-select', 'en');
		await says('#state', /^Connected$/);
		assert.equal(await page.getAttribute('html', 'lang'), 'en');
		assert.equal(await page.getAttribute('#leave', 'aria-label'), 'Leave');
		await page.click('#people-button');
		await says('#people', /Ännchenyou/);
		await page.click('#leave');
		await says('#ended-title', /^You left$/);
		await page.reload();
		await says('#join-button', /^Join$/);
		assert.equal(await page.inputValue('#language-select'), 'en');
	});
});
