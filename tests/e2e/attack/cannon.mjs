// How much a third party is sent by callers whose SDP names it, and by requests
// in its name. Hosts are addresses of loopback, each a victim of its own.
import { aim, amplification, sentTo } from '../lib/cannon.mjs';
import { endOf, leg } from '../lib/legs.mjs';
import { film, h264 } from '../lib/sip_world.mjs';
import { scratch } from '../lib/process.mjs';

export const row = 4;
export const title = 'media and signalling to a third party';
export const files = ['unproven', 'drown'];
// A call may cost its victim two seconds at full rate, 32 KiB of pictures and a
// trickle for 20 s (33 kB, 66 kB with pictures); the caller 1100 bytes and 1600
export const figures = {
	sound: ['bytes of sound for each of one caller\'s', { most: 30 }],
	pictures: ['the same with pictures', { most: 45 }],
	crowd: ['twenty callers with pictures, one third party', { most: 10 }],
	seconds: ['seconds until such a call ends', { most: 25 }],
	answers: ['bytes of 2xx for each of an INVITE that has no ACK', { most: 3 }],
	options: ['bytes of answers for each of an OPTIONS', { most: 3 }],
};

const CALLS = 20;
const ENOUGH_S = 60;
const REPEATS_S = 34; // of a 200 (RFC 3261 section 13.3.1.4)

export async function measure(t) {
	const work = await scratch();
	t.after(() => work.remove());
	const parley = await t.start();
	const bob = await leg(t, parley, 'cannon', { name: 'bob', hz: 1000,
		video: [h264('0d')] });
	bob.video.film(await film('testsrc2', work.dir), 15);

	const caller = (name, host, video) => leg(t, parley, 'cannon', { name,
		mute: true, video: video ? [h264('0d')] : null },
	(p) => aim(p, host));
	const sound = [await caller('sound', '127.0.0.2', false)];
	const pictures = [await caller('pictures', '127.0.0.3', true)];
	const crowd = [];
	for (let i = 0; i < CALLS; i++)
		crowd.push(await caller(`crowd${i}`, '127.0.0.4', true));
	const all = [...sound, ...pictures, ...crowd];
	const [answers, options, ends] = await Promise.all([
		amplification(parley, 'an INVITE without an offer',
			{ seconds: REPEATS_S, host: '127.0.0.5' }),
		amplification(parley, 'an OPTIONS', { host: '127.0.0.6' }),
		Promise.all(all.map((p) => endOf(p, ENOUGH_S)))]);

	const sum = (of, what) => of.reduce((n, p) => n + what(p), 0);
	const ratio = (of) => sum(of, sentTo) / sum(of, (p) => p.bytes);
	return { sound: ratio(sound), pictures: ratio(pictures),
		crowd: ratio(crowd), answers, options,
		seconds: ends.includes(null) ? null : Math.max(...ends) };
}
