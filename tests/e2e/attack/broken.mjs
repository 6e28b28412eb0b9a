// While something is broken or full: calls in a media server's replacement,
// the log, what a taken over Parley could do, old ciphers, a store that is not.
import { setTimeout as sleep } from 'node:timers/promises';
import { Crowd } from '../lib/crowd.mjs';
import { knock } from '../lib/flood.mjs';
import { leg } from '../lib/legs.mjs';
import { status } from '../lib/proc.mjs';
import { freePort, run } from '../lib/process.mjs';
import { SipPeer } from '../lib/sip_peer.mjs';

export const row = 10;
export const title = 'while something is broken';
export const files = ['mixer_wait', 'log_flood', 'data_dir', 'privileges',
	'lying_mixer'];
export const figures = {
	joins: ['of 30 joins in a media server\'s replacement, in',
		{ least: 30 }],
	lines: ['log lines in 6 s of 3000 bad messages a second', { most: 200 }],
	capabilities: ['capabilities of parleyd (CapEff)', { is: '0'.repeat(16) }],
	seccomp: ['mode of seccomp of parleyd, its media server',
		{ is: '2, 2' }],
	cbc: ['TLS 1.2 with CBC is taken', { is: 'no' }],
	store: ['starts with a data_dir that cannot be', { is: 'yes' }],
};

const CALLS = 30;
const GARBAGE_MS = 6000, GARBAGE_RATE = 3000;

const yes = (is) => (is ? 'yes' : 'no');

async function joins(t, parley) {
	await leg(t, parley, 'crowd', { name: 'first' });
	const [old] = await parley.mixerPids;
	const crowd = await Crowd.open(t, parley, 'crowd');
	process.kill(old, 'SIGKILL');
	for (let i = 0; i < CALLS; i++)
		crowd.invite();
	await crowd.answered().catch(() => {});
	return crowd.taken;
}

async function lines(t) {
	const parley = await t.start({ strangers_rate: 0,
		sip_rate_per_source: 1000000, invite_rate_per_source: 1000000,
		max_conferences: 5000 });
	const peer = await SipPeer.open(parley.sipPort);
	t.after(() => peer.close());
	peer.received = { push() {} };
	const since = performance.now();
	for (let i = 0; i < GARBAGE_MS / 1000 * GARBAGE_RATE; i++) {
		knock(peer, parley, i);
		while (performance.now() - since < 1000 * i / GARBAGE_RATE)
			await sleep(2);
	}
	return parley.program.output.split('\n').length;
}

async function takesCbc(port) {
	const { code } = await run('openssl', ['s_client', '-connect',
		`127.0.0.1:${port}`, '-tls1_2', '-cipher',
		'ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0']);
	return code === 0;
}

export async function measure(t) {
	const tls = await freePort();
	const parley = await t.start({ max_participants: 100,
		sip_tls_listen: `127.0.0.1:${tls}` });
	const self = await status(parley.program.pid);
	const mixer = await status((await parley.mixerPids)[0]);
	return { capabilities: self.CapEff,
		seccomp: `${self.Seccomp}, ${mixer.Seccomp}`,
		cbc: yes(await takesCbc(tls)), joins: await joins(t, parley),
		lines: await lines(t),
		store: await t.start({ data_dir: '/proc/none/parley' })
			.then(() => 'yes', () => 'no') };
}
