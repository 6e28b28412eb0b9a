// A question or a table that has to be seen to first. State `dialog`:
//   { id, title: message, text?: message, problem?: message,
//     rows?: [[message, message]],
//     fields?: [{ name, label: message, hint?: message,
//       ...properties of an <input>, or options: [{ value, label: message }]
//       of a <select> }],
//     actions?: [{ label: message, intent, args?: [], primary?, danger? }] }
// The browser keeps focus in it and closes it by Esc. An action's intent gets
// its args and then the fields' values by name; where there are fields Enter is
// the first action. It closes by the intent 'closeDialog' alone, which every
// dialog has as its last button. Another `id` is another dialog: what somebody
// has typed stays as long as it is the same.
import { say } from '../strings/say.mjs';
import { $, make, setText, setWords } from './dom.mjs';

const table = (rows) => make('dl', {}, ...rows.flatMap(([what, value]) =>
	[make('dt', { textContent: say(what) }),
		make('dd', { textContent: say(value) })]));

// A label and what is typed
function field({ name, label: _, hint, options, ...properties }) {
	const id = `dialog-${name}`;
	const label = make('label', { htmlFor: id });
	if (options) {
		const select = make('select', { id, name }, ...options.map((option) =>
			make('option', { value: option.value,
				textContent: say(option.label) })));
		select.value = properties.value;
		return [label, select];
	}
	const input = make('input', { id, name, autocomplete: 'off',
		...(hint && { placeholder: say(hint) }), ...properties });
	// all of its line can be touched
	return properties.type === 'checkbox' ? [make('label',
		{ className: 'check', htmlFor: id }, input, make('span'))]
		: [label, input];
}

// Its label may stand in a box with it
const labelOf = ([first]) => first.querySelector('span') || first;

function button({ primary, danger }, submits) {
	return make('button', { type: submits ? 'submit' : 'button',
		className: primary ? 'primary' : danger ? 'danger' : 'secondary' });
}

export function dialogView({ store, dispatch }) {
	const element = $('dialog');
	let shown = null; // id
	let problem = null; // message
	let labels = []; // [element, message] of what is kept

	const values = () => Object.fromEntries(
		new FormData($('dialog-form')).entries());
	const run = ({ intent, args = [] }) => dispatch(intent, ...args, values());

	// What somebody types into stays as it is
	function fill({ fields = [], actions = [] }) {
		const inputs = fields.map(field);
		const buttons = actions.map((action, i) => {
			const submits = fields.length > 0 && i === 0;
			const made = button(action, submits);
			if (!submits)
				made.addEventListener('click', () => run(action));
			return made;
		});
		const close = button({});
		close.id = 'dialog-close';
		close.addEventListener('click', () => dispatch('closeDialog'));
		$('dialog-fields').replaceChildren(...inputs.flat());
		$('dialog-buttons').replaceChildren(...buttons, close);
		labels = [...fields.map(({ label }, i) => [labelOf(inputs[i]), label]),
			...fields.flatMap(({ options = [] }, i) => options.map(
				({ label }, k) => [inputs[i][1].options[k], label])),
			...actions.map(({ label }, i) => [buttons[i], label]),
			[close, { say: 'dialog.close' }]];
	}

	store.watch(['dialog', 'language'], ({ dialog }) => {
		if (!dialog) {
			shown = null;
			element.close();
			return;
		}
		setWords($('dialog-title'), say(dialog.title));
		setWords($('dialog-text'), say(dialog.text));
		const wrong = dialog.problem && dialog.problem !== problem;
		problem = dialog.problem;
		setWords($('dialog-problem'), say(problem));
		$('dialog-rows').replaceChildren(
			...(dialog.rows ? [table(dialog.rows)] : []));
		if (shown !== dialog.id)
			fill(dialog);
		shown = dialog.id;
		for (const [labelled, message] of labels)
			setText(labelled, say(message));
		if (!element.open)
			element.showModal();
		// what nobody can read is not mended but typed anew
		if (wrong)
			element.querySelector('input[type=password]')?.select();
	});

	$('dialog-form').addEventListener('submit', (event) => {
		event.preventDefault();
		const [first] = store.state.dialog?.actions || [];
		if (first)
			run(first);
	});
	// by Esc; the state closes it
	element.addEventListener('cancel', (event) => {
		event.preventDefault();
		dispatch('closeDialog');
	});
}
