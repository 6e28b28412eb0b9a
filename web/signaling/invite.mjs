// "Add someone": REFER asks the conference to call them (RFC 4579 section
// 5.5), its NOTIFYs say how it goes.
import JsSIP from 'jssip';
import { readWarning, whyNotDialled } from './failure.mjs';

// JsSIP makes a SIP URI of every string; a number is for the server to route
class TelUri extends JsSIP.URI {
	constructor(number) {
		super('sip', null, 'invalid');
		this.number = number;
	}

	toString() { return `tel:${this.number}`; }
}

// What a person types: an address or a telephone number. null: neither
export function readAddress(text) {
	const typed = text.trim();
	const number = typed.replace(/^tel:/i, '').replace(/[\s().\-/]/g, '');
	if (/^\+?[0-9*#]{2,32}$/.test(number))
		return new TelUri(number);
	const uri = /^sips?:/i.test(typed) ? typed : `sip:${typed}`;
	return /^sips?:[^\s@<>"]+@[^\s@<>"]+$/i.test(uri)
		? JsSIP.URI.parse(uri) || null : null;
}

// What others read of an address
export const nameOf = (uri) => uri.number || `${uri.user}@${uri.host}`;

// tell(message, kind): 'wait', then one of 'ok' and 'bad'
export function invite(session, uri, tell) {
	let over = false;
	const say = (message, kind) => {
		if (over)
			return;
		over = kind !== 'wait';
		tell(message, kind);
	};
	const going = session?.isEstablished() && session.refer(uri, {
		eventHandlers: {
			requestFailed: ({ response }) => say(readWarning(response)
				|| whyNotDialled(response?.status_code), 'bad'),
			progress: ({ status_line: { status_code } }) => say({ say:
				status_code === 180 ? 'dial.ringing' : 'dial.calling' },
			'wait'),
			accepted: () => say({ say: 'dial.joined' }, 'ok'),
			failed: ({ status_line: { status_code, reason_phrase } }) =>
				say(whyNotDialled(status_code, reason_phrase), 'bad'),
		} });
	if (going)
		say({ say: 'dial.calling' }, 'wait');
	else
		say(whyNotDialled(), 'bad');
}
