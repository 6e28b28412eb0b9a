// The page: lobby, call, and the way between them.
import { hideAlone, showAlone } from './alone.mjs';
import { Call } from './call.mjs';
import { Devices, fillSelects, watchLevel } from './devices.mjs';
import { guestSecret } from './guest.mjs';
import { invite, readAddress } from './invite.mjs';
import { conferenceName, freshName } from './names.mjs';
import { Roster, initials } from './roster.mjs';

const $ = (id) => document.getElementById(id);
const show = (id) => {
	for (const view of ['lobby', 'call', 'ended'])
		$(view).hidden = view !== id;
};

const devices = new Devices();
let call = null;
let loginWords = ''; // why the server wants to know who it is
let stopLevel = null;
let lastEscape = 0;

const roster = new Roster({ change: showPeople, event: tell });

/* ------------------------------------------------------------- lobby */

function nameOfPath() {
	try {
		return decodeURIComponent(location.pathname.slice(1));
	} catch {
		return '';
	}
}

async function openLobby() {
	show('lobby');
	const name = pathName();
	$('conference').value = name || freshName();
	hintName('');
	$('conference').readOnly = name !== '';
	$('display-name').value = localStorage.getItem('parley.name') || '';
	$('lead').textContent = name
		? `You are about to join “${name}”.`
		: 'See and hear each other, from a browser or a phone.';
	(name ? $('display-name') : $('conference')).focus();
	if (name)
		askConference(name).then(hintDial);

	await devices.open();
	await fillSelects(devices, $('picture'));
	showPreview();
}

// A link that somebody typed may have a name that none can have
function pathName() {
	const typed = nameOfPath(), name = conferenceName(typed);
	if (name && name !== typed.toLowerCase())
		history.replaceState({}, '', `/${encodeURIComponent(name)}`);
	return name === typed.toLowerCase() ? typed : name;
}

function hintName(words) {
	$('name-hint').textContent = words;
	$('name-hint').hidden = !words;
}

// What it will be called, or why it cannot be, before anybody presses Join
let nameAsked = 0;
async function checkName() {
	const typed = $('conference').value.trim();
	const name = conferenceName(typed);
	const asked = ++nameAsked;
	if (!typed || name === typed.toLowerCase())
		hintName('');
	else
		hintName(name ? `It will be called ${name}.`
			: 'Its name has letters from a to z, digits, dots and dashes, '
				+ `for example ${freshName()}.`);
	if (!name)
		return;
	const answer = await askConference(name);
	if (asked === nameAsked && answer?.reason === 'not-found')
		hintName(`${name} cannot be a conference here. What about ${name
		}-meeting?`);
}

let nameTimer = 0;
$('conference').addEventListener('input', () => {
	clearTimeout(nameTimer);
	nameTimer = setTimeout(checkName, 300);
});

function showPreview() {
	const note = $('preview-note');
	$('preview').srcObject = devices.stream;
	note.textContent = devices.error
		|| (devices.track('video') ? '' : 'Camera is off');
	paint('lobby-mic', 'audio');
	paint('lobby-cam', 'video');
	stopLevel?.();
	stopLevel = devices.track('audio') && watchLevel(devices.stream,
		(level) => { $('level').style.transform = `scaleX(${level})`; });
}

// What the server says of a conference before anyone dials it
async function askConference(name) {
	try {
		const path = `/api/conferences/${encodeURIComponent(name)}`;
		const answer = await fetch(path, { cache: 'no-store' });
		return answer.ok || answer.status === 404 ? await answer.json() : null;
	} catch {
		return { may_join: false, words: 'The server is gone. Check your network.' };
	}
}

function hintDial(answer) {
	$('dial-hint').hidden = !answer?.uri;
	$('dial-uri').textContent = answer?.uri || '';
}

function joinError(words) {
	$('join-error').textContent = words;
	$('join-error').hidden = !words;
	$('join-button').disabled = false;
}

// Not asked for unless the server does; then the browser may fill it in
function readLogin() {
	return $('login').hidden ? null : { user: $('user').value.trim(),
		password: $('password').value };
}

async function askLogin(words) {
	$('login').hidden = false;
	await openLobby();
	joinError(words);
	($('user').value ? $('password') : $('user')).focus();
}

$('join-form').addEventListener('submit', async (event) => {
	event.preventDefault();
	const typed = $('conference').value.trim();
	const conference = conferenceName(typed) === typed.toLowerCase() ? typed
		: conferenceName(typed);
	const name = $('display-name').value.trim();
	if (!conference || !name) {
		joinError(conference ? 'Please say who you are.'
			: 'Which conference? Give it a name.');
		(conference ? $('display-name') : $('conference')).focus();
		return;
	}
	const login = readLogin();
	if (login && !(login.user && login.password)) {
		joinError('Please give your user name and your password.');
		(login.user ? $('password') : $('user')).focus();
		return;
	}
	joinError('');
	$('join-button').disabled = true;
	localStorage.setItem('parley.name', name);
	const answer = await askConference(conference);
	// no lock is against who was in: the call says so by its secret
	const returns = answer?.reason === 'locked' && guestSecret(answer.uri);
	if (answer?.may_join === false && !returns) {
		joinError(answer.words || 'You may not join this conference.');
		return;
	}
	if (nameOfPath() !== conference)
		history.pushState({}, '', `/${encodeURIComponent(conference)}`);
	join(conference, name, login, answer || {});
});

window.addEventListener('popstate', () => {
	if (call)
		call.leave();
	openLobby();
});

/* -------------------------------------------------------------- call */

function showName(conference) {
	document.title = `${conference} – Parley`;
	$('title').textContent = $('title').title = conference;
}

function join(conference, name, login, { uri, relay }) {
	showName(conference);
	stopLevel?.();
	stopLevel = null;
	devices.onchange = (kind, track) => {
		call?.setTrack(kind, track);
		paintCall();
	};
	$('device-slot').append(...document.querySelectorAll(
		'.preview > label, .preview > select, #speaker-row'));
	note('Waiting for the picture…');
	showPath('');
	show('call');
	company = accepted = looked = false;
	call = new Call({ conference, uri, name, login, relay, devices, handlers: {
		state: showState,
		accepted: (following) => {
			if (following.conference !== conference) {
				// the link to pass on is that of the new conference
				history.replaceState({}, '',
					`/${encodeURIComponent(following.conference)}`);
				showName(following.conference);
			}
			roster.follow(following);
			// one that comes back by itself is as its owner has it now
			if (devices.track('audio') && (devices.muted || accepted))
				sayMuted();
			accepted = true;
		},
		moved: () => {
			roster.again();
			if (unsaid)
				sayMuted();
		},
		picture: showPicture,
		path: showPath,
		ended: (words, own) => endCall(words, own),
		refused: (words) => { loginWords = words; },
	} });
	paintCall();
	call.start();
	$('mute').focus({ preventScroll: true });
}

function showState(words, kind) {
	$('state').textContent = words || 'Connected';
	$('state').className = `state ${kind}`;
}

// By which way sound and picture go: for who wonders why they are as they are
function showPath(words) {
	$('path').textContent = words || 'not yet';
}

function note(words) {
	$('stage-note').textContent = words;
	$('stage-note').hidden = !words;
}

function showPicture(stream) {
	const picture = $('picture');
	if (picture.srcObject !== stream)
		picture.srcObject = stream;
	picture.onplaying = () => note('');
	// another stream that came meanwhile is no reason
	picture.play().catch((error) => error.name === 'NotAllowedError'
		&& note('Press a key or click to start the sound.'));
}

function showPeople() {
	const me = call && roster.own();
	$('people').replaceChildren(...roster.list().map((e) => {
		const item = document.createElement('li');
		const own = e.entity === me?.entity;
		item.classList.toggle('talking', Boolean(e.talking));
		const avatar = document.createElement('span');
		avatar.className = 'avatar';
		avatar.textContent = initials(e.display);
		avatar.ariaHidden = 'true';
		const who = document.createElement('span');
		who.className = 'who';
		who.textContent = e.display;
		who.title = e.display;
		const line = document.createElement('small');
		line.textContent = [own ? 'you' : '', e.webrtc ? '' : 'phone',
			{ 'on-hold': 'on hold', alerting: 'ringing',
				'dialing-out': 'calling' }[e.status] || '',
			e.talking ? 'talking' : ''].filter(Boolean).join(' · ');
		who.append(line);
		item.append(avatar, who);
		if (e.muted)
			item.append(icon('i-mic-off', 'muted'));
		return item;
	}));
	$('people-count').textContent = roster.list().length || '';
	$('locked-mark').hidden = !roster.locked;
	$('deaf-mark').hidden = !me?.deaf;
	$('hidden-mark').hidden = !me?.hidden;
	paintAlone();
	if (me)
		paintMuted(Boolean(me.muted));
}

// Whether others were here, since we are
let company = false;
function paintAlone() {
	const others = call && roster.others();
	company = company || Boolean(others?.length);
	if (others && !others.length)
		showAlone(devices.stream, { left: company,
			dial: $('dial-uri').textContent });
	else
		hideAlone();
}

function icon(id, label) {
	const ns = 'http://www.w3.org/2000/svg';
	const svg = document.createElementNS(ns, 'svg');
	const use = document.createElementNS(ns, 'use');
	use.setAttribute('href', `#${id}`);
	svg.setAttribute('role', 'img');
	svg.setAttribute('aria-label', label);
	svg.append(use);
	return svg;
}

// Whether we are muted is the conference's to say: a moderator may do it too,
// but only ask that it ends. `asked` is what we said last, so that we know
// whose doing a change was.
let muted = false;
let asked = null;
let unsaid = false; // the conference may not know of it
let accepted = false; // the call was, once
let looked = false; // at what the conference says of us
function paintMuted(now) {
	const first = !looked;
	looked = true;
	const own = asked === now;
	// what we said is on its way
	if (asked !== null && !own)
		return;
	asked = null;
	if (now === muted)
		return;
	muted = now;
	if (own)
		return;
	if (now) {
		devices.mute(true);
		toast(first ? 'You are muted, as you were before.'
			: 'A moderator muted you.');
	} else if (devices.track('audio') && devices.muted) {
		sayMuted();
		askToSpeak(true);
	}
	paintCall();
}

function askToSpeak(is) {
	$('ask-words').textContent = is ? 'A moderator asks you to speak.' : '';
	$('ask').hidden = !is;
}

// A name reads in its own direction, the words around it in theirs
const isolated = (name) => `\u2068${name}\u2069`;

function tell(event) {
	switch (event.type) {
	case 'joined': toast(`${isolated(event.display)} joined`); break;
	case 'left': toast(`${isolated(event.display)} left`); break;
	case 'locked':
		toast(event.locked ? 'The conference is locked now.'
			: 'The conference is open again.');
		break;
	case 'lost': call?.restoring(true); break;
	case 'restored': call?.restoring(false); break;
	}
}

let toastTimer = 0;
function toast(words) {
	$('toast').textContent = words;
	$('toast').hidden = false;
	clearTimeout(toastTimer);
	toastTimer = setTimeout(() => { $('toast').hidden = true; }, 4000);
}

$('invite-form').addEventListener('submit', (event) => {
	event.preventDefault();
	const uri = readAddress($('invite-address').value);
	$('invite-error').hidden = Boolean(uri);
	if (!uri) {
		$('invite-error').scrollIntoView({ block: 'nearest' });
		$('invite-address').focus({ preventScroll: true });
		return;
	}
	$('invite-address').value = '';
	const line = document.createElement('li');
	$('invitations').append(line);
	invite(call?.session, uri, (text, kind) => {
		line.textContent = text;
		line.className = kind;
		line.scrollIntoView({ block: 'nearest' });
		if (kind !== 'wait')
			setTimeout(() => line.remove(), kind === 'ok' ? 4000 : 15000);
	});
});

$('invite-address').addEventListener('input', () => {
	$('invite-error').hidden = true;
});

function endCall(words, own) {
	const title = document.title;
	call = null;
	roster.close();
	devices.onchange = () => {};
	devices.close();
	muted = unsaid = false;
	asked = null;
	sayings++;
	askToSpeak(false);
	hideAlone();
	$('invitations').replaceChildren();
	$('invite-error').hidden = true;
	document.querySelector('.preview').append(...$('device-slot').children);
	$('picture').srcObject = null;
	$('join-button').disabled = false;
	document.title = title;
	$('ended-title').textContent = own ? 'You left' : 'The call ended';
	$('ended-words').textContent = words || (own
		? 'Come back whenever you like.' : '');
	if (loginWords) {
		askLogin(loginWords);
		loginWords = '';
		return;
	}
	show('ended');
	$('rejoin').focus();
}

/* ----------------------------------------------------------- buttons */

const words = {
	audio: ['Mute microphone', 'Unmute microphone', 'i-mic', 'i-mic-off'],
	video: ['Turn camera off', 'Turn camera on', 'i-cam', 'i-cam-off'],
};

function paint(id, kind) {
	const off = !devices.track(kind)?.enabled;
	const button = $(id);
	button.classList.toggle('off', off);
	button.ariaPressed = String(off);
	button.ariaLabel = words[kind][off ? 1 : 0];
	button.querySelector('use').setAttribute('href',
		`#${words[kind][off ? 3 : 2]}`);
}

function paintCall() {
	paint('mute', 'audio');
	paint('camera', 'video');
}

// The microphone is silenced (it comes back at once), the camera let go
async function toggle(kind) {
	const track = devices.track(kind);
	if (!track) {
		if (kind === 'audio')
			devices.mute(false);
		const error = await devices.start(kind);
		if (error && call)
			toast(error);
	} else if (kind === 'audio') {
		devices.mute(!devices.muted);
		askToSpeak(false);
		sayMuted();
	} else {
		devices.stopCamera();
	}
	if (call)
		paintCall();
	else
		showPreview();
}

let sayings = 0;
function sayMuted() {
	const saying = ++sayings;
	asked = devices.muted || !devices.track('audio');
	unsaid = true;
	roster.sayMuted(asked).catch(() => false).then((done) => {
		if (saying !== sayings)
			return;
		unsaid = !done;
		if (!done)
			asked = null;
	});
}

async function copyLink() {
	try {
		await navigator.clipboard.writeText(location.href);
		toast('The link is copied.');
	} catch {
		toast(`Copy it by hand: ${location.href}`);
	}
}

function togglePanel(name) {
	const other = name === 'panel' ? 'devices' : 'panel';
	const button = { panel: 'people-button', devices: 'devices-button' };
	$(name).hidden = !$(name).hidden;
	$(other).hidden = true;
	for (const id of [name, other])
		$(button[id]).ariaPressed = String(!$(id).hidden);
}

function toggleFull() {
	if (document.fullscreenElement)
		document.exitFullscreen();
	else
		$('call').requestFullscreen?.();
}

const actions = {
	'lobby-mic': () => toggle('audio'),
	'lobby-cam': () => toggle('video'),
	mute: () => toggle('audio'),
	camera: () => toggle('video'),
	'people-button': () => togglePanel('panel'),
	'devices-button': () => togglePanel('devices'),
	full: toggleFull,
	leave: () => call?.leave(),
	rejoin: openLobby,
	other: () => {
		history.pushState({}, '', '/');
		openLobby();
	},
	'copy-link': copyLink,
	'alone-copy': copyLink,
	share: () => navigator.share({ title: document.title,
		url: location.href }).catch(() => {}),
	'ask-yes': () => toggle('audio'),
	'ask-no': () => askToSpeak(false),
};
for (const [id, action] of Object.entries(actions))
	$(id).addEventListener('click', action);

const keys = { m: 'mute', v: 'camera', p: 'people-button',
	d: 'devices-button', f: 'full' };

document.addEventListener('keydown', (event) => {
	if (!call || event.ctrlKey || event.metaKey || event.altKey
		|| /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName))
		return;
	if (event.key === 'Escape') {
		if (event.timeStamp - lastEscape < 800)
			call.leave();
		lastEscape = event.timeStamp;
		return;
	}
	const id = keys[event.key.toLowerCase()];
	if (id) {
		event.preventDefault();
		$(id).click();
	}
});
document.addEventListener('click', () => {
	if (call && $('picture').paused && $('picture').srcObject)
		$('picture').play().catch(() => {});
});
window.addEventListener('pagehide', () => call?.leave());
// Upright there is room for people below the picture, lengthwise there is not
if (matchMedia('(max-width: 760px), (max-height: 500px)').matches
	&& !matchMedia('(orientation: portrait) and (min-height: 600px)').matches)
	togglePanel('panel');
$('full').hidden = !document.fullscreenEnabled;

openLobby();
