// The page without a mouse: everything is reached by Tab and seen to be where
// one is, tabs and dialogs behave as they are known to, and nothing that is
// closed keeps anybody.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { until } from './lib/process.mjs';

// Runs in the page: what has focus, and whether that can be seen
const focused = () => {
	const e = document.activeElement;
	const style = getComputedStyle(e);
	const box = e.getBoundingClientRect();
	return { id: e.id || e.tagName.toLowerCase(),
		seen: e === document.body || style.outlineStyle !== 'none'
			&& parseFloat(style.outlineWidth) >= 2,
		size: Math.min(box.width, box.height),
		inDialog: Boolean(e.closest('dialog')) };
};

describe('the page by keyboard', { concurrency: 1 }, () => {
	let parley, ann, page;

	before(async () => {
		parley = await Parley.start();
		ann = await Browser.start();
		({ page } = ann);
	});
	after(async () => {
		await ann?.stop();
		await parley?.stop();
	});

	// Tab until it comes around; what was met, in order
	async function walk(first) {
		await page.focus(first);
		await page.keyboard.press('Tab');
		await page.keyboard.press('Shift+Tab');
		const met = [];
		for (let i = 0; i < 60; i++) {
			const at = await page.evaluate(focused);
			if (at.id === 'body' || met.some(({ id }) => id === at.id))
				break;
			assert.ok(at.seen, `one sees that ${at.id} has focus`);
			met.push(at);
			await page.keyboard.press('Tab');
		}
		return met.map(({ id }) => id);
	}
	const at = async () => (await page.evaluate(focused)).id;

	test('the lobby', async () => {
		await page.goto(`${parley.http}/walk`);
		await until('the devices are there', () => page.evaluate(() =>
			document.getElementById('preview').srcObject
				?.getTracks().length === 2
			&& !document.getElementById('mic-select').disabled));
		assert.equal(await at(), 'display-name');
		const met = await walk('#conference');
		assert.deepEqual(met, ['conference', 'display-name', 'join-button',
			'lobby-mic', 'lobby-cam', 'mic-select', 'cam-select',
			'speaker-select', 'language-select', 'theme-select']);
		await page.focus('#display-name');
		await page.keyboard.type('Ann');
		await page.keyboard.press('Enter');
		await ann.connected();
		assert.equal(await at(), 'mute');
	});

	test('the call, all of it', async () => {
		const met = await walk('#alone-copy');
		for (const id of ['alone-copy', 'tab-people', 'people', 'copy-link',
			'host-settings', 'more-1', 'invite-address', 'mute', 'camera',
			'hand', 'people-button', 'chat-button',
			'devices-button', 'full', 'leave'])
			assert.ok(met.includes(id), `${id} is not among ${met}`);
		// of the tabs the one that is open, of what is closed nothing
		assert.ok(!met.includes('tab-settings') && !met.includes('mic-select')
			&& !met.includes('rejoin'), `${met}`);
	});

	test('tabs go by arrows', async () => {
		await page.focus('#tab-people');
		for (const [key, id] of [['ArrowRight', 'tab-chat'],
			['ArrowRight', 'tab-settings'],
			['ArrowRight', 'tab-people'], ['ArrowLeft', 'tab-settings'],
			['Home', 'tab-people'], ['End', 'tab-settings']]) {
			await page.keyboard.press(key);
			assert.equal(await at(), id, key);
			assert.equal(await page.getAttribute(`#${id}`, 'aria-selected'),
				'true');
		}
		assert.ok(await page.isVisible('#mic-select'));
		assert.ok(!await page.isVisible('#people'));
	});

	test('a dialog keeps focus, ends by Esc, and gives it back', async () => {
		await page.focus('#show-keys');
		await page.keyboard.press('Enter');
		await page.waitForSelector('#dialog', { state: 'visible' });
		for (let i = 0; i < 4; i++) {
			const { id, inDialog } = await page.evaluate(focused);
			// between two rounds the browser itself has it
			assert.ok(inDialog || id === 'body', id);
			await page.keyboard.press('Tab');
		}
		assert.equal(await page.getAttribute('#dialog', 'aria-labelledby'),
			'dialog-title');
		assert.match(await page.textContent('#dialog'), /Mute and unmute/);
		// what is behind it is not there: keys do nothing, Esc leaves nobody
		await page.keyboard.press('m');
		await page.keyboard.press('Escape');
		await page.waitForSelector('#dialog', { state: 'hidden' });
		await page.keyboard.press('Escape');
		assert.equal(await at(), 'show-keys');
		assert.equal(await page.getAttribute('#mute', 'aria-pressed'), 'false');
		assert.ok(await page.isVisible('#call'));
	});

	test('keys of one letter can be switched off', async () => {
		const muted = () => page.getAttribute('#mute', 'aria-pressed');
		await page.focus('#tab-settings');
		await page.keyboard.press('m');
		assert.equal(await muted(), 'true');
		await page.keyboard.press('m');
		await page.focus('#keys-work');
		await page.keyboard.press('Space');
		assert.equal(await page.isChecked('#keys-work'), false);
		await page.focus('#tab-settings');
		await page.keyboard.press('m');
		assert.equal(await muted(), 'false');
		await page.focus('#keys-work');
		await page.keyboard.press('Space');
	});

	test('and out', async () => {
		await page.focus('#leave');
		await page.keyboard.press('Enter');
		await page.waitForSelector('#ended', { state: 'visible' });
		assert.equal(await at(), 'rejoin');
		assert.deepEqual(await walk('#rejoin'), ['rejoin', 'other']);
	});

	test('what moves is still for who wants it so', async () => {
		await page.emulateMedia({ reducedMotion: 'reduce' });
		const moving = await page.evaluate(() => [...document.querySelectorAll(
			'*')].filter((e) => {
			const { transitionDuration, animationName } = getComputedStyle(e);
			return transitionDuration.split(', ').some((s) =>
				parseFloat(s) > 0) || animationName !== 'none';
		}).length);
		assert.equal(moving, 0);
	});
});
