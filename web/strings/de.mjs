// German. The same keys and {placeholders} as strings/en.mjs.

export const de = {
	'language.name': 'Deutsch',
	'language.direction': 'ltr',
	'page.title': '{conference} – Parley',

	'lobby.lead': 'Einander sehen und hören, mit Browser oder Telefon.',
	'lobby.about-to-join': 'Sie treten gleich „{conference}“ bei.',
	'lobby.conference': 'Konferenz',
	'lobby.conference.example': 'zum Beispiel standup',
	'lobby.name': 'Ihr Name',
	'lobby.name.example': 'wie andere Sie sehen',
	'lobby.user': 'Benutzer',
	'lobby.password': 'Passwort',
	'lobby.join': 'Beitreten',
	'lobby.by-phone': 'Per Telefon:',
	'lobby.preview': 'Kamera und Mikrofon',
	'lobby.asking-devices': 'Ihre Kamera und Ihr Mikrofon werden angefragt …',
	'lobby.no-script': 'Diese Seite braucht JavaScript. Per Telefon können Sie '
		+ 'ohne es teilnehmen.',
	'name.will-be': 'Sie wird {conference} heißen.',
	'name.letters': 'Ihr Name besteht aus Buchstaben von a bis z, Ziffern, '
		+ 'Punkten und Strichen, zum Beispiel {example}.',
	'name.taken': '{conference} kann hier keine Konferenz sein. Wie wäre es '
		+ 'mit {conference}-meeting?',
	'join.which': 'Welche Konferenz? Geben Sie ihr einen Namen.',
	'join.who': 'Bitte sagen Sie, wer Sie sind.',
	'join.login': 'Bitte geben Sie Benutzer und Passwort an.',
	'login.wrong': 'Benutzer oder Passwort ist falsch.',
	'login.needed': 'Dieser Server verlangt Benutzer und Passwort.',

	'call': 'Gespräch',
	'call.connected': 'Verbunden',
	'call.reaching': 'Der Server wird gesucht …',
	'call.asking': 'Um Einlass wird gebeten …',
	'call.setting-up': 'Ton und Bild werden aufgebaut …',
	'call.away': 'Der Server ist nicht da. Es wird weiter versucht …',
	'trouble.socket': 'Verbindung verloren, es wird weiter versucht …',
	'trouble.blocked': 'Es kommt kein Ton durch. Vielleicht sperrt ihn dieses '
		+ 'Netz. Es wird weiter versucht …',
	'trouble.lost': 'Ton und Bild werden wiederhergestellt …',
	'trouble.ice': 'Ton und Bild sind unterbrochen …',
	'trouble.silent': 'Ton und Bild sind unterbrochen …',

	'call.400': 'Der Server hat diesen Browser nicht verstanden.',
	'call.403': 'Sie dürfen dieser Konferenz nicht beitreten.',
	'call.404': 'Eine solche Konferenz gibt es hier nicht.',
	'call.408': 'Der Server antwortet nicht.',
	'call.480': 'Die Konferenz ist gerade nicht zu erreichen.',
	'call.486': 'Die Konferenz ist voll.',
	'call.488': 'Der Server kann Ton und Bild nicht so annehmen, wie dieser '
		+ 'Browser sie anbietet.',
	'call.500': 'Auf dem Server ist etwas schiefgegangen.',
	'call.503': 'Der Server ist überlastet. Versuchen Sie es gleich noch '
		+ 'einmal.',
	'call.gone': 'Der Server ist weg. Prüfen Sie Ihr Netz.',
	'call.broke-joining': 'Die Verbindung brach beim Beitreten ab.',
	'call.no-media-out': 'Ihr Ton und Ihr Bild kamen nicht mehr beim Server an.',
	'call.no-webrtc': 'Dieser Browser konnte Ton und Bild nicht aufbauen.',
	'call.bad-description': 'Dieser Browser kann Ton und Bild nicht so '
		+ 'annehmen, wie der Server sie anbietet.',
	'call.devices-refused': 'Der Browser hat Mikrofon und Kamera verweigert.',
	'call.failed': 'Der Anruf kam nicht zustande.',
	'call.hung-up': 'Die Konferenz hat aufgelegt.',
	'call.broke': 'Der Anruf ist abgebrochen.',
	'call.blocked': 'Zwischen diesem Browser und dem Server kommen weder Ton '
		+ 'noch Bild durch: vielleicht sperrt sie das Netz. Ein anderes Netz '
		+ 'kann helfen, oder rufen Sie per Telefon an.',

	'reason.bad-request': 'Die Anfrage war nicht zu verstehen.',
	'reason.forbidden': 'Das dürfen Sie hier nicht.',
	'reason.locked': 'Die Konferenz ist geschlossen.',
	'reason.not-found': 'Eine solche Konferenz gibt es hier nicht.',
	'reason.ambiguous': 'Damit könnten mehrere gemeint sein.',
	'reason.no-media': 'Dieser Browser bietet weder Ton noch Bild an.',
	'reason.no-codec': 'Dieser Browser und der Server haben kein gemeinsames '
		+ 'Format für Ton oder Bild.',
	'reason.no-profile': 'Dieser Browser und der Server haben keinen '
		+ 'gemeinsamen Weg, Ton und Bild zu übertragen.',
	'reason.no-address': 'Der Server kann Ton und Bild nicht an die Adresse '
		+ 'schicken, die dieser Browser nennt. Ein anderes Netz kann helfen.',
	'reason.no-keys': 'Ton und Bild lassen sich zwischen diesem Browser und '
		+ 'dem Server nicht verschlüsseln, deshalb nimmt der Server sie nicht '
		+ 'an.',
	'reason.full': 'Die Konferenz ist voll.',
	'reason.unavailable': 'Das war gerade nicht zu erreichen.',
	'reason.busy': 'Dort ist besetzt.',
	'reason.declined': 'Der Anruf wurde abgelehnt.',
	'reason.no-answer': 'Niemand hat abgenommen.',
	'reason.nobody': 'Diese Adresse hat niemand.',
	'reason.no-route': 'Zu dieser Adresse führt kein Weg.',
	'reason.no-mixer': 'Der Medienserver antwortet nicht; versuchen Sie es '
		+ 'gleich noch einmal.',
	'reason.no-ports': 'Alle Ports für Ton und Bild sind belegt; versuchen Sie '
		+ 'es später noch einmal.',
	'reason.mixer-lost': 'Der Medienserver ist ausgefallen; versuchen Sie es '
		+ 'gleich noch einmal.',
	'reason.overload': 'Der Server ist an seiner Grenze; versuchen Sie es '
		+ 'später noch einmal.',
	'reason.shutdown': 'Der Server wird abgeschaltet.',
	'reason.loop': 'Damit riefe die Konferenz sich selbst an.',
	'reason.replaced': 'Der Anruf geht anderswo weiter.',
	'reason.left': 'Sie haben die Konferenz verlassen.',
	'reason.kicked': 'Ein Moderator hat Sie entfernt.',
	'reason.ended': 'Die Konferenz wurde beendet.',
	'reason.media-timeout': 'Es kamen weder Ton noch Bild mehr an.',
	'reason.media-failed': 'Die Verbindung für Ton und Bild ließ sich nicht '
		+ 'verschlüsseln oder wurde abgelehnt.',
	'reason.session-expired': 'Der Anruf wurde nicht rechtzeitig erneuert.',
	'reason.internal': 'Im Server ist etwas schiefgegangen.',
	'reason.away': 'Der Server ist weg. Prüfen Sie Ihr Netz.',

	'ended.left': 'Sie sind gegangen',
	'ended.over': 'Das Gespräch ist zu Ende',
	'ended.come-back': 'Kommen Sie wieder, wann Sie mögen.',
	'ended.again': 'Wieder beitreten',
	'ended.other': 'Andere Konferenz',

	'bar.mute': 'Mikrofon stummschalten',
	'bar.camera-off': 'Kamera ausschalten',
	'bar.mute.hint': 'Stumm (M)',
	'bar.camera.hint': 'Kamera (V)',
	'bar.people.hint': 'Teilnehmer (P)',
	'bar.settings.hint': 'Geräte und Einstellungen (D)',
	'bar.full': 'Vollbild',
	'bar.full.hint': 'Vollbild (F)',
	'bar.leave': 'Gehen',
	'bar.leave.hint': 'Gehen (zweimal Esc)',

	'stage': 'Konferenz',
	'stage.waiting': 'Das Bild kommt gleich …',
	'stage.press': 'Drücken Sie eine Taste oder klicken Sie, damit der Ton '
		+ 'beginnt.',
	'stage.locked': 'geschlossen',
	'stage.deaf': 'ein Moderator hat Ihnen den Ton abgestellt',
	'stage.hidden': 'ein Moderator verbirgt Ihre Kamera',
	'alone.first': 'Noch ist niemand sonst da.',
	'alone.last': 'Alle anderen sind gegangen.',
	'alone.how': 'Schicken Sie den Link, und andere kommen mit einem Klick '
		+ 'dazu.',
	'alone.copy': 'Link kopieren',
	'alone.share': 'Teilen …',
	'ask.speak': 'Ein Moderator bittet Sie zu sprechen.',
	'ask.yes': 'Stummschaltung aufheben',
	'ask.no': 'Stumm bleiben',

	'panel': 'Seitenleiste',
	'panel.people': 'Teilnehmer',
	'panel.settings': 'Geräte',
	'people.you': 'Sie',
	'people.phone': 'Telefon',
	'people.on-hold': 'gehalten',
	'people.alerting': 'es klingelt',
	'people.dialing-out': 'wird angerufen',
	'people.talking': 'spricht',
	'people.muted': 'stumm',
	'people.copy.hint': 'Den Link zu dieser Konferenz kopieren',

	'invite.add': 'Jemanden dazuholen',
	'invite.example': 'Adresse oder Nummer',
	'invite.calls': 'Laufende Anrufe',
	'invite.call': 'Anrufen',
	'invite.no-address': 'Geben Sie eine Adresse wie bob@example.com oder eine '
		+ 'Telefonnummer ein.',
	'dial.calling': 'wird angerufen …',
	'dial.ringing': 'es klingelt …',
	'dial.joined': 'ist dabei',
	'dial.400': 'diese Adresse lässt sich nicht anrufen',
	'dial.403': 'diese Adresse dürfen Sie von hier nicht anrufen',
	'dial.404': 'diese Adresse hat niemand',
	'dial.408': 'niemand hat abgenommen',
	'dial.480': 'ist gerade nicht zu erreichen',
	'dial.482': 'ist diese Konferenz',
	'dial.484': 'diese Adresse ist unvollständig',
	'dial.486': 'ist besetzt',
	'dial.487': 'der Anruf wurde aufgegeben',
	'dial.488': 'kann Ton und Bild nicht so annehmen, wie sie angeboten werden',
	'dial.503': 'der Server ist überlastet, versuchen Sie es gleich noch einmal',
	'dial.600': 'ist besetzt',
	'dial.603': 'hat abgelehnt',
	'dial.604': 'diese Adresse hat niemand',
	'dial.failed': 'hat nicht geklappt ({status})',
	'dial.away': 'der Server antwortet nicht',

	'devices.microphone': 'Mikrofon',
	'devices.camera': 'Kamera',
	'devices.speaker': 'Lautsprecher',
	'devices.microphone.nth': 'Mikrofon {number}',
	'devices.camera.nth': 'Kamera {number}',
	'devices.speaker.nth': 'Lautsprecher {number}',
	'devices.microphone.none': 'kein Mikrofon gefunden',
	'devices.camera.none': 'keine Kamera gefunden',
	'devices.speaker.none': 'kein Lautsprecher gefunden',
	'devices.audio.gone': '{name} ist weg. Niemand hört Sie, bis Sie ein '
		+ 'anderes Mikrofon wählen.',
	'devices.audio.replaced': '{name} ist weg. Jetzt wird {other} benutzt.',
	'devices.video.gone': '{name} ist weg. Andere sehen Ihren Namen.',
	'devices.speaker.gone': '{name} ist weg. Der Ton kommt aus einem anderen '
		+ 'Lautsprecher.',
	'devices.used': '{name} ist wieder da und wird benutzt.',
	'devices.new': '{name} ist jetzt da. Unter „Geräte“ können Sie es wählen.',
	'devices.speaker.pick': 'Lautsprecher wählen …',
	'devices.camera-off': 'Die Kamera ist aus',
	'devices.refused': 'Sie haben Mikrofon und Kamera nicht erlaubt. Erlauben '
		+ 'Sie sie neben der Adresszeile, oder treten Sie nur zum Zuhören und '
		+ 'Zusehen bei.',
	'devices.missing': 'Weder Mikrofon noch Kamera wurde gefunden. Zum Zuhören '
		+ 'und Zusehen können Sie trotzdem beitreten.',
	'devices.busy': 'Ein anderes Programm benutzt Mikrofon oder Kamera.',
	'devices.insecure': 'Diese Seite hat keinen Zugriff auf Mikrofon und '
		+ 'Kamera: öffnen Sie sie über https.',
	'devices.unusable': 'Mikrofon und Kamera lassen sich hier nicht benutzen.',
	'devices.video.refused': 'Sie haben die Kamera nicht erlaubt. Andere sehen '
		+ 'Ihren Namen.',
	'devices.video.busy': 'Ein anderes Programm benutzt die Kamera. Andere '
		+ 'sehen Ihren Namen.',
	'devices.video.missing': 'Es gibt keine Kamera. Andere sehen Ihren Namen.',
	'devices.audio.refused': 'Sie haben das Mikrofon nicht erlaubt. Zusehen '
		+ 'und zuhören können Sie.',
	'devices.audio.busy': 'Ein anderes Programm benutzt das Mikrofon. Zusehen '
		+ 'und zuhören können Sie.',
	'devices.audio.missing': 'Es gibt kein Mikrofon. Zusehen und zuhören '
		+ 'können Sie.',

	'settings.language': 'Sprache',
	'settings.theme': 'Farben',
	'settings.theme.system': 'wie das Gerät',
	'settings.theme.light': 'hell',
	'settings.theme.dark': 'dunkel',

	'settings.hints': 'Sie selbst',
	'settings.hint-muted': 'Sagen, wenn ich stumm bin und spreche',
	'settings.mirror': 'Mich im Spiegel zeigen',
	'mirror': 'Sie selbst, wie im Spiegel',
	'mirror.hide': 'Spiegel ausblenden',

	'connection': 'Verbindung',
	'connection.path': 'Ton und Bild gehen über:',
	'connection.not-yet': 'noch nichts',
	'quality.unknown': 'Noch nicht bekannt.',
	'quality.mark': 'schwache Verbindung',
	'quality.good': 'Gut.',
	'quality.loss-in': 'Schwach: der Ton kann abreißen. {value} % dessen, was '
		+ 'an Sie geht, kommt nicht an.',
	'quality.loss-out': 'Schwach: andere verstehen Sie vielleicht nicht. '
		+ '{value} % dessen, was Sie senden, kommt nicht an.',
	'quality.jitter': 'Schwach: der Ton kann abreißen. Er kommt ungleichmäßig, '
		+ 'bis zu {value} ms auseinander.',
	'quality.delay': 'Schwach: man hört einander spät. Der Ton braucht {value} '
		+ 'ms hin und zurück.',
	'quality.cpu': 'Gut, aber dieses Gerät ist an seiner Grenze: andere sehen '
		+ 'Sie weniger scharf.',
	'stats.show': 'Zahlen für Fachleute',
	'stats.loss': 'Verlust',
	'stats.loss.value': '{received} % empfangen, {sent} % gesendet',
	'stats.delay': 'Hin und zurück',
	'stats.delay.value': '{ms} ms',
	'stats.jitter': 'Schwankung',
	'stats.path': 'Weg',
	'stats.media': 'Medien',
	'stats.mixed': 'vom Server gemischt',
	'stats.end-to-end': 'Ende zu Ende',
	'stats.sound': 'Ton',
	'stats.picture': 'Bild',
	'stats.both.value': '{received} empfangen, {sent} gesendet',
	'stats.rate': 'Datenrate',
	'stats.rate.value': '{received} kbit/s empfangen, {sent} kbit/s gesendet',

	'keys': 'Tastatur',
	'keys.work': 'Tasten mit einem Buchstaben (M, V, P, D, F)',
	'keys.mute': 'Stummschalten und aufheben',
	'keys.camera': 'Kamera an und aus',
	'keys.people': 'Teilnehmer',
	'keys.settings': 'Geräte und Einstellungen',
	'keys.full': 'Vollbild',
	'keys.help': 'Diese Tasten',
	'keys.leave': 'Gehen',
	'keys.leave.which': 'zweimal Esc',

	'dialog.close': 'Schließen',

	'toast.joined': '{name} ist dazugekommen',
	'toast.left': '{name} ist gegangen',
	'toast.locked': 'Die Konferenz ist jetzt geschlossen.',
	'toast.open': 'Die Konferenz ist wieder offen.',
	'toast.muted': 'Ein Moderator hat Sie stummgeschaltet.',
	'toast.muted-still': 'Sie sind stumm, wie zuvor.',
	'toast.talking-muted': 'Sie sprechen und sind stumm.',
	'toast.copied': 'Der Link ist kopiert.',
	'toast.copy-by-hand': 'Kopieren Sie ihn von Hand: {link}',
};
