// The picture, what stands over it, and the line above it.
import { say } from '../strings/say.mjs';
import { $, setText, setWords } from './dom.mjs';

function drawPicture(picture, dispatch) {
	const video = $('picture');
	if (video.srcObject === picture)
		return;
	video.srcObject = picture;
	if (!picture)
		return;
	video.onplaying = () => dispatch('pictureRuns');
	// another stream that came meanwhile is no reason
	video.play().catch((error) => error.name === 'NotAllowedError'
		&& dispatch('pictureWaits'));
}

// Oneself, as in a mirror; who is alone sees himself anyway
function mirror({ store, dispatch }) {
	store.watch(['mirror', 'own', 'others', 'view'],
		({ mirror: wanted, own, others, view }) => {
			const is = wanted && own.video !== null && view === 'call'
				&& others?.length !== 0;
			const stream = is ? own.stream : null;
			$('mirror').hidden = !is;
			if ($('mirror-video').srcObject !== stream)
				$('mirror-video').srcObject = stream;
		});
	$('mirror-close').addEventListener('click', () =>
		dispatch('set', 'mirror', false));
}

export function stageView({ store, dispatch }) {
	store.watch(['view'], ({ view }) => {
		$('call').hidden = view !== 'call';
		if (view === 'call')
			$('mute').focus({ preventScroll: true });
	});
	store.watch(['conference', 'title'], ({ conference, title }) => {
		setText($('title'), title || conference);
		$('title').title = title || conference;
	});
	store.watch(['connection', 'language'], ({ connection }) => {
		setText($('state'), say(connection.message) || say('call.connected'));
		$('state').className = `state ${connection.kind}`;
	});
	store.watch(['picture'], ({ picture }) => drawPicture(picture, dispatch));
	store.watch(['chosen', 'deviceList'], ({ chosen, deviceList }) => {
		const video = $('picture');
		// without the one that was chosen it is the browser's own choice
		const there = deviceList.audiooutput.some(({ id }) =>
			id === chosen.audiooutput) ? chosen.audiooutput : '';
		if ((video.sinkId ?? there) !== there)
			video.setSinkId(there).catch(console.error);
	});
	store.watch(['stageNote', 'language'], ({ stageNote }) =>
		setWords($('stage-note'), say(stageNote)));
	store.watch(['locked', 'monitored', 'me'], ({ locked, monitored, me }) => {
		$('locked-mark').hidden = !locked;
		$('monitored-mark').hidden = !monitored;
		$('deaf-mark').hidden = !me?.deaf;
		$('hidden-mark').hidden = !me?.hidden;
	});
	store.watch(['quality'], ({ quality }) => {
		$('weak-mark').hidden = quality.kind !== 'weak';
	});
	store.watch(['askedToSpeak', 'language'], ({ askedToSpeak }) => {
		setText($('ask-words'), askedToSpeak ? say('ask.speak') : '');
		$('ask').hidden = !askedToSpeak;
	});

	mirror({ store, dispatch });
	$('ask-yes').addEventListener('click', () => dispatch('toggle', 'audio'));
	$('ask-no').addEventListener('click', () => dispatch('staySilent'));
	document.addEventListener('click', () => {
		if ($('picture').srcObject && $('picture').paused)
			$('picture').play().catch(() => {});
	});
}
