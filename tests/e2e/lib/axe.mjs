// What axe finds wrong with a page for people who use it otherwise: WCAG 2.2,
// levels A and AA, and what is good practice beside it.
import { createRequire } from 'node:module';

const { source } = createRequire(import.meta.url)('axe-core');

// Runs in the page; it is one that forbids other scripts, so it brings no tag
const look = async () => {
	const { violations } = await window.axe.run(document, {
		resultTypes: ['violations'],
		runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
			'best-practice'],
		rules: { 'target-size': { enabled: true } },
	});
	return violations.flatMap(({ id, nodes }) => nodes.map(({ html, any, all,
		none }) => `${id}: ${html.slice(0, 80)} ${[...any, ...all, ...none]
		.map(({ message }) => message).join(' ').slice(0, 160)}`));
};

// In words; nothing is wrong where there are none
export async function wrongForAll(page) {
	if (!await page.evaluate(() => Boolean(window.axe)))
		await page.evaluate(source);
	return page.evaluate(look);
}
