// RTP payloads in plain JavaScript, so that what Parley packs and unpacks is
// judged by something else than Parley.

// ------------------------------------------------------------ G.711
export function ulaw(sample) {
	let m = Math.min(32635, Math.abs(sample)) + 132, e = 7;
	for (let mask = 0x4000; e > 0 && !(m & mask); mask >>= 1)
		e--;
	return ~((sample < 0 ? 0x80 : 0) | (e << 4) | ((m >> (e + 3)) & 15))
		& 0xff;
}

const fromUlaw = Float32Array.from({ length: 256 }, (_, byte) => {
	const b = ~byte & 0xff;
	const m = ((((b & 15) << 3) + 132) << (b >> 4 & 7)) - 132;
	return (b & 0x80 ? -m : m) / 32768;
});

const fromAlaw = Float32Array.from({ length: 256 }, (_, byte) => {
	const b = byte ^ 0x55, e = b >> 4 & 7;
	const m = e ? ((b & 15) * 16 + 264) << (e - 1) : (b & 15) * 16 + 8;
	return (b & 0x80 ? m : -m) / 32768;
});

// Payloads of a sine, 20 ms each, without end and without a step
export function* ulawTone(hz, amplitude = 0.3) {
	for (let n = 0; ; n += 160) {
		yield Buffer.from(Array.from({ length: 160 }, (_, i) =>
			ulaw(Math.round(32767 * amplitude
				* Math.sin(2 * Math.PI * hz * (n + i) / 8000)))));
	}
}

export const samplesOf = (payload, codec) => Float32Array.from(payload,
	(byte) => (codec === 'PCMA' ? fromAlaw : fromUlaw)[byte]);

// ------------------------------------------------- AMR (RFC 4867)
const speechBits = {
	'AMR': [95, 103, 118, 134, 148, 159, 204, 244, 39],
	'AMR-WB': [132, 177, 253, 285, 317, 365, 397, 461, 477, 40],
};
export const NO_DATA = 15;
export const sidType = { 'AMR': 8, 'AMR-WB': 9 };
export const frameBits = (codec, type) => speechBits[codec][type] ?? 0;

// {cmr, frames: [{type, good, speech}]}; throws what is wrong with it
export function readAmr(payload, codec, octetAlign) {
	let at = 0;
	const bits = (n) => {
		let v = 0;
		for (; n; n--, at++) {
			if (at >> 3 >= payload.length)
				throw new Error(`payload ends at bit ${at}`);
			v = v << 1 | (payload[at >> 3] >> (7 - at % 8) & 1);
		}
		return v;
	};
	const align = () => { at = at + 7 & ~7; };
	const cmr = bits(4);
	if (octetAlign && bits(4))
		throw new Error('reserved bits after the CMR');
	const frames = [];
	for (let more = 1; more;) {
		more = bits(1);
		frames.push({ type: bits(4), good: bits(1) === 1 });
		if (octetAlign && bits(2))
			throw new Error('padding of the table of contents');
	}
	for (const frame of frames) {
		const size = frameBits(codec, frame.type);
		if (!size && frame.type < 14)
			throw new Error(`frame type ${frame.type}`);
		frame.speech = Buffer.alloc((size + 7) >> 3);
		for (let i = 0; i < size; i++)
			frame.speech[i >> 3] |= bits(1) << (7 - i % 8);
		if (octetAlign)
			align();
	}
	align();
	if (at !== payload.length * 8)
		throw new Error(`${payload.length} bytes, ${at / 8} told`);
	return { cmr, frames };
}

export function writeAmr({ cmr = 15, frames }, codec, octetAlign) {
	const out = [];
	const bits = (v, n) => {
		while (n--)
			out.push(v >> n & 1);
	};
	const align = () => {
		while (octetAlign && out.length % 8)
			out.push(0);
	};
	bits(cmr, 4);
	align();
	frames.forEach((frame, i) => {
		bits(i + 1 < frames.length ? 1 : 0, 1);
		bits(frame.type, 4);
		bits(frame.good === false ? 0 : 1, 1);
		align();
	});
	for (const frame of frames) {
		for (let i = 0; i < frameBits(codec, frame.type); i++)
			out.push(frame.speech[i >> 3] >> (7 - i % 8) & 1);
		align();
	}
	const payload = Buffer.alloc((out.length + 7) >> 3);
	out.forEach((bit, i) => { payload[i >> 3] |= bit << (7 - i % 8); });
	return payload;
}

// The storage format that decoders read (RFC 4867 section 5)
export const amrFile = (frames, codec) => Buffer.concat([
	Buffer.from(codec === 'AMR' ? '#!AMR\n' : '#!AMR-WB\n'),
	...frames.flatMap((f) => [
		Buffer.from([f.type << 3 | (f.good ? 4 : 0)]), f.speech])]);

// ------------------------------------------------ H.264 (RFC 6184)
const startCode = Buffer.from([0, 0, 0, 1]);

// NAL units of an Annex B stream
export function nalUnits(annexB) {
	const starts = [];
	for (let i = annexB.indexOf('\0\0\x01', 0, 'latin1'); i >= 0;
		i = annexB.indexOf('\0\0\x01', i + 3, 'latin1'))
		starts.push(i);
	return starts.map((start, k) => {
		let end = starts[k + 1] ?? annexB.length;
		while (end > start + 4 && !annexB[end - 1])
			end--;
		return annexB.subarray(start + 3, end);
	});
}

// NAL units in payloads of one stream, in order
export function nalsOf(payloads) {
	const nals = [];
	let parts = null;
	for (const p of payloads) {
		const type = p[0] & 31;
		if (type === 24) { // STAP-A
			for (let at = 1; at + 2 < p.length;) {
				const size = p.readUInt16BE(at);
				nals.push(p.subarray(at + 2, at + 2 + size));
				at += 2 + size;
			}
		} else if (type === 28) { // FU-A
			if (p[1] & 0x80)
				parts = [Buffer.from([p[0] & 0xe0 | p[1] & 31])];
			parts?.push(p.subarray(2));
			if (p[1] & 0x40 && parts) {
				nals.push(Buffer.concat(parts));
				parts = null;
			}
		} else {
			nals.push(p);
		}
	}
	return nals;
}

export const annexB = (nals) => Buffer.concat(
	nals.flatMap((nal) => [startCode, nal]));
