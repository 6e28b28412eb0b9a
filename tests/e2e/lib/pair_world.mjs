// Two pages of an application that is not ours, which may be end to end, in
// conferences of a Parley of their own.
import { after, before } from 'node:test';
import { Parley } from './parley.mjs';
import { serveApplication } from './third_party.mjs';
import { until } from './process.mjs';

export const FOLLOWS = { audio: true, video: true, follow: true };

// Registers the hooks of the suite that calls it
export function pairWorld(settings = {}) {
	const w = {};

	before(async () => {
		w.parley = await Parley.start({ end_to_end: 'yes',
			media_address: null, ...settings });
		w.app = await serveApplication();
	});
	after(async () => {
		w.app?.close();
		await w.parley?.stop();
	});

	// From a page that is loaded anew; `want` is that of the application
	w.dial = async (who, name, want = FOLLOWS) => {
		await who.page.goto(w.app.url);
		await who.page.evaluate(([url, target, wanted]) =>
			window.dial(url, target, wanted),
		[`${w.parley.http.replace('http', 'ws')}/ws`, w.parley.uri(name),
			want]);
	};
	// All of them that are pages, of so many who are there
	w.are = (name, bearer, count = 2, ms = 15000) =>
		until(`${name}: ${bearer}`, async () => {
			const all = await w.parley.endpoints(name);
			return all.length === count
				&& all.filter(({ webrtc }) => webrtc)
					.every((e) => e.bearer === bearer)
				|| Promise.reject(new Error(JSON.stringify(all.map((e) =>
					e.bearer))));
		}, ms);
	// What the media server counts of each of them
	w.legs = async (name) => (await w.parley.json('stats', name)).legs;
	w.ended = (who) => who.page.evaluate(() =>
		window.events.filter((e) => e.ended));
	return w;
}

// What a browser has agreed: lines, and whose certificate is at their end
export const lines = (who) => who.page.evaluate(() => {
	const read = (description) => {
		const [head, ...media] = description.sdp.split(/(?=^m=)/m);
		return media.map((m) => ({
			kind: m.match(/^m=(\w+)/)[1],
			mid: m.match(/^a=mid:(\S+)/m)?.[1],
			fingerprint: (m + head).match(/^a=fingerprint:(\S+ \S+)/m)?.[1],
		}));
	};
	return { ours: read(window.pc.localDescription),
		theirs: read(window.pc.remoteDescription) };
});
export const passes = ({ mid }) => /^e\d+[avd]$/.test(mid);

// The codec of the picture that it sends most of just now, and on which line
export const pictureSent = (who) => who.page.evaluate(async () => {
	const read = async () => {
		const all = await window.pc.getStats();
		return [...all.values()].filter((s) => s.type === 'outbound-rtp'
			&& s.kind === 'video').map((s) => ({ mid: s.mid,
			sent: s.packetsSent, codec: all.get(s.codecId)?.mimeType }));
	};
	const before = await read();
	await new Promise((done) => setTimeout(done, 1000));
	const news = (await read()).map((s) => ({ ...s, sent: s.sent
		- (before.find(({ mid }) => mid === s.mid)?.sent || 0) }));
	return news.sort((a, b) => b.sent - a.sent)[0];
});
