// What the server says of a conference before anyone dials it

// Resolves to { may_join, reason, words, uri, relay }, `reason` 'away' where it
// does not answer; null: it says nothing of it
export async function askConference(name) {
	try {
		const path = `/api/conferences/${encodeURIComponent(name)}`;
		const answer = await fetch(path, { cache: 'no-store' });
		return answer.ok || answer.status === 404 ? await answer.json() : null;
	} catch {
		return { may_join: false, reason: 'away' };
	}
}
