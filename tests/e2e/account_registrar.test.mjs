// Parley as a terminal at registrars that say what a real one rarely does:
// AKA's challenges, refusals, silence, lost connections.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { HomeNetwork, params, proves } from './lib/aka.mjs';
import { Registrar } from './lib/registrar.mjs';
import { Parley } from './lib/parley.mjs';
import { allowed } from './lib/pace.mjs';
import { freePort, until } from './lib/process.mjs';

const K = '465b5ce8b199b49faa5f0a2ee238a6bc';
const OP = 'cdc202d5123e20f62b6d676ac72cb318';
const IMPI = 'focus@ims.example';
const AKA = `<sip:+4930123@ims.example>;auth_user=${IMPI};aka_k=${K}`
	+ `;aka_op=${OP}`;

async function world(t, answer, account, { transport = 'udp', port } = {}) {
	const registrar = await Registrar.start(answer, { transport, port });
	const parley = await Parley.start({ account:
		`${account};registrar=${registrar.uri};transport=${transport}` });
	const stop = async () => {
		if (parley.stopped)
			return;
		parley.stopped = true;
		await parley.endsWell();
	};
	t.after(async () => {
		await stop();
		await registrar.stop();
	});
	const state = (wanted, ms) => until(`it is ${wanted}`, async () => {
		const [a] = (await parley.json('stats')).accounts;
		return a.state === wanted ? a
			: Promise.reject(new Error(JSON.stringify(a)));
	}, ms);
	return { registrar, parley, state, stop };
}

const challenge = (nonce, algorithm, more = '') => [401, {
	'WWW-Authenticate': `Digest realm="ims.example", nonce="${nonce}", `
		+ `algorithm=${algorithm}, qop="auth"${more}` }];

describe('S15: AKA', () => {
	const home = new HomeNetwork(K, OP);
	const rand = Buffer.from('23553cbe9637a89d218ae64dae47bf35', 'hex');
	const answers = (request) => params(request.headers.authorization);

	test('S15: a genuine challenge is answered with RES', async (t) => {
		const nonce = home.nonce(rand, 4096);
		const { registrar, state } = await world(t, (request) =>
			answers(request).response ? Registrar.granted(request)
				: challenge(nonce, 'AKAv1-MD5'), AKA);
		await state('registered');

		// the first names the private identity (TS 24.229 5.1.1.2.2)
		const first = answers(registrar.requests[0]);
		assert.deepEqual(first, { username: IMPI, realm: 'ims.example',
			nonce: '', uri: 'sip:ims.example', response: '' });
		const answer = answers(registrar.requests[1]);
		assert.equal(answer.nonce, nonce);
		assert.equal(answer.algorithm, 'AKAv1-MD5');
		assert.ok(proves(answer, 'REGISTER', IMPI, home.res(rand)));
		assert.match(registrar.requests[1].first,
			/^REGISTER sip:ims\.example SIP/);
	});

	test('S15: an old sequence number is answered with AUTS, the new one is '
		+ 'taken', async (t) => {
		let sqn = 1 << 16;
		let told;
		const { registrar, state, parley, stop } = await world(t, (request) => {
			const { response, auts } = answers(request);
			if (auts) {
				told = home.sqnOf(auts, rand);
				sqn = told + 32;
			} else if (response && sqn !== 32) {
				return Registrar.granted(request, 60);
			}
			return challenge(home.nonce(rand, sqn), 'AKAv1-MD5');
		}, AKA);
		await state('registered');

		const account = parley.program.child.spawnargs.find((a) =>
			a.startsWith('account='));
		const dir = parley.scratch.dir;
		parley.scratch.remove = async () => {};
		await stop();
		// the network forgets how far it was, the terminal starts anew
		sqn = 32;
		const before = registrar.requests.length;
		const again = await Parley.start({ account: account.slice(8),
			data_dir: dir });
		t.after(async () => {
			const end = await again.stop();
			assert.equal(end.code, 0, end.output.slice(-3000));
		});
		await until('it is registered again', async () =>
			(await again.json('stats')).accounts[0].state === 'registered');
		assert.equal(told, 1 << 16);
		const resync = registrar.requests.slice(before).map(answers)
			.find((a) => a.auts);
		assert.ok(proves(resync, 'REGISTER', IMPI, ''));
		assert.ok(proves(answers(registrar.requests.at(-1)), 'REGISTER', IMPI,
			home.res(rand)));
		assert.equal((await again.json('stats')).credentials.resynchronised,
			1);
	});

	test('S15: a forged challenge is given up', async (t) => {
		const forger = new HomeNetwork(K.replace('4', '5'), OP);
		const { parley, state } = await world(t, () =>
			challenge(forger.nonce(rand, 4096), 'AKAv1-MD5'), AKA);
		await parley.program.printed(/AUTN has a wrong MAC/);
		const a = await state('waiting');
		assert.equal(a.registers, 1);
		assert.doesNotMatch(parley.program.output, new RegExp(K));
	});
});

describe('an account and its registrar', () => {
	const ACCOUNT = '<sip:focus@ims.example>;auth_pass=secret';

	test('S14: a stale nonce is replaced, SHA-256 is preferred', async (t) => {
		const { registrar, state } = await world(t, (request, n) => {
			if (n === 1)
				return [401, { 'WWW-Authenticate': [
					'Digest realm="ims.example", nonce="1", algorithm=MD5',
					'Digest realm="ims.example", nonce="2", '
						+ 'algorithm=SHA-256, qop="auth"'] }];
			return n === 2 ? challenge('3', 'SHA-256', ', stale=true')
				: Registrar.granted(request);
		}, ACCOUNT);
		await state('registered');
		const said = registrar.requests.map((r) =>
			params(r.headers.authorization));
		assert.equal(said[1].algorithm, 'SHA-256');
		assert.deepEqual(said.map((a) => a.nonce), [undefined, '2', '3']);
	});

	test('423 is met with a longer time', async (t) => {
		const { registrar, state } = await world(t, (request) =>
			Number(request.headers.expires) < 900
				? [423, { 'Min-Expires': '900' }]
				: Registrar.granted(request), ACCOUNT);
		const a = await state('registered');
		assert.ok(a.expires_in_s > 890);
		assert.deepEqual(registrar.requests.map((r) => r.headers.expires),
			['600', '900']);
	});

	test('423 upon 423 is a refusal', async (t) => {
		const { registrar, state } = await world(t, (request) => [423, {
			'Min-Expires': `${Number(request.headers.expires) + 1}` }],
		ACCOUNT);
		const a = await state('waiting');
		assert.deepEqual([a.failures, a.registers], [1, 2]);
		assert.equal(registrar.requests.length, 2);
	});

	test('it registers again before the time is over', async (t) => {
		const { registrar, state } = await world(t, (request) =>
			Registrar.granted(request, 12), ACCOUNT);
		await state('registered');
		const second = await registrar.nth(2);
		const waited = second.at - registrar.requests[0].at;
		assert.ok(waited > 5500 && waited < 6000 + allowed(2000),
			`${waited} ms`);
		assert.equal(second.headers['call-id'],
			registrar.requests[0].headers['call-id']);
		assert.equal(parseInt(second.headers.cseq, 10),
			parseInt(registrar.requests[0].headers.cseq, 10) + 1);
	});

	test('refusals are followed by longer and longer waits', async (t) => {
		const { registrar, state, parley } = await world(t, (request, n) =>
			n < 3 ? [503] : Registrar.granted(request), ACCOUNT);
		const a = await state('registered', 20000);
		assert.deepEqual([a.failures, a.registers], [0, 3]);
		const [one, two, three] = registrar.requests.map((r) => r.at);
		assert.ok(two - one >= 1900 && two - one < 2000 + allowed(3000));
		assert.ok(three - two >= 3900
			&& three - two < 4000 + allowed(5000));
		assert.match(parley.program.output, /not registered .*status 503/);
	});

	test('a registrar that comes later is found', async (t) => {
		const port = await freePort();
		const parley = await Parley.start({ account: `${ACCOUNT}`
			+ `;registrar=sip:127.0.0.1:${port};transport=tcp` });
		t.after(() => parley.stop());
		await parley.program.printed(/not registered account/);
		const registrar = await Registrar.start((request) =>
			Registrar.granted(request), { transport: 'tcp', port });
		t.after(() => registrar.stop());
		await registrar.nth(1);
	});

	test('S10: a lost connection is made again at once', async (t) => {
		const { registrar, state } = await world(t, (request) =>
			Registrar.granted(request), ACCOUNT, { transport: 'tcp' });
		await state('registered');
		assert.equal(registrar.connections.size, 1);
		const lost = Date.now();
		registrar.hangUp();
		const again = await registrar.nth(2);
		assert.ok(again.at - lost < allowed(3000));
		await state('registered');
		// the same instance and reg-id: the registrar sees who came back
		const instance = (r) => r.headers.contact
			.match(/instance="[^"]*";reg-id=1/)[0];
		assert.equal(instance(again), instance(registrar.requests[0]));
	});

	test('S10: Flow-Timer keeps a connection alive', async (t) => {
		const { registrar, state } = await world(t, (request) =>
			Registrar.granted(request, 600, { 'Flow-Timer': '1' }), ACCOUNT,
		{ transport: 'tcp' });
		await state('registered');
		await until('it pings', () => registrar.pings >= 3);
	});

	test('it takes its registration back, and is challenged for it',
		async (t) => {
			const { registrar, state, stop } = await world(t, (request, n) =>
				n % 2 ? challenge(`${n}`, 'MD5')
					: Registrar.granted(request), ACCOUNT);
			await state('registered');
			await stop();
			const [, , first, last] = registrar.requests;
			for (const r of [first, last]) {
				assert.equal(r.headers.expires, '0');
				assert.match(r.headers.contact, /;expires=0$/);
			}
			assert.ok(proves(params(last.headers.authorization), 'REGISTER',
				'focus', 'secret'));
		});

	test('a registrar that is silent does not hold up the end', async (t) => {
		let silent = false;
		const { state, stop } = await world(t, (request) =>
			silent ? null : Registrar.granted(request), ACCOUNT);
		await state('registered');
		silent = true;
		const began = Date.now();
		await stop();
		assert.ok(Date.now() - began < allowed(3000));
	});

	test('a 200 without our Contact is no registration', async (t) => {
		const { parley, state } = await world(t, () => [200, {
			Contact: '<sip:focus@192.0.2.99>;expires=600' }], ACCOUNT);
		await parley.program.printed(/200 without our Contact/);
		assert.equal((await state('waiting')).failures, 1);
	});
});
