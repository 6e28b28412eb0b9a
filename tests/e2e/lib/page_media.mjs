// What goes into a page's microphone, and what its user hears and sees. The
// page shows the conference in the element `picture`.
import { tonePower } from './signal.mjs';

// A steady tone is what noise suppression is made to remove
export const plainMicrophone = () => {
	const real = navigator.mediaDevices?.getUserMedia
		.bind(navigator.mediaDevices);
	if (!real)
		return;
	navigator.mediaDevices.getUserMedia = (constraints) => real({
		...constraints,
		...(constraints.audio && { audio: { echoCancellation: false,
			noiseSuppression: false, autoGainControl: false } }),
	});
};

// Runs in the page: the last `ms` of what its loudspeaker plays
const listen = async (ms) => {
	const stream = document.getElementById('picture').srcObject;
	const context = new AudioContext({ sampleRate: 48000 });
	await context.resume();
	const input = context.createMediaStreamSource(stream);
	const tap = context.createScriptProcessor(4096, 1, 1);
	const blocks = [];
	let samples = 0;
	await new Promise((done) => {
		tap.onaudioprocess = ({ inputBuffer }) => {
			const block = inputBuffer.getChannelData(0).slice();
			blocks.push(...block);
			samples += block.length;
			if (samples >= ms * 48)
				done();
		};
		input.connect(tap);
		tap.connect(context.destination);
	});
	await context.close();
	return blocks.map((x) => Math.round(x * 32767));
};

// Runs in the page: for how many ms on end a tone is missing at most in what it
// plays in the next `ms`, from whatever track
const longestGap = async ({ hz, ms }) => {
	const context = new AudioContext({ sampleRate: 48000 });
	await context.resume();
	const player = document.getElementById('picture');
	let played, input;
	const follow = () => {
		if (played === player.srcObject)
			return;
		input?.disconnect();
		played = player.srcObject;
		input = context.createMediaStreamSource(played);
		input.connect(tap);
	};
	const tap = context.createScriptProcessor(1024, 1, 1);
	let missing = 0, longest = 0, left = ms * 48;
	await new Promise((done) => {
		tap.onaudioprocess = ({ inputBuffer }) => {
			const block = inputBuffer.getChannelData(0);
			let re = 0, im = 0;
			block.forEach((v, i) => {
				re += v * Math.cos(2 * Math.PI * hz * i / 48000);
				im += v * Math.sin(2 * Math.PI * hz * i / 48000);
			});
			const power = 4 * (re * re + im * im) / block.length ** 2;
			missing = 10 * Math.log10(power + 1e-12) > -35 ? 0
				: missing + block.length / 48;
			longest = Math.max(longest, missing);
			left -= block.length;
			if (left <= 0)
				done();
			else
				follow();
		};
		follow();
		tap.connect(context.destination);
	});
	await context.close();
	return longest;
};

// Large ones at half their size: it is looked at often, and colours and shares
// are the same
const look = () => {
	const video = document.getElementById('picture');
	const canvas = document.createElement('canvas');
	const part = video.videoWidth > 640 ? 2 : 1;
	canvas.width = video.videoWidth / part;
	canvas.height = video.videoHeight / part;
	if (!canvas.width)
		return null;
	const context = canvas.getContext('2d');
	context.drawImage(video, 0, 0, canvas.width, canvas.height);
	const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
	let binary = '';
	for (let i = 0; i < data.length; i += 8192)
		binary += String.fromCharCode(...data.subarray(i, i + 8192));
	return { width: canvas.width, height: canvas.height, data: btoa(binary) };
};

// One who has a `page` that can be made to evaluate a function
export class PageMedia {
	// How the page listens
	get listen() { return listen; }

	// Samples of what is heard: {rate, samples}
	async heard(seconds = 1) {
		const ints = await this.page.evaluate(this.listen, seconds * 1000);
		return { rate: 48000, samples: Float32Array.from(ints,
			(v) => v / 32768) };
	}

	async hears(hz, seconds = 1) {
		const { samples, rate } = await this.heard(seconds);
		return tonePower(samples, rate, hz);
	}

	// The longest time without that tone, of the next `ms`
	longestGap(hz, ms) {
		return this.page.evaluate(longestGap, { hz, ms });
	}

	// RGBA of the composed picture, or null before there is one
	async seen() {
		const frame = await this.page.evaluate(look);
		return frame && { ...frame, data: Buffer.from(frame.data, 'base64') };
	}
}
