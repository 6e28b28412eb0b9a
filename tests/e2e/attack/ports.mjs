// RTP ports used up, one of them in another program's hands, and calls that
// come all the same: what those who are in hear meanwhile.
import { createSocket } from 'node:dgram';
import { Crowd } from '../lib/crowd.mjs';
import { leg, packetRate } from '../lib/legs.mjs';
import { portSlice } from '../lib/process.mjs';

export const row = 3;
export const title = 'calls beyond the RTP ports';
export const files = ['ports'];
export const figures = {
	share: ['packets that honest legs get, % of those before', { least: 90 }],
	same: ['the media server is the one of before', { is: 'yes' }],
};

const PAIRS = 1500; // of the range
const PEOPLE = 24;
const RATE = 300; // INVITEs a second
const QUIET_MS = 3000, FLOOD_MS = 6000;

export async function measure(t) {
	// above those that the kernel gives to whoever asks for any
	const first = await portSlice(61000, 2 * PAIRS, 1);
	const parley = await t.start({ media_timeout: 600, strangers_rate: 0,
		max_participants: 2 * PAIRS + RATE * 10,
		rtp_ports: `${first}-${first + 2 * PAIRS - 1}` });
	const foreign = createSocket('udp4');
	t.after(() => foreign.close());
	await new Promise((bound) => foreign.bind(first + PAIRS + 1, '127.0.0.1',
		bound));
	const pids = await parley.mixerPids;
	const people = [];
	for (let i = 0; i < PEOPLE; i++)
		people.push(await leg(t, parley, 'meeting', { name: `p${i}`,
			hz: 300 + 50 * i }));
	const crowd = await Crowd.open(t, parley, 'crowd');
	// of those that it stops at, some may have no answer
	await crowd.fillAll().catch(() => {});

	const rate = async (ms) => (await Promise.all(people.map((p) =>
		packetRate(p, ms)))).reduce((sum, n) => sum + n, 0);
	const quiet = await rate(QUIET_MS);
	const eve = await Crowd.open(t, parley, 'eve');
	const [flooded] = await Promise.all([rate(FLOOD_MS),
		eve.flood(RATE, FLOOD_MS)]);
	const now = await parley.mixerPids;
	return { share: Math.min(100, 100 * flooded / quiet),
		same: `${now}` === `${pids}` ? 'yes' : 'no' };
}
