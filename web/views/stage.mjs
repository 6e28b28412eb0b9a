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
	store.watch(['chosen'], ({ chosen: { audiooutput } }) => {
		const video = $('picture');
		// one that is there no more is as good as none
		if ((video.sinkId ?? audiooutput) !== audiooutput)
			video.setSinkId(audiooutput).catch(() => {});
	});
	store.watch(['stageNote', 'language'], ({ stageNote }) =>
		setWords($('stage-note'), say(stageNote)));
	store.watch(['locked', 'me'], ({ locked, me }) => {
		$('locked-mark').hidden = !locked;
		$('deaf-mark').hidden = !me?.deaf;
		$('hidden-mark').hidden = !me?.hidden;
	});
	store.watch(['askedToSpeak', 'language'], ({ askedToSpeak }) => {
		setText($('ask-words'), askedToSpeak ? say('ask.speak') : '');
		$('ask').hidden = !askedToSpeak;
	});

	$('ask-yes').addEventListener('click', () => dispatch('toggle', 'audio'));
	$('ask-no').addEventListener('click', () => dispatch('staySilent'));
	document.addEventListener('click', () => {
		if ($('picture').srcObject && $('picture').paused)
			$('picture').play().catch(() => {});
	});
}
