// Sessions as IMS does them, word by word: reliable 1xx and PRACK (row S4),
// UPDATE (S5), preconditions (S6), early media (S7). The other side is SIPp, or
// a terminal whose sound is listened to.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { ExampleProxy, loopbackNetwork } from './lib/kamailio.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { hears } from './lib/sip_world.mjs';
import { tonePower } from './lib/signal.mjs';
import { ulawTone } from './lib/payloads.mjs';
import { Sipp } from './lib/sipp.mjs';
import { until } from './lib/process.mjs';

let parley;

before(async () => { parley = await Parley.start(); });
after(async () => {
	await parley.endsWell();
});

// A scenario of sipp/; `during` runs beside it
async function plays(t, scenario, service, { server = parley,
	remote = `127.0.0.1:${parley.sipPort}`, during, ...options } = {}) {
	const sipp = await Sipp.start(t, scenario, remote, { service, ...options });
	await during?.(sipp);
	await sipp.succeeds();
	await until('the conference is gone', async () =>
		(await server.cli('show', service)).code === 4);
}

for (const transport of ['udp', 'tcp']) {
	test(`S4: who insists on 100rel gets it, over ${transport}`,
		(t) => plays(t, 'S4_insists_on_100rel', 'insists',
			{ transport, count: 5 }));

	test('S4 S5 S6 S7: a terminal with preconditions is answered when its '
		+ `resources are there, over ${transport}`,
	(t) => plays(t, 'S6_terminal_preconditions', 'terminal',
		{ transport, count: 5 }));
}

test('S4 S5 S6: the same terminal behind a proxy', async (t) => {
	const net = await loopbackNetwork();
	const server = await Parley.start({ sip_listen: `${net}.2:5060`,
		media_address: `${net}.2`, domain: 'conf.example.com',
		trusted_hosts: `${net}.1`, outbound_proxy: `sip:${net}.1;lr` });
	t.after(() => server.stop());
	const proxy = await ExampleProxy.start({ address: `${net}.1`,
		parleys: [`${net}.2`], users: { bob: 'bobpw' } });
	t.after(() => proxy.stop());
	await plays(t, 'S6_terminal_at_operator', 'standup', { server,
		host: `${net}.10`, remote: `${net}.1:5060`,
		user: { name: 'bob', password: 'bobpw' },
		keys: { user: 'bob', domain: 'example.com' } });
});

test('S4 S5: a callee answers in a reliable 183 and changes it by UPDATE',
	(t) => plays(t, 'S4_callee_reliable', 'calls', { during: async (sipp) => {
		await parley.json('invite', 'calls', sipp.uriOf('callee'));
		await until('it is connected', async () => (await parley
			.endpoints('calls')).some((e) => e.status === 'connected'
				|| e.status === 'on-hold'));
		await parley.json('end', 'calls');
	} }));

const level = async (p, hz) => {
	const { rate, samples } = await p.heard(0.4);
	return samples.length ? tonePower(samples, rate, hz) : -99;
};

test('S4 S7: nobody hears the early media of a callee, nor it the conference',
	async (t) => {
		const [a, b, callee] = await Promise.all([
			RtpPeer.open(parley, { name: 'alice', hz: 440 }),
			RtpPeer.open(parley, { name: 'bob', hz: 1000 }),
			RtpPeer.open(parley, { name: 'callee' })]);
		t.after(() => Promise.all([a, b, callee].map((p) => p.close())));
		await a.dial(parley.uri('ringback'));
		await b.dial(parley.uri('ringback'));
		await hears(a, 1000, 5000);

		let invite;
		const answer = (m, status, headers = '', body = '') => callee.sip.send(
			`SIP/2.0 ${status} Word\r\n${['via', 'from', 'call-id', 'cseq']
				.map((n) => `${n}: ${m.headers[n]}\r\n`).join('')
			}To: ${m.headers.to}${m.toTag ? '' : ';tag=callee'}\r\nContact: <${
				callee.sip.contact}>\r\n${headers}${body
				? 'Content-Type: application/sdp\r\n' : ''
			}Content-Length: ${body.length}\r\n\r\n${body}`);
		callee.sip.onRequest = (m) => {
			callee.requests.push(m);
			if (m.method === 'INVITE') {
				invite = m;
				callee.follow(m.body);
				// the video line is declined
				answer(m, 183, 'Require: 100rel\r\nRSeq: 4711\r\n',
					`${callee.sdp}m=video 0 RTP/AVP 96\r\n`);
				callee.audio.talk(ulawTone(1700));
			} else if (m.method !== 'ACK') {
				answer(m, 200);
			}
		};
		await parley.json('invite', 'ringback', callee.sip.contact);
		const prack = await callee.request('PRACK');
		assert.match(prack.headers.rack, /^4711 \d+ INVITE$/);
		await until('its media are there', async () => (await parley
			.endpoints('ringback')).find((e) => e.entity.includes('callee'))
			?.media_connected);

		// a second of it, counted in packets that the others got meanwhile
		await a.audio.more(50);
		assert.ok(await level(a, 1700) < -50, 'alice hears the ringback');
		assert.ok(await level(b, 1700) < -50, 'bob hears the ringback');
		assert.ok(await level(a, 1000) > -20);
		assert.equal(callee.audio.received.length, 0,
			'the callee hears the conference');

		answer(invite, 200);
		await callee.request('ACK');
		await hears(a, 1700, 3000);
		await hears(callee, 440, 3000);
		await parley.json('end', 'ringback');
	});
