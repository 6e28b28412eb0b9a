// Microphone, camera and speaker, and what else a person sets for himself. The
// same controls stand in the lobby and in the call's panel.
import { LANGUAGES, nameOf, say } from '../strings/say.mjs';
import { $, setText } from './dom.mjs';

const SELECTS = [
	['mic-select', 'audioinput', 'microphone'],
	['cam-select', 'videoinput', 'camera'],
	['speaker-select', 'audiooutput', 'speaker'],
];

function drawSelect(select, word, list, chosen) {
	select.replaceChildren(...list.map(({ id, label }, i) => new Option(
		label || say(`devices.${word}.nth`, { number: i + 1 }), id, false,
		id === chosen)));
	select.disabled = list.length === 0;
	if (!list.length)
		select.append(new Option(say(`devices.${word}.none`), ''));
}

// [id of a checkbox, what it sets]
const CHECKS = [['keys-work', 'keysWork'], ['hint-muted', 'hintMuted'],
	['show-mirror', 'mirror']];
const THEMES = ['system', 'light', 'dark'];

function settingsOfPage({ store, dispatch }) {
	$('language-select').append(...LANGUAGES.map((language) =>
		Object.assign(new Option(nameOf(language), language),
			{ lang: language })));
	store.watch(['language'], ({ language }) => {
		$('language-select').value = language;
	});
	store.watch(['theme', 'language'], ({ theme }) => {
		$('theme-select').replaceChildren(...THEMES.map((name) => new Option(
			say(`settings.theme.${name}`), name, false, name === theme)));
	});
	$('language-select').addEventListener('change', () =>
		dispatch('chooseLanguage', $('language-select').value));
	$('theme-select').addEventListener('change', () =>
		dispatch('chooseTheme', $('theme-select').value));
}

export function settingsView({ store, dispatch }) {
	store.watch(['view'], ({ view }) => {
		if (view === 'call')
			$('device-slot').append($('device-choice'));
		else
			$('preview-slot').append($('device-choice'));
	});
	store.watch(['deviceList', 'chosen', 'language'],
		({ deviceList, chosen }) => {
			for (const [id, kind, word] of SELECTS)
				drawSelect($(id), word, deviceList[kind], chosen[kind]);
		});
	store.watch(['path', 'language'], ({ path }) =>
		setText($('path'), path || say('connection.not-yet')));
	for (const [id, key] of CHECKS) {
		store.watch([key], (state) => { $(id).checked = state[key]; });
		$(id).addEventListener('change', () =>
			dispatch('set', key, $(id).checked));
	}
	settingsOfPage({ store, dispatch });

	for (const [id, kind] of SELECTS)
		$(id).addEventListener('change', () =>
			dispatch('chooseDevice', kind, $(id).value));
	$('speaker-pick').hidden = !navigator.mediaDevices?.selectAudioOutput;
	$('speaker-pick').addEventListener('click', () =>
		dispatch('pickSpeaker'));
	$('speaker-row').hidden = !('setSinkId' in HTMLMediaElement.prototype);
	store.watch(['quality', 'language'], ({ quality }) => {
		setText($('quality'), say(quality.message)
			|| say('quality.unknown'));
		$('quality').className = `quality ${quality.kind || ''}`;
	});
	$('statistics').addEventListener('click', () =>
		dispatch('showStatistics'));
	$('show-keys').addEventListener('click', () => dispatch('showKeys'));
}
