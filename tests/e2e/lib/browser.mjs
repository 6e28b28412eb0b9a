// Chromium with a known tone for a microphone and a known picture for a
// camera, joining through the page as a person does.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { patience } from './pace.mjs';
import { run, scratch, until } from './process.mjs';
import { PageMedia, plainMicrophone } from './page_media.mjs';
import { writeCamera, writeTone } from './signal.mjs';

const flags = ['--headless=new', '--no-sandbox', '--disable-gpu',
	'--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync',
	'--use-fake-device-for-media-stream', '--allow-loopback-in-peer-connection',
	'--autoplay-policy=no-user-gesture-required'];

export class Browser extends PageMedia {
	// @param network  where it runs: command(file, ...args) is what starts a
	//                 program there, as [file, args]
	// @param more     flags beside those of all
	static async start({ hz = 1000, rgb = [30, 160, 40], allow = true,
		viewport = { width: 1280, height: 800 }, camera = true,
		mobile = false, network = null, more = [] } = {}) {
		const b = new Browser();
		b.hz = hz;
		b.scratch = await scratch();
		await writeTone(join(b.scratch.dir, 'tone.wav'), hz, 60);
		await writeCamera(join(b.scratch.dir, 'camera.y4m'),
			{ rgb, seconds: 4, width: 640, height: 360, fps: 15 });
		b.context = await chromium.launchPersistentContext(
			join(b.scratch.dir, 'profile'), {
				executablePath: await b.#program(network),
				timeout: patience(30000),
				args: [...flags, ...more,
					allow ? '--use-fake-ui-for-media-stream'
						: '--deny-permission-prompts',
					`--use-file-for-fake-audio-capture=${
						b.scratch.dir}/tone.wav`,
					`--use-file-for-fake-video-capture=${
						b.scratch.dir}/camera.y4m`],
				ignoreDefaultArgs: ['--mute-audio'],
				ignoreHTTPSErrors: true,
				viewport,
				hasTouch: mobile,
				isMobile: mobile,
			});
		await b.#use(b.context.pages()[0] || await b.context.newPage());
		return b;
	}

	// Chromium as one word, for who starts it: it runs in that network
	async #program(network) {
		if (!network)
			return '/usr/bin/chromium';
		const path = join(this.scratch.dir, 'chromium');
		const words = network.command('/usr/bin/chromium').flat()
			.map((word) => `'${word}'`);
		await writeFile(path, `#!/bin/sh
exec ${words.join(' ')} "$@"
`, { mode: 0o755 });
		return path;
	}

	// A page more in the same browser, with the same microphone and camera
	async another() {
		const b = new Browser();
		b.hz = this.hz;
		await b.#use(await this.context.newPage());
		return b;
	}

	async #use(page) {
		this.page = page;
		page.setDefaultTimeout(patience(15000));
		this.console = [];
		page.on('console', (m) => this.console.push(m.text()));
		page.on('pageerror', (e) =>
			this.console.push(`error: ${e.message}`));
		await page.addInitScript(plainMicrophone);
	}

	// Click through the lobby
	async open(url, name) {
		await this.page.goto(url);
		await this.page.fill('#display-name', name);
	}

	async join(url, name) {
		await this.open(url, name);
		await until('the preview runs', () => this.page.evaluate(
			() => document.getElementById('preview').srcObject
				?.getTracks().length === 2));
		await this.page.click('#join-button');
		await this.connected();
	}

	async connected(ms = 10000) {
		await until('the page says it is connected', async () => {
			const state = await this.page.evaluate(() => ({
				text: document.getElementById('state').textContent,
				call: !document.getElementById('call').hidden,
				ended: document.getElementById('ended-words').textContent,
				error: document.getElementById('join-error').textContent }));
			return state.call && state.text === 'Connected' || Promise.reject(
				new Error(JSON.stringify({ ...state,
					console: this.console.slice(-8) })));
		}, ms);
	}

	async people() {
		return this.page.evaluate(() => [...document.querySelectorAll(
			'#people .who')].map((e) => e.firstChild.textContent));
	}

	// All processes of this browser, by its profile
	async #processes() {
		const { output } = await run('pgrep', ['-f',
			`user-data-dir=${this.scratch.dir}/profile`]);
		return output.trim().split('\n').map(Number);
	}

	// As a laptop that is closed; returns what wakes it
	async sleep() {
		const pids = await this.#processes();
		for (const pid of pids)
			process.kill(pid, 'SIGSTOP');
		return () => pids.forEach((pid) => process.kill(pid, 'SIGCONT'));
	}

	// At once, without a goodbye
	async die() {
		for (const pid of await this.#processes())
			process.kill(pid, 'SIGKILL');
		await this.scratch.remove();
		this.context = this.page = null;
	}

	async leave() { await this.page.click('#leave'); }

	async stop() {
		await (this.context || this.page)?.close();
		await this.scratch?.remove();
	}
}
