// Why a call failed or ended: the message for its user (state/initial.mjs).
// What the server says (Warning, Reason) wins: by its token in the words of the
// page, where the page knows it, else as it wrote it.

// Status codes that have words of their own: call.STATUS, dial.STATUS
const CALL_STATUS = new Set([400, 403, 404, 408, 480, 486, 488, 500, 503]);
const DIAL_STATUS = new Set([400, 403, 404, 408, 480, 482, 484, 486, 487, 488,
	503, 600, 603, 604]);

// What JsSIP says of its own accord
const CAUSES = {
	'Connection Error': 'call.gone',
	'Request Timeout': 'call.408',
	'No ACK': 'call.broke-joining',
	'RTP Timeout': 'call.no-media-out',
	'WebRTC Error': 'call.no-webrtc',
	'Bad Media Description': 'call.bad-description',
	'User Denied Media Access': 'call.devices-refused',
};

const unquote = (text) => text.replace(/\\(.)/g, '$1');

// A token of the server's table of reasons stands in brackets at the end
function readToken(text) {
	const [, words, token] = text.match(
		/^(.*?)(?:\s*\(([a-z]+(?:-[a-z]+)*)\))?$/s);
	return token ? { say: `reason.${token}`, text: words } : { text: words };
}

// Warn-values with a code of RFC 3261 section 20.43, those for people (399)
// first. Others, such as 392 of proxies, are for who looks after them
function warnings(message) {
	const values = message?.getHeaders?.('Warning')?.join(', ') || '';
	return [...values.matchAll(
		/(?:^|,)\s*(3(?:0[0-7]|3[01]|70|99)) [^\s"]+ "((?:[^"\\]|\\.)*)"/g)]
		.sort(([, a], [, b]) => b - a)
		.map(([, , text]) => readToken(unquote(text)));
}

// What the server says of a refusal; undefined: nothing
export function readWarning(message) {
	const all = warnings(message);
	return all.find(({ say }) => say) || all[0];
}

// `Reason: ...;text="...";parley=TOKEN` (RFC 3326); others write no token
function readReason(message) {
	const header = message?.getHeader?.('Reason') || '';
	const text = header.match(/;\s*text="((?:[^"\\]|\\.)*)"/)?.[1];
	const token = header.match(/;\s*parley=([a-z-]+)\s*(?:;|$)/)?.[1];
	return token || text ? { ...(token && { say: `reason.${token}` }),
		...(text && { text: unquote(text) }) } : null;
}

const callStatus = (status) => CALL_STATUS.has(status)
	? { say: `call.${status}` } : null;
const dialStatus = (status) => DIAL_STATUS.has(status)
	? { say: `dial.${status}` } : null;
const byCause = (cause) =>
	Object.hasOwn(CAUSES, cause) ? { say: CAUSES[cause] } : null;

// A call that never came about, as JsSIP tells of it
export function whyFailed({ message, cause }) {
	return readWarning(message)
		|| readReason(message)
		|| callStatus(message?.status_code)
		|| byCause(cause)
		|| { say: 'call.failed' };
}

// What another call may mend: the server or the network was away, or either
// side has forgotten the call meanwhile. Nobody decided that it ends
export function isPassing({ message, cause }) {
	if (message?.method === 'BYE')
		return /cause=(?:503|408)\b/.test(message.getHeader('Reason') || '');
	if (message?.status_code)
		return message.status_code >= 500 && message.status_code < 600
			|| [408, 480, 481].includes(message.status_code);
	return ['RTP Timeout', 'Dialog Error', 'Request Timeout',
		'Connection Error'].includes(cause);
}

// A call that was up. It ends from here where a change in it was refused, or
// the network broke
export function whyEnded({ originator, message, cause }) {
	return originator === 'remote'
		? readReason(message) || { say: 'call.hung-up' }
		: byCause(cause) || { say: 'call.broke' };
}

// How calling somebody failed; without a status we could not even ask
export function whyNotDialled(status, phrase) {
	return dialStatus(status)
		|| (status ? { say: 'dial.failed',
			status: `${status}${phrase ? ` ${phrase}` : ''}` }
			: { say: 'dial.away' });
}
