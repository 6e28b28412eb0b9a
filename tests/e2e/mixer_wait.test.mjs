// Who calls while the only media server is dead is answered by the next one:
// calls wait for it, by UDP and from a page's WebSocket alike, but not for
// ever.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Parley, asOurselves } from './lib/parley.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { WsPeer } from './lib/ws_peer.mjs';
import { ours } from './lib/programs.mjs';
import { scratch, until } from './lib/process.mjs';

const CALLS = 30;

const invite = (peer, parley, conference, callId) => {
	const uri = parley.uri(conference);
	return peer.request('INVITE', uri, { callId, fromTag: callId,
		body: sdp(9) });
};

// As many as called have an answer that ends it
const answers = (peers) => until('all are answered', () => {
	const all = peers.flatMap((p) => p.received
		.filter((m) => m.status >= 200 && /INVITE/.test(m.headers.cseq)));
	return new Set(all.map((m) => m.headers['call-id'])).size === CALLS
		&& all;
}, 15000, 20);

test('calls wait while their mixer is replaced', async (t) => {
	const parley = await Parley.start({ max_participants: 100 });
	t.after(() => parley.stop());
	const udp = await SipPeer.open(parley.sipPort);
	t.after(() => udp.close());
	const web = await WsPeer.openAt(parley.http);
	t.after(() => web.close());
	// one that is in, so that there is a conference to be restored
	udp.send(invite(udp, parley, 'queue', 'first'));
	const first = await udp.final('the first is in');
	assert.equal(first.status, 200, first.first);
	udp.send(udp.request('ACK', parley.uri('queue'), { callId: 'first',
		fromTag: 'first', toTag: first.toTag }));
	udp.received.length = 0;

	const [old] = await parley.mixerPids;
	process.kill(old, 'SIGKILL');
	for (let i = 0; i < CALLS; i++) {
		const peer = i % 3 ? udp : web;
		peer.send(invite(peer, parley, i % 2 ? 'queue' : `fresh${i}`,
			`call${i}`));
	}
	const all = await answers([udp, web]);
	assert.deepEqual([...new Set(all.map((m) => m.first))], ['SIP/2.0 200 OK']);
	const [fresh] = await parley.mixerPids;
	assert.notEqual(fresh, old);
	// the mixer has their legs
	await until('all are carried', async () => (await parley.json('stats'))
		.mixers[0].legs >= CALLS);
});

test('calls do not wait for ever', async (t) => {
	const work = await scratch();
	t.after(() => work.remove());
	const program = join(work.dir, 'mixer');
	await writeFile(program, `#!/bin/sh\nexec ${
		ours.path('parley-mixer')} "$@"\n`);
	await chmod(program, 0o755);
	const parley = await Parley.start({ mixer_program: program,
		...asOurselves });
	t.after(() => parley.stop());
	const peer = await SipPeer.open(parley.sipPort);
	t.after(() => peer.close());

	await writeFile(program, '#!/bin/sh\nexit 1\n');
	const [old] = await parley.mixerPids;
	process.kill(old, 'SIGKILL');
	peer.send(invite(peer, parley, 'queue', 'late'));
	const refused = await peer.final('it is refused',
		(m) => m.headers['call-id'] === 'late', 12000);
	assert.equal(refused.status, 503);
	assert.ok(Number(refused.headers['retry-after']) > 0, refused.first);
});
