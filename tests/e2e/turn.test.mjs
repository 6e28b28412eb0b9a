// Networks that let nothing out but TLS on port 443: media goes through coturn,
// set up by conf/coturn; and who is given credentials for it.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { Browser } from './lib/browser.mjs';
import { Coturn } from './lib/coturn.mjs';
import { Firefox } from './lib/firefox.mjs';
import { Hosts } from './lib/hosts.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { SipPeer } from './lib/sip_peer.mjs';
import { WsPeer } from './lib/ws_peer.mjs';
import { hearsOthersOnly, sees } from './lib/judge.mjs';
import { allowed } from './lib/pace.mjs';
import { until } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';

const RED = [200, 30, 30], GREEN = [30, 160, 40];
const LIFE_S = 5;
// Allocations are refreshed in half that time: after the credentials' end
const ALLOCATION_S = 24;

const path = (b) => b.page.textContent('#path');
const servers = (b) => b.page.evaluate(() =>
	window.connections.at(-1).getConfiguration().iceServers);

// The page's connections are then in `connections`
const keepConnections = () => {
	window.connections = [];
	window.RTCPeerConnection = class extends RTCPeerConnection {
		constructor(...args) {
			super(...args);
			window.connections.push(this);
		}
	};
};

describe('behind a firewall', () => {
	let hosts, coturn, parley, ann, ben;

	before(async () => {
		hosts = await Hosts.start('office', 'home', 'parley', 'turn');
		const { office, parley: host, turn } = hosts;
		await office.letOut(`ip daddr ${turn.address} tcp dport 443`,
			`ip daddr ${host.address} tcp dport 443`);
		coturn = await Coturn.start({ host: turn, reaches: [host.address],
			more: { 'max-allocate-lifetime': ALLOCATION_S } });
		await office.knows(coturn.names);
		await hosts.home.knows(coturn.names);
		parley = await Parley.start({ sip_listen: `${host.address}:5060`,
			https_listen: `${host.address}:443`, http_listen: 'off',
			media_address: host.address, turn_uri: coturn.uri(),
			turn_secret: coturn.secret, turn_lifetime: LIFE_S,
			// the page's port is open: media could take it
			...await ours.known({ ice_tcp: 'no' }) },
		{}, ours, (...program) => host.command(...program));
		ann = await Browser.start({ hz: 1000, rgb: GREEN, network: office,
			more: [coturn.chromiumFlag] });
		ben = await Browser.start({ hz: 440, rgb: RED, network: hosts.home,
			more: [coturn.chromiumFlag] });
		await ann.page.addInitScript(keepConnections);
	});
	after(async () => {
		await ben?.stop();
		await ann?.stop();
		await parley?.stop();
		await coturn?.stop();
		await hosts?.stop();
	});

	test('sound and pictures go by TURN over TLS, and the page says so',
		async () => {
			await ann.join(`${parley.https}/standup`, 'Ann');
			await ben.join(`${parley.https}/standup`, 'Ben');
			await hearsOthersOnly(ann, [ben]);
			await hearsOthersOnly(ben, [ann]);
			await sees(ann, RED);
			await sees(ben, GREEN);
			assert.equal(await path(ann), 'TURN/TLS');
			// who has UDP uses it, although there are relays
			assert.equal(await path(ben), 'UDP');
		});

	test('credentials end and nobody else has them; who is through stays',
		async (t) => {
			const [{ urls, username, credential }] = await servers(ann);
			assert.deepEqual(urls, [coturn.uri()]);
			// they have ended, and the allocation is refreshed
			const ms = (LIFE_S + ALLOCATION_S) * 1000;
			const gaps = await Promise.all([ann.longestGap(ben.hz, ms),
				ben.longestGap(ann.hz, ms)]);
			t.diagnostic(`longest gaps ${gaps.map(Math.round)} ms`);
			assert.ok(gaps.every((gap) => gap < allowed(300)), `${gaps}`);
			assert.equal(await path(ann), 'TURN/TLS');
			assert.match(coturn.program.output, new RegExp(
				`${username}.*incoming packet REFRESH processed, success`));
			assert.ok(Number(username.split(':')[0]) < Date.now() / 1000);
			assert.deepEqual(await coturn.asks(hosts.home,
				{ username, credential }), [401]);
		});

	test('relays reach the media servers and nothing else', async () => {
		const end = `${Math.floor(Date.now() / 1000) + 60}:somebody`;
		const good = { username: end,
			credential: createHmac('sha1', coturn.secret).update(end)
				.digest('base64') };
		const { home, office, turn } = hosts;
		const others = [home.address, office.address, turn.address,
			'127.0.0.1', '10.77.3.1', '192.0.2.1', '224.0.0.1', '0.0.0.0'];
		assert.deepEqual(await coturn.asks(home, good,
			parley.settings.media_address, ...others),
		[0, 0, ...others.map(() => 403)]);
		const longer = { ...good, username: `9${good.username}` };
		assert.deepEqual(await coturn.asks(home, longer), [401]);
	});

	test('who is in comes back by a new relay, also when it is locked',
		async (t) => {
			await parley.cli('lock', 'standup');
			await coturn.end();
			await until('the page says so', async () => /interrupted|restored/
				.test(await ann.page.textContent('#state')), 20000);
			await coturn.begin();
			const begun = performance.now();
			await hearsOthersOnly(ben, [ann], 40000);
			await hearsOthersOnly(ann, [ben], 20000);
			t.diagnostic(`heard ${Math.round(performance.now() - begun)
			} ms after the TURN server`);
			await ann.connected();
			assert.equal(await path(ann), 'TURN/TLS');
		});

	test('Firefox goes by TURN over TLS, too', async (t) => {
		await ann.leave();
		const fox = await Firefox.start({ hz: 2500, network: hosts.office });
		t.after(() => fox.stop());
		await parley.cli('unlock', 'standup');
		await fox.join(`${parley.https}/standup`, 'Fox');
		await until('it says so', async () => await fox.path() === 'TURN/TLS'
			|| Promise.reject(new Error(await fox.path())));
		await Promise.all([hearsOthersOnly(fox, [ben], 20000),
			hearsOthersOnly(ben, [fox], 20000), sees(fox, RED)]);
		assert.equal(await fox.path(), 'TURN/TLS');
	});

	// Others who have UDP
	test('a TURN server that says nothing holds nobody up', async (t) => {
		await ben.leave();
		await hosts.turn.letOut();
		const times = [];
		while (times.length < 4 && !times.some((ms) => ms < allowed(1000))) {
			await ben.open(`${parley.https}/quick`, 'Ben');
			await until('the preview runs', () => ben.page.evaluate(() =>
				document.getElementById('preview').srcObject
					?.getTracks().length === 2));
			times.push(await ben.page.evaluate(() => new Promise((done) => {
				const begun = performance.now();
				const state = document.getElementById('state');
				new MutationObserver(() => {
					if (state.textContent === 'Connected')
						done(performance.now() - begun);
				}).observe(state, { childList: true });
				document.getElementById('join-button').click();
			})));
			assert.equal(await path(ben), 'UDP');
			await ben.leave();
		}
		t.diagnostic(`joined within ${times.map(Math.round)} ms`);
		assert.ok(times.some((ms) => ms < allowed(1000)), `${times}`);
	});
});

describe('who is given credentials', () => {
	const TYPE = 'application/vnd.parley.ice-servers+json';
	const SECRET = 'what coturn knows, too';
	const uris = ['turn:turn.example.com:3478?transport=udp',
		'turns:turn.example.com:443?transport=tcp'];
	let parley;

	before(async () => {
		parley = await Parley.start({ turn_uri: uris[0], turn_secret: SECRET,
			conference_names: '[a-z]+' });
	});
	after(() => parley?.stop());

	const open = async (t, to = parley) => {
		const peer = await WsPeer.openAt(to.http);
		t.after(() => peer.close());
		return peer;
	};
	let asked = 0;
	const ask = async (peer, name, headers = {}) => {
		const callId = `options${++asked}`;
		peer.send(peer.request('OPTIONS', parley.uri(name), { callId,
			headers: { Accept: TYPE, ...headers } }));
		return peer.final('an answer', (m) =>
			m.headers['call-id'] === callId);
	};

	test('who may call, for ten minutes, and one user a browser',
		async (t) => {
			const peer = await open(t);
			const answer = await ask(peer, 'standup');
			assert.equal(answer.status, 200);
			assert.equal(answer.headers['content-type'], TYPE);
			const { iceServers: [server], lifetime } = JSON.parse(answer.body);
			assert.equal(lifetime, 600);
			assert.deepEqual(server.urls, [uris[0]]);
			assert.equal(server.credential, createHmac('sha1', SECRET)
				.update(server.username).digest('base64'));
			const [end, user] = server.username.split(':');
			assert.ok(Math.abs(Date.now() / 1000 + 600 - end) < 60, end);
			const again = async (who) => JSON.parse((await ask(who, 'lunch'))
				.body).iceServers[0].username.split(':')[1];
			assert.equal(await again(peer), user);
			assert.notEqual(await again(await open(t)), user);
		});

	test('nobody who does not ask for it, or not by WebSocket',
		async (t) => {
			const peer = await open(t);
			const plain = await ask(peer, 'standup',
				{ Accept: 'application/sdp' });
			assert.deepEqual([plain.status, plain.body], [200, '']);
			const udp = await SipPeer.open(parley.sipPort);
			t.after(() => udp.close());
			const answer = await ask(udp, 'standup');
			assert.deepEqual([answer.status, answer.body], [200, '']);
		});

	test('nobody for a conference that cannot be, or is locked',
		async (t) => {
			const peer = await open(t);
			assert.equal((await ask(peer, 'stand-up')).status, 404);
			const member = await RtpPeer.open(parley, { hz: 440 });
			t.after(() => member.close());
			await member.dial(parley.uri('board'));
			assert.equal((await ask(peer, 'board')).status, 200);
			await parley.cli('lock', 'board');
			assert.equal((await ask(peer, 'board')).status, 403);
			assert.equal((await ask(peer, 'board',
				{ 'Parley-Secret': '0'.repeat(32) })).status, 403);
			await member.bye();
		});

	test('no page of another site', async () => {
		const { hostname, port } = new URL(parley.http);
		const status = await new Promise((done, fail) => request({ hostname,
			port, path: '/ws', headers: { Origin: 'https://evil.example',
				Connection: 'Upgrade', Upgrade: 'websocket',
				'Sec-WebSocket-Version': '13',
				'Sec-WebSocket-Protocol': 'sip',
				'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' } },
		(response) => done(response.statusCode)).on('upgrade', () => done(101))
			.on('error', fail).end());
		assert.equal(status, 403);
	});

	test('nobody without his password, where one is asked for',
		async (t) => {
			const guarded = await Parley.start({ turn_uri: uris[1],
				turn_secret: SECRET, auth: 'on' });
			t.after(() => guarded.stop());
			const peer = await open(t, guarded);
			const answer = await ask(peer, 'standup');
			assert.equal(answer.status, 407);
			assert.equal(answer.body, '');
		});

	test('a page is asked for its password once for both', async (t) => {
		const guarded = await Parley.start({ turn_uri: uris[1],
			turn_secret: SECRET, auth: 'on' });
		t.after(() => guarded.stop());
		const { stdout } = await guarded.cli('user', 'add', 'judy',
			'--generate');
		const [password] = stdout.match(/\S{12,}/);
		const browser = await Browser.start();
		t.after(() => browser.stop());
		const { page } = browser;
		await page.addInitScript(keepConnections);
		const refused = (words) => until(`it says ${words}`, async () =>
			words.test(await page.textContent('#join-error')));
		await browser.open(`${guarded.http}/private`, 'Judy');
		await page.click('#join-button');
		await refused(/asks for a user and a password/);
		await page.fill('#user', 'judy');
		await page.fill('#password', 'guessed');
		await page.click('#join-button');
		await refused(/wrong/);
		assert.equal((await guarded.json('stats')).auth.failures, 1);
		await page.fill('#password', password);
		await page.keyboard.press('Enter');
		await browser.connected();
		assert.deepEqual((await servers(browser))[0].urls, [uris[1]]);
	});

	test('no address without end', async (t) => {
		const peer = await open(t);
		const count = 300;
		const began = performance.now();
		for (let i = 0; i < count; i++)
			peer.send(peer.request('OPTIONS', parley.uri('standup'),
				{ callId: `many${i}`, headers: { Accept: TYPE } }));
		const answers = await until('all are answered', () => {
			const all = peer.received.filter((m) =>
				/^many/.test(m.headers['call-id']));
			return all.length === count && all;
		});
		const given = answers.filter((m) => m.status === 200).length;
		// 240 at once, two a second while they came, and what rounds
		const most = 250 + 2 * (performance.now() - began) / 1000;
		assert.ok(given > 200 && given <= most, `${given} of ${most}`);
		const refused = answers.filter((m) => m.status === 503);
		assert.equal(refused.length, count - given);
		assert.ok(refused.every((m) => m.headers['retry-after']));
		// a page calls without
		assert.equal((await ask(peer, 'standup', { Accept: 'application/sdp' }))
			.status, 200);
	});
});
