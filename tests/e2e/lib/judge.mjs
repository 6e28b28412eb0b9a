// What "heard" and "seen" mean, the same in every test.
import { colourShare, steadyPower, tonePower } from './signal.mjs';
import { until } from './process.mjs';

// A tone mixed in arrives near -15 dB; a leak or an artefact stays far below
export const PRESENT_DB = -30;
export const ABSENT_DB = -50;

// Whether the newest second holds each of these tones, and does not hold
// `without`
async function holds(peer, tones, without) {
	const { samples, rate } = await peer.heard(1);
	if (samples.length < rate)
		throw new Error(`${samples.length} samples`);
	for (const hz of tones) {
		const db = tonePower(samples, rate, hz);
		if (db <= PRESENT_DB)
			throw new Error(`${hz} Hz at ${db.toFixed(1)} dB`);
	}
	if (without) {
		const db = steadyPower(samples, rate, without);
		if (db >= ABSENT_DB)
			throw new Error(`${without} Hz at ${db.toFixed(1)} dB`);
	}
	return true;
}

// `peer` hears each of `others` and does not hear itself
export function hearsOthersOnly(peer, others, ms = 10000) {
	const tones = others.map(({ hz }) => hz);
	return until(`${tones.join(' and ')} Hz are heard, ${peer.hz} Hz are not`,
		() => holds(peer, tones, peer.hz), ms, 100);
}

export const hearsNot = (peer, hz, ms = 5000) =>
	until(`${hz} Hz falls silent`, () => holds(peer, [], hz), ms, 100);

// What a tile shows that should have this colour: the median of all pixels
// that are near to it, or null where there is less than a tenth of the picture
function shownColour({ data }, rgb, near = 60) {
	const found = rgb.map(() => new Uint32Array(256));
	let count = 0;
	for (let i = 0; i < data.length; i += 4) {
		if (rgb.some((v, c) => Math.abs(data[i + c] - v) > near))
			continue;
		count++;
		found.forEach((histogram, c) => histogram[data[i + c]]++);
	}
	if (count < data.length / 40)
		return null;
	return found.map((histogram) => {
		let below = 0;
		return histogram.findIndex((n) => (below += n) > count / 2);
	});
}

// A tile of this very colour, but for what 8 bit and codecs make of it
export async function seesExactly(peer, rgb, off = 4, ms = 20000) {
	await until(`a tile of just ${rgb}`, async () => {
		const picture = await peer.seen();
		const shown = picture && shownColour(picture, rgb);
		return shown && rgb.every((v, c) => Math.abs(shown[c] - v) <= off)
			|| Promise.reject(new Error(`it is ${shown}`));
	}, ms, 200);
}

// A tile of this colour covers at least `share` of the picture
export async function sees(peer, rgb, share = 0.1, ms = 10000) {
	await until(`a tile of ${rgb}`, async () => {
		const picture = await peer.seen();
		const found = picture ? colourShare(picture.data, rgb) : 0;
		return found >= share || Promise.reject(new Error(
			`${picture?.width}x${picture?.height}: ${found.toFixed(3)}`));
	}, ms, 200);
}

// Whether there is no tile of this colour just now; its share, if there is
export async function lacks(peer, rgb) {
	const picture = await peer.seen();
	const found = picture ? colourShare(picture.data, rgb) : 0;
	return found < 0.05 || Promise.reject(new Error(found.toFixed(3)));
}

export const seesNot = (peer, rgb, ms = 5000) =>
	until(`no tile of ${rgb}`, () => lacks(peer, rgb), ms, 200);

// Share of the pixels that had the colour and have the white of the mark that
// crosses a camera's picture
function crossed(before, now, rgb) {
	const near = (data, i, colour) => colour.every((v, c) =>
		Math.abs(data[i + c] - v) < 60);
	let count = 0;
	for (let i = 0; i < now.data.length; i += 4) {
		count += near(before.data, i, rgb)
			&& near(now.data, i, [255, 255, 255]);
	}
	return count * 4 / now.data.length;
}

// The same, and it moves: a player leaves the last picture where none comes.
// For the cameras of browsers and of baresip, which are crossed by a mark
export async function seesMoving(peer, rgb, share = 0.1, ms = 10000) {
	await sees(peer, rgb, share, ms);
	let before = await peer.seen();
	await until(`the tile of ${rgb} moves`, async () => {
		const now = await peer.seen();
		const moved = now.data.length === before.data.length
			? crossed(before, now, rgb) : 0;
		// tiles may have changed places in between
		before = now;
		return moved > 0.0002 || Promise.reject(new Error(
			`${now.width}x${now.height}: ${moved.toFixed(5)}`));
	}, ms, 200);
}
