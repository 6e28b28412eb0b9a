// A browser as somebody's phone: a page with JsSIP, registered with an
// operator over SIP on WebSocket; it answers whoever calls.
import { Browser } from './browser.mjs';
import { within } from './pace.mjs';
import { paint, servePage } from './third_party.mjs';

const source = `
import JsSIP from 'jssip';

// What the page is asked to do is in window.phone; calls are known by number
const phone = window.phone = { calls: [], documents: [], users: new Map() };
const describe = (call) => ({ ...call.facts,
	ended: call.ended, remote: call.session?.remote_identity?.uri.toString() });
phone.state = () => phone.calls.map(describe);

// The picture and sound that a person would have on the screen
const received = (call) => new MediaStream(call.session.connection
	.getReceivers().map((r) => r.track)
	.filter((t) => t && t.readyState === 'live'));
phone.show = (n) => {
	document.getElementById('picture').srcObject = received(phone.calls[n]);
};

// How long a tone is missing in what all calls together play
phone.meter = (hz) => {
	const context = new AudioContext({ sampleRate: 48000 });
	const tap = context.createScriptProcessor(1024, 1, 1);
	const meter = phone.meters = { context, tap, longest_ms: 0 };
	let missing = 0;
	tap.onaudioprocess = ({ inputBuffer }) => {
		const x = inputBuffer.getChannelData(0);
		const c = 2 * Math.cos(2 * Math.PI * hz / 48000);
		let s1 = 0, s2 = 0;
		for (const v of x)
			[s1, s2] = [v + c * s1 - s2, s1];
		const power = (s1 * s1 + s2 * s2 - c * s1 * s2)
			/ (x.length * x.length / 4);
		missing = 10 * Math.log10(power + 1e-12) > -35 ? 0
			: missing + x.length / 48;
		meter.longest_ms = Math.max(meter.longest_ms, missing);
	};
	tap.connect(context.destination);
	phone.calls.filter((c) => !c.ended).forEach(metered);
	return context.resume();
};
const metered = (call) => {
	const { context, tap } = phone.meters;
	context.createMediaStreamSource(received(call)).connect(tap);
};
phone.longestGap = async () => {
	await phone.meters.context.close();
	return phone.meters.longest_ms;
};

const adopt = (session, request) => {
	const call = { session, facts: { direction: session.direction,
		headers: request.headers && Object.keys(request.headers) } };
	const n = phone.calls.push(call) - 1;
	call.done = new Promise((resolve, reject) => {
		session.on('confirmed', () => {
			call.facts.confirmed_ms = performance.now();
			phone.show(n);
			// pulls the sound, as a loudspeaker does
			call.speaker = new Audio();
			call.speaker.srcObject = received(call);
			call.speaker.play();
			if (phone.meters)
				metered(call);
			resolve(n);
		});
		session.on('failed', (e) => reject(new Error(e.cause + ' '
			+ (e.message?.status_code || ''))));
	});
	call.done.catch(() => {});
	const over = (e) => {
		call.ended = e.cause;
		call.facts.ended_ms = performance.now();
	};
	session.on('failed', over);
	session.on('ended', over);
	session.on('progress', (e) => {
		call.facts.progress = e.response?.status_code; });
	session.on('accepted', (e) => {
		call.facts.accepted_ms = performance.now();
		if (e.response)
			call.facts.contact = e.response.getHeader('Contact'); });
	session.on('icecandidate', (e) => e.ready());
	session.on('replaces', (e) => e.accept());
	if (session.direction === 'incoming')
		session.answer({ mediaStream: phone.stream });
	return call;
};

${paint}// A tone and a colour that no microphone and camera give
const synthesize = ({ hz, rgb }) => {
	const context = new AudioContext({ sampleRate: 48000 });
	const tone = context.createOscillator();
	const volume = context.createGain();
	const sound = context.createMediaStreamDestination();
	tone.frequency.value = hz;
	volume.gain.value = 0.3;
	tone.connect(volume).connect(sound);
	tone.start();
	return new MediaStream([...sound.stream.getTracks(), paint(rgb)]);
};

phone.register = async ({ url, uri, password, synthetic }) => {
	const sink = document.createElement('video');
	sink.id = 'picture';
	sink.autoplay = true;
	document.body.append(sink);
	// asked for even when not used: it shows candidates their addresses
	const real = await navigator.mediaDevices.getUserMedia(
		{ audio: true, video: true });
	phone.stream = synthetic ? synthesize(synthetic) : real;
	phone.ua = new JsSIP.UA({ uri, password, register_expires: 120,
		sockets: [new JsSIP.WebSocketInterface(url)] });
	phone.ua.on('newRTCSession', ({ originator, session, request }) => {
		if (originator === 'remote')
			adopt(session, request);
	});
	phone.ua.on('newMessage', ({ originator, request }) =>
		originator === 'remote' && phone.told.push(request.body));
	return new Promise((done, fail) => {
		phone.ua.on('registered', () => done(true));
		phone.ua.on('registrationFailed', (e) => fail(new Error(e.cause)));
		phone.ua.start();
	});
};

// RFC 5366: the offer and the list of who is to be dialled as well
const withRecipients = (request, recipients) => {
	const entries = recipients.map((uri) => '<entry uri="' + uri
		+ '" cp:copyControl="to"/>').join('');
	request.extraHeaders = request.extraHeaders.map((h) =>
		/^Content-Type:/i.test(h)
			? 'Content-Type: multipart/mixed;boundary=two' : h);
	request.extraHeaders.push('Require: recipient-list-invite');
	request.body = ['--two', 'Content-Type: application/sdp', '',
		request.body + '--two',
		'Content-Type: application/resource-lists+xml',
		'Content-Disposition: recipient-list', '',
		'<?xml version="1.0" encoding="UTF-8"?>'
		+ '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"'
		+ ' xmlns:cp="urn:ietf:params:xml:ns:copycontrol"><list>' + entries
		+ '</list></resource-lists>',
		'--two--', ''].join('\\r\\n');
};

phone.dial = (target, { recipients, extraHeaders = [] } = {}) => {
	const session = phone.ua.call(target, { mediaStream: phone.stream,
		extraHeaders });
	if (recipients)
		session.on('sending', ({ request }) =>
			withRecipients(request, recipients));
	return adopt(session, {}).done;
};

phone.hangUp = (n) => phone.calls[n].session.terminate();

// In the dialog of call n; resolves with the codes of what it led to
phone.refer = (n, target, { replaces, extraHeaders } = {}) =>
	new Promise((done, fail) => {
		const codes = [];
		const note = (e) => codes.push(e.status_line.status_code);
		phone.calls[n].session.refer(target, { extraHeaders,
			...(replaces !== undefined
				&& { replaces: phone.calls[replaces].session }),
			eventHandlers: {
				requestSucceeded: ({ response }) =>
					codes.push(response.status_code),
				requestFailed: (e) => fail(new Error('REFER: ' + e.cause
					+ ' ' + (e.response?.status_code || ''))),
				trying: note, progress: note,
				accepted: (e) => { note(e); done(codes); },
				failed: (e) => { note(e); done(codes); },
			} });
	});

// RFC 4575: full and partial documents put together
const children = (e, name) => [...(e?.children || [])].filter((c) =>
	c.localName === name);
const keep = (map, e, fresh, fill) => {
	const key = e.getAttribute('entity');
	const state = e.getAttribute('state') || 'full';
	if (state === 'deleted')
		return map.delete(key);
	if (state === 'full' || !map.has(key))
		map.set(key, fresh());
	fill(map.get(key), e);
};
const merge = (text) => {
	const info = new DOMParser().parseFromString(text, 'application/xml')
		.documentElement;
	if (info.localName !== 'conference-info')
		throw new Error('not conference-info: ' + text);
	if ((info.getAttribute('state') || 'full') === 'full')
		phone.users.clear();
	for (const user of children(children(info, 'users')[0], 'user'))
		keep(phone.users, user, () => new Map(), (endpoints, u) => {
			for (const endpoint of children(u, 'endpoint'))
				keep(endpoints, endpoint, () => ({}), (kept, e) => {
					const status = children(e, 'status')[0];
					if (status)
						kept.status = status.textContent;
				});
		});
	phone.documents.push({ text, state: info.getAttribute('state') || 'full',
		version: Number(info.getAttribute('version')) });
};
// MESSAGE (RFC 3428), and those that came
phone.told = [];
phone.write = (target, text) => new Promise((done, fail) =>
	phone.ua.sendMessage(target, text, { eventHandlers: {
		succeeded: () => done(true),
		failed: (e) => fail(new Error(e.cause)) } }));
phone.roster = () => Object.fromEntries([...phone.users].map(
	([user, endpoints]) => [user, [...endpoints.values()]
		.map((e) => e.status)]));
phone.watch = (target) => new Promise((done, fail) => {
	const s = phone.ua.subscribe(target, 'conference',
		'application/conference-info+xml', { expires: 600 });
	phone.subscription = s;
	s.on('active', () => done(true));
	s.on('notify', (isFinal, notify, body) => { if (body) merge(body); });
	s.on('terminated', (code, reason) => {
		phone.unwatched = reason || String(code);
		fail(new Error('subscription ended: ' + code + ' ' + reason));
	});
	s.subscribe();
});
`;

export class WebPhone {
	/**
	 * @param hz, rgb   tone of its microphone, colour of its camera
	 * @param operator  whose user it is
	 * @param user      name there
	 * @param beside    another WebPhone: this one is a page in its browser
	 */
	static async start({ operator, user, hz, rgb, beside }) {
		const p = new WebPhone();
		Object.assign(p, { hz, rgb, user, aor: operator.aor(user) });
		p.app = await servePage(source);
		p.browser = beside ? await beside.browser.another()
			: await Browser.start({ hz, rgb });
		try {
			await p.browser.page.goto(p.app.url);
			await p.#call('register', { url: operator.webSocket,
				uri: p.aor, password: operator.users[user],
				synthetic: beside && { hz, rgb } });
		} catch (error) {
			await p.stop();
			throw new Error(`${user}: ${error.message}\n${
				p.browser.console.slice(-8).join('\n')}`);
		}
		return p;
	}

	#call(name, ...args) {
		return within(`${this.user}: ${name}`, this.browser.page.evaluate(
			([n, a]) => window.phone[n](...a), [name, args]), 30000);
	}

	// Resolves with the call's number once it is up
	dial(target, options) { return this.#call('dial', target, options); }
	hangUp(call) { return this.#call('hangUp', call); }
	show(call) { return this.#call('show', call); }
	refer(call, target, options) {
		return this.#call('refer', call, target, options);
	}

	// Time of silence of this tone: from meter() to longestGap(), in ms
	meter(hz) { return this.#call('meter', hz); }
	longestGap() { return this.#call('longestGap'); }

	// All calls so far: {direction, ended, progress, contact, headers, remote,
	// accepted_ms, confirmed_ms, ended_ms}
	calls() { return this.#call('state'); }

	// Subscribe to the conference event package
	watch(target) { return this.#call('watch', target); }
	// Why the subscription ended, or undefined
	unwatched() {
		return this.browser.page.evaluate(() => window.phone.unwatched);
	}
	// {user: [status of each endpoint]}
	roster() { return this.#call('roster'); }
	// Every document so far: {text, state, version}
	documents() {
		return this.browser.page.evaluate(() => window.phone.documents);
	}

	// MESSAGE, and the texts of those that came
	write(target, text) { return this.#call('write', target, text); }
	told() { return this.browser.page.evaluate(() => window.phone.told); }

	heard(seconds) { return this.browser.heard(seconds); }
	seen() { return this.browser.seen(); }

	async stop() {
		await this.browser?.stop();
		this.app?.close();
	}
}
