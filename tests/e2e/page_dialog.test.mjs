// The page's dialog with all that one may have: fields, a problem, actions. The
// view, the store and the acts are the page's own; who answers is the test.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { wrongForAll } from './lib/axe.mjs';
import { Browser } from './lib/browser.mjs';
import { until } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';
import { servePage } from './lib/third_party.mjs';

const application = (dialog) => `
import { pageActs } from './acts/page.mjs';
import { dispatcher } from './state/dispatcher.mjs';
import { initial } from './state/initial.mjs';
import { Store } from './state/store.mjs';
import { dialogView } from './views/dialog.mjs';
document.documentElement.lang = 'en';
document.body.innerHTML = '<main><h1>App</h1><button id="before">b</button>'
	+ '</main>' + ${JSON.stringify(dialog)};
const store = window.store = new Store(initial());
const dispatch = window.dispatch = dispatcher();
window.done = [];
dispatch.take(pageActs({ store, dispatch }));
dispatch.take({ enter: (...args) => window.done.push(['enter', ...args]),
	forget: (...args) => window.done.push(['forget', ...args]) });
dialogView({ store, dispatch });
`;

describe('a dialog that asks something', { concurrency: 1 }, () => {
	let app, ann, page;

	before(async () => {
		const html = await readFile(new URL('../../web/index.html',
			import.meta.url), 'utf8');
		app = await servePage(application(
			html.match(/<dialog[^]*<\/dialog>/)[0]));
		ann = await Browser.start();
		({ page } = ann);
		await page.goto(app.url);
		const style = (await readdir(ours.web)).find((name) =>
			/^style\.\w+\.css$/.test(name));
		await page.addStyleTag({ path: `${ours.web}/${style}` });
		await page.focus('#before');
	});
	after(async () => {
		await ann?.stop();
		app?.close();
	});

	const open = (more = {}) => page.evaluate((rest) => window.dispatch(
		'openDialog', { id: 'pin', title: { text: 'PIN' },
			text: { text: 'Which one?' },
			fields: [{ name: 'pin', label: { text: 'Digits' },
				inputMode: 'numeric', maxLength: 8 }],
			actions: [{ label: { text: 'Enter' }, intent: 'enter',
				args: ['first'], primary: true },
			{ label: { text: 'Forget it' }, intent: 'forget', danger: true }],
			...rest }), more);
	const done = () => page.evaluate(() => window.done.splice(0));

	test('has what was asked for, and axe finds nothing', async () => {
		await open();
		assert.ok(await page.isVisible('#dialog'));
		assert.equal(await page.evaluate(() => document.activeElement.name),
			'pin');
		assert.equal(await page.getAttribute('#dialog-pin', 'inputmode'),
			'numeric');
		assert.deepEqual(await page.evaluate(() =>
			[...document.querySelectorAll('#dialog button')].map((b) =>
				b.textContent)), ['Enter', 'Forget it', 'Close']);
		assert.deepEqual(await wrongForAll(page), []);
	});

	test('Enter is the first action, with what was typed', async () => {
		await page.keyboard.type('1234');
		await page.keyboard.press('Enter');
		assert.deepEqual(await done(), [['enter', 'first', { pin: '1234' }]]);
		// it is the answer that closes it
		assert.ok(await page.isVisible('#dialog'));
	});

	test('a problem is said, and what was typed stays', async () => {
		await open({ problem: { text: 'Wrong.' } });
		assert.equal(await page.textContent('#dialog-problem'), 'Wrong.');
		assert.equal(await page.getAttribute('#dialog-problem', 'role'),
			'alert');
		assert.equal(await page.inputValue('#dialog-pin'), '1234');
		assert.deepEqual(await wrongForAll(page), []);
		await page.click('text=Forget it');
		assert.deepEqual(await done(), [['forget', { pin: '1234' }]]);
	});

	test('another dialog begins anew', async () => {
		await open({ id: 'other', fields: [], problem: null });
		assert.equal(await page.locator('#dialog input').count(), 0);
		assert.ok(await page.isHidden('#dialog-problem'));
		await open();
		assert.equal(await page.inputValue('#dialog-pin'), '');
	});

	test('it closes by its last button and by Esc, and gives focus back',
		async () => {
			for (const close of [() => page.click('#dialog-close'),
				() => page.keyboard.press('Escape')]) {
				await open();
				await close();
				await until('it is closed', () => page.isHidden('#dialog'));
				assert.equal(await page.evaluate(() =>
					window.store.state.dialog), null);
				assert.equal(await page.evaluate(() =>
					document.activeElement.id), 'before');
			}
			assert.deepEqual(await done(), []);
		});
});
