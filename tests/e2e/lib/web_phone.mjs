// A browser as somebody's phone: a page with JsSIP, registered with an
// operator over SIP on WebSocket; it answers whoever calls.
import { Browser } from './browser.mjs';
import { servePage } from './third_party.mjs';

const source = `
import JsSIP from 'jssip';

// What the page is asked to do is in window.phone; calls are known by number
const phone = window.phone = { calls: [], documents: [], users: new Map() };
const describe = (call) => ({ ...call.facts,
	ended: call.ended, remote: call.session?.remote_identity?.uri.toString() });
phone.state = () => phone.calls.map(describe);

// The picture and sound that a person would have on the screen
phone.show = (n) => {
	phone.shown = n;
	const sink = document.getElementById('picture');
	sink.srcObject = new MediaStream(phone.calls[n].session.connection
		.getReceivers().map((r) => r.track)
		.filter((t) => t && t.readyState === 'live'));
};

const adopt = (session, request) => {
	const call = { session, facts: { originator: session.direction,
		headers: request.headers && Object.keys(request.headers) } };
	const n = phone.calls.push(call) - 1;
	call.done = new Promise((resolve, reject) => {
		session.on('confirmed', () => { phone.show(n); resolve(n); });
		session.on('failed', (e) => reject(new Error(e.cause + ' '
			+ (e.message?.status_code || ''))));
	});
	call.done.catch(() => {});
	const over = (e) => { call.ended = e.cause; };
	session.on('failed', over);
	session.on('ended', over);
	session.on('progress', (e) => {
		call.facts.progress = e.response?.status_code; });
	session.on('accepted', (e) => {
		if (e.response)
			call.facts.contact = e.response.getHeader('Contact'); });
	session.on('icecandidate', (e) => e.ready());
	session.on('replaces', (e) => e.accept());
	if (session.direction === 'incoming')
		session.answer({ mediaStream: phone.stream });
	return call;
};

phone.register = async ({ url, uri, password }) => {
	const sink = document.createElement('video');
	sink.id = 'picture';
	sink.autoplay = true;
	document.body.append(sink);
	phone.stream = await navigator.mediaDevices.getUserMedia(
		{ audio: true, video: true });
	phone.ua = new JsSIP.UA({ uri, password, register_expires: 120,
		sockets: [new JsSIP.WebSocketInterface(url)] });
	phone.ua.on('newRTCSession', ({ originator, session, request }) => {
		if (originator === 'remote')
			adopt(session, request);
	});
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
	 */
	static async start({ operator, user, hz, rgb }) {
		const p = new WebPhone();
		Object.assign(p, { hz, rgb, user, aor: operator.aor(user) });
		p.app = await servePage(source);
		p.browser = await Browser.start({ hz, rgb });
		try {
			await p.browser.page.goto(p.app.url);
			await p.#call('register', { url: operator.webSocket,
				uri: p.aor, password: operator.users[user] });
		} catch (error) {
			await p.stop();
			throw new Error(`${user}: ${error.message}\n${
				p.browser.console.slice(-8).join('\n')}`);
		}
		return p;
	}

	#call(name, ...args) {
		return this.browser.page.evaluate(([n, a]) =>
			window.phone[n](...a), [name, args]);
	}

	// Resolves with the call's number once it is up
	dial(target, options) { return this.#call('dial', target, options); }
	hangUp(call) { return this.#call('hangUp', call); }
	show(call) { return this.#call('show', call); }
	refer(call, target, options) {
		return this.#call('refer', call, target, options);
	}

	// All calls so far: {originator, ended, progress, contact, headers, remote}
	calls() { return this.#call('state'); }

	// Subscribe to the conference event package
	watch(target) { return this.#call('watch', target); }
	// {user: [status of each endpoint]}
	roster() { return this.#call('roster'); }
	// Every document so far: {text, state, version}
	documents() {
		return this.browser.page.evaluate(() => window.phone.documents);
	}

	heard(seconds) { return this.browser.heard(seconds); }
	seen() { return this.browser.seen(); }

	async stop() {
		await this.browser?.stop();
		this.app?.close();
	}
}
