// What the browser keeps for its user (localStorage) and for this tab
// (sessionStorage), under names that begin with "parley.". A browser may keep
// nothing: then a reload forgets it.

const memory = (storage) => ({
	get(name) {
		try {
			return storage().getItem(`parley.${name}`) || '';
		} catch {
			return '';
		}
	},
	set(name, value) {
		try {
			storage().setItem(`parley.${name}`, value);
		} catch { /* as above */ }
	},
});

export const lasting = memory(() => localStorage);
export const ofTab = memory(() => sessionStorage);
