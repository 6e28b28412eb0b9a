// One call: SIP over WebSocket by JsSIP, media by the browser.
import JsSIP from 'jssip';
import { watchAssociation } from '../media/association.mjs';
import { watchIncoming } from '../media/incoming.mjs';
import { Lines, sayEndToEnd } from '../media/lines.mjs';
import { opensOnly, watchSecureLine } from '../media/secure_channel.mjs';
import { turned, watchScreen, wishSize } from '../media/screen.mjs';
import { TYPE } from './conference_info.mjs';
import { isPassing, whyEnded, whyFailed } from './failure.mjs';
import { conferenceOf, guestAddress, guestSecret, keepGuest } from './guest.mjs';
import { Relay } from './relay.mjs';
import { Socket } from './socket.mjs';
import { withRetryAfter } from './subscription.mjs';

// So long without a packet is a call that is made anew; the next try waits
// twice as long, and so on: the others see it come and go
const PATIENCE_MS = 5000;
const PATIENCE_MAX_MS = 300000;
// Where ICE fails it calls so often until something came over one of the calls
const ANEW_MAX = 2;
// What the page says of it, and before it calls anew
const INTERRUPTED_MS = 2000;
// Then it asks whether the server still answers, and if it says nothing
const DOUBT_MS = 1000;
// The first try keeps the call: ICE finds another way
const RESTART_MS = 3000;
const QUIET_MS = 15000;
// A server that is away is waited for so long: at first, and by who was in
const FIRST_MS = 15000;
const AWAY_MS = 120000;
// It is asked so often while it takes nobody
const AGAIN_MS = 2000;
// The dialog that is replaced has so long to be ended by the server
const FAREWELL_MS = 2000;
// A change that cannot be said yet is tried again
const LATER_MS = 500;

// So long after the answer nothing has come: something is in the way
const BLOCKED_MS = 6000;

// What tells of another network, where it is told
const NEWS = [[globalThis.window, 'online'],
	[globalThis.navigator?.connection, 'change']];

const AWAY = { say: 'call.away' };

// In order of weight
const TROUBLES = ['socket', 'blocked', 'lost', 'ice', 'silent'];
const troubleMessage = (name) => ({ say: `trouble.${name}` });

// Tells through the handlers given, in messages (state/initial.mjs):
// state(message, kind), no message once it is connected; accepted({ conference,
// subscribe, own, self, mixed }) with its name and for the roster, also when the call
// was made anew; moved() after a lost connection, picture(stream),
// bearer({ endToEnd, pictured }): whether nobody in between can hear, and then
// whether the other sends a picture,
// secure: what is so of the secure line, as media/secure_channel.mjs tells it,
// media({ path, reports }) by which sound and picture go and what getStats()
// said, ended(message or null, own),
// refused(message) when the server wants another { user, password } than
// `login`
// Parley-Chat: number=7;endpoint=3;time=UNIX_MS
function readWritten(request) {
	const header = request.getHeader('Parley-Chat') || '';
	const value = (name) => Number(header.match(
		new RegExp(`(?:^|;)\\s*${name}=(\\d+)`))?.[1]);
	return { number: value('number'), time: value('time') || Date.now(),
		from: request.from.display_name || request.from.uri.user,
		text: request.body || '', own: false };
}

export class Call {
	// `relay`: the server names TURN servers
	constructor({ conference, uri, name, login, relay, devices, handlers }) {
		this.handlers = handlers;
		this.devices = devices;
		this.login = login;
		this.relay = relay && new Relay();
		this.left = false;
		this.troubles = new Set();
		this.calls = 0;
		this.connections = 0;
		this.anew = 0;
		this.waits = null; // the event that another call is to mend
		this.deadline = 0; // by which the server is given up
		this.#calm();
		this.unwatch = watchScreen(() => this.#renegotiate());
		const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
		this.socket = new Socket(`${scheme}://${location.host}/ws`);
		const host = location.hostname.replace(/^\[|\]$/g, '');
		this.target = uri || `sip:${encodeURIComponent(conference)}@${host}`;
		this.address = guestAddress(this.target);
		this.ua = new JsSIP.UA({
			sockets: [this.socket],
			uri: `sip:${login ? encodeURIComponent(login.user) : this.address}@${
				this.target.split('@')[1]}`,
			...(login && { authorization_user: login.user,
				password: login.password }),
			display_name: name,
			register: false,
			session_timers: true,
			connection_recovery_min_interval: 1,
			connection_recovery_max_interval: 3,
		});
		this.ua.on('connected', async () => {
			this.hurries = true;
			if (!await this.#mayCall())
				return;
			if (!this.session || this.waits) {
				this.waits = null;
				this.handlers.state({ say: 'call.asking' }, 'wait');
				this.#invite();
			} else {
				this.#findWay(() => this.handlers.moved());
			}
		});
		// before it connects: who takes none is sent none (RFC 3428)
		this.ua.on('newMessage', ({ originator, request }) => {
			if (originator === 'remote')
				this.handlers.wrote(readWritten(request));
		});
		this.ua.on('disconnected', () => {
			// another call may be on the page by now
			if (this.left || this.over)
				return;
			if (this.session && !this.session.isEnded())
				this.#trouble('socket', true);
			else
				this.#await(this.waits);
			// at once where it was there before: another network may be
			if (this.hurries)
				setTimeout(() => this.#connect());
			this.hurries = false;
		});
		this.online = () => {
			this.socket.renew();
			this.#connect();
		};
		for (const [source, event] of NEWS)
			source?.addEventListener(event, this.online);
	}

	// What is sent over a connection that is then given up ends the call that it
	// was to mend
	#reaches() {
		return this.ua.isConnected() && !this.socket.doubted;
	}

	#connect() {
		if (!this.over && !this.left)
			this.ua.transport.connect();
	}

	// Before each offer by a new connection. What refuses a password there
	// refuses it here, where there is no call that goes on; what else is wrong
	// is the INVITE's to find out
	async #mayCall() {
		const connection = ++this.connections;
		const refusal = await this.relay?.renew(() => ({ ua: this.ua,
			target: this.target, secret: guestSecret(this.target) }));
		if (!this.ua.isConnected() || this.over || this.left
			|| connection !== this.connections)
			return false;
		if (!refusal || this.session && !this.session.isEnded())
			return true;
		this.#failed({ message: refusal, cause: 'Authentication Error' });
		return false;
	}

	start() {
		this.handlers.state({ say: 'call.reaching' }, 'wait');
		this.ua.start();
	}

	// Say what is wrong, the heaviest first
	#trouble(name, is) {
		if (is === this.troubles.has(name))
			return;
		this.troubles[is ? 'add' : 'delete'](name);
		this.#say();
	}

	#say() {
		const name = TROUBLES.find((t) => this.troubles.has(t));
		if (!this.session?.isEstablished())
			return;
		// it is not connected before something was heard
		if (!name && !this.heard)
			this.handlers.state({ say: 'call.setting-up' }, 'wait');
		else
			this.handlers.state(name ? troubleMessage(name) : null,
				name ? 'bad' : 'ok');
	}

	// One INVITE. `replaced`: the session whose place it takes (RFC 3891),
	// which goes on until this one is accepted
	#invite(replaced) {
		const dialog = replaced?._dialog?.id;
		const attempt = {};
		const secret = guestSecret(this.target);
		// each call has a Contact of its own: the roster knows it by that
		if (++this.calls > 1)
			this.ua.contact.uri.setParam('call', String(this.calls));
		attempt.session = this.ua.call(this.target, {
			mediaStream: this.devices.stream,
			mediaConstraints: { audio: false, video: false },
			// a second group may come
			pcConfig: { bundlePolicy: 'balanced',
				iceServers: this.relay?.servers || [] },
			sessionTimersExpires: 300,
			extraHeaders: [
				'Parley-Page: yes', // it says itself what is to be said
				...(dialog ? [`Replaces: ${dialog.call_id};to-tag=${
					dialog.remote_tag};from-tag=${dialog.local_tag}`] : []),
				...(secret ? [`Parley-Secret: ${secret}`] : []),
			],
			eventHandlers: {
				peerconnection: ({ peerconnection }) => {
					attempt.pc = peerconnection;
					this.#prepare(attempt);
				},
				icecandidate: (event) => event.ready(),
				sdp: (event) => {
					if (event.originator === 'local')
						event.sdp = sayEndToEnd(wishSize(event.sdp));
					else
						attempt.opensOnly = opensOnly(event.sdp);
				},
				accepted: ({ response }) => {
					if (this.attempt !== attempt || this.over || this.left)
						return;
					this.#take(attempt, replaced);
					this.#accepted(response);
				},
				confirmed: () => {
					if (this.pc === attempt.pc) {
						this.#say();
						if (turned())
							this.#renegotiate();
					} else if (!attempt.session.isEnded()) {
						// nobody waits for it any more
						attempt.session.terminate();
					}
				},
				failed: (event) => {
					this.#forget(attempt);
					if (!replaced && this.wasUp && isPassing(event))
						this.#again(event);
					else if (!replaced)
						this.#failed(event);
					// it was to be the call, and there is no other
					else if (replaced === this.session && replaced.isEnded())
						this.#callAnew(event);
				},
				ended: (event) => {
					this.#forget(attempt);
					// the server may end it before the browser has taken in the
					// answer to the one in its place
					if (attempt.session !== this.session
						|| this.attempt?.session.isEstablished())
						return;
					// a change that was refused ends it from here
					if (this.left || !isPassing(event)
						&& !(event.originator === 'local' && this.renegotiating))
						this.#end(this.left ? null : whyEnded(event));
					// one on its way in its place may still be accepted
					else if (!this.attempt)
						this.#callAnew(event);
				},
			},
		});
		this.attempt = attempt;
		if (!replaced)
			this.session = attempt.session;
	}

	#forget(attempt) {
		attempt.unwatch?.();
		if (this.attempt === attempt)
			this.attempt = null;
	}

	// The server is away: JsSIP asks for it again and again
	#await(event) {
		this.waits = event || {};
		this.handlers.state(AWAY, 'bad');
		this.#giveUpLater(event);
	}

	#giveUpLater(event) {
		this.deadline = this.deadline || setTimeout(() => this.#end(event
			? whyEnded(event) : { say: 'call.gone' }),
		this.wasUp ? AWAY_MS : FIRST_MS);
	}

	// It is there, and takes nobody yet
	#again(event) {
		this.waits = event;
		this.handlers.state(AWAY, 'bad');
		this.#giveUpLater(event);
		setTimeout(() => {
			if (this.waits !== event || this.over || this.left
				|| !this.ua.isConnected())
				return;
			this.waits = null;
			this.#invite();
		}, AGAIN_MS);
	}

	// In place of a call that `event` ended. Where nothing gets through another
	// call is no help, and the others see it come and go
	#callAnew(event) {
		if (this.over)
			return;
		if (this.left) {
			this.#end(null);
		} else if (!this.ua.isConnected()) {
			this.#await(event);
		} else if (event.cause !== 'RTP Timeout') {
			this.handlers.state(troubleMessage('lost'), 'bad');
			this.#invite();
		} else if (this.anew === ANEW_MAX) {
			this.#end({ say: 'call.blocked' });
		} else {
			this.anew++;
			this.handlers.state(troubleMessage('ice'), 'bad');
			this.#invite();
		}
	}

	#failed(event) {
		if (event.message?.status_code === 407)
			this.handlers.refused({ say: this.login ? 'login.wrong'
				: 'login.needed' });
		this.#end(this.left ? null : whyFailed(event));
	}

	// This is the call now
	#take(attempt, replaced) {
		this.attempt = null;
		clearTimeout(this.deadline);
		this.deadline = 0;
		this.wasUp = true;
		this.session = attempt.session;
		this.pc = attempt.pc;
		// sound is to be heard before it is connected again
		if (!replaced)
			this.heard = false;
		this.remote = null;
		// what the call before it waited for is nothing to this one
		this.renegotiating = false;
		this.again = null;
		this.troubles.clear();
		this.lines = attempt.lines;
		this.hangUp?.();
		this.hangUp = attempt.hangUp;
		this.lines.tellAgain();
		// what was switched while it was on its way
		for (const kind of ['audio', 'video'])
			this.setTrack(kind, this.devices.track(kind));
		if (!replaced)
			return;
		replaced.connection?.close();
		// the server ends it; else we do
		setTimeout(() => {
			if (!replaced.isEnded())
				replaced.terminate();
		}, FAREWELL_MS);
	}

	// What plays is another track: a stream that plays goes on, the other kind
	// in it is not to stand still. One of another call is a new one, so that the
	// player starts afresh
	#show({ tracks, endToEnd, pictured }) {
		const wanted = Object.values(tracks).filter(Boolean);
		if (wanted.length && !this.remote) {
			this.remote = new MediaStream(wanted);
			this.handlers.picture(this.remote);
		}
		for (const old of this.remote?.getTracks() || []) {
			if (!wanted.includes(old))
				this.remote.removeTrack(old);
		}
		for (const track of wanted)
			this.remote.addTrack(track);
		this.handlers.bearer({ endToEnd, pictured });
	}

	// Listeners without a microphone or camera still get sound and picture.
	#prepare(attempt) {
		const { pc } = attempt;
		attempt.lines = new Lines(pc, {
			own: (kind) => this.devices.track(kind),
			tell: (news) => {
				if (this.pc === pc)
					this.#show(news);
			},
		});
		pc.addEventListener('iceconnectionstatechange', () => {
			const state = pc.iceConnectionState;
			if (this.pc === pc)
				this.#trouble('ice', state === 'disconnected'
					|| state === 'failed');
			if (this.pc === pc && state === 'disconnected')
				this.socket.ask();
		});
		for (const kind of ['audio', 'video']) {
			if (!this.devices.track(kind))
				pc.addTransceiver(kind, { direction: 'recvonly' });
		}
		const stop = watchIncoming(pc, attempt.lines, (arrival) => {
			if (this.pc === pc && !this.over)
				this.#arrives(arrival);
		});
		attempt.hangUp = watchSecureLine(pc,
			() => !attempt.opensOnly, this.handlers.secure);
		attempt.unwatch = () => {
			stop();
			attempt.hangUp();
		};
		watchAssociation(pc, () => {
			if (this.pc === pc && this.#mayCallAnew())
				this.#callInstead();
		});
	}

	#calm() {
		this.patience = PATIENCE_MS;
		this.notBefore = 0;
	}

	// Nothing that the browser says tells that media has come back, or that it
	// has not: only packets do
	#arrives({ silent, ever, path, reports }) {
		this.handlers.media({ path, reports });
		if (ever && silent >= DOUBT_MS || this.socket.quiet >= QUIET_MS)
			this.socket.ask();
		if (ever && !this.heard) {
			this.heard = true;
			this.#say();
		}
		if (silent < INTERRUPTED_MS && ever) {
			this.anew = 0;
			this.restarted = false;
			this.#trouble('silent', false);
			this.#trouble('blocked', false);
			if (!this.lost)
				this.#trouble('lost', false);
			if (performance.now() > this.notBefore + PATIENCE_MS)
				this.#calm();
			return;
		}
		if (!this.heard) {
			this.#trouble('blocked', silent >= BLOCKED_MS);
			return;
		}
		this.#trouble('silent', silent >= INTERRUPTED_MS);
		if (performance.now() <= this.notBefore || this.lost
			|| !this.#mayCallAnew())
			return;
		if (silent >= RESTART_MS && !this.restarted)
			this.#findWay();
		else if (silent >= PATIENCE_MS)
			this.#callInstead();
	}

	#mayCallAnew() {
		return !this.attempt && !this.left && !this.over && this.#reaches()
			&& this.session.isEstablished();
	}

	// Another call in the place of this one, which goes on until then
	#callInstead() {
		this.notBefore = performance.now() + this.patience;
		this.patience = Math.min(2 * this.patience, PATIENCE_MAX_MS);
		this.#invite(this.session);
	}

	// In the same call. A browser may know of its new network after seconds
	// only
	#findWay(after) {
		this.restarted = true;
		this.#wait();
		this.#renegotiate({ iceRestart: true }, after);
	}

	// No call is made anew before
	#wait() {
		this.notBefore = Math.max(this.notBefore,
			performance.now() + PATIENCE_MS);
	}

	// The media server under the conference is gone, or another has come. What
	// the server does about it has its time, too
	restoring(lost) {
		this.lost = lost;
		this.restarted = true; // the server does it
		if (lost)
			this.#trouble('lost', true);
		else
			this.#wait();
	}

	#accepted(response) {
		this.lost = false;
		const info = response.getHeader('Call-Info') || '';
		// a factory answers with another conference than was called
		const contact = response.getHeader('Contact') || '';
		const user = contact.match(/<sips?:([^@>;]+)@/)?.[1];
		if (user)
			this.target = this.target.replace(/^sip:[^@]*/, `sip:${user}`);
		const self = info.match(/<([^>]+)>\s*;[^,]*purpose=conference-self[^,]*/);
		const secret = self?.[0].match(/;\s*secret=(\w+)/)?.[1];
		if (secret)
			keepGuest(this.target, { address: this.address, secret });
		this.handlers.accepted({
			conference: conferenceOf(this.target),
			subscribe: () => withRetryAfter(this.ua.subscribe(this.target,
				'conference', `${TYPE};activity=yes`, { expires: 600 })),
			own: this.session.contact.replace(/^<|>.*$/g, ''),
			self: secret && { url: self[1], secret },
			// a focus mixes (RFC 4579 section 5.1)
			mixed: /;\s*isfocus\b/i.test(contact),
		});
	}

	// A track came, was replaced or went: the far end learns by a re-INVITE
	// whether we send, so that it shows our name instead of a frozen picture.
	async setTrack(kind, track) {
		const { pc, lines } = this;
		const over = () => this.pc !== pc || pc.signalingState === 'closed';
		if (!pc || over())
			return;
		try {
			// the one in its place takes what there is by then
			if (await lines.setTrack(kind, track, over))
				this.#renegotiate();
		} catch (error) {
			if (!over())
				throw error;
		}
	}

	// After a lost connection this also tells the server where we are now.
	// One at a time; a change meanwhile is carried by one more afterwards, one
	// without a connection by the offer that the next connection begins with
	#renegotiate(rtcOfferConstraints, after) {
		if (!this.session?.isEstablished() || !this.ua.isConnected())
			return;
		if (this.renegotiating) {
			this.again = { rtcOfferConstraints: rtcOfferConstraints
				|| this.again?.rtcOfferConstraints,
			after: after || this.again?.after };
			return;
		}
		const later = () => setTimeout(() =>
			this.#renegotiate(rtcOfferConstraints, after), LATER_MS);
		if (this.socket.doubted) {
			later();
			return;
		}
		this.renegotiating = true;
		const session = this.session;
		// what it gathers anew is not for credentials that have ended
		if (this.relay && rtcOfferConstraints?.iceRestart)
			this.pc.setConfiguration({ ...this.pc.getConfiguration(),
				iceServers: this.relay.servers });
		const done = () => {
			if (session !== this.session)
				return;
			this.renegotiating = false;
			this.#trouble('socket', false);
			after?.();
			const { again } = this;
			this.again = null;
			if (again)
				this.#renegotiate(again.rtcOfferConstraints, again.after);
		};
		if (!this.session.renegotiate({ rtcOfferConstraints }, done)) {
			// the far end is just changing something: try after it
			this.renegotiating = false;
			later();
		}
	}

	leave() {
		this.left = true;
		// one on its way in place of the other has nowhere to come
		if (this.attempt && this.attempt.session !== this.session)
			this.attempt.session.terminate();
		if (this.session && !this.session.isEnded())
			this.session.terminate();
		else
			this.#end(null);
	}

	#end(message) {
		if (this.over)
			return;
		this.over = true;
		this.relay?.stop();
		clearTimeout(this.deadline);
		this.unwatch();
		for (const [source, event] of NEWS)
			source?.removeEventListener(event, this.online);
		this.attempt?.unwatch?.();
		this.hangUp?.();
		this.handlers.ended(message, this.left);
		// lets the BYE out before the connection closes
		setTimeout(() => this.ua.stop(), 200);
	}
}
