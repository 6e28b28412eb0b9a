// What all views draw with.

export const $ = (id) => document.getElementById(id);

// Live regions say what is set, also when it is the same
export function setText(element, text) {
	if (element.textContent !== text)
		element.textContent = text;
}

// What says something, or is not there
export function setWords(element, words) {
	setText(element, words);
	element.hidden = !words;
}

export function make(name, properties = {}, ...children) {
	const element = Object.assign(document.createElement(name), properties);
	element.append(...children);
	return element;
}

// A picture of index.html that means something
export function icon(id, label) {
	const ns = 'http://www.w3.org/2000/svg';
	const svg = document.createElementNS(ns, 'svg');
	const use = document.createElementNS(ns, 'use');
	use.setAttribute('href', `#${id}`);
	svg.setAttribute('role', 'img');
	svg.setAttribute('aria-label', label);
	svg.append(use);
	return svg;
}

// Make `list` show `items` (each with a `key`) in their order, by rows that
// stay the same as long as their item does: who is on one of them stays there.
// row(item) makes one, { element, draw(item) }
export function keyedList(list, row) {
	const rows = new Map();
	return (items, key) => {
		const keys = new Set(items.map(key));
		for (const [old, { element }] of rows) {
			if (!keys.has(old)) {
				element.remove();
				rows.delete(old);
			}
		}
		items.forEach((item, i) => {
			if (!rows.has(key(item)))
				rows.set(key(item), row(item));
			const { element, draw } = rows.get(key(item));
			draw(item);
			if (list.children[i] !== element)
				list.insertBefore(element, list.children[i] ?? null);
		});
	};
}
