// Users register and are called where they are, and prove who they are when
// they call: REGISTER, flows and Path (row S10), digest authentication (S14).
// The other side is baresip, SIPp, a page with JsSIP, or says it word by word.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { Edge, loopbackNetwork } from './lib/kamailio.mjs';
import { Parley } from './lib/parley.mjs';
import { SipPeer } from './lib/sip_peer.mjs';
import { WebPhone } from './lib/web_phone.mjs';
import { hearsOthersOnly } from './lib/judge.mjs';
import { until } from './lib/process.mjs';

const host = '127.0.0.1';
let parley;

before(async () => {
	parley = await Parley.start({ auth: 'on', auth_failures: 5 });
});
after(async () => {
	await parley.endsWell();
});

const aor = (name) => `sip:${name}@${host}:${parley.sipPort}`;

// As an administrator does; resolves with the password
async function addUser(name, { server = parley, domain } = {}) {
	const { code, output } = await server.cli('user', 'add', name,
		'--generate');
	assert.equal(code, 0, output);
	assert.match(output, new RegExp(
		`^user: ${domain ? `${name}@${domain}` : name}$`, 'm'));
	return output.match(/^password: (\S+)$/m)[1];
}

const bindings = async () => (await parley.json('stats')).registrar.bindings;

async function invited(conference, name) {
	await parley.json('invite', conference, aor(name));
	await until(`${name} is in ${conference}`, async () =>
		(await parley.endpoints(conference)).some((e) =>
			e.status === 'connected'), 15000);
}

for (const transport of ['udp', 'tcp']) {
	test('S10 S14: baresip registers (MD5), is called by the flow and calls '
		+ `with its password, over ${transport}`, async () => {
		const name = `bob-${transport}`;
		const phone = await Baresip.start({ name, transport, hz: 440,
			account: { aor: aor(name), password: await addUser(name),
				proxy: `sip:${host}:${parley.sipPort}` } });
		const other = await Baresip.start({ name: `eve-${transport}`,
			transport, hz: 1000,
			account: { aor: aor(`eve-${transport}`),
				password: await addUser(`eve-${transport}`),
				proxy: `sip:${host}:${parley.sipPort}` } });
		try {
			assert.equal(await bindings(), 2);
			await invited(`home-${transport}`, name);
			await other.dial(`sip:home-${transport}@${host}:${
				parley.sipPort}`);
			await hearsOthersOnly(phone, [other]);
			const { conference } = await parley.json('show',
				`home-${transport}`);
			assert.deepEqual(conference.users.map((u) =>
				u.user?.match(/^sip:([^@]+)/)?.[1]).sort(),
			[name, `eve-${transport}`]);
		} finally {
			await phone.stop();
			await other.stop();
		}
		// baresip takes its bindings with it
		await until('no bindings are left', async () => !await bindings());
	});
}

// What a client computes (RFC 7616 section 3.4.1)
function credentials(challenge, { user, password, method, uri, nc = 1,
	algorithm = 'SHA-256' }) {
	const value = (name) => challenge.match(
		new RegExp(`[ ,]${name}="([^"]*)"`))[1];
	const sum = (...parts) => createHash(algorithm === 'MD5' ? 'md5'
		: 'sha256').update(parts.join(':')).digest('hex');
	const [realm, nonce] = [value('realm'), value('nonce')];
	const count = nc.toString(16).padStart(8, '0');
	const response = sum(sum(user, realm, password), nonce, count, 'c', 'auth',
		sum(method, uri));
	return `Digest username="${user}", realm="${realm}", nonce="${nonce}", `
		+ `uri="${uri}", response="${response}", algorithm=${algorithm}, `
		+ `cnonce="c", qop=auth, nc=${count}, opaque="${value('opaque')}"`;
}

// REGISTER word by word
class Registrant {
	static async open(name, password) {
		const r = new Registrant();
		Object.assign(r, { name, password, cseq: 0 });
		r.peer = await SipPeer.open(parley.sipPort, { name });
		return r;
	}

	async say(headers = {}) {
		const cseq = ++this.cseq;
		const uri = `sip:${host}`;
		this.peer.send(this.peer.request('REGISTER', uri, { cseq,
			callId: `reg-${this.name}`, headers: {
				From: `<${aor(this.name)}>;tag=r${cseq}`,
				To: `<${aor(this.name)}>`, ...headers } }));
		return this.peer.final(`${this.name}: answer ${cseq}`, (m) =>
			m.headers.cseq === `${cseq} REGISTER`);
	}

	answer(challenge, more) {
		return this.say({ Authorization: credentials(challenge, {
			user: this.name, password: this.password, method: 'REGISTER',
			uri: `sip:${host}`, ...more }) });
	}

	close() { this.peer.close(); }
}

test('S14: SHA-256 is offered first and taken; a nonce count is good once; '
	+ 'stale is told', async () => {
	const r = await Registrant.open('carol', await addUser('carol'));
	try {
		const first = await r.say();
		assert.equal(first.status, 401);
		const challenge = first.headers['www-authenticate'];
		assert.match(challenge, /algorithm=SHA-256, qop="auth"/);
		assert.equal((await r.answer(challenge)).status, 200);
		assert.equal((await r.answer(challenge, { nc: 2 })).status, 200);

		const replayed = await r.answer(challenge, { nc: 2 });
		assert.equal(replayed.status, 401);
		assert.match(replayed.headers['www-authenticate'], /stale=true/);
		const fresh = replayed.headers['www-authenticate'];
		assert.equal((await r.answer(fresh, { algorithm: 'MD5' })).status,
			200);

		// of a server that is no more
		const old = challenge.replace(/nonce="."/, 'nonce="0')
			.replace(/nonce="[^"]*"/, 'nonce="00000001deadbeef"');
		const stale = await r.answer(old);
		assert.equal(stale.status, 401);
		assert.match(stale.headers['www-authenticate'], /stale=true/);
	} finally {
		r.close();
	}
});

test('S10: a binding over UDP is called at the address it came from, whatever '
	+ 'its Contact says', async () => {
	const r = await Registrant.open('nat', await addUser('nat'));
	try {
		const contact = { Contact: '<sip:nat@192.0.2.1:9>;expires=120' };
		const challenge = (await r.say(contact)).headers['www-authenticate'];
		const answer = await r.say({ ...contact,
			Authorization: credentials(challenge, { user: 'nat',
				password: r.password, method: 'REGISTER',
				uri: `sip:${host}` }) });
		assert.equal(answer.status, 200);
		assert.match(answer.headers.contact,
			/^<sip:nat@192\.0\.2\.1:9>;expires=120/);
		await parley.json('invite', 'behind', aor('nat'));
		const invite = await until('the INVITE comes by the flow', () =>
			r.peer.received.find((m) => m.method === 'INVITE'));
		assert.equal(invite.first, 'INVITE sip:nat@192.0.2.1:9 SIP/2.0');
		await parley.cli('end', 'behind');
	} finally {
		r.close();
	}
});

test('S14: wrong passwords are slowed down, and the right one comes through',
	async () => {
		const r = await Registrant.open('dora', await addUser('dora'));
		try {
			const { password } = r;
			const challenge = (await r.say()).headers['www-authenticate'];
			const wrong = async () => {
				const start = performance.now();
				r.password = 'guessed';
				const { status } = await r.answer(challenge);
				r.password = password;
				return { status, ms: performance.now() - start };
			};
			for (let i = 0; i < 5; i++)
				assert.equal((await wrong()).status, 401);
			const late = wrong();
			// while that one waits, no other is looked at
			await until('a try is put off', async () =>
				(await parley.json('stats')).auth.slowed > 0);
			const refused = await r.answer(challenge);
			assert.equal(refused.status, 503);
			assert.equal(refused.headers['retry-after'], '5');
			const { status, ms } = await late;
			assert.equal(status, 401);
			assert.ok(ms > 1900, `${ms} ms`);
			assert.match(parley.program.output,
				/warn auth: wrong passwords are slowed down peer=127/);
			assert.equal((await r.answer(challenge)).status, 200);
		} finally {
			r.close();
		}
	});

test('S14: without a password there is no call, and no registration for '
	+ 'another', async () => {
	const peer = await SipPeer.open(parley.sipPort, { name: 'mallory' });
	const r = await Registrant.open('erin', await addUser('erin'));
	try {
		peer.send(peer.request('INVITE', parley.uri('shut')));
		assert.equal((await peer.final('407')).status, 407);
		const challenge = (await r.say()).headers['www-authenticate'];
		r.name = 'frank';
		await addUser('frank');
		const answer = await r.say({ Authorization: credentials(challenge, {
			user: 'erin', password: r.password, method: 'REGISTER',
			uri: `sip:${host}` }) });
		assert.equal(answer.status, 403);
	} finally {
		peer.close();
		r.close();
	}
});

test('S10 S14: a page with JsSIP registers over WebSocket, is called, and is '
	+ 'gone with its connection', async () => {
	const password = await addUser('wendy');
	const phone = await WebPhone.start({ user: 'wendy', hz: 700,
		rgb: [200, 60, 20], operator: { aor: (u) => `sip:${u}@${host}`,
			webSocket: `${parley.http.replace('http', 'ws')}/ws`,
			users: { wendy: password } } });
	let other;
	try {
		const before = await bindings();
		assert.ok(before >= 1);
		await invited('pages', 'wendy');
		other = await Baresip.start({ name: 'otto', hz: 1200,
			account: { aor: aor('otto'), password: await addUser('otto'),
				proxy: `sip:${host}:${parley.sipPort}` } });
		await other.dial(parley.uri('pages'));
		await hearsOthersOnly(other, [phone]);
		await hearsOthersOnly(phone, [other]);
		const lost = (await parley.json('stats')).registrar.flows_lost;
		await phone.stop();
		await until('the binding is gone', async () =>
			(await parley.json('stats')).registrar.flows_lost === lost + 1);
	} finally {
		await phone.stop();
		await other?.stop();
	}
});

test('a user that is removed is registered no more', async () => {
	const r = await Registrant.open('gone', await addUser('gone'));
	try {
		const challenge = (await r.say()).headers['www-authenticate'];
		assert.equal((await r.answer(challenge)).status, 200);
		const before = await bindings();
		assert.equal((await parley.cli('user', 'remove', 'gone')).code, 0);
		assert.equal(await bindings(), before - 1);
		assert.equal((await r.answer(challenge, { nc: 2 })).status, 401);
		assert.equal((await parley.cli('user', 'remove', 'gone')).code, 4);
	} finally {
		r.close();
	}
});

test('S14: the join page asks for user and password when the server does',
	async () => {
		const password = await addUser('judy');
		const browser = await Browser.start({ hz: 900 });
		try {
			const { page } = browser;
			await browser.open(`${parley.http}/private`, 'Judy J.');
			assert.ok(await page.isHidden('#user'));
			await page.click('#join-button');
			await page.waitForSelector('#user', { state: 'visible' });
			await until('it says why', async () =>
				/asks for a user and a password/.test(
					await page.textContent('#join-error')));

			await page.fill('#user', 'judy');
			await page.fill('#password', 'guessed');
			await page.click('#join-button');
			await until('it was wrong', async () => /wrong/.test(
				await page.textContent('#join-error')));

			await page.fill('#password', password);
			await page.keyboard.press('Enter');
			await browser.connected();
			const { conference } = await parley.json('show', 'private');
			assert.match(conference.users[0].user, /^sip:judy@/);
			assert.equal(conference.users[0].display, 'Judy J.');
			// it follows the conference, by SUBSCRIBE, with the same password
			await until('judy is on her roster', async () =>
				(await browser.people()).includes('Judy J.'));
		} finally {
			await browser.stop();
		}
	});

test('S10: behind an edge proxy a page registers with Path and outbound, and '
	+ 'is called through it', async () => {
	const net = await loopbackNetwork();
	const home = await Parley.start({ domain: 'a.example',
		sip_listen: `${net}.2:5060` });
	let edge, phone;
	try {
		edge = await Edge.start({ domain: 'a.example', address: `${net}.1`,
			core: `${net}.2` });
		edge.users = { peggy: await addUser('peggy',
			{ server: home, domain: 'a.example' }) };
		phone = await WebPhone.start({ operator: edge, user: 'peggy', hz: 600,
			rgb: [20, 90, 200] });
		assert.equal((await home.json('stats')).registrar.bindings, 1);
		await home.json('invite', 'edge', 'sip:peggy@a.example');
		await until('peggy is in', async () => (await home.endpoints('edge'))
			.some((e) => e.status === 'connected'), 15000);
		assert.equal((await phone.calls())[0].direction, 'incoming');
		// in the dialog, too
		await home.json('end', 'edge');
		await until('she is told', async () =>
			(await phone.calls())[0]?.ended);
	} finally {
		await phone?.stop();
		await edge?.stop();
		await home.stop();
	}
});
