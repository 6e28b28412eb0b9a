// People whose server, browser or network stops come back by themselves: the
// same name, mute and camera, no ghost, and how long it takes until they hear.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Parley } from './lib/parley.mjs';
import { hearsOthersOnly, sees } from './lib/judge.mjs';
import { freePort, scratch, until } from './lib/process.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';

const GREEN = [30, 160, 40];

// One that comes up again where it was
async function lasting(t) {
	const http = await freePort();
	const p = { settings: { http_listen: `127.0.0.1:${http}` } };
	p.start = async () => {
		p.parley = await Parley.start(p.settings);
		const { sip_listen, rtp_ports } = p.parley.settings;
		Object.assign(p.settings, { sip_listen, rtp_ports });
	};
	const folder = await scratch();
	t.after(() => folder.remove());
	p.settings.data_dir = folder.dir;
	await p.start();
	t.after(() => p.parley.stop());
	return p;
}

const state = (b) => b.page.textContent('#state');

// From now on until `all` hear each other, in s
async function untilHeard(t, what, ...all) {
	const began = performance.now();
	await Promise.all(all.map((peer) => hearsOthersOnly(peer,
		all.filter((other) => other !== peer), 60000)));
	t.diagnostic(`${what}: ${((performance.now() - began) / 1000)
		.toFixed(1)} s`);
}

describe('coming back', { concurrency: 1 }, () => {
	test('after a crash of the server: muted stays muted, no ghost',
		async (t) => {
			const server = await lasting(t);
			const ann = await Browser.start({ hz: 1000, rgb: GREEN });
			t.after(() => ann.stop());
			const ben = await Browser.start({ hz: 440 });
			t.after(() => ben.stop());
			await ann.join(`${server.parley.http}/crash`, 'Ann');
			await ben.join(`${server.parley.http}/crash`, 'Ben');
			await hearsOthersOnly(ann, [ben]);
			await ben.page.click('#mute');
			await ben.page.click('#camera');

			process.kill(server.parley.program.pid, 'SIGKILL');
			await until('the page says so', async () =>
				/lost|away/i.test(await state(ann)));
			await server.parley.stop();
			await server.start();
			const began = performance.now();
			await ann.connected(60000);
			await ben.connected(60000);
			t.diagnostic(`back ${((performance.now() - began) / 1000)
				.toFixed(1)} s after the server`);
			await until('both are there once, Ben muted', async () => {
				const list = await server.parley.endpoints('crash');
				return list.length === 2 && list.some((e) =>
					e.display === 'Ben' && e.muted && !e.camera);
			});
			await sees(ben, GREEN);
			assert.equal(await ben.page.getAttribute('#mute', 'aria-pressed'),
				'true');
			await ben.page.click('#mute');
			await untilHeard(t, 'heard after unmuting', ann, ben);
		});

	test('after a crash of the server: rights by proof, not by name',
		async (t) => {
			const server = await lasting(t);
			const ann = await Browser.start({ hz: 1000 });
			t.after(() => ann.stop());
			const ben = await ann.another();
			await ann.join(`${server.parley.http}/rights`, 'Ann');
			await ben.join(`${server.parley.http}/rights`, 'Ben');
			const people = () => server.parley.endpoints('rights');
			const before = await people();
			assert.deepEqual(before.map((e) => e.role), ['host', 'guest']);

			process.kill(server.parley.program.pid, 'SIGKILL');
			await server.parley.stop();
			await server.start();
			// before they are back somebody of her name is there
			const phone = await RtpPeer.open(server.parley, { hz: 440,
				name: before[0].user.match(/:(.*)@/)[1] });
			t.after(() => phone.close());
			await phone.dial(server.parley.uri('rights'));
			await ann.connected(60000);
			await ben.connected(60000);
			const after = await people();
			for (const was of before) {
				const is = after.find((e) => e.endpoint === was.endpoint);
				assert.deepEqual([is?.place, is?.role, is?.label],
					[was.place, was.role, was.label]);
			}
			assert.equal(after.find((e) => e.endpoint === 2).user,
				before[1].user);
			assert.deepEqual(after.filter((e) => e.role === 'host')
				.map((e) => e.endpoint), [1]);

			// by her address he ends nothing
			const refused = await phone.ask('REFER', { headers: { 'Refer-To':
				`<${server.parley.uri('rights')};method=BYE>` } });
			assert.equal(refused.status, 403);
			const secret = await ann.page.evaluate(() =>
				sessionStorage.getItem('parley.secret.rights'));
			const hers = await RtpPeer.open(server.parley, { name: 'hers' });
			t.after(() => hers.close());
			await hers.dial(server.parley.uri('rights'),
				{ 'Parley-Secret': secret });
			const removed = await hers.ask('REFER', { headers: {
				'Refer-To': `<${before[1].user};method=BYE>` } });
			assert.equal(removed.status, 202);
			await until('Ben was thrown out', async () =>
				!(await people()).some((e) => e.endpoint === 2));
			await hers.bye();
			await phone.bye();
		});

	test('after a sleep of 45 s, when the server has given it up, and locked',
		async (t) => {
			const server = await lasting(t);
			const ann = await Browser.start({ hz: 1000 });
			t.after(() => ann.stop());
			const bob = await Baresip.start({ hz: 440 });
			t.after(() => bob.stop());
			await ann.join(`${server.parley.http}/sleep`, 'Ann');
			await bob.dial(server.parley.uri('sleep'));
			await hearsOthersOnly(bob, [ann]);
			await server.parley.cli('lock', 'sleep');
			const waken = await ann.sleep(), slept = performance.now();
			await until('it is off the roster', async () =>
				(await server.parley.endpoints('sleep')).length === 1, 44000);
			await until('45 s are over', () =>
				performance.now() - slept >= 45000, 46000);
			waken();
			await untilHeard(t, 'heard after 45 s of sleep', ann, bob);
			assert.deepEqual((await server.parley.endpoints('sleep'))
				.map((e) => e.display).sort(), ['Ann', 'bob']);

			// a reload, too; nobody else, with whatever secret
			await ann.join(`${server.parley.http}/sleep`, 'Ann');
			await until('she is in once, and moderates', async () => {
				const list = (await server.parley.endpoints('sleep'))
					.filter((e) => e.display === 'Ann');
				return list.length === 1 && list[0].role === 'host';
			}, 15000);
			for (const headers of [{}, { 'Parley-Secret': '0'.repeat(32) }]) {
				const stranger = await RtpPeer.open(server.parley,
					{ name: 'stranger' });
				t.after(() => stranger.close());
				await assert.rejects(stranger.dial(
					server.parley.uri('sleep'), headers), / 403 /);
			}
		});

	test('a dialog that is gone is made anew', async (t) => {
		const server = await lasting(t);
		const ann = await Browser.start({ hz: 1000 });
		t.after(() => ann.stop());
		const bob = await Baresip.start({ hz: 440 });
		t.after(() => bob.stop());
		await ann.page.addInitScript(() => {
			window.sockets = [];
			window.WebSocket = class extends window.WebSocket {
				constructor(url, ...rest) {
					super(window.barred ? 'ws://127.0.0.1:9/' : url, ...rest);
					window.sockets.push(this);
				}
			};
		});
		await ann.join(`${server.parley.http}/gone`, 'Ann');
		await bob.dial(server.parley.uri('gone'));
		await hearsOthersOnly(bob, [ann]);
		// she does not hear that her call has ended, and asks for a change
		await ann.page.evaluate(() => {
			window.barred = true;
			window.sockets.at(-1).close();
		});
		await until('the page says so', async () =>
			/lost/i.test(await state(ann)));
		await server.parley.cli('kick', 'gone', 'Ann');
		await until('the server has forgotten her', async () =>
			(await server.parley.endpoints('gone')).length === 1);
		await ann.page.evaluate(() => { window.barred = false; });
		await untilHeard(t, 'heard after 481', ann, bob);
	});

	test('a browser that dies leaves no tile', async (t) => {
		const server = await lasting(t);
		const ann = await Browser.start({ hz: 1000 });
		t.after(() => ann.stop());
		const ben = await Browser.start({ hz: 440 });
		await ann.join(`${server.parley.http}/dies`, 'Ann');
		await ben.join(`${server.parley.http}/dies`, 'Ben');
		await until('both are seen', async () =>
			(await ann.people()).length === 2);
		const began = performance.now();
		await ben.die();
		await until('it is gone', async () =>
			(await ann.people()).length === 1, 15000);
		t.diagnostic(`gone after ${((performance.now() - began) / 1000)
			.toFixed(1)} s`);
	});
});
