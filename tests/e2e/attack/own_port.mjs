// A call whose SDP names Parley's own port: how long it hears itself.
import { endOf, leg } from '../lib/legs.mjs';

export const row = 7;
export const title = 'Parley\'s own port as far end';
export const files = ['media_source'];
export const figures = {
	seconds: ['seconds until such a call ends (media_timeout 5)',
		{ most: 15 }],
};

const ENOUGH_S = 40;

export async function measure(t) {
	const parley = await t.start({ media_timeout: 5 });
	await leg(t, parley, 'self', { name: 'bob', hz: 1000 });
	const p = await leg(t, parley, 'self', { name: 'one' });
	const { port } = p.audio.remote;
	await p.ask('INVITE', { body: p.sdp
		.replace(/m=audio \d+/, `m=audio ${port}`)
		.replace(/a=rtcp:\d+/, `a=rtcp:${port + 1}`) });
	return { seconds: await endOf(p, ENOUGH_S) };
}
