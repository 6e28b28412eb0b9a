// Host names for addresses in c= (RFC 8866 section 5.7), with a real name
// server: from trusted hosts only. Judged by who hears whom.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Dnsmasq } from './lib/dnsmasq.mjs';
import { SipPeer } from './lib/sip_peer.mjs';
import { ulawTone } from './lib/payloads.mjs';
import { sipWorld, hears } from './lib/sip_world.mjs';

const A = 440, B = 1000;

describe('host names in c=', { concurrency: 1 }, () => {
	// 127.0.0.2 is a host that nobody trusts
	const options = { trusted_hosts: '127.0.0.1' };
	let dns;

	before(async () => {
		dns = await Dnsmasq.start(['host-record=gw.example,127.0.0.1',
			'host-record=far.example,127.0.0.2',
			'host-record=group.example,239.1.2.3']);
		options.dns_server = dns.address;
	});
	const w = sipWorld({ options });
	after(async () => { await dns?.stop(); });

	// `bob` is in and says 1000 Hz; `alice` names her host
	const two = async (t, name, host, from) => {
		const bob = await w.peer(t, { name: 'bob', hz: B });
		const sip = from && await SipPeer.open(w.parley.sipPort,
			{ host: from, name: 'alice', server: '127.0.0.1' });
		const alice = await w.peer(t, { name: 'alice', hz: A, sip,
			host: from });
		await bob.dial(w.parley.uri(name));
		alice.audio.address = host;
		return { alice, bob };
	};
	const both = ({ alice, bob }) => Promise.all([hears(alice, B, 5000),
		hears(bob, A, 5000)]);

	test('who names its host is heard and hears', async (t) => {
		const p = await two(t, 'names', 'gw.example');
		await p.alice.dial(w.parley.uri('names'));
		await both(p);
		assert.match(dns.program.output, /query\[A\] gw\.example/);

		// from another port on, by the same name
		p.alice.audio.quiet();
		await p.alice.audio.open();
		await p.alice.invite();
		p.alice.audio.received.length = 0;
		await hears(p.alice, B, 5000);
	});

	test('who is called and names its host, too', async (t) => {
		const p = await two(t, 'called', 'gw.example');
		const { alice, bob } = p;
		alice.sip.onRequest = (m) => {
			alice.requests.push(m);
			const body = m.method === 'INVITE'
				? `${alice.sdp}m=video 0 RTP/AVP 96\r\n` : '';
			if (m.method !== 'ACK')
				alice.sip.send(`SIP/2.0 200 OK\r\n${['via', 'from', 'call-id',
					'cseq'].map((n) => `${n}: ${m.headers[n]}\r\n`).join('')
				}To: ${m.headers.to}${m.toTag ? '' : ';tag=alice'}\r\n`
					+ `Contact: <${alice.sip.contact}>\r\n${body
						? 'Content-Type: application/sdp\r\n' : ''
					}Content-Length: ${body.length}\r\n\r\n${body}`);
		};
		await w.parley.json('invite', 'called', alice.sip.contact);
		alice.follow((await alice.request('INVITE')).body);
		await alice.request('ACK');
		alice.audio.talk(ulawTone(A));
		await both({ alice, bob });
		await w.parley.json('end', 'called');
		bob.gone = true;
	});

	test('a group, nobody and a stranger\'s host are no addresses',
		async (t) => {
			for (const [host, from] of [['group.example'], ['no.example'],
				['far.example', '127.0.0.2']]) {
				const { alice } = await two(t, 'refused', host, from);
				alice.uri = w.parley.uri('refused');
				const answer = await alice.ask('INVITE',
					{ body: alice.sdp });
				assert.equal(answer.status, 488, host);
				assert.match(answer.headers.warning, /No address/);
			}
			assert.doesNotMatch(dns.program.output, /far\.example/);
		});

	// the last: there is no name server then
	test('a call goes on when the name server is silent', async (t) => {
		const p = await two(t, 'blip', 'gw.example');
		await p.alice.dial(w.parley.uri('blip'));
		await both(p);
		await dns.stop();
		dns = undefined;

		p.alice.audio.quiet();
		await p.alice.audio.open();
		await p.alice.invite();
		p.alice.audio.received.length = 0;
		await hears(p.alice, B, 5000);
	});
});
