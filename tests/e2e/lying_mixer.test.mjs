// One of two media servers was taken over and lies to the focus while calls
// come and go: those on the other hear nothing of it, the moderator is
// answered, and every conference finds its way to a server that is honest.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Baresip } from './lib/baresip.mjs';
import { Parley, asOurselves } from './lib/parley.mjs';
import { SipPeer, sdp } from './lib/sip_peer.mjs';
import { hearsOthersOnly } from './lib/judge.mjs';
import { root, scratch, until } from './lib/process.mjs';
import { ours } from './lib/programs.mjs';

const CALLS = 60;
const honest = ours.path('parley-mixer');

// A call as long as its answers take. @return its final status
async function call(peer, uri) {
	const callId = `lies${Math.random()}`;
	const invite = peer.request('INVITE', uri, { callId,
		body: sdp(peer.port + 1) });
	peer.send(invite);
	const again = setInterval(() => peer.send(invite), 500);
	const ok = await peer.final(`answer of ${uri}`, (m) =>
		m.headers['call-id'] === callId, 20000).finally(() =>
		clearInterval(again));
	peer.send(peer.request('ACK', uri, { callId, toTag: ok.toTag }));
	if (ok.status !== 200)
		return ok.status;
	peer.send(peer.request('BYE', uri, { callId, toTag: ok.toTag, cseq: 2 }));
	await peer.final('answer to BYE', (m) => m.headers.cseq === '2 BYE'
		&& m.headers['call-id'] === callId);
	return ok.status;
}

test('a mixer that lies harms nobody but its own legs', async (t) => {
	const work = await scratch();
	t.after(() => work.remove());
	const program = join(work.dir, 'mixer');
	const first = join(work.dir, 'first');
	// the first of the two is honest, and whoever follows in its slot
	await writeFile(program, `#!/bin/sh
ports=$(echo "$@" | sed 's/.*-p \\([0-9]*\\).*/\\1/')
low=$(cat ${first} 2>/dev/null)
[ "$ports" = "$low" ] && exec ${honest} "$@"
exec ${process.execPath} ${join(root, 'tests/e2e/lib/lying_mixer.mjs')} ${work.dir} "$@"
`, { mode: 0o755 });
	await writeFile(join(work.dir, 'lives'), '0');
	const ports = await Parley.prototype.rtpPorts();
	await writeFile(first, ports.split('-')[0]);
	const parley = await Parley.start({ mixers: 2, mixer_program: program,
		rtp_ports: ports, ...asOurselves });
	t.after(() => parley.stop());

	const [ann, bob] = await Promise.all([['ann', 1000], ['bob', 440]]
		.map(([name, hz]) => Baresip.start({ name, hz,
			audio: 'PCMU/8000/1' })));
	t.after(() => Promise.all([ann.stop(), bob.stop()]));
	await ann.dial(parley.uri('calm'));
	await bob.dial(parley.uri('calm'));
	await hearsOthersOnly(ann, [bob]);

	await writeFile(join(work.dir, 'go'), '');
	await until('both are up', async () => (await parley.json('stats')).mixers
		.every((m) => m.up));
	const peers = await Promise.all([1, 2, 3].map((i) =>
		SipPeer.open(parley.sipPort, { name: `peer${i}` })));
	t.after(() => peers.forEach((p) => p.close()));
	const statuses = {};
	await Promise.all(peers.map(async (peer, p) => {
		for (let i = 0; i < CALLS / peers.length; i++) {
			const status = await call(peer, parley.uri(`storm${p}-${i}`));
			statuses[status] = (statuses[status] || 0) + 1;
			assert.equal((await parley.cli('stats')).code, 0);
		}
	}));
	const lives = Number(await readFile(join(work.dir, 'lives')));
	t.diagnostic(`answers ${JSON.stringify(statuses)}, liars ${lives}`);

	// the liar was put down more than once, and told of once a life
	const told = parley.program.output.match(
		/error (mixers: lied|link: refused) .*/g) || [];
	assert.ok(told.length >= 2, parley.program.output.slice(-3000));
	assert.ok(told.length <= lives, told.join('\n'));

	await hearsOthersOnly(ann, [bob]);
	await hearsOthersOnly(bob, [ann]);
	const people = await parley.endpoints('calm');
	assert.equal(people.filter((p) => p.status === 'connected').length, 2);
	const { mixers } = await parley.json('stats');
	assert.equal(mixers.find((m) => m.mixer === 0).replaced, 0);
	await until('somebody is served', async () =>
		await call(peers[0], parley.uri('after')) === 200, 20000);
	await parley.endsWell();
});
