// A proxy that challenges every request of a call, within its dialog too
// (RFC 3261 section 22.3)
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { params, proves } from './lib/aka.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { Parley } from './lib/parley.mjs';
import { freePort, until } from './lib/process.mjs';

test('S14: INVITE, re-INVITE and BYE of a call are answered for', async (t) => {
	const peer = await SipPeer.open(0, { name: 'bob' });
	const parley = await Parley.start({ account: '<sip:focus@ims.example>;'
		+ `auth_pass=secret;expires=0;registrar=sip:127.0.0.1:${peer.port}` });
	t.after(async () => {
		peer.close();
		await parley.endsWell();
	});
	peer.remote = parley.sipPort;

	const media = await freePort();
	// G.711 is taken, all else refused
	const answerTo = (offer) => sdp(media, { media: offer.match(/^m=.*$/gm)
		.map((m) => (m.startsWith('m=audio')
			? `m=audio ${media} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n`
			: m.replace(/^(m=\w+) \d+/, '$1 0').replace(/\r?$/, '\r\n')))
		.join('') });
	const accepted = [];
	let nonce = 1;
	const reply = (request, status, headers = {}, body = '') => {
		const h = request.headers;
		peer.send([`SIP/2.0 ${status} Said So`, `Via: ${h.via}`,
			`From: ${h.from}`,
			`To: ${h.to}${h.to.includes('tag=') ? '' : ';tag=b'}`,
			`Call-ID: ${h['call-id']}`, `CSeq: ${h.cseq}`,
			...Object.entries(headers).map(([k, v]) => `${k}: ${v}`),
			`Content-Length: ${body.length}`, '', body].join('\r\n'));
	};
	peer.onRequest = (request) => {
		if (request.method === 'ACK')
			return;
		const answer = params(request.headers['proxy-authorization']);
		const good = answer.nonce === `${nonce}`
			&& proves(answer, request.method, 'focus', 'secret')
			&& request.first === `${request.method} ${answer.uri} SIP/2.0`;
		if (!good) {
			reply(request, 407, { 'Proxy-Authenticate':
				`Digest realm="ims.example", nonce="${nonce}", qop="auth"`
				+ `${answer.nonce ? ', stale=true' : ''}` });
			return;
		}
		accepted.push({ method: request.method, ...answer });
		reply(request, 200, request.method === 'INVITE' ? {
			Contact: `<${peer.contact};line=1>`,
			'Content-Type': 'application/sdp' } : {},
		request.method === 'INVITE' ? answerTo(request.body) : '');
	};
	const saw = (n) => until(`${n} requests are accepted`,
		() => accepted[n - 1]);

	await parley.json('invite', 'hall', 'sip:bob@ims.example');
	await saw(1);
	await until('bob is in', async () =>
		(await parley.endpoints('hall')).some((e) => e.status === 'connected'));

	// the nonce goes on being good for a re-INVITE
	const [mixer] = await parley.mixerPids;
	process.kill(mixer, 'SIGKILL');
	await saw(2);

	// and is not any more for the BYE
	nonce = 2;
	await until('the re-INVITE is over', async () =>
		(await parley.endpoints('hall')).some((e) => e.status === 'connected'));
	await parley.json('kick', 'hall', 'bob');
	await saw(3);
	assert.deepEqual(accepted.map(({ method, uri, nc, nonce: n }) =>
		[method, uri, nc, n]), [
		['INVITE', 'sip:bob@ims.example', '00000001', '1'],
		['INVITE', `${peer.contact};line=1`, '00000002', '1'],
		['BYE', `${peer.contact};line=1`, '00000001', '2'],
	]);
});

test('S14: strangers redirect no call to an account', async (t) => {
	const proxy = await SipPeer.open(0, { name: 'proxy' });
	const stranger = await SipPeer.open(0, { name: 'mallory' });
	const parley = await Parley.start({ account: '<sip:focus@ims.example>;'
		+ `auth_pass=secret;expires=0;registrar=sip:127.0.0.1:${proxy.port}` });
	t.after(async () => {
		proxy.close();
		stranger.close();
		await parley.endsWell();
	});
	stranger.remote = parley.sipPort;

	const called = [], paid = [];
	proxy.onRequest = (request) => paid.push(request.first);
	stranger.onRequest = (request) => {
		const h = request.headers;

		if (request.method === 'ACK')
			return;
		called.push(request.first.split(' ')[1]);
		stranger.send([`SIP/2.0 ${called.length === 1 ? '302 Moved' : '486 Busy'}`,
			`Via: ${h.via}`, `From: ${h.from}`, `To: ${h.to};tag=m`,
			`Call-ID: ${h['call-id']}`, `CSeq: ${h.cseq}`,
			...(called.length === 1
				? ['Contact: <sip:+19005550100@ims.example>;q=1',
					`Contact: <sip:other@127.0.0.1:${stranger.port}>;q=0.5`]
				: []),
			'Content-Length: 0', '', ''].join('\r\n'));
	};

	const mallory = `sip:mallory@127.0.0.1:${stranger.port}`;
	await parley.json('invite', 'hall', mallory);
	await until('the other one was called', () => called.length === 2);
	assert.deepEqual(called,
		[mallory, `sip:other@127.0.0.1:${stranger.port}`]);
	await until('the call is over', async () =>
		(await parley.json('list')).conferences.length === 0);
	assert.deepEqual(paid, []);
});
