// Which way sound and picture go, by what getStats() says of the candidate
// pair that ICE has selected.

// Firefox has no transports, or none that name a pair
function selectedPair(reports) {
	const all = [...reports.values()];
	const transport = all.find((r) => r.type === 'transport'
		&& r.selectedCandidatePairId);
	return transport ? reports.get(transport.selectedCandidatePairId)
		: all.find((r) => r.type === 'candidate-pair' && r.nominated
			&& r.state === 'succeeded' && r.selected !== false);
}

// 'UDP' or 'TCP'; by a relay 'TURN/UDP', 'TURN/TCP' or 'TURN/TLS', whichever
// way it is reached; '' while nothing is selected
export function readPath(reports) {
	const pair = selectedPair(reports);
	const local = pair && reports.get(pair.localCandidateId);
	if (local?.candidateType === 'relay')
		return `TURN/${(local.relayProtocol || local.protocol)
			.toUpperCase()}`;
	return local?.protocol?.toUpperCase() || '';
}
