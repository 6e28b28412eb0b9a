// The page, put together: what is so (state), who does what (acts), and what is
// seen (views). Views send intents, acts speak to signalling and devices and
// change the state, views draw it.
import { callActs } from './acts/call.mjs';
import { chatActs } from './acts/chat.mjs';
import { connectionActs } from './acts/connection.mjs';
import { deviceActs } from './acts/devices.mjs';
import { doorActs } from './acts/door.mjs';
import { hostActs } from './acts/host.mjs';
import { lobbyActs } from './acts/lobby.mjs';
import { pageActs } from './acts/page.mjs';
import { privateActs } from './acts/private.mjs';
import { settingsActs, settingsKept } from './acts/settings.mjs';
import { Speech } from './acts/speech.mjs';
import { Devices } from './media/devices.mjs';
import { Api } from './signaling/api.mjs';
import { dispatcher } from './state/dispatcher.mjs';
import { initial } from './state/initial.mjs';
import { lasting } from './state/memory.mjs';
import { Store } from './state/store.mjs';
import { knownOf } from './strings/say.mjs';
import { aloneView } from './views/alone.mjs';
import { barView } from './views/bar.mjs';
import { bearerView } from './views/bearer.mjs';
import { chatView } from './views/chat.mjs';
import { dialogView } from './views/dialog.mjs';
import { endedView } from './views/ended.mjs';
import { hostView } from './views/host.mjs';
import { keysView } from './views/keys.mjs';
import { lobbyView } from './views/lobby.mjs';
import { panelView } from './views/panel.mjs';
import { inviteView, peopleView } from './views/people.mjs';
import { privateView } from './views/private.mjs';
import { settingsView } from './views/settings.mjs';
import { stageView } from './views/stage.mjs';
import { themeView } from './views/theme.mjs';
import { toastView } from './views/toast.mjs';
import { wordsView } from './views/words.mjs';

// Upright there is room for people below the picture, lengthwise there is not
const crowded = matchMedia('(max-width: 760px), (max-height: 500px)').matches
	&& !matchMedia('(orientation: portrait) and (min-height: 600px)').matches;

const store = new Store({ ...initial(),
	...settingsKept(),
	language: knownOf([lasting.get('language'), ...navigator.languages]),
	panel: { open: !crowded, tab: 'people' } });
const dispatch = dispatcher();
const devices = new Devices();
const api = new Api();
const speech = new Speech({ api, devices, tell: {
	muted: (again) => {
		dispatch('showDevices');
		dispatch('tell', { say: again ? 'toast.muted-still' : 'toast.muted' });
	},
	askToSpeak: () => dispatch('askToSpeak'),
	stayMuted: () => {
		dispatch('showDevices');
		dispatch('tell', { say: 'toast.stay-muted' });
	},
} });
const { acts, current } = callActs({ store, devices, api, speech, dispatch });

dispatch.take(acts);
dispatch.take(pageActs({ store, dispatch }));
dispatch.take(connectionActs({ store, dispatch }));
dispatch.take(settingsActs({ store }));
dispatch.take(deviceActs({ store, devices, speech, call: current, dispatch }));
dispatch.take(lobbyActs({ store, devices, dispatch }));
dispatch.take(doorActs({ store, api, dispatch }));
dispatch.take(chatActs({ store, api, dispatch }));
dispatch.take(privateActs({ store, dispatch }));
dispatch.take(hostActs({ store, api, dispatch }));

for (const view of [themeView, wordsView, lobbyView, settingsView, stageView, bearerView,
	aloneView, barView, panelView, hostView, peopleView, chatView, privateView,
	inviteView, endedView, toastView, dialogView, keysView])
	view({ store, dispatch });

window.addEventListener('pagehide', () => dispatch('leave'));
window.addEventListener('popstate', () => {
	dispatch('leave');
	dispatch('openLobby');
});

dispatch('openLobby');
