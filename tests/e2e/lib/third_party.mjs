// A web application that is not ours: a page of another origin with its own
// JsSIP, which reaches the conference over SIP on WebSocket.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { root, until } from './process.mjs';
import { sine, wav } from './signal.mjs';

// In a page: the track of a canvas that shows a colour, with a white mark that
// wanders
export const paint = `const paint = (rgb) => {
	const canvas = document.createElement('canvas');
	[canvas.width, canvas.height] = [640, 360];
	const draw = canvas.getContext('2d');
	let n = 0;
	setInterval(() => {
		draw.fillStyle = 'rgb(' + rgb + ')';
		draw.fillRect(0, 0, 640, 360);
		draw.fillStyle = 'white';
		draw.fillRect(n = (n + 8) % 592, 16, 48, 48);
	}, 50);
	return canvas.captureStream().getVideoTracks()[0];
};
`;

const source = `
import JsSIP from 'jssip';
window.JsSIP = JsSIP;
window.events = [];
// dial(url, target, {audio, video, codec, channel, second, canvas, follow,
// bundle}) resolves when confirmed. second: a tone of so many Hz on a line in a
// group of its own; canvas: [r, g, b] of a canvas that is its camera; follow: it
// takes lines that pass from another one, 'says' so and does not; bundle: its
// bundlePolicy
window.dial = async (url, target, want) => {
	const stream = await navigator.mediaDevices.getUserMedia(
		{ audio: want.audio, video: want.video && !want.canvas });
	if (want.canvas)
		stream.addTrack(paint(want.canvas));
	const ua = new JsSIP.UA({ uri: 'sip:app@third.example', register: false,
		sockets: [new JsSIP.WebSocketInterface(url)] });
	window.ua = ua;
	ua.start();
	await new Promise((up, down) => {
		ua.once('connected', up);
		ua.once('disconnected', () => down(new Error('no WebSocket')));
	});
	const tone = want.second && await playTone(want.second);
	const sink = document.createElement('video');
	sink.id = 'picture';
	sink.autoplay = true;
	sink.srcObject = new MediaStream();
	document.body.append(sink);
	return new Promise((done, fail) => {
		const session = ua.call(target, { mediaStream: stream,
			pcConfig: { bundlePolicy: want.bundle || 'balanced' },
			eventHandlers: {
			peerconnection: ({ peerconnection: pc }) => {
				window.pc = pc;
				if (want.second)
					addSecond(pc, tone);
				if (want.channel)
					pc.createDataChannel('chat');
				pc.ontrack = ({ track, transceiver }) => {
					if (want.follow === true && pc.remoteDescription
						&& !['0', '1'].includes(transceiver.mid)) {
						transceiver.direction = 'sendrecv';
						transceiver.sender.replaceTrack(stream.getTracks()
							.find((own) => own.kind === track.kind));
					}
					if (want.follow)
						follow(sink, track);
					else
						play(sink, track);
				};
			},
			icecandidate: (e) => e.ready(),
			sdp: (e) => {
				if (e.originator === 'local' && want.codec)
					e.sdp = prefer(e.sdp, want.codec);
				if (e.originator === 'local' && want.follow)
					e.sdp = e.sdp.replace(/(?=^m=)/m,
						'a=parley-end-to-end\\r\\n');
				window.events.push({ [e.originator]: e.sdp });
			},
			confirmed: () => done(true),
			failed: (e) => fail(new Error(e.cause + ' '
				+ (e.message?.status_code || ''))),
			ended: (e) => window.events.push({ ended: e.cause }),
		} });
		window.session = session;
	});
};
const play = (sink, track) => {
	const others = sink.srcObject.getTracks()
		.filter((old) => old.kind !== track.kind);
	sink.srcObject = new MediaStream([...others, track]);
};
// Of two lines of a kind the one goes on until it rests; what comes then is the
// other one
const comes = new Set();
const follow = (sink, track) => {
	const choose = () => {
		const playing = sink.srcObject.getTracks()
			.find(({ kind }) => kind === track.kind);
		const there = ({ readyState, muted }) => readyState === 'live' && !muted;
		const next = [...comes].find((other) => other.kind === track.kind
			&& there(other));
		if (next && !(playing && there(playing)))
			play(sink, next);
	};
	comes.add(track);
	for (const event of ['mute', 'unmute', 'ended'])
		track.addEventListener(event, choose);
	choose();
};
${paint}// A tone that needs no AudioContext: Firefox runs none without a loudspeaker
const playTone = async (hz) => {
	const player = new Audio('/tone?hz=' + hz);
	player.loop = true;
	await player.play();
	const stream = player.captureStream?.() || player.mozCaptureStream();
	return stream.getAudioTracks()[0];
};
// One more sound, and the last line in a BUNDLE group of its own
const addSecond = (pc, tone) => {
	const createOffer = pc.createOffer.bind(pc);
	pc.createOffer = async (options) => {
		if (pc.getTransceivers().length < 3)
			pc.addTransceiver(tone);
		const { type, sdp } = await createOffer(options);
		return { type, sdp: sdp.replace(/^a=group:BUNDLE (.*) (\\S+)\\r$/m,
			'a=group:BUNDLE $1\\r\\na=group:BUNDLE $2\\r')
			.replace(/^(m=\\S+) 0 (.*\\r\\n(?:(?!m=).*\\r\\n)*?)a=bundle-only\\r\\n/m,
				'$1 9 $2') };
	};
};
// Leave these codecs of each m-line's kind, in this order
const prefer = (sdp, names) => sdp.split(/(?=^m=)/m).map((section) => {
	const kept = [...section.matchAll(/^a=rtpmap:(\\d+) ([^/]+)/gm)]
		.filter(([, , name]) => names.includes(name))
		.sort(([, , a], [, , b]) => names.indexOf(a) - names.indexOf(b))
		.map(([, pt]) => pt);
	if (!/^m=(audio|video)/.test(section) || !kept.length)
		return section;
	return section
		.replace(/^(m=\\S+ \\S+ \\S+) .*$/m, '$1 ' + kept.join(' '))
		.replace(/^a=(rtpmap|fmtp|rtcp-fb):(\\d+) .*\\r\\n/gm,
			(line, _, pt) => kept.includes(pt) ? line : '');
}).join('');
`;

// The page's transports are so many, each with DTLS connected, and sound of
// both groups goes out
export const groupsCarry = (page, count) => until(
	`${count} transports are connected`, async () => {
		const seen = await page.evaluate(async () => ({
			states: [...new Set(window.pc.getTransceivers()
				.map((t) => t.sender.transport))].map((t) => t?.state),
			sending: [...(await window.pc.getStats()).values()]
				.filter((s) => s.type === 'outbound-rtp'
					&& s.kind === 'audio' && s.packetsSent)
				.map((s) => s.mid).sort() }));
		return seen.states.length === count
			&& seen.states.every((state) => state === 'connected')
			&& seen.sending.length === count
			|| Promise.reject(new Error(JSON.stringify(seen)));
	});

// Serve a page that runs a script, on a port of its own: {url, close}. What it
// imports is in node_modules of `resolveDir`; web/ has JsSIP
export async function servePage(contents, resolveDir = join(root, 'web')) {
	const { build } = await import(join(root,
		'web/node_modules/esbuild/lib/main.js'));
	const result = await build({ stdin: { contents, resolveDir },
		bundle: true, write: false, format: 'iife',
		define: { global: 'window' } });
	const script = result.outputFiles[0].text;
	const server = createServer((request, response) => {
		const hz = request.url.match(/^\/tone\?hz=(\d+)$/)?.[1];
		if (hz) {
			response.setHeader('content-type', 'audio/wav');
			response.end(wav(sine(Number(hz), 1)));
			return;
		}
		const isScript = request.url === '/app.js';
		response.setHeader('content-type',
			isScript ? 'text/javascript' : 'text/html');
		response.end(isScript ? script
			: '<!doctype html><title>app</title><body>'
				+ '<script src=/app.js></script>');
	});
	await new Promise((up) => server.listen(0, '127.0.0.1', up));
	return { url: `http://127.0.0.1:${server.address().port}/`,
		close: () => server.close() };
}

export const serveApplication = () => servePage(source);
