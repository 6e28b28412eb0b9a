// What somebody sees who is alone: himself, and how to get others in.

const $ = (id) => document.getElementById(id);

// `left`: there were others; `dial`: the address that telephones call, or none
export function showAlone(stream, { left, dial }) {
	const link = location.href.replace(/^https?:\/\//, '');
	$('alone-title').textContent = left ? 'Everybody else has left.'
		: 'You are the first.';
	$('alone-link').textContent = link;
	$('alone-dial').hidden = !dial;
	$('alone-uri').textContent = dial || '';
	$('share').hidden = !navigator.share;
	$('alone').classList.toggle('pictured', stream.getVideoTracks().length > 0);
	if ($('self').srcObject !== stream)
		$('self').srcObject = stream;
	$('alone').hidden = false;
}

export function hideAlone() {
	$('alone').hidden = true;
	$('self').srcObject = null;
}
