// The kinds of attack, in their order: a module each, that says what it
// measures (`title`, `figures`: what, and the bound of this tree), what tests
// hold it (`files`), and measures it.
const names = ['bleed', 'claim', 'ports', 'cannon', 'clock', 'flood', 'load',
	'own_port', 'start', 'origin', 'broken'];

export const rows = await Promise.all(names.map(async (name) =>
	({ name, ...await import(`./${name}.mjs`) })));
