// The buttons of the call, and of the lobby's preview.
import { $ } from './dom.mjs';

const SWITCHES = { audio: ['i-mic', 'lobby-mic', 'mute'],
	video: ['i-cam', 'lobby-cam', 'camera'] };

function paint(id, off, name) {
	const button = $(id);
	button.classList.toggle('off', off);
	button.ariaPressed = String(off);
	button.querySelector('use').setAttribute('href',
		`#${name}${off ? '-off' : ''}`);
}

function toggleFull() {
	if (document.fullscreenElement)
		document.exitFullscreen();
	else
		$('call').requestFullscreen?.();
}

export function barView({ store, dispatch }) {
	store.watch(['own'], ({ own }) => {
		for (const [kind, [name, ...ids]] of Object.entries(SWITCHES)) {
			for (const id of ids)
				paint(id, own[kind] !== 'on', name);
		}
	});
	store.watch(['me', 'language'], ({ me }) => {
		$('hand').ariaPressed = String(Boolean(me?.hand));
		$('hand').classList.toggle('raised', Boolean(me?.hand));
		$('hand').hidden = !me || Boolean(me.waiting);
	});
	store.watch(['panel'], ({ panel }) => {
		for (const [id, tab] of [['people-button', 'people'],
			['chat-button', 'chat'],
			['devices-button', 'settings']])
			$(id).ariaExpanded = String(panel.open && panel.tab === tab);
	});

	const intents = {
		'lobby-mic': ['toggle', 'audio'],
		'lobby-cam': ['toggle', 'video'],
		mute: ['toggle', 'audio'],
		camera: ['toggle', 'video'],
		'people-button': ['togglePanel', 'people'],
		'chat-button': ['togglePanel', 'chat'],
		'devices-button': ['togglePanel', 'settings'],
		hand: ['toggleHand'],
		leave: ['leave'],
	};
	for (const [id, intent] of Object.entries(intents))
		$(id).addEventListener('click', () => dispatch(...intent));
	$('full').addEventListener('click', toggleFull);
	$('full').hidden = !document.fullscreenEnabled;
}
