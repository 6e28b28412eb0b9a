// A small screen asks for a picture of its size (RFC 6236): the server draws
// fewer people on that one, and larger names.

// no screen, where only the call runs
const small = globalThis.matchMedia?.('(max-width: 560px)');
const isSmall = () => Boolean(small?.matches);
const SIZE = '[x=640,y=360]';
let wished = isSmall(); // what was said last

// tell() when the screen becomes small, or large. Returns what ends it
export function watchScreen(tell) {
	small?.addEventListener('change', tell);
	return () => small?.removeEventListener('change', tell);
}

// It was turned while nothing could be said
export const turned = () => isSmall() !== wished;

// What the browser describes, with what the screen wants
export function wishSize(sdp) {
	wished = isSmall();
	return wished ? sdp.replace(
		/^a=rtpmap:(\d+) (?:VP8|H264)\/90000\r\n/gim,
		(row, type) => `${row}a=imageattr:${type} recv ${SIZE}\r\n`) : sdp;
}
