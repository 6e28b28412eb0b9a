// Every piece of state that the page has, and what it is at first.
//
// A *message* is what a person is to be told, not yet in words: { say: KEY,
// ...arguments } with a key of web/strings, or { text } as the server wrote
// it, or both (then the text is for a key that nobody knows).

export const initial = () => ({
	view: null, // 'lobby', 'call' or 'ended'
	language: 'en', // one of web/strings
	theme: 'system', // 'system', 'light' or 'dark'

	// Lobby. `form` is another object whenever its fields are to be filled anew:
	// { conference, fixed (by the link), name, login (is asked for) }
	form: null,
	nameHint: null, // message: what the conference will be called
	joinProblem: null, // { message, field: which to mend, or null }
	joining: false, // asking the server
	dial: '', // the address that telephones call
	// message: what they call for any conference, and type for this one
	dialIn: null,
	pin: '', // that the conference asks for: 'needed', 'for hosts' or ''

	// Devices: own microphone, camera, speaker
	asking: true, // the browser asks its user for them
	deviceProblem: null, // message
	deviceList: { audioinput: [], videoinput: [], audiooutput: [] },
	chosen: { audioinput: '', videoinput: '', audiooutput: '' },
	// `stream` is the same object all the time, `audio` and `video` say what
	// is in it: 'on', 'off' (there and silent) or null
	own: { stream: null, audio: null, video: null },
	level: 0, // of the microphone, 0..1, in the lobby

	// Call
	conference: '', // its name
	// message: null says connected; 'wait', 'ok', 'bad'
	connection: { message: { say: 'call.reaching' }, kind: 'wait' },
	endToEnd: false, // nobody between us and the one other can hear
	pictured: true, // false: end to end, and the other sends no picture
	path: '', // by which sound and picture go
	// how good it is: 'good', 'weak', 'fair'; null: not known yet
	quality: { kind: null, message: null },
	picture: null, // MediaStream
	stageNote: null, // message in place of the picture
	title: '', // as its host has named it
	people: [], // as the roster lists them
	waiting: [], // likewise, who is not let in yet
	chat: [], // { number, from, text, time (Unix, ms), own }
	unread: 0, // of these
	// the secure line to one other: { who, words: to compare, null before they
	// are there, problem: message, why it is no more }
	secure: null,
	// over it: { key, own, time, text } or { key, own, time, file: as
	// media/secure_files.mjs tells it }
	privately: [],
	privateUnread: 0,
	layout: 'grid', // of all: 'speaker' has who speaks large
	spotlight: 0, // number of whom all are shown
	me: null, // the one of them that we are
	others: null, // those of them who are connected; null: not in yet
	locked: false,
	monitored: false, // nobody is end to end
	company: false, // others were here since we are
	askedToSpeak: false,
	invitations: [], // { id, name, message, kind }
	inviteProblem: false,

	// Around it
	panel: { open: true, tab: 'people' },
	keysWork: true, // of one letter
	hintMuted: true, // say it who talks while he is muted
	mirror: false, // oneself beside the picture
	toast: null, // message
	dialog: null, // see views/dialog.mjs
	ended: { own: true, message: null },
});
