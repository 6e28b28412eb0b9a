// A state of the join page on a phone upright and lengthwise and on a desk, light
// and dark, and in German, whose words are longer: a picture of each goes to
// build/screens/ for people, and all that is wrong with it is told at once.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { wrongForAll } from './axe.mjs';
import { until } from './process.mjs';
import { wrongOnScreen } from './screen.mjs';

const out = new URL('../../../build/screens/', import.meta.url).pathname;
const SCREENS = [[360, 800], [844, 390], [1440, 900]];

// Names that people have, and that somebody may have
export const NAMES = ['Zoë Ærøskøbing', 'محمد عبد الله', '👩‍💻 Ada 🚀',
	'Bartholomäus-Maximilian von und zu Hohenstein-Schillingsfürst',
	'王小明', 'שלום כהן', 'Łukasz Żółć', 'Ο Νίκος', 'Дмитрий', '<b>Bob</b>'];

export class Shots {
	constructor(page) { this.page = page; }

	#speak(language) {
		return this.page.evaluate((to) => {
			const select = document.getElementById('language-select');
			select.value = to;
			select.dispatchEvent(new Event('change'));
		}, language);
	}

	// @param still  async (width) => waits until the page stands still
	async take(name, { screens = SCREENS, still = () => {} } = {}) {
		const { page } = this;
		const wrong = [];
		const look = async (what, width, check) => {
			await page.screenshot({ path: `${out}${what}-${width}.png` });
			wrong.push(...(await check()).map((w) => `${what} ${width}: ${w}`));
		};
		await mkdir(out, { recursive: true });
		for (const [width, height] of screens) {
			const seen = () => wrongOnScreen(page, width < 1000);
			await page.setViewportSize({ width, height });
			await still(width);
			for (const colorScheme of ['dark', 'light']) {
				await page.emulateMedia({ colorScheme });
				await look(`${name}-${colorScheme}`, width, async () => [
					...await seen(), ...await wrongForAll(page)]);
			}
			await this.#speak('de');
			await look(`${name}-de`, width, seen);
			await this.#speak('en');
		}
		assert.deepEqual(wrong, []);
	}

	// The picture is the one for this screen, and it plays
	pictureFor(width) {
		return until('the picture is of its size', () =>
			this.page.evaluate((want) => {
				const v = document.getElementById('picture');
				return v.videoWidth === want && !v.paused
					&& document.getElementById('stage-note').hidden
					|| Promise.reject(new Error(`${v.videoWidth}`));
			}, width < 560 ? 640 : 1280));
	}
}
