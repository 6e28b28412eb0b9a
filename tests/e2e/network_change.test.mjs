// A browser whose network changes: it comes back by itself, in its call, as it
// was. Chromium has Wi-Fi and mobile of its own (lib/uplinks.mjs).
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { hearsNot, hearsOthersOnly, sees } from './lib/judge.mjs';
import { allowed } from './lib/pace.mjs';
import { stays, until } from './lib/process.mjs';
import { SERVER, Uplinks } from './lib/uplinks.mjs';

const GREEN = [30, 160, 40];

// What stays the same
const same = ({ endpoint, user, entity, display, muted }) =>
	({ endpoint, user, entity, display, muted });

describe('a change of network', { concurrency: 1 }, () => {
	let uplinks, parley, bob, ann;

	before(async () => {
		uplinks = await Uplinks.start();
		await uplinks.up('mobile');
		await uplinks.up('wifi');
		parley = await Parley.start({ https_listen: `${SERVER}:0`,
			sip_tls_listen: 'off', media_address: [SERVER, '127.0.0.1'] });
		bob = await Baresip.start({ hz: 440, video: 'VP8' });
		ann = await Browser.start({ hz: 1000, rgb: GREEN,
			network: uplinks });
		await bob.dial(parley.uri('moves'));
		await ann.join(`${parley.https}/moves`, 'Ann');
	});
	after(async () => {
		await ann?.stop();
		await bob?.stop();
		await parley?.stop();
		await uplinks?.stop();
	});

	const anns = async () => (await parley.endpoints('moves'))
		.filter((e) => e.display === 'Ann');
	const together = () => Promise.all([hearsOthersOnly(ann, [bob], 60000),
		hearsOthersOnly(bob, [ann], 60000)]);
	const trouble = () => until('the page says so', async () =>
		/lost|interrupted|away/i.test(await ann.page.textContent('#state')));

	// What `change` does to her network, and that all is as before
	async function comesBack(t, what, change, ms) {
		await together();
		const before = await parley.endpoints('moves');
		const began = await change() || performance.now();
		await together();
		const took = performance.now() - began;
		t.diagnostic(`${what}: heard in both directions after ${
			(took / 1000).toFixed(1)} s`);
		assert.ok(took < allowed(ms), `${took} ms`);
		await ann.connected();
		await sees(bob, GREEN);
		const now = await parley.endpoints('moves');
		assert.deepEqual(now.map(same),
			before.map(same));
		await until('the page knows who is there', async () =>
			(await ann.people()).length === 2);
	}

	test('Wi-Fi goes, mobile is there', (t) =>
		comesBack(t, 'the next uplink', async () => {
			await uplinks.down('wifi');
			await uplinks.up('mobile');
		}, 8000));
	test('and back', (t) =>
		comesBack(t, 'Wi-Fi again', async () => {
			await uplinks.up('wifi');
			await uplinks.down('mobile');
		}, 8000));
	test('the way is dead and the link up', (t) =>
		comesBack(t, 'a dead uplink', async () => {
			await uplinks.breaks('wifi');
			await trouble();
			await uplinks.up('mobile');
			return performance.now();
		}, 8000));
	test('nothing for 20 s, then another address', async (t) => {
		await uplinks.mends('wifi');
		await ann.page.click('#mute');
		await ann.page.click('#camera');
		await until('she is muted', async () => (await anns())[0].muted);
		await hearsNot(bob, 1000);
		const before = (await parley.endpoints('moves'))
			.map((e) => [e.display, e.user, e.muted]);
		await uplinks.down('mobile');
		await uplinks.down('wifi');
		await trouble();
		await stays('the page waits', () => ann.page.isVisible('#call'), 20000);
		await uplinks.up('wifi', 3);
		const began = performance.now();
		await hearsOthersOnly(ann, [bob], 60000);
		const took = performance.now() - began;
		t.diagnostic(`after 20 s without a network: heard after ${
			(took / 1000).toFixed(1)} s`);
		assert.ok(took < allowed(8000), `${took} ms`);
		await ann.connected();
		assert.deepEqual((await parley.endpoints('moves'))
			.map((e) => [e.display, e.user, e.muted]), before);
		assert.equal(await ann.page.getAttribute('#mute', 'aria-pressed'),
			'true');
		await hearsNot(bob, 1000);
		await ann.page.click('#mute');
		await ann.page.click('#camera');
		await together();
		await sees(bob, GREEN);
	});
	test('unmuted where nothing can be said of it', async () => {
		await ann.page.click('#mute');
		await until('she is muted', async () => (await anns())[0].muted);
		await uplinks.down('wifi');
		await trouble();
		await ann.page.click('#mute');
		await uplinks.up('wifi', 3);
		await until('the conference knows', async () =>
			!(await anns())[0].muted, 60000);
		await together();
		assert.equal(await ann.page.getAttribute('#mute', 'aria-pressed'),
			'false');
	});
	test('a NAT forgets her', async (t) => {
		await uplinks.translate();
		await comesBack(t, 'a NAT in between', () => uplinks.rebind(), 8000);
		await comesBack(t, 'another port', () => uplinks.rebind(), 8000);
	});
});
