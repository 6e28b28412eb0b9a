// A WebRTC stack that is no browser: one transport for all lines, one for each.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { hearsOthersOnly, sees } from './lib/judge.mjs';
import { nalsOf } from './lib/payloads.mjs';
import { Parley } from './lib/parley.mjs';
import { RtpPeer } from './lib/rtp_peer.mjs';
import { RED, assertPackets, h264, sipWorld } from './lib/sip_world.mjs';
import { freePort, until } from './lib/process.mjs';
import { WeriftPeer } from './lib/werift_peer.mjs';

const world = sipWorld();

// It and a terminal hear each other and see its picture
async function meets(t, conference, { parley = world.parley,
	host = '127.0.0.1', ...options } = {}) {
	const terminal = await RtpPeer.open(parley, { name: 'terminal', hz: 440,
		video: [h264('1f')], host });
	t.after(() => terminal.close());
	const at = host.includes(':') ? `[${host}]` : host;
	const uri = `sip:${conference}@${at}:${parley.sipPort}`;
	await terminal.dial(uri);
	const stack = await WeriftPeer.open(parley, { hz: 1000, host,
		...options });
	t.after(() => stack.close());
	const said = await stack.dial(uri);
	stack.video.film(world.camera, 15);
	await hearsOthersOnly(stack, [terminal]);
	await hearsOthersOnly(terminal, [stack]);
	await sees(terminal, RED);
	await sees(stack, RED);
	assertPackets(stack.video.received);
	return { ...said, stack, terminal };
}

const keyFrames = ({ video }) => nalsOf(video.received.map((p) => p.payload))
	.filter((nal) => (nal[0] & 31) === 5).length;

test('all lines on one transport', async (t) => {
	const { answer, stack } = await meets(t, 'bundled');
	assert.match(answer, /^a=group:BUNDLE 0 1\r$/m);
	assert.equal((await stack.bye()).status, 200);
	await until('the terminal is alone', async () =>
		(await world.parley.endpoints('bundled')).length === 1);
});

// RTCP of a line goes by that line's own port
test('a transport for each line, with its RTCP', async (t) => {
	const { offer, answer, stack, terminal } = await meets(t, 'apart',
		{ bundle: 'disable' });
	for (const sdp of [offer, answer]) {
		assert.doesNotMatch(sdp, /BUNDLE/);
		assert.equal(sdp.match(/^a=rtcp-mux\r$/gm).length, 2);
	}
	assert.equal(new Set(answer.match(/^a=ice-ufrag:.*$/gm)).size, 2);
	const before = keyFrames(stack);
	await stack.video.pli();
	await until('a key frame', () => keyFrames(stack) > before);

	// a new offer keeps the transports
	await stack.invite();
	await hearsOthersOnly(terminal, [stack]);
	await hearsOthersOnly(stack, [terminal]);
});

// Component 1 carries both where nobody said rtcp-mux (RFC 8834 has it always)
test('an offer without BUNDLE and rtcp-mux', async (t) => {
	const { answer } = await meets(t, 'unmuxed', { bundle: 'disable',
		mangle: (sdp) => sdp.replace(/a=rtcp-mux\r\n/g, '') });
	assert.doesNotMatch(answer, /rtcp-mux/);
});

test('over IPv6', async (t) => {
	const port = await freePort();
	const parley = await Parley.start({ sip_listen: `[::1]:${port}`,
		media_address: '::1' });
	parley.sipPort = port;
	t.after(() => parley.stop());
	const { answer } = await meets(t, 'six', { parley, host: '::1' });
	assert.match(answer, /^c=IN IP6 ::1\r$/m);
	assert.match(answer, /^a=candidate:\S+ 1 UDP \d+ ::1 /mi);
});
