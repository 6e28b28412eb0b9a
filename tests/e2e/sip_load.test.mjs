// Fifty legs at once, and peers that break the rules: everything gets an
// answer or is dropped, and nothing is left behind.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Parley } from './lib/parley.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { slowness } from './lib/pace.mjs';
import { Sipp } from './lib/sipp.mjs';
import { scratch, until } from './lib/process.mjs';

// Resident kilobytes and descriptors of a process
async function size(pid) {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return { rss: Number(status.match(/VmRSS:\s+(\d+)/)[1]),
		fds: (await readdir(`/proc/${pid}/fd`)).length };
}

describe('many legs and bad manners', () => {
	let parley, work;

	before(async () => {
		parley = await Parley.start({ max_participants: 200 });
		work = await scratch();
		// a second of a mu-law tone, by the G.711 formula
		const tone = Buffer.alloc(8000);
		for (let i = 0; i < tone.length; i++) {
			const s = Math.round(8000 * Math.sin(2 * Math.PI * 500 * i / 8000));
			let m = Math.min(32635, Math.abs(s)) + 132, e = 7;
			for (let mask = 0x4000; e > 0 && !(m & mask); mask >>= 1)
				e--;
			tone[i] = ~((s < 0 ? 0x80 : 0) | (e << 4) | ((m >> (e + 3)) & 15));
		}
		await writeFile(join(work.dir, 'tone.ulaw'), tone);
	});
	after(async () => {
		await work.remove();
		await parley.endsWell();
	});

	async function fiftyLegs(t, transport) {
		const sipp = await Sipp.start(t, 'S2_join_hold_leave',
			`127.0.0.1:${parley.sipPort}`, { service: 'crowd', transport,
				count: 50, rate: 25, cwd: work.dir,
				variables: { talk: Math.min(10000,
					Math.round(2000 * slowness())) } });
		const seen = await until('all fifty are in', async () =>
			sipp.program.exited ? 'it ended'
				: (await parley.endpoints('crowd')).length === 50, 15000);
		await sipp.succeeds();
		assert.equal(seen, true);
		await until('the conference is gone', async () =>
			(await parley.cli('show', 'crowd')).code === 4);
	}

	test('fifty legs join, talk, hold, resume and leave over UDP',
		(t) => fiftyLegs(t, 'udp'));

	test('and over TCP', (t) => fiftyLegs(t, 'tcp'));

	test('the second crowd costs no more memory or descriptors', async (t) => {
		const [mixer] = await parley.mixerPids;
		const before = [await size(parley.program.pid), await size(mixer)];
		await fiftyLegs(t, 'udp');
		await fiftyLegs(t, 'udp');
		// transactions live on for 32 s: only growth beyond theirs is a leak
		const now = [await size(parley.program.pid), await size(mixer)];
		for (const [i, name] of ['parleyd', 'mixer'].entries()) {
			assert.ok(now[i].fds <= before[i].fds + 2,
				`${name} fds ${before[i].fds} -> ${now[i].fds}`);
			assert.ok(now[i].rss < before[i].rss + 8192,
				`${name} rss ${before[i].rss} -> ${now[i].rss} kB`);
		}
	});

	const wrong = [
		['an unknown dialog', (p, u) => p.request('BYE', u,
			{ toTag: 'nobody' }), 481],
		['a CANCEL of nothing', (p, u) => p.request('CANCEL', u), 481],
		['no Call-ID', (p, u) => p.request('OPTIONS', u,
			{ headers: { 'Call-ID': null }, callId: null }), 400],
		['no From', (p, u) => p.request('OPTIONS', u,
			{ headers: { From: null } }), 400],
		['CSeq of another method', (p, u) => p.request('OPTIONS', u,
			{ headers: { CSeq: '1 INVITE' } }), 400],
		['SIP/7.0', (p, u) => p.request('OPTIONS', u)
			.replace(' SIP/2.0\r\n', ' SIP/7.0\r\n'), 505],
		['a body longer than the datagram', (p, u) => p.request('INVITE', u,
			{ body: sdp(4000), headers: { 'Content-Length': '9999' } }), 400],
		['an unknown extension required', (p, u) => p.request('INVITE', u,
			{ body: sdp(4000), headers: { Require: 'telepathy' } }), 420],
		// only proxies forward: the request has arrived (RFC 3261 16.3)
		['no hops left', (p, u) => p.request('OPTIONS', u,
			{ headers: { 'Max-Forwards': '0' } }), 200],
		['an unknown scheme', (p) => p.request('INVITE', 'nobody:knows',
			{ body: sdp(4000) }), 416],
		['a body that is no SDP', (p, u) => p.request('INVITE', u,
			{ body: 'hello', headers: { 'Content-Type': 'text/plain' } }), 415],
		['SDP that is not SDP', (p, u) => p.request('INVITE', u,
			{ body: 'v=17\r\nhello\r\n' }), 400],
		['only codecs we lack', (p, u) => p.request('INVITE', u, { body: sdp(0,
			{ media: 'm=audio 4000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n' }) }),
		488],
		['a name that cannot be', (p, u) => p.request('INVITE',
			u.replace('rude', '-r&de'), { body: sdp(4000) }), 404],
		['a NUL in the name', (p, u) => p.request('INVITE',
			u.replace('rude', 'r%00ude'), { body: sdp(4000) }), 400],
		['a domain not ours', (p) => p.request('INVITE',
			'sip:rude@elsewhere.example', { body: sdp(4000) }), 404],
		['a method nobody has', (p, u) => p.request('FROBNICATE', u), 501],
		['a method we do not speak', (p, u) => p.request('PUBLISH', u), 405],
	];
	for (const [what, make, status] of wrong) {
		test(`${what}: ${status}`, async (t) => {
			const peer = await SipPeer.open(parley.sipPort);
			t.after(() => peer.close());
			peer.send(make(peer, parley.uri('rude')));
			const answer = await peer.final(`an answer to ${what}`);
			assert.equal(answer.status, status, answer.first);
		});
	}

	test('out of order in a dialog: 500, and the call lives', async (t) => {
		const peer = await SipPeer.open(parley.sipPort);
		t.after(() => peer.close());
		const uri = parley.uri('order');
		const callId = 'order-1';
		peer.send(peer.request('INVITE', uri, { callId, cseq: 10,
			body: sdp(4000) }));
		const ok = await peer.final('the call is answered');
		assert.equal(ok.status, 200, ok.first);
		assert.match(ok.headers.contact, /isfocus/);
		const { toTag } = ok;
		peer.send(peer.request('ACK', uri, { callId, cseq: 10, toTag }));
		peer.send(peer.request('INVITE', uri, { callId, cseq: 9, toTag,
			body: sdp(4000) }));
		const late = await peer.final('the old CSeq is refused',
			(m) => m.headers.cseq === '9 INVITE');
		assert.equal(late.status, 500);
		peer.send(peer.request('ACK', uri, { callId, cseq: 9, toTag }));
		assert.equal((await parley.endpoints('order')).length, 1);
		peer.send(peer.request('BYE', uri, { callId, cseq: 11, toTag }));
		assert.equal((await peer.final('BYE is answered',
			(m) => m.headers.cseq === '11 BYE')).status, 200);
	});

	test('an offerless INVITE is offered, and the answer comes in the ACK',
		async (t) => {
			const peer = await SipPeer.open(parley.sipPort);
			t.after(() => peer.close());
			const uri = parley.uri('late-offer');
			const callId = 'late-1';
			// as UDP has it (RFC 3261 section 17.1.1.2): the offer is larger
			// than the first alone may have sent there
			const invite = peer.request('INVITE', uri, { callId });
			peer.send(invite);
			const again = setInterval(() => peer.send(invite), 500);
			const ok = await peer.final('the offer');
			clearInterval(again);
			assert.equal(ok.status, 200);
			assert.match(ok.body, /m=audio [1-9]/);
			const formats = ok.body.match(/m=audio \d+ RTP\/AVPF? ([\d ]+)/)[1];
			assert.ok(formats.split(' ').includes('0'));
			const count = ok.body.match(/^m=/gm).length;
			const video = count > 1 ? 'm=video 0 RTP/AVP 96\r\n' : '';
			peer.send(peer.request('ACK', uri, { callId, toTag: ok.toTag,
				body: sdp(4000, { extra: video }) }));
			await until('it is connected', async () =>
				(await parley.endpoints('late-offer'))[0]?.status
					=== 'connected');
			peer.send(peer.request('BYE', uri, { callId, cseq: 2,
				toTag: ok.toTag }));
			await peer.final('BYE is answered',
				(m) => m.headers.cseq === '2 BYE');
		});

	test('noise on the port is dropped and counted', async () => {
		const peer = await SipPeer.open(parley.sipPort);
		for (let i = 0; i < 500; i++)
			peer.send(String.fromCharCode(...Array.from({ length: 1 + i },
				() => Math.floor(Math.random() * 256))));
		peer.send('INVITE');
		peer.send('\r\n\r\n');
		peer.send(peer.request('OPTIONS', parley.uri('rude')));
		assert.equal((await peer.final('OPTIONS after the noise',
			(m) => m.headers.cseq === '1 OPTIONS')).status, 200);
		peer.close();
	});
});
