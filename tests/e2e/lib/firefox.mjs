// Firefox with a known tone for a microphone, driven by Marionette: the
// protocol that Debian's Firefox speaks without another program between.
import { connect } from 'node:net';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { PRESENT_DB } from './judge.mjs';
import { Program, scratch, until } from './process.mjs';
import { PageMedia, plainMicrophone } from './page_media.mjs';
import { tonePower } from './signal.mjs';

const preferences = (hz) => ({
	'marionette.port': 0,
	'media.navigator.streams.fake': true,
	'media.navigator.permission.disabled': true,
	'media.navigator.audio.fake_frequency': hz,
	'media.autoplay.default': 0,
	'media.autoplay.blocking_policy': 0,
	// nothing is asked of the world outside
	'app.update.enabled': false,
	'browser.safebrowsing.malware.enabled': false,
	'browser.safebrowsing.phishing.enabled': false,
	'browser.shell.checkDefaultBrowser': false,
	'datareporting.policy.dataSubmissionEnabled': false,
	'extensions.systemAddon.update.enabled': false,
	'media.gmp-manager.updateEnabled': false,
	'network.captive-portal-service.enabled': false,
	'network.connectivity-service.enabled': false,
	'services.settings.server': 'http://127.0.0.1:1/',
});

// One message is its length, a colon and JSON: [0, id, name, parameters] and
// [1, id, error, result]
class Marionette {
	// @param socket  to where Firefox listens
	constructor(socket) {
		this.waiting = new Map();
		this.last = 0;
		this.socket = socket;
		let rest = Buffer.alloc(0);
		socket.on('data', (data) => {
			rest = this.#take(Buffer.concat([rest, data]));
		});
		const gone = (error) => {
			for (const { fail } of this.waiting.values())
				fail(error || new Error('Firefox hung up'));
			this.waiting.clear();
		};
		socket.on('error', gone);
		socket.on('close', () => gone());
	}

	#take(bytes) {
		for (;;) {
			const colon = bytes.indexOf(':');
			const size = Number(bytes.toString('latin1', 0, colon));
			if (colon < 0 || bytes.length < colon + 1 + size)
				return bytes;
			const message = JSON.parse(bytes.toString('utf8', colon + 1,
				colon + 1 + size));
			bytes = bytes.subarray(colon + 1 + size);
			// the greeting is no list
			const [, id, error, result] = Array.isArray(message)
				? message : [];
			const call = this.waiting.get(id);
			this.waiting.delete(id);
			if (error)
				call?.fail(new Error(`${error.error}: ${error.message}`));
			else
				call?.done(result);
		}
	}

	ask(name, parameters = {}) {
		const id = ++this.last;
		const text = JSON.stringify([0, id, name, parameters]);
		this.socket.write(`${Buffer.byteLength(text)}:${text}`);
		return new Promise((done, fail) =>
			this.waiting.set(id, { done, fail }));
	}
}

// Runs in the page: the last `ms` of what it would play. Without a loudspeaker
// Firefox runs no AudioContext, but records
const record = async (ms) => {
	const stream = document.getElementById('picture').srcObject;
	const recorder = new MediaRecorder(new MediaStream(
		stream.getAudioTracks()));
	const parts = [];
	const enough = new Promise((done) => {
		recorder.ondataavailable = ({ data }) => done(parts.push(data));
	});
	const stopped = new Promise((done) => { recorder.onstop = done; });
	recorder.start(ms + 500);
	await enough;
	recorder.stop();
	await stopped;
	const sound = await new OfflineAudioContext(1, 1, 48000)
		.decodeAudioData(await new Blob(parts).arrayBuffer());
	return [...sound.getChannelData(0).subarray(-ms * 48)]
		.map((x) => Math.round(x * 32767));
};

// Runs in the page of an application: the next `ms` of each of the sounds that
// come, at once
const recordAll = async (ms) => {
	const tracks = window.pc.getReceivers().map(({ track }) => track)
		.filter(({ kind, readyState }) => kind === 'audio'
			&& readyState === 'live');
	const context = new OfflineAudioContext(1, 1, 48000);
	return Promise.all(tracks.map(async (track) => {
		const recorder = new MediaRecorder(new MediaStream([track]));
		const parts = [];
		recorder.ondataavailable = ({ data }) => parts.push(data);
		const stopped = new Promise((done) => { recorder.onstop = done; });
		recorder.start();
		setTimeout(() => recorder.stop(), ms);
		await stopped;
		const sound = await context.decodeAudioData(
			await new Blob(parts).arrayBuffer());
		return [...sound.getChannelData(0)].map((x) => Math.round(x * 32767));
	}));
};

// As much of Playwright's page as the tests use
class Page {
	constructor(marionette) { this.marionette = marionette; }

	async goto(url) {
		await this.marionette.ask('WebDriver:Navigate', { url });
		await this.evaluate(plainMicrophone);
	}

	async evaluate(script, argument) {
		const { value } = await this.marionette.ask(
			'WebDriver:ExecuteScript', {
				script: `return (${script})(...arguments)`,
				args: argument === undefined ? [] : [argument],
				sandbox: null });
		return value;
	}
}

// Runs in a network of its own, whose loopback is not ours: standard input and
// output are those of a connection
const pass = `const s = require('net').connect(process.argv[1], '127.0.0.1');
	process.stdin.pipe(s).pipe(process.stdout);`;

// Its fake camera goes through the colours: whether a picture has any but the
// red of baresip's
export const isColourful = ({ data }) => {
	let n = 0;
	for (let i = 0; i < data.length; i += 4) {
		const [r, g, b] = data.subarray(i, i + 3);
		const red = r > g + 60 && r > b + 60;
		n += Math.max(r, g, b) - Math.min(r, g, b) > 50 && !red;
	}
	return n * 4 / data.length > 0.1;
};

export class Firefox extends PageMedia {
	// @param network  where it runs (Place)
	static async start({ hz = 1000, network = null } = {}) {
		const f = new Firefox();
		f.hz = hz;
		f.scratch = await scratch();
		const profile = join(f.scratch.dir, 'profile');
		await mkdir(profile);
		await writeFile(join(profile, 'user.js'),
			Object.entries(preferences(hz)).map(([key, value]) =>
				`user_pref('${key}', ${JSON.stringify(value)});\n`)
				.join(''));
		const program = (file, args, options) => network
			? network.program(file, args, options)
			: new Program(file, args, options);
		f.program = program('/usr/bin/firefox-esr', ['--headless',
			'--no-remote', '--marionette', '--profile', profile,
			'about:blank'], { env: { ...process.env,
			HOME: f.scratch.dir } });
		const port = await until('Firefox listens', async () => {
			if (f.program.exited)
				throw new Error(`it exited: ${f.program.output}`);
			return Number(await readFile(
				join(profile, 'MarionetteActivePort'), 'utf8'));
		}, 60000);
		if (network) {
			const { stdin, stdout } = program(process.execPath,
				['-e', pass, port]).child;
			f.marionette = new Marionette(Duplex.from({ writable: stdin,
				readable: stdout }));
		} else {
			f.marionette = new Marionette(connect(port, '127.0.0.1'));
		}
		await f.marionette.ask('WebDriver:NewSession',
			{ acceptInsecureCerts: true });
		f.page = new Page(f.marionette);
		return f;
	}

	get listen() { return record; }

	// In whichever of the sounds that an application gets: it may play the one
	// or the other
	async longestGap(hz, ms) {
		const sounds = await this.page.evaluate(recordAll, ms);
		let missing = 0, longest = 0;
		for (let at = 0; at < ms * 48; at += 1024) {
			const there = sounds.some((sound) => tonePower(Float32Array.from(
				sound.slice(at, at + 1024), (x) => x / 32768), 48000, hz)
				> PRESENT_DB);
			missing = there ? 0 : missing + 1024 / 48;
			longest = Math.max(longest, missing);
		}
		return longest;
	}

	// Runs a function in the page until it is true
	until(what, script, ms = 20000) {
		return until(what, async () => await this.page.evaluate(script)
			|| Promise.reject(new Error(JSON.stringify(
				await this.page.evaluate(() => ({
					state: document.getElementById('state')?.textContent,
					ended: document.getElementById('ended-words')
						?.textContent,
					error: document.getElementById('join-error')
						?.textContent }))))), ms);
	}

	click(id) {
		return this.page.evaluate((name) => {
			document.getElementById(name).click();
			return true;
		}, id);
	}

	// Through the lobby of the join page
	async join(url, name) {
		await this.page.goto(url);
		await this.enter(name);
	}

	async enter(name) {
		await this.until('the preview runs', () =>
			document.getElementById('preview')?.srcObject
				?.getTracks().length === 2);
		await this.page.evaluate((text) => {
			document.getElementById('display-name').value = text;
		}, name);
		await this.click('join-button');
		await this.connected();
	}

	connected(ms = 20000) {
		return this.until('the page says it is connected', () =>
			!document.getElementById('call').hidden
			&& document.getElementById('state').textContent
				=== 'Connected', ms);
	}

	// Which way its media goes, as the page says
	path() {
		return this.page.evaluate(() =>
			document.getElementById('path').textContent);
	}

	// Names on the page's list of people
	people() {
		return this.page.evaluate(() => [...document.querySelectorAll(
			'#people .who')].map((e) => e.firstChild.textContent));
	}

	async stop() {
		await this.program?.stop();
		this.marionette?.socket.destroy();
		await this.scratch?.remove();
	}
}
