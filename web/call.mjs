// One call: SIP over WebSocket by JsSIP, media by the browser.
import JsSIP from 'jssip';
import { TYPE } from './roster.mjs';
import { failureWords, reasonText } from './words.mjs';

// The user part of our address. Names without Latin letters leave nothing:
// one address for all of them would make one person of them
const slug = (name) => name.normalize('NFKD').toLowerCase()
	.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(0, 24)
	|| `guest-${Math.random().toString(36).slice(2, 8)}`;

// Emits through the handlers given: state(words, kind), accepted({ conference,
// subscribe, own, self }) with its name and for the roster, moved() after a
// lost connection, picture(stream), ended(words, own),
// refused(words) when the server wants another { user, password } than `login`
export class Call {
	constructor({ conference, uri, name, login, devices, handlers }) {
		this.handlers = handlers;
		this.devices = devices;
		this.left = false;
		const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
		const socket = new JsSIP.WebSocketInterface(
			`${scheme}://${location.host}/ws`);
		const host = location.hostname.replace(/^\[|\]$/g, '');
		this.target = uri || `sip:${encodeURIComponent(conference)}@${host}`;
		this.ua = new JsSIP.UA({
			sockets: [socket],
			uri: `sip:${login ? encodeURIComponent(login.user) : slug(name)}@${
				this.target.split('@')[1]}`,
			...(login && { authorization_user: login.user,
				password: login.password }),
			display_name: name,
			register: false,
			session_timers: true,
			connection_recovery_min_interval: 1,
			connection_recovery_max_interval: 8,
		});
		this.ua.on('connected', () => {
			if (!this.session)
				this.#invite(login);
			else
				this.#renegotiate({ iceRestart: true },
					() => this.handlers.moved());
		});
		this.ua.on('disconnected', () => {
			// another call may be on the page by now
			if (this.left || this.over)
				return;
			if (this.session)
				this.handlers.state('Connection lost, trying again…', 'bad');
			else
				this.#end('The server is gone. Check your network.');
		});
	}

	start() {
		this.handlers.state('Connecting…', 'wait');
		this.ua.start();
	}

	#invite(login) {
		this.session = this.ua.call(this.target, {
			mediaStream: this.devices.stream,
			mediaConstraints: { audio: false, video: false },
			pcConfig: { bundlePolicy: 'max-bundle' },
			sessionTimersExpires: 300,
			eventHandlers: {
				peerconnection: ({ peerconnection }) =>
					this.#prepare(peerconnection),
				icecandidate: (event) => event.ready(),
				accepted: ({ response }) => this.#accepted(response),
				confirmed: () => this.handlers.state('', 'ok'),
				failed: (event) => {
					if (event.message?.status_code === 407)
						this.handlers.refused(login
							? 'User or password is wrong.'
							: 'This server asks for a user and a password.');
					const words = event.cause === 'User Denied Media Access'
						? 'The browser refused microphone and camera.'
						: failureWords(event);
					this.#end(this.left ? '' : words);
				},
				ended: (event) => this.#end(event.originator === 'local'
					? '' : reasonText(event.message)
					|| 'The conference hung up.'),
			},
		});
	}

	// Listeners without a microphone or camera still get sound and picture.
	#prepare(pc) {
		this.pc = pc;
		pc.addEventListener('track', (event) => {
			// a new stream each time, so that the player starts afresh
			const others = (this.remote?.getTracks() || [])
				.filter((old) => old.kind !== event.track.kind);
			this.remote = new MediaStream([...others, event.track]);
			this.handlers.picture(this.remote);
		});
		pc.addEventListener('iceconnectionstatechange', () => {
			const state = pc.iceConnectionState;
			if (state === 'disconnected' || state === 'failed')
				this.handlers.state('Sound and picture are interrupted…', 'bad');
			else if (state === 'connected' || state === 'completed')
				this.handlers.state('', 'ok');
		});
		for (const kind of ['audio', 'video']) {
			if (!this.devices.track(kind))
				pc.addTransceiver(kind, { direction: 'recvonly' });
		}
	}

	#accepted(response) {
		const info = response.getHeader('Call-Info') || '';
		// a factory answers with another conference than was called
		const contact = response.getHeader('Contact') || '';
		const user = contact.match(/<sips?:([^@>;]+)@/)?.[1];
		if (user)
			this.target = this.target.replace(/^sip:[^@]*/, `sip:${user}`);
		this.handlers.accepted({
			conference: decodeURIComponent(this.target.slice(4).split('@')[0]),
			subscribe: () => this.ua.subscribe(this.target, 'conference',
				`${TYPE};activity=yes`, { expires: 600 }),
			own: this.session.contact.replace(/^<|>.*$/g, ''),
			self: info.match(/<([^>]+)>\s*;[^,]*purpose=conference-self/)?.[1],
		});
	}

	#transceiver(kind) {
		return this.pc?.getTransceivers().find((t) =>
			(t.sender.track || t.receiver.track)?.kind === kind);
	}

	// A track came, was replaced or went: the far end learns by a re-INVITE
	// whether we send, so that it shows our name instead of a frozen picture.
	async setTrack(kind, track) {
		const transceiver = this.#transceiver(kind);
		if (!transceiver)
			return;
		await transceiver.sender.replaceTrack(track);
		const direction = track ? 'sendrecv' : 'recvonly';
		if (transceiver.direction !== direction) {
			transceiver.direction = direction;
			this.#renegotiate();
		}
	}

	// After a lost connection this also tells the server where we are now.
	// One at a time; a change meanwhile is carried by one more afterwards
	#renegotiate(rtcOfferConstraints, after) {
		if (!this.session?.isEstablished())
			return;
		if (this.renegotiating) {
			this.again = true;
			return;
		}
		this.renegotiating = true;
		const done = () => {
			this.renegotiating = false;
			this.handlers.state('', 'ok');
			after?.();
			if (this.again) {
				this.again = false;
				this.#renegotiate();
			}
		};
		if (!this.session.renegotiate({ rtcOfferConstraints }, done)) {
			// the far end is just changing something: try after it
			this.renegotiating = false;
			setTimeout(() => this.#renegotiate(rtcOfferConstraints, after),
				500);
		}
	}

	leave() {
		this.left = true;
		if (this.session && !this.session.isEnded())
			this.session.terminate();
		else
			this.#end('');
	}

	#end(words) {
		if (this.over)
			return;
		this.over = true;
		this.handlers.ended(words, this.left);
		// lets the BYE out before the connection closes
		setTimeout(() => this.ua.stop(), 200);
	}
}
