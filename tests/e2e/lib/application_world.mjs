// A terminal, bob, and a browser, eve, in which a web application that is not
// ours runs, in one conference of a Parley of their own.
import { after, before } from 'node:test';
import { Baresip } from './baresip.mjs';
import { Browser } from './browser.mjs';
import { Parley } from './parley.mjs';
import { serveApplication } from './third_party.mjs';
import { until } from './process.mjs';

// not green: so is the placeholder of "app"
export const RED = [200, 30, 30], VIOLET = [160, 60, 160];

// Registers the hooks of the suite that calls it; bob is in `conference`
export function applicationWorld(conference) {
	const w = { endpoints: () => w.parley.endpoints(conference) };

	before(async () => {
		w.parley = await Parley.start();
		w.app = await serveApplication();
		w.bob = await Baresip.start({ audio: 'opus/48000/2', video: 'VP8',
			hz: 440, rgb: RED });
		w.eve = await Browser.start({ hz: 1000, rgb: VIOLET });
		await w.bob.dial(w.parley.uri(conference));
	});
	after(async () => {
		await w.eve?.stop();
		await w.bob?.stop();
		w.app?.close();
		await w.parley?.stop();
	});

	// From a page that is loaded anew; `want` is that of the application
	w.dial = async (want = { audio: true, video: true }, wss = false,
		name = conference) => {
		await w.eve.page.goto(w.app.url);
		const base = wss ? w.parley.https.replace('https', 'wss')
			: w.parley.http.replace('http', 'ws');
		await w.eve.page.evaluate(([url, target, wanted]) =>
			window.dial(url, target, wanted),
		[`${base}/ws`, w.parley.uri(name), want]);
	};
	w.hangUp = async () => {
		await w.eve.page.evaluate(() => !window.session.isEnded()
			&& window.session.terminate());
		await until('bob is alone', async () =>
			(await w.endpoints()).length === 1);
	};
	return w;
}
