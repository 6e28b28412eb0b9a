// What a person is told when something fails. The server's own words (the
// Warning header of a refusal) win; these stand in when there are none.

const byStatus = {
	400: 'The server did not understand this browser.',
	403: 'You may not join this conference.',
	404: 'There is no such conference here.',
	408: 'The server does not answer.',
	480: 'The conference cannot be reached just now.',
	486: 'The conference is full.',
	488: 'This browser and the server have no sound or picture format in common.',
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
		'This browser and the server have no sound or picture format in common.',
};

// Text of `Warning: 399 agent "text"` (RFC 3261 section 20.43)
export function warningText(message) {
	const header = message?.getHeader?.('Warning');
	return header?.match(/^\d{3} \S+ "((?:[^"\\]|\\.)*)"/)?.[1]
		.replace(/\\(.)/g, '$1');
}

// Text of `Reason: ...;text="..."` (RFC 3326)
export function reasonText(message) {
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
	488: 'has no sound or picture format in common with us',
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
