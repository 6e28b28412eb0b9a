// What a person is told when something fails. What the server says (the Warning
// header of a refusal) wins; these stand in when it says nothing.

const byStatus = {
	400: 'The server did not understand this browser.',
	403: 'You may not join this conference.',
	404: 'There is no such conference here.',
	408: 'The server does not answer.',
	480: 'The conference cannot be reached just now.',
	486: 'The conference is full.',
	488: 'The server cannot take sound and picture as this browser offers them.',
	500: 'Something went wrong on the server.',
	503: 'The server is too busy. Try again in a moment.',
};

const byCause = {
	'Connection Error': 'The server is gone. Check your network.',
	'Request Timeout': 'The server does not answer.',
	'No ACK': 'The connection broke while joining.',
	'RTP Timeout': 'Your sound and picture no longer reached the server.',
	'WebRTC Error': 'This browser could not set up sound and picture.',
	'Bad Media Description':
		'This browser cannot take sound and picture as the server offers them.',
};

// 488 has many causes; these are the server's own tokens for them
const byToken = {
	'no-media': 'This browser offers neither sound nor picture.',
	'no-codec':
		'This browser and the server have no sound or picture format in common.',
	'no-profile': 'This browser and the server have no way in common to carry '
		+ 'sound and picture.',
	'no-address': 'The server cannot send sound and picture to the address '
		+ 'that this browser gives. Another network may help.',
	'no-keys': 'Sound and picture cannot be secured between this browser and '
		+ 'the server, so the server does not take them.',
};

// Warn-values with a code of RFC 3261 section 20.43, those for people (399)
// first. Others, such as 392 of proxies, are for who looks after them
function warnings(message) {
	const values = message?.getHeaders?.('Warning')?.join(', ') || '';
	return [...values.matchAll(
		/(?:^|,)\s*(3(?:0[0-7]|3[01]|70|99)) [^\s"]+ "((?:[^"\\]|\\.)*)"/g)]
		.sort(([, a], [, b]) => b - a)
		.map(([, , text]) => text.replace(/\\(.)/g, '$1'));
}

// What the server says of a refusal, for a person; its token, which stands in
// brackets at the end, has words of the page's own, or is left out
export function warningText(message) {
	const texts = warnings(message).map((text) =>
		text.match(/^(.*?)(?:\s*\(([a-z]+(?:-[a-z]+)*)\))?$/s));
	const known = texts.find(([, , token]) => Object.hasOwn(byToken, token));
	return known ? byToken[known[2]] : texts[0]?.[1];
}

// Text of `Reason: ...;text="..."` (RFC 3326)
function reasonText(message) {
	const header = message?.getHeader?.('Reason');
	return header?.match(/text="((?:[^"\\]|\\.)*)"/)?.[1]
		.replace(/\\(.)/g, '$1');
}

export function failureWords({ message, cause }) {
	return warningText(message)
		|| reasonText(message)
		|| byStatus[message?.status_code]
		|| byCause[cause]
		|| 'The call could not be set up.';
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
export function endWords({ originator, message, cause }) {
	return originator === 'remote'
		? reasonText(message) || 'The conference hung up.'
		: byCause[cause] || 'The call broke off.';
}

const byDialStatus = {
	400: 'that is no address that can be called',
	403: 'you may not call that address from here',
	404: 'nobody has that address',
	408: 'no answer',
	480: 'cannot be reached just now',
	482: 'is this conference',
	484: 'that address is not complete',
	486: 'is busy',
	487: 'the call was given up',
	488: 'cannot take sound and picture as we offer them',
	503: 'the server is too busy, try again in a moment',
	600: 'is busy',
	603: 'declined',
	604: 'nobody has that address',
};

// How calling somebody failed; without a status we could not even ask
export function dialWords(status, phrase) {
	return byDialStatus[status]
		|| (status ? `failed (${status}${phrase ? ` ${phrase}` : ''})`
			: 'the server does not answer');
}

// One of the two is there
export function lackWords(kind, error) {
	const thing = kind === 'video' ? 'camera' : 'microphone';
	const why = { NotAllowedError: `You did not allow the ${thing}.`,
		SecurityError: `You did not allow the ${thing}.`,
		NotReadableError: `Another program is using the ${thing}.`,
		AbortError: `Another program is using the ${thing}.`,
	}[error?.name] || `There is no ${thing}.`;
	return `${why} ${kind === 'video' ? 'Others will see your name.'
		: 'You can watch and listen.'}`;
}

export function mediaWords(error) {
	switch (error?.name) {
	case 'NotAllowedError':
	case 'SecurityError':
		return 'You did not allow the microphone or camera. Allow them '
			+ 'beside the address bar, or join just to listen and watch.';
	case 'NotFoundError':
	case 'OverconstrainedError':
		return 'No microphone or camera was found. '
			+ 'You can join just to listen and watch.';
	case 'NotReadableError':
	case 'AbortError':
		return 'Another program is using the microphone or camera.';
	case undefined:
		return 'This page has no access to microphone and camera: '
			+ 'open it over https.';
	default:
		return 'Microphone and camera cannot be used here.';
	}
}
