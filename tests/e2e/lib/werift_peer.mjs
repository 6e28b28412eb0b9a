// A WebRTC peer that is no browser: werift's ICE, DTLS and SRTP in JavaScript,
// SIP on WebSocket by hand. What it sends and hears is as with a raw terminal.
import { RTCPeerConnection, RTCRtpCodecParameters } from 'werift';
import { Line, Listener } from './rtp_peer.mjs';
import { ulawTone } from './payloads.mjs';
import { scratch, until } from './process.mjs';
import { WsPeer } from './ws_peer.mjs';

const audio = () => new RTCRtpCodecParameters({ mimeType: 'audio/PCMU',
	clockRate: 8000, channels: 1, payloadType: 0 });
const video = () => new RTCRtpCodecParameters({ mimeType: 'video/H264',
	clockRate: 90000, payloadType: 98,
	parameters: 'profile-level-id=42e01f;packetization-mode=1;'
		+ 'level-asymmetry-allowed=1',
	rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' },
		{ type: 'ccm', parameter: 'fir' }] });

// One m-line: packets go to its transceiver and come from its tracks
class Track extends Line {
	constructor(kind, transceiver, units) {
		super(kind, [{ pt: kind === 'audio' ? 0 : 98, units }], '127.0.0.1');
		this.transceiver = transceiver;
		this.remote = {};
		transceiver.onTrack.subscribe((track) =>
			track.onReceiveRtp.subscribe(({ header, payload }) => {
				this.received.push({ at: performance.now(),
					marker: header.marker, pt: header.payloadType,
					seq: header.sequenceNumber, ts: header.timestamp,
					ssrc: header.ssrc, payload,
					size: payload.length + 12 });
			}));
	}

	transmit(packet) {
		this.transceiver.sender.sendRtp(packet).catch(() => {});
	}

	// Ask for a whole picture (RFC 4585)
	pli() {
		return this.transceiver.receiver.sendRtcpPLI(
			this.received.at(-1).ssrc);
	}

	close() { this.quiet(); }
}

export class WeriftPeer extends Listener {
	/**
	 * @param parley  where it calls
	 * @param hz      tone that it says, in PCMU
	 * @param bundle  'max-bundle', or 'disable': a transport for each line
	 * @param host    its address
	 * @param mangle  what is done to its offers before they are sent
	 */
	static async open(parley, { name = 'stack', hz, bundle = 'max-bundle',
		host = '127.0.0.1', mangle = (sdp) => sdp }) {
		const p = new WeriftPeer();
		Object.assign(p, { name, hz, mangle, cseq: 0,
			callId: `${name}-${Math.random().toString(36).slice(2)}` });
		p.sip = await WsPeer.openAt(parley.http, { name });
		p.scratch = await scratch();
		p.requests = [];
		p.sip.onRequest = (m) => p.#request(m);
		p.pc = new RTCPeerConnection({ bundlePolicy: bundle,
			iceUseIpv4: !host.includes(':'), iceUseIpv6: host.includes(':'),
			iceAdditionalHostAddresses: [host],
			codecs: { audio: [audio()], video: [video()] } });
		p.audio = new Track('audio', p.pc.addTransceiver('audio'), 160);
		p.video = new Track('video', p.pc.addTransceiver('video'));
		return p;
	}

	#send(method, { body = '', cseq, headers = {} } = {}) {
		this.sip.send(this.sip.request(method, this.uri, { body,
			callId: this.callId, cseq, fromTag: this.callId,
			toTag: this.toTag, headers }));
	}

	async ask(method, options = {}) {
		const cseq = ++this.cseq;
		this.#send(method, { ...options, cseq });
		const answer = await this.sip.final(`${method} is answered`,
			(m) => m.headers.cseq === `${cseq} ${method}`);
		if (method === 'INVITE') {
			this.toTag ||= answer.toTag;
			this.#send('ACK', { cseq });
		}
		return answer;
	}

	// INVITE or re-INVITE with an offer of the stack; {offer, answer}
	async invite() {
		const { pc } = this;
		await pc.setLocalDescription(await pc.createOffer());
		await until(`${this.name} knows its addresses`, () =>
			pc.iceGatheringState === 'complete');
		const offer = this.mangle(pc.localDescription.sdp);
		const { status, first, body } = await this.ask('INVITE',
			{ body: offer });
		if (status !== 200)
			throw new Error(`${this.name}: ${first}`);
		await pc.setRemoteDescription({ type: 'answer', sdp: body });
		return { offer, answer: body };
	}

	async dial(uri) {
		this.uri = uri;
		const said = await this.invite();
		await until(`${this.name} is connected`, () =>
			this.pc.connectionState === 'connected'
				|| Promise.reject(new Error(this.pc.connectionState)));
		this.audio.talk(ulawTone(this.hz));
		return said;
	}

	#request(m) {
		this.requests.push(m);
		if (m.method === 'ACK')
			return;
		this.sip.send(`SIP/2.0 200 OK\r\n${['via', 'from', 'to', 'call-id',
			'cseq'].map((n) => `${n}: ${m.headers[n]}\r\n`).join('')
		}Content-Length: 0\r\n\r\n`);
	}

	async bye() { return this.ask('BYE'); }

	async close() {
		for (const line of [this.audio, this.video])
			line.close();
		await this.pc.close();
		this.sip.close();
		await this.scratch.remove();
	}
}
