// Whether a page looks designed for the screen that it is on: nothing beside
// it, cut off, covered or too small for a finger, and words that can be read.

// Runs in the page; what is wrong, in words
const look = ({ phone }) => {
	const wrong = [];
	const root = document.scrollingElement;
	const call = document.getElementById('call');
	const name = (e) => `${e.tagName.toLowerCase()}${e.id && `#${e.id}`}${
		e.className && typeof e.className === 'string'
			? `.${e.className.replaceAll(' ', '.')}` : ''}`;
	const seen = (e) => e.checkVisibility({ visibilityProperty: true });
	const box = (e) => e.getBoundingClientRect();

	if (root.scrollWidth > innerWidth)
		wrong.push(`the page is ${root.scrollWidth} wide`);
	if (!call.hidden && root.scrollHeight > innerHeight)
		wrong.push(`the call is ${root.scrollHeight} high`);

	// what is touched: all of it on the screen, on top, large enough. A box
	// with its words is one
	const least = phone ? 43.5 : 24;
	const dialog = document.querySelector('dialog[open]');
	for (const control of document.querySelectorAll('button, input, select')) {
		const e = control.type === 'checkbox' && control.closest('label')
			|| control;
		if (!seen(e) || e.matches(':disabled')
			|| dialog && !dialog.contains(e))
			continue;
		e.scrollIntoView({ block: 'nearest' });
		const b = box(e);
		if (b.left < -1 || b.top < -1 || b.right > innerWidth + 1
			|| b.bottom > innerHeight + 1)
			wrong.push(`${name(e)} is beside the screen: ${
				[b.left, b.top, b.right, b.bottom].map(Math.round)}`);
		for (const [x, y] of [[.5, .5], [.15, .5], [.85, .5], [.5, .15],
			[.5, .85]]) {
			const top = document.elementFromPoint(b.left + x * b.width,
				b.top + y * b.height);
			if (!top || !e.contains(top)) {
				wrong.push(`${name(e)} is covered by ${top && name(top)}`);
				break;
			}
		}
		if (e.tagName === 'BUTTON' && e.scrollWidth > e.clientWidth + 1)
			wrong.push(`${name(e)}: its words are ${e.scrollWidth} wide, it is ${
				e.clientWidth}: ${e.textContent.trim()}`);
		if (Math.min(b.width, b.height) < least)
			wrong.push(`${name(e)} is ${Math.round(b.width)}x${
				Math.round(b.height)}`);
	}

	// colours of a text and of what is behind it, mixed
	const rgba = (text) => {
		const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
		return [r, g, b, a];
	};
	const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a),
		g * a + G * (1 - a), b * a + B * (1 - a), 1];
	const behind = (e) => {
		const layers = [];
		for (let n = e; n; n = n.parentElement) {
			layers.push(rgba(getComputedStyle(n).backgroundColor));
			if (layers.at(-1)[3] === 1)
				break;
		}
		return layers.reduceRight((below, layer) => over(layer, below),
			[0, 0, 0, 1]);
	};
	const light = (c) => [.2126, .7152, .0722].reduce((sum, weight, i) => {
		const v = c[i] / 255;
		return sum + weight * (v <= .04045 ? v / 12.92
			: ((v + .055) / 1.055) ** 2.4);
	}, 0);

	for (const e of document.querySelectorAll('body *')) {
		const own = [...e.childNodes].filter((n) => n.nodeType === 3)
			.map((n) => n.data.trim()).join('');
		if (!own || !seen(e) || /^(SCRIPT|OPTION|NOSCRIPT)$/.test(e.tagName)
			|| box(e).width < 2)
			continue;
		const style = getComputedStyle(e);
		const lines = style.overflowX === 'visible' ? 0
			: e.scrollWidth - e.clientWidth;
		// what is cut says so with dots, and all of it to who asks
		if (lines > 1 && !(style.textOverflow === 'ellipsis'
			&& (e.title || e.closest('[title]'))))
			wrong.push(`${name(e)} is cut: ${own.slice(0, 40)}`);
		const b = box(e);
		if (b.left < -1 || b.right > innerWidth + 1)
			wrong.push(`${name(e)} is beside the screen: ${own.slice(0, 40)}`);
		if (e.closest(':disabled'))
			continue;
		const ground = behind(e), ink = over(rgba(style.color), ground);
		const [less, more] = [light(ground), light(ink)].sort((x, y) => x - y);
		if ((more + .05) / (less + .05) < 4.5)
			wrong.push(`${name(e)} has a contrast of ${
				((more + .05) / (less + .05)).toFixed(1)}: ${own.slice(0, 40)}`);
		if (parseFloat(style.fontSize) < 12)
			wrong.push(`${name(e)} is ${style.fontSize} high`);
	}

	// what stands side by side on the stage and around it does not overlap
	const parts = call.hidden ? [] : [...call.children].filter(seen);
	parts.forEach((e, i) => parts.slice(i + 1).forEach((other) => {
		const a = box(e), b = box(other);
		if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
			&& Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
			wrong.push(`${name(e)} lies over ${name(other)}`);
	}));
	for (const e of document.querySelectorAll('main, .panel, ul'))
		e.scrollTop = 0;
	root.scrollTop = 0;
	return wrong;
};

export const wrongOnScreen = (page, phone) => page.evaluate(look, { phone });
