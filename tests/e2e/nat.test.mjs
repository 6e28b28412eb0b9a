// Parley in a cloud: its host has a private address, callers know the public
// one that a router maps to it (1:1 NAT). The tests run outside, where the
// private address leads nowhere.
import { describe, test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { connect } from 'node:tls';
import { Baresip } from './lib/baresip.mjs';
import { Browser } from './lib/browser.mjs';
import { hearsNot, hearsOthersOnly } from './lib/judge.mjs';
import { NatWorld, OUTSIDE, PRIVATE, PUBLIC } from './lib/nat_world.mjs';
import { Parley } from './lib/parley.mjs';
import { run, until } from './lib/process.mjs';
import { Registrar } from './lib/registrar.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';

describe('behind a 1:1 NAT', { concurrency: 1 }, () => {
	const options = {
		sip_listen: `0.0.0.0:5060/${PUBLIC}`,
		sip_tls_listen: 'off',
		https_listen: '0.0.0.0:8443',
		http_listen: 'off',
		media_address: `${PRIVATE}/${PUBLIC}`,
		webrtc_port: 10000,
	};
	let world, parley, registrar;

	before(async () => {
		world = await NatWorld.make();
		registrar = await Registrar.start((request) =>
			Registrar.granted(request), { host: OUTSIDE });
		parley = await Parley.start({ ...options,
			account: '<sip:focus@provider.example>;auth_pass=x;registrar='
				+ `sip:${OUTSIDE}:${registrar.port};transport=udp` },
		{}, undefined, (...command) => world.inside.command(...command));
	});
	after(async () => {
		await parley?.endsWell();
		await registrar?.stop();
		await world?.stop();
	});

	const uri = (name) => `sip:${name}@${PUBLIC}:5060`;
	const endpoint = async (room, name) => (await parley.endpoints(room))
		.find((e) => e.display === name);
	const bobWith = async (t, more = {}) => {
		const bob = await Baresip.start({ address: OUTSIDE,
			audio: 'PCMU/8000/1', ...more });
		t.after(() => bob.stop());
		return bob;
	};

	test('what is printed and certified is the outside', async () => {
		assert.match(parley.ready,
			/ join=https:\/\/203\.0\.113\.7:8443\/ /);
		assert.match(parley.ready, / dial=sip:NAME@203\.0\.113\.7:5060 /);
		const names = await new Promise((resolve, reject) => {
			const s = connect({ host: PUBLIC, port: 8443,
				rejectUnauthorized: false }, () => {
				resolve(s.getPeerCertificate().subjectaltname);
				s.destroy();
			});
			s.on('error', reject);
		});
		for (const address of [PUBLIC, PRIVATE, '127.0.0.1'])
			assert.ok(names.split(', ')
				.includes(`IP Address:${address}`), names);
	});

	test('a browser and a telephone hear each other', async (t) => {
		const ann = await Browser.start({ hz: 1000 });
		t.after(() => ann.stop());
		const bob = await bobWith(t);
		await ann.join(`https://${PUBLIC}:8443/cloud`, 'Ann');
		await bob.dial(uri('cloud'));
		await hearsOthersOnly(ann, [bob]);
		await hearsOthersOnly(bob, [ann]);

		// re-INVITE and BYE to the Contact of our 200
		bob.hold();
		await until('on hold', async () =>
			(await endpoint('cloud', 'bob')).held);
		await hearsNot(ann, bob.hz);
		bob.resume();
		await hearsOthersOnly(ann, [bob]);
		bob.hangup();
		await until('gone', async () => !await endpoint('cloud', 'bob'));
	});

	for (const transport of ['udp', 'tcp'])
		test(`who is called by ${transport} can hold and hang up`,
			async (t) => {
				const room = `out-${transport}`;
				const eve = await bobWith(t, { name: 'eve', transport });
				const carl = await bobWith(t, { name: 'carl', hz: 700 });
				await carl.dial(uri(room));
				const { code, output } = await parley.cli('invite', room,
					`sip:eve@${OUTSIDE}:${eve.port};transport=${transport}`);
				assert.equal(code, 0, output);
				await eve.event('CALL_ESTABLISHED');
				await hearsOthersOnly(eve, [carl]);
				await hearsOthersOnly(carl, [eve]);
				const called = () => parley.endpoints(room).then((all) =>
					all.find((e) => e.uri?.includes('eve')
						|| e.entity?.includes('eve')
						|| e.display.includes('eve')));
				eve.hold();
				await until('on hold', async () => (await called()).held);
				eve.resume();
				await until('back', async () => !(await called()).held);
				eve.hangup();
				await until('gone', async () => !await called());
			});

	test('no word of ours has the private address', async (t) => {
		const raw = await SipPeer.open(5060,
			{ host: OUTSIDE, server: PUBLIC });
		t.after(() => raw.close());
		raw.send(raw.request('INVITE', uri('raw'), { body: sdp(40000)
			.replaceAll('127.0.0.1', OUTSIDE) }));
		const ok = await raw.final('200');
		assert.equal(ok.status, 200);
		assert.match(ok.headers.contact, /@203\.0\.113\.7:5060/);
		assert.match(ok.body, /^c=IN IP4 203\.0\.113\.7\r$/m);
		assert.doesNotMatch(ok.body, /10\.0\.0\.4/);
		const ack = { callId: ok.headers['call-id'], toTag: ok.toTag };
		raw.send(raw.request('ACK', uri('raw'), ack));
		await parley.cli('end', 'raw');
		const bye = await until('BYE', () =>
			raw.received.find((m) => m.method === 'BYE'));
		assert.match(bye.headers.via, /^SIP\/2\.0\/UDP 203\.0\.113\.7:5060;/);

		// where a provider calls us
		const register = await registrar.nth(1);
		assert.match(register.headers.contact, /@203\.0\.113\.7:5060/);
		assert.match(register.headers.via, / 203\.0\.113\.7:5060;/);
	});

	test('-t has nothing to say inside', async () => {
		const args = Object.entries({ ...options,
			control_socket: `${parley.scratch.dir}/other.sock`,
			data_dir: parley.scratch.dir, mixers: 1,
			sip_listen: `0.0.0.0:5070/${PUBLIC}`,
			https_listen: `0.0.0.0:8444/${PUBLIC}:443`,
			webrtc_port: 11000,
			rtp_ports: '12000-12099' })
			.flatMap(([k, v]) => ['-o', `${k}=${v}`]);
		const { code, output } = await run(...world.inside.command(
			parley.programs.path('parleyd'), '-t', ...args));
		assert.deepEqual({ code, output },
			{ code: 0, output: 'defaults: good\n' });
	});
});
