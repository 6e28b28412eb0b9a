// One document of the conference event package (RFC 4575), and what Parley says
// beside it (tests/schema/activity.xsd).

export const TYPE = 'application/conference-info+xml';
const ACTIVITY = 'urn:x-parley:activity';

const children = (element, name) => [...element?.children || []]
	.filter((c) => c.localName === name);
const child = (element, name) => children(element, name)[0];
const words = (element, name) => child(element, name)?.textContent ?? '';
const isTrue = (text) => text === 'true' || text === '1';

// Merge elements that carry a state into a map by entity
function merge(map, elements, fresh, take) {
	for (const element of elements) {
		const entity = element.getAttribute('entity') ?? '';
		const state = element.getAttribute('state') ?? 'full';
		if (state === 'deleted') {
			map.delete(entity);
			continue;
		}
		if (state === 'full' || !map.has(entity))
			map.set(entity, fresh(entity));
		take(map.get(entity), element);
	}
}

function takeEndpoint(endpoint, element) {
	for (const [key, name] of [['display', 'display-text'],
		['status', 'status']]) {
		if (child(element, name))
			endpoint[key] = words(element, name);
	}
	const activity = child(element, 'activity');
	if (activity?.namespaceURI === ACTIVITY) {
		for (const key of ['number', 'place', 'hand'])
			endpoint[key] = Number(activity.getAttribute(key));
		// what it waits for that is not let in yet
		endpoint.waiting = activity.getAttribute('waiting') || '';
		// "Ana (2)", where others are called so, too
		endpoint.label = activity.getAttribute('label');
		for (const key of ['talking', 'muted', 'deaf', 'webrtc'])
			endpoint[key] = isTrue(activity.getAttribute(key));
		endpoint.hidden = isTrue(activity.getAttribute('video-muted'));
	}
}

function takeUser(user, element) {
	if (child(element, 'display-text'))
		user.display = words(element, 'display-text');
	if (child(element, 'roles'))
		user.role = words(child(element, 'roles'), 'entry');
	merge(user.endpoints, children(element, 'endpoint'),
		(entity) => ({ entity, user: user.entity, number: 0, place: 0 }),
		takeEndpoint);
}

function readState(element) {
	const activity = child(element, 'activity');
	return element && { locked: isTrue(words(element, 'locked')),
		spotlight: Number(activity?.getAttribute('spotlight')),
		layout: activity?.getAttribute('layout') || 'grid',
		lost: activity?.getAttribute('media') === 'lost',
		monitored: activity?.getAttribute('monitored') === 'true' };
}

// { version, full, mergeUsers(map), state: { locked, lost, spotlight,
// layout } or
// undefined where it says nothing of that, title or undefined }; null: no such
// document.
// `map` is of users by entity: { entity, display, endpoints: map of
// endpoints by entity }
export function readDocument(body) {
	const root = new DOMParser().parseFromString(body, 'application/xml')
		.documentElement;
	if (root?.localName !== 'conference-info')
		return null;
	return {
		version: Number(root.getAttribute('version')),
		full: root.getAttribute('state') === 'full',
		state: readState(child(root, 'conference-state')),
		title: child(root, 'conference-description')
			&& words(child(root, 'conference-description'), 'display-text'),
		mergeUsers: (map) => merge(map, children(child(root, 'users'), 'user'),
			(entity) => ({ entity, display: '', role: 'guest',
				endpoints: new Map() }),
			takeUser),
	};
}
