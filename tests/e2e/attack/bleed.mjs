// Forty legs join while a stranger sprays packets at all RTP ports: who is
// deaf afterwards, what he gets, and whether he is heard.
import { setTimeout as sleep } from 'node:timers/promises';
import { leg, packetRate } from '../lib/legs.mjs';
import { ulawTone } from '../lib/payloads.mjs';
import { steadyPower } from '../lib/signal.mjs';
import { STRANGE_HZ, Stranger, portsOf, putBehindNat, rtp }
	from '../lib/stranger.mjs';
import { ABSENT_DB } from '../lib/judge.mjs';

export const row = 1;
export const title = 'sound by one packet to each port';
export const files = ['spray', 'media_source', 'srtp_rebound'];
export const figures = {
	listeners: ['of 20 legs that only listen, deaf', { most: 0 }],
	nat: ['of 20 legs behind a NAT, deaf', { most: 0 }],
	packets: ['packets that the stranger got', { most: 0 }],
	heard: ['the stranger is heard', { is: 'no' }],
};

const LEGS = 20; // of a kind
const ROUND_TRIP_MS = 50; // of a network between them and Parley
const A_SECOND = 25; // packets of 50, under which one is deaf

export async function measure(t) {
	const parley = await t.start();
	const bob = await leg(t, parley, 'bleed', { name: 'bob', hz: 440 });
	const stranger = await Stranger.at(t);
	const ports = portsOf(parley).filter((port) => port % 2 === 0);
	stranger.spray(ports, () => [rtp(0)], ports.length);
	const listeners = [], nat = [];
	for (let i = 0; i < LEGS; i++) {
		listeners.push(await leg(t, parley, 'bleed', { name: `listens${i}` },
			(p) => { p.audio.direction = 'recvonly'; }));
		nat.push(await leg(t, parley, 'bleed', { name: `nat${i}`, mute: true },
			(p) => putBehindNat(p, i)));
		await sleep(ROUND_TRIP_MS);
		nat.at(-1).audio.talk(ulawTone(600));
	}
	stranger.hush();
	// time to find out where they are
	await sleep(3000);
	const deaf = async (legs) => (await Promise.all(legs.map((p) =>
		packetRate(p, 2000)))).filter((n) => n < A_SECOND).length;
	const [deafListeners, deafNat] = await Promise.all([deaf(listeners),
		deaf(nat)]);
	const { received } = stranger;

	for (const p of nat)
		p.audio.quiet();
	stranger.talk([...listeners, ...nat].map((p) => ({ ssrc: 0,
		port: p.audio.remote.port })));
	await sleep(1500);
	const { rate, samples } = await bob.heard(1);
	const db = steadyPower(samples, rate, STRANGE_HZ);
	return { listeners: deafListeners, nat: deafNat, packets: received,
		heard: db < ABSENT_DB ? 'no' : 'yes' };
}
