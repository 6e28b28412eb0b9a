// Many members of one address, as behind one NAT, at the rate of a source that
// Parley has by default: what happens in their conference reaches all of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley } from './lib/parley.mjs';
import { sdp } from './lib/sip_peer.mjs';
import { until } from './lib/process.mjs';
import { TcpPeer } from './lib/tcp_peer.mjs';
import { Watcher } from './lib/watcher.mjs';

// Each event has more answers than an address may send in a second
const RATE = 200, MEMBERS = 60, WATCHERS_EACH = 5;

// By a connection, on which nothing is repeated, as on a WebSocket
async function join(t, parley, name) {
	const peer = await TcpPeer.openAt(parley.sipPort, { name });
	t.after(() => peer.close());
	const headers = { From: `<sip:${name}@example.com>;tag=a1` };
	const callId = `call-${name}`;
	const uri = parley.uri('crowd');
	const call = (method, cseq, options) => peer.send(peer.request(method,
		uri, { callId, cseq, headers, ...options }));
	call('INVITE', 1, { body: sdp(49170, { direction: 'inactive' }) });
	const { status, toTag } = await peer.final(`${name} is answered`, (m) =>
		m.headers['call-id'] === callId);
	assert.equal(status, 200, name);
	call('ACK', 1, { toTag });
	return { name, peer, headers, leave: () => call('BYE', 2, { toTag }) };
}

test('sixty of one address hear of all that happens', async (t) => {
	const parley = await Parley.start({ sip_rate_per_source: RATE,
		subscriptions_per_source: 1000 });
	t.after(() => parley.stop());
	const members = [];
	for (let i = 0; i < MEMBERS; i++)
		members.push(await join(t, parley, `m${i}`));
	let watchers = [];
	for (const { name, peer, headers } of members) {
		for (let i = 0; i < WATCHERS_EACH; i++) {
			const w = await Watcher.open(parley, 'crowd', { name, peer });
			t.after(() => w.close());
			assert.equal((await w.subscribe({ headers })).status, 200, name);
			watchers.push(w);
		}
	}
	for (let left = 1; left <= 4; left++) {
		members[left].leave();
		// who is out hears no more
		watchers = watchers.filter((w) => w.peer !== members[left].peer);
		await until(`all know that ${left} have left`, () =>
			watchers.every((w) => w.state.users.size === MEMBERS - left)
				|| Promise.reject(new Error(`${watchers.filter((w) =>
					w.state.users.size !== MEMBERS - left).length} do not`)),
		10000);
	}
	for (const w of watchers)
		assert.deepEqual(w.errors, []);
	const { transport } = await parley.json('stats');
	assert.equal(transport.refused.rate, 0);
});
