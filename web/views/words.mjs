// The words of index.html in the language chosen: data-say is what an element
// says, data-say-NAME an attribute of it.
import { direction, say, speak } from '../strings/say.mjs';

const ATTRIBUTES = [['label', 'aria-label'], ['title', 'title'],
	['placeholder', 'placeholder']];

export function wordsView({ store }) {
	store.watch(['language'], ({ language }) => {
		speak(language);
		document.documentElement.lang = language;
		document.documentElement.dir = direction();
		for (const element of document.querySelectorAll('[data-say]'))
			element.textContent = say(element.dataset.say);
		for (const [name, attribute] of ATTRIBUTES) {
			for (const element of document.querySelectorAll(
				`[data-say-${name}]`))
				element.setAttribute(attribute, say(
					element.getAttribute(`data-say-${name}`)));
		}
	});
	store.watch(['conference', 'form', 'view', 'language'],
		({ conference, form, view }) => {
			const name = conference || view === 'lobby' && form?.fixed
				&& form.conference;
			document.title = name ? say('page.title', { conference: name })
				: 'Parley';
		});
}
