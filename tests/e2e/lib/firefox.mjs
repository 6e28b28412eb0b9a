// Firefox with a known tone for a microphone, driven by Marionette: the
// protocol that Debian's Firefox speaks without another program between.
import { connect } from 'node:net';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Program, scratch, until } from './process.mjs';
import { PageMedia, plainMicrophone } from './page_media.mjs';

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
	static async connect(port) {
		const m = new Marionette();
		m.waiting = new Map();
		m.last = 0;
		let rest = Buffer.alloc(0);
		m.socket = connect(port, '127.0.0.1');
		m.socket.on('data', (data) => {
			rest = m.#take(Buffer.concat([rest, data]));
		});
		const gone = (error) => {
			for (const { fail } of m.waiting.values())
				fail(error || new Error('Firefox hung up'));
			m.waiting.clear();
		};
		m.socket.on('error', gone);
		m.socket.on('close', () => gone());
		await new Promise((up, down) => {
			m.socket.once('connect', up);
			m.socket.once('error', down);
		});
		return m;
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

export class Firefox extends PageMedia {
	static async start({ hz = 1000 } = {}) {
		const f = new Firefox();
		f.hz = hz;
		f.scratch = await scratch();
		const profile = join(f.scratch.dir, 'profile');
		await mkdir(profile);
		await writeFile(join(profile, 'user.js'),
			Object.entries(preferences(hz)).map(([key, value]) =>
				`user_pref('${key}', ${JSON.stringify(value)});\n`)
				.join(''));
		f.program = new Program('/usr/bin/firefox-esr', ['--headless',
			'--no-remote', '--marionette', '--profile', profile,
			'about:blank'], { env: { ...process.env,
			HOME: f.scratch.dir } });
		const port = await until('Firefox listens', async () => {
			if (f.program.exited)
				throw new Error(`it exited: ${f.program.output}`);
			return Number(await readFile(
				join(profile, 'MarionetteActivePort'), 'utf8'));
		}, 60000);
		f.marionette = await Marionette.connect(port);
		await f.marionette.ask('WebDriver:NewSession', {
			capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
		f.page = new Page(f.marionette);
		return f;
	}

	get listen() { return record; }

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
