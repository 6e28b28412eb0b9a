// What a name is worth: who calls by the creator's, and who says that somebody
// sent him.
import { endOf, leg } from '../lib/legs.mjs';
import { RtpPeer } from '../lib/rtp_peer.mjs';
import { SipPeer } from '../lib/sip_peer.mjs';

export const row = 2;
export const title = 'rights by a name';
export const files = ['rights', 'refer', 'events'];
export const figures = {
	end: ['who has the creator\'s From ends the conference', { is: 'no' }],
	out: ['Referred-By throws out a proved user', { is: 'no' }],
	roster: ['who has a member\'s From, at his address, is told the roster',
		{ is: 'no' }],
};

const yes = (is) => (is ? 'yes' : 'no');
const ALICE = 'sip:alice@example.com', BOB = 'sip:bob@example.com',
	CAROL = 'sip:carol@example.com';
const from = '127.0.0.3'; // of whoever takes rights
const ENOUGH_S = 5;

async function ends(t, parley) {
	await leg(t, parley, 'claim', { name: 'alice',
		headers: { From: `<${ALICE}>;tag=1` } });
	const p = await RtpPeer.open(parley, { name: 'mallory', host: from,
		sip: await SipPeer.open(parley.sipPort, { name: 'mallory', host: from,
			server: '127.0.0.1' }) });
	t.after(() => p.close());
	const headers = { From: `<${ALICE}>;tag=${p.callId}` };
	await p.dial(parley.uri('claim'), headers);
	const { status } = await p.ask('REFER', { headers: { ...headers,
		'Refer-To': `<${parley.uri('claim')};method=BYE>` } });
	return status < 300;
}

async function throwsOut(t, parley) {
	const bob = await RtpPeer.open(parley, { name: 'bob', host: '127.0.0.2',
		sip: await SipPeer.open(parley.sipPort, { name: 'bob',
			host: '127.0.0.2', server: '127.0.0.1' }) });
	t.after(() => bob.close());
	await bob.dial(parley.uri('proved'), {
		'P-Asserted-Identity': `<${BOB}>` });
	const peer = await SipPeer.open(parley.sipPort, { name: 'mallory',
		host: from, server: '127.0.0.1' });
	t.after(() => peer.close());
	const callId = 'taken', uri = parley.uri('proved');
	peer.send(peer.request('INVITE', uri, { callId, body: bob.sdp,
		headers: { 'Referred-By': `<${BOB}>`, Replaces: `${bob.callId
		};to-tag=${bob.toTag};from-tag=${bob.callId}` } }));
	const { status, toTag } = await peer.final('the INVITE is answered');
	if (status >= 300)
		return false;
	peer.send(peer.request('ACK', uri, { callId, toTag }));
	return await endOf(bob, ENOUGH_S) !== null;
}

async function told(t, parley) {
	await leg(t, parley, 'roster', { name: 'carol',
		headers: { From: `<${CAROL}>;tag=1` } });
	// behind the same NAT
	const peer = await SipPeer.open(parley.sipPort, { name: 'mallory' });
	t.after(() => peer.close());
	peer.send(peer.request('SUBSCRIBE', parley.uri('roster'), {
		headers: { Event: 'conference',
			From: `<${CAROL}>;tag=a1` } }));
	return (await peer.final('the SUBSCRIBE is answered')).status < 300;
}

export async function measure(t) {
	const parley = await t.start({ trusted_hosts: '127.0.0.2' });
	return { end: yes(await ends(t, parley)),
		out: yes(await throwsOut(t, parley)),
		roster: yes(await told(t, parley)) };
}
