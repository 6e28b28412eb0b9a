// The page's own address: /NAME is a conference, / none
import { conferenceName } from '../state/names.mjs';

const pathOf = (name) => `/${encodeURIComponent(name)}`;

// As it is in the link, '' where there is none
function readName() {
	try {
		return decodeURIComponent(location.pathname.slice(1));
	} catch {
		return '';
	}
}

// The link to pass on is now that of another name
export const replaceName = (name) =>
	history.replaceState({}, '', pathOf(name));

// Another place, from which "back" leads here
export function goTo(name) {
	if (readName() !== name)
		history.pushState({}, '', name ? pathOf(name) : '/');
}

// A link that somebody typed may have a name that none can have: it is put
// right where that is possible
export function nameOfLink() {
	const typed = readName(), name = conferenceName(typed);
	if (name && name !== typed.toLowerCase())
		replaceName(name);
	return name === typed.toLowerCase() ? typed : name;
}

export const link = () => location.href;
