// Every state of the page at the door, of hosts and moderators, and of the chat,
// as screens.test.mjs looks at the others: PINs and lobbies, who waits, what may
// be done about somebody and about all, hands, what people write.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Browser } from './lib/browser.mjs';
import { Guests } from './lib/guests.mjs';
import { Parley } from './lib/parley.mjs';
import { until } from './lib/process.mjs';
import { patience } from './lib/pace.mjs';
import { NAMES, Shots } from './lib/shots.mjs';

const GUEST_PIN = '480213', HOST_PIN = '771904';
const LONG = NAMES[3], RTL = NAMES[1];

describe('the screens of doors, hosts and chat', { concurrency: 1 }, () => {
	let parley, ann, page, shots;

	before(async () => {
		parley = await Parley.start({ media_timeout: 300 });
		ann = await Browser.start();
		page = ann.page;
		page.setDefaultTimeout(patience(8000));
		shots = new Shots(page);
	});
	after(async () => {
		await ann?.stop();
		await parley?.stop();
	});

	const ok = async (...args) => {
		const { code, output, stdout } = await parley.cli(...args);
		assert.equal(code, 0, `${args.join(' ')}: ${output}`);
		return stdout;
	};
	const shot = (name, options) => shots.take(name, options);
	const picture = (width) => shots.pictureFor(width);
	const says = (id, words, ms) => until(`${id} says ${words}`, async () => {
		const text = await page.textContent(id);
		return words.test(text) || Promise.reject(new Error(text));
	}, ms);
	const visible = (id) => page.waitForSelector(id, { state: 'visible' });
	const gone = (id) => page.waitForSelector(id, { state: 'hidden' });
	// somebody whom no page was before
	const anew = async (conference) => {
		await page.goto(`${parley.http}/${conference}`);
		await page.evaluate(() => {
			localStorage.clear();
			sessionStorage.clear();
		});
		await page.goto(`${parley.http}/${conference}`);
		await until('the devices are there', () => page.evaluate(() =>
			document.getElementById('preview').srcObject
				?.getAudioTracks().length === 1));
	};
	const press = async (name = 'Ann') => {
		await page.fill('#display-name', name);
		await page.click('#join-button');
	};
	const open = async (button, tab) => {
		if (!await page.isVisible(tab))
			await page.click(button);
		await visible(tab);
	};
	const about = async (name) => {
		await open('#people-button', '#people-tab');
		await page.locator('#people li', { hasText: name }).locator('.more')
			.click();
		await visible('#dialog');
	};
	const shut = async () => {
		await page.keyboard.press('Escape');
		await gone('#dialog');
	};

	test('a guest at the door', async () => {
		await ok('conference', 'add', 'board', 'title=The board of directors',
			`guest_pin=${GUEST_PIN}`, `host_pin=${HOST_PIN}`, 'lobby=on',
			'wait_for_host=on');
		await anew('board');
		await visible('#pin-row');
		await shot('lobby-pin');
		await press(LONG);
		await visible('#dialog');
		await shot('door-pin');
		// who has closed it can open it again, and has nothing that is not his
		await shut();
		assert.ok(await page.isHidden('#invite-form'));
		await shot('door-closed');
		await page.click('#become-host');
		await visible('#dialog');
		await page.fill('#dialog-pin', '000000');
		await page.keyboard.press('Enter');
		await says('#dialog-problem', /wrong/);
		// what is typed takes the place of what was wrong
		await page.keyboard.type('000001');
		assert.equal(await page.inputValue('#dialog-pin'), '000001');
		await page.keyboard.press('Enter');
		await says('#dialog-problem', /Wait/);
		await shot('door-wait');
		await until('he may try again', async () => {
			if (!await page.evaluate(() =>
				document.getElementById('dialog').open))
				return true;
			await page.fill('#dialog-pin', GUEST_PIN);
			await page.keyboard.press('Enter');
			return false;
		}, 20000, 300);
		await says('#stage-note', /host is here/);
		await shot('door-host');
		await ok('conference', 'set', 'board', 'wait_for_host=off');
		await says('#stage-note', /let you in/);
		await shot('door-lobby');
		await ok('deny', 'board', '1');
		await visible('#ended');
		await shot('denied');
	});

	test('PINs for hosts alone', async () => {
		await ok('conference', 'set', 'board', 'guest_pin=off');
		await anew('board');
		await visible('#pin-row');
		await shot('lobby-host-pin');
		await press();
		await says('#stage-note', /let you in/);
		await ok('admit', 'board', 'Ann');
		await open('#people-button', '#people-tab');
		await visible('#become-host');
		await shot('guest');
		await page.click('#become-host');
		await visible('#dialog');
		await shot('become-host');
		await page.fill('#dialog-pin', HOST_PIN);
		await page.keyboard.press('Enter');
		await visible('#host-bar');
	});

	test('a host and who waits', async (t) => {
		const guests = await Guests.open(t, parley, 'board');
		// telephones are asked for it, too
		await ok('conference', 'set', 'board', `guest_pin=${GUEST_PIN}`,
			'host_pin=off');
		await guests.join(LONG);
		await says('#waiting', /asked for the PIN/);
		await ok('conference', 'set', 'board', 'guest_pin=off');
		await guests.join(RTL, NAMES[2]);
		await says('#waiting-title', /3 people/);
		await open('#people-button', '#people-tab');
		await shot('waiting');
		await page.click('#admit-all');
		await gone('#waiting-box');
		await shot('host', { still: picture });
		await about(LONG.slice(0, 20));
		await shot('person');
		await shut();
		await about(RTL);
		await page.click('#dialog-buttons button:text-is("Make moderator")');
		await gone('#dialog');
		await about('Ann');
		await shot('person-own');
		await shut();
		await page.click('#host-settings');
		await visible('#dialog');
		await shot('conference-settings');
		await page.fill('#dialog-guest_pin', '1');
		await page.click('#dialog-buttons .primary');
		await visible('#dialog-problem');
		await shot('conference-settings-wrong');
		await shut();
		await page.click('#host-end');
		await visible('#dialog');
		await shot('end');
		await shut();
	});

	test('hands, a lock and somebody shown to all', async (t) => {
		const guests = await Guests.open(t, parley, 'board');
		await ok('conference', 'set', 'board', 'lobby=off');
		await guests.join(NAMES[5]);
		await page.click('#hand');
		await says('#people', /hand raised/);
		await page.click('#host-lock');
		await visible('#locked-mark');
		await ok('spotlight', 'board', 'Bartholom');
		await ok('mute', 'board', 'Bartholom');
		await until('he is muted', () => page.isVisible(
			'#people svg[role="img"], #people svg[aria-label]'));
		await shot('hand-lock');
		await about(LONG.slice(0, 20));
		await says('#dialog', /Show who speaks/);
		await shot('person-shown');
		await shut();
		await page.click('#host-lock');
		await ok('demote', 'board', 'Ann');
		await gone('#host-bar');
		await about('Ann');
		await shot('person-guest');
		await shut();
		await ok('promote', 'board', 'Ann', 'moderator');
		await visible('#host-bar');
		await shot('moderator');
	});

	test('the chat', async () => {
		await open('#chat-button', '#chat-tab');
		await shot('chat-empty');
		for (const text of [
			'See https://example.com/a/very/long/path?with=a&query=that&goes=on'
				+ '&and=on&until=it&is=longer&than=any&panel=is#wide',
			`Donau${'dampfschifffahrtsgesellschafts'.repeat(6)}kapitän`,
			'Three hundred letters are what somebody writes who has something '
				+ 'to say and takes his time to say it, in sentences that go '
				+ 'on over several lines, so that those who read them on a '
				+ 'telephone have to scroll a little before they have seen it '
				+ 'all, which is as it should be. Is it not?',
			'مرحبا بالجميع، see https://example.com/ar',
			'Lines\nof their own\n\n  and <b>no</b> marks 👩‍💻🚀', '会議を始めます。'])
			await ok('say', 'board', text);
		await page.fill('#chat-text', 'I am here & <i>listen</i>');
		await page.keyboard.press('Enter');
		await until('all is read', () => page.evaluate(() =>
			document.querySelectorAll('#messages li').length === 7));
		await shot('chat');
		// another tab, and no panel
		await page.click('#tab-people');
		for (let i = 0; i < 12; i++)
			await ok('say', 'board', `Number ${i}`);
		await says('#chat-count', /^12$/);
		await shot('chat-unread');
		await page.click('#people-button');
		await visible('#chat-badge');
		await shot('chat-badge');
		await page.click('#chat-button');
	});

	test('what ends it', async () => {
		await ok('end', 'board');
		await visible('#ended');
		await ok('conference', 'set', 'board', `guest_pin=${GUEST_PIN}`);
		await anew('board');
		await visible('#pin-row');
		await press('Mallory');
		await visible('#dialog');
		await until('there are no more tries', async () => {
			if (await page.isVisible('#ended'))
				return true;
			await page.fill('#dialog-pin', '000000', { timeout: 300 });
			await page.keyboard.press('Enter');
			return false;
		}, 60000, 500);
		await says('#ended-words', /Too many wrong PINs/);
		await shot('too-many-tries');
	});
});
