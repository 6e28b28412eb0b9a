// Who has somebody else be sent what he did not ask for: by SDP that names his
// host, or by requests in his name.
import { SipPeer, sdp } from './sip_peer.mjs';
import { until } from './process.mjs';

const T1_MS = 500; // RFC 3261 appendix A

// From now on the lines of this caller are at another host; what it signals is
// counted
export async function aim(p, host, direction = 'sendrecv') {
	for (const line of p.lines) {
		Object.assign(line, { host, address: host, direction });
		await line.open();
	}
	p.bytes = 0;
	const { send } = p.sip;
	p.sip.send = (text) => {
		p.bytes += text.length;
		send.call(p.sip, text);
	};
	return p;
}

// Bytes that came there
export const sentTo = (p) => p.lines.flatMap((line) => [
	...line.received.map(({ size }) => size),
	...line.rtcp.map(({ data }) => data.length),
]).reduce((sum, size) => sum + size, 0);

// Requests that a source may send without showing that it is there
export const unproven = {
	'an INVITE': (p, uri) => p.request('INVITE', uri, { body: sdp(4000) }),
	'an INVITE as small as they come': (p, uri) => p.request('INVITE', uri,
		{ body: `v=0\r\nc=IN IP4 ${p.host}\r\nm=audio 4000 RTP/AVP 0\r\n` }),
	'an INVITE without an offer': (p, uri) => p.request('INVITE', uri),
	'an OPTIONS': (p, uri) => p.request('OPTIONS', uri),
	'a SUBSCRIBE': (p, uri) => p.request('SUBSCRIBE', uri, {
		headers: { Event: 'conference' } }),
	'nonsense': (p, uri) => p.request('NONSENSE', uri),
};

// Bytes that one source gets for each that it sends, and never an ACK, in so
// many seconds; what is not answered it sends again
export async function amplification(parley, what, { seconds = 3,
	host = '127.0.0.3' } = {}) {
	const victim = await SipPeer.open(parley.sipPort, {
		name: what.split(' ')[1] || what, host, server: '127.0.0.1' });
	let got = 0, sent = 0;
	victim.socket.on('message', (m) => { got += m.length; });
	const text = unproven[what](victim, parley.uri('demo'));
	await until(`${what} is answered`, () => {
		if (got)
			return true;
		victim.send(text);
		sent += text.length;
		return false;
	}, 5000, T1_MS);
	const wait = performance.now() + seconds * 1000;
	await until('the repeats had their time', () =>
		performance.now() > wait, seconds * 1000 + 1000);
	victim.close();
	return got / sent;
}
