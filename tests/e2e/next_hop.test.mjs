// Where requests of ours go (RFC 3263), with a real name server: NAPTR says
// the transport, SRV the targets, and one that fails is left for the next.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Dnsmasq } from './lib/dnsmasq.mjs';
import { Parley } from './lib/parley.mjs';
import { Registrar } from './lib/registrar.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { freePort, until } from './lib/process.mjs';

describe('S20: the next hop', () => {
	const ports = {};
	let dns;

	before(async () => {
		for (const name of ['first', 'second', 'alone', 'closed'])
			ports[name] = await freePort();
		const host = '127.0.0.1';
		dns = await Dnsmasq.start([
			// TCP before UDP; the better target is the one of lower priority
			'naptr-record=both.example,20,10,s,SIP+D2U,,_sip._udp.both.example',
			'naptr-record=both.example,10,10,s,SIP+D2T,,_sip._tcp.both.example',
			`srv-host=_sip._tcp.both.example,two.example,${ports.second},20,10`,
			`srv-host=_sip._tcp.both.example,one.example,${ports.first},10,10`,
			`srv-host=_sip._udp.both.example,one.example,${ports.closed},10,10`,
			// no NAPTR: SRV of UDP
			`srv-host=_sip._udp.plain.example,one.example,${ports.first},10,10`,
			`srv-host=_sip._udp.plain.example,two.example,${ports.second},20,10`,
			// neither, and SRV of TCP alone
			`srv-host=_sip._tcp.stream.example,one.example,${ports.alone},1,1`,
			`host-record=one.example,${host}`,
			`host-record=two.example,${host}`,
			`host-record=three.example,${host}`,
		]);
	});
	after(async () => { await dns?.stop(); });

	const start = async (t, options = {}) => {
		const parley = await Parley.start({ dns_server: dns.address,
			...options });
		t.after(async () => {
			await parley.endsWell();
		});
		return parley;
	};
	const registrar = async (t, port, transport = 'tcp', answer = (r) =>
		Registrar.granted(r)) => {
		const r = await Registrar.start(answer, { transport, port });
		t.after(() => r.stop());
		return r;
	};

	test('S20: NAPTR chooses the transport, SRV the target', async (t) => {
		const first = await registrar(t, ports.first);
		const second = await registrar(t, ports.second);
		await start(t, { account: '<sip:focus@both.example>' });
		const request = await first.nth(1);
		assert.match(request.headers.via, /^SIP\/2\.0\/TCP /);
		assert.equal(second.requests.length, 0);
		assert.match(dns.program.output, /query\[NAPTR\] both\.example/);
	});

	test('S20: a target that refuses connections is left for the next',
		async (t) => {
			const second = await registrar(t, ports.second);
			await start(t, { account: '<sip:focus@both.example>' });
			await second.nth(1);
		});

	test('S20: without NAPTR it is SRV of UDP, then of TCP', async (t) => {
		const first = await registrar(t, ports.first, 'udp');
		await start(t, { account: '<sip:focus@plain.example>' });
		assert.match((await first.nth(1)).headers.via, /^SIP\/2\.0\/UDP /);

		const alone = await registrar(t, ports.alone);
		await start(t, { account: '<sip:focus@stream.example>' });
		assert.match((await alone.nth(1)).headers.via, /^SIP\/2\.0\/TCP /);
	});

	test('S20: a port in the URI means an address, nothing else', async (t) => {
		const first = await registrar(t, ports.first, 'udp');
		const asked = dns.program.output.length;
		await start(t, { account: '<sip:focus@three.example>'
			+ `;registrar=sip:three.example:${ports.first}` });
		await first.nth(1);
		const queries = dns.program.output.slice(asked)
			.match(/query\[\w+\] \S+/g);
		assert.deepEqual([...new Set(queries)], ['query[A] three.example']);
	});

	test('S20: a registrar that says 503 is left for the next', async (t) => {
		const first = await registrar(t, ports.first, 'udp', () => [503]);
		const second = await registrar(t, ports.second, 'udp');
		await start(t, { account: '<sip:focus@plain.example>' });
		await second.nth(1);
		assert.equal(first.requests.length, 1);
	});

	// A telephone that says this to every INVITE
	const telephone = async (t, parley, port, status) => {
		const peer = await SipPeer.open(parley.sipPort, { name: 'bob', port });
		const media = await freePort();
		t.after(() => peer.close());
		peer.onRequest = ({ method, headers: h, body }) => {
			if (method === 'ACK')
				return;
			const answer = method === 'INVITE' && status === 200 ? sdp(media,
				{ media: body.match(/^m=.*$/gm).map((m) => (m
					.startsWith('m=audio') ? `m=audio ${media} RTP/AVP 0\r\n`
					: `${m.trim().replace(/^(m=\w+) \d+/, '$1 0')}\r\n`))
					.join('') }) : '';
			peer.send([`SIP/2.0 ${method === 'INVITE' ? status : 200} Said So`,
				`Via: ${h.via}`, `From: ${h.from}`,
				`To: ${h.to}${h.to.includes('tag=') ? '' : ';tag=b'}`,
				`Call-ID: ${h['call-id']}`, `CSeq: ${h.cseq}`,
				`Contact: <${peer.contact}>`, 'Content-Type: application/sdp',
				`Content-Length: ${answer.length}`, '', answer].join('\r\n'));
		};
		return peer;
	};
	const invites = (peer) => peer.received.filter((m) =>
		m.method === 'INVITE').length;

	test('S20: a call that gets 503 goes to the next target', async (t) => {
		const parley = await start(t);
		const first = await telephone(t, parley, ports.first, 503);
		const second = await telephone(t, parley, ports.second, 200);
		await parley.json('invite', 'hall', 'sip:bob@plain.example');
		await until('bob is in', async () => (await parley.endpoints('hall'))
			.some((e) => e.status === 'connected'));
		assert.deepEqual([invites(first), invites(second)], [1, 1]);

		// for a while the one that failed is not asked again
		await parley.json('invite', 'yard', 'sip:bob@plain.example');
		await until('bob is in', async () => (await parley.endpoints('yard'))
			.some((e) => e.status === 'connected'));
		assert.deepEqual([invites(first), invites(second)], [1, 2]);
	});

	test('S20: when all targets fail the last one\'s word counts', async (t) => {
		const parley = await start(t);
		const first = await telephone(t, parley, ports.first, 503);
		const second = await telephone(t, parley, ports.second, 503);
		await parley.cli('invite', 'hall', 'sip:bob@plain.example');
		await until('both were asked', () => invites(first) && invites(second));
		await parley.program.printed(/dial failed reason=/);
		assert.deepEqual([invites(first), invites(second)], [1, 1]);
	});
});
