/** Der deutsche Katalog. The German catalogue; keys and places are those of en.ts. */
import type { PhraseKey } from "./en.ts";

export const DE: Readonly<Record<PhraseKey, string>> = {
  yes: "ja",
  no: "nein",
  customer: "Kundin oder Kunde",
  minutes: "{count} Min.",
  "less-than-a-minute": "weniger als eine Minute",

  "waiting.place":
    "Vielen Dank. Sie sind Nummer {place} in der Warteschlange für {queue}. Wir sind so bald wie möglich bei Ihnen; Sie können inzwischen weiterschreiben.",
  "waiting.next":
    "Vielen Dank. Sie sind in der Warteschlange für {queue} als Nächstes an der Reihe; gleich ist jemand für Sie da.",
  "waiting.status": "Sie sind Nummer {place} in der Warteschlange für {queue}. Ihre Wartezeit bisher: {minutes}.",
  "waiting.status-estimate":
    "Sie sind Nummer {place} in der Warteschlange für {queue}. Ihre Wartezeit bisher: {minutes}; voraussichtlich noch: {estimate}.",
  "waiting.presence": "{queue}: noch etwa {estimate} Wartezeit",
  "waiting.estimate": "Ihre voraussichtliche Wartezeit: {estimate}.",
  "waiting.estimate-changed": "Ihre Wartezeit hat sich geändert, voraussichtlich ab jetzt: {estimate}.",
  "estimate.range": "{from} bis {to} Min.",
  "estimate.up-to": "bis zu {to} Min.",
  "estimate.over": "mehr als {from} Min.",
  "waiting.still":
    "Vielen Dank für Ihre Geduld. Sie behalten Ihren Platz; es ist so bald wie möglich jemand für Sie da.",
  "waiting.help":
    "Sie warten auf einen Menschen. Schreiben Sie „Status“ für Ihren Platz in der Warteschlange oder „Stopp“, um zu gehen. Alles andere wird für die Person aufgehoben, die übernimmt.",
  "waiting.held-full":
    "Sie haben schon sehr viel geschrieben; bitte warten Sie, bis jemand übernimmt. Diese letzte Nachricht wurde nicht angenommen.",

  "talking.handover": "Sie sind jetzt mit {csr} verbunden.",
  "talking.held": "{csr} hat Sie kurz in die Warteschleife gelegt und ist gleich wieder für Sie da.",
  "talking.csr-left":
    "Die Verbindung zu Ihrer Ansprechperson ist abgebrochen. Sie sind wieder in der Warteschlange, vor allen, die nach Ihnen gekommen sind.",
  "talking.transferred": "Sie werden an {queue} weitergeleitet. Einen Moment, bitte.",
  "talking.transferred-csr": "Sie werden an {csr} weitergeleitet. Einen Moment, bitte.",

  "closed.by-csr": "Dieses Gespräch ist beendet. Schreiben Sie uns jederzeit wieder, dann öffnen wir ein neues.",
  "closed.by-customer": "Sie haben dieses Gespräch beendet. Schreiben Sie uns jederzeit wieder.",
  "closed.idle":
    "Wir haben eine Weile nichts von Ihnen gehört, darum ist dieses Gespräch beendet. Schreiben Sie uns jederzeit wieder.",
  "closed.by-desk": "Dieses Gespräch wurde von unserem Team beendet. Schreiben Sie uns jederzeit wieder.",

  "hours.closed": "{queue} ist zurzeit nicht besetzt. Wir sind wieder da: {opens}.",
  "hours.ended": "Die Servicezeit von {queue} ist inzwischen vorbei, darum endet Ihr Warten dort. Es tut mir leid.",
  "queue.full": "Für {queue} warten gerade sehr viele. Bitte versuchen Sie es etwas später noch einmal.",
  "desk.full": "Wir führen gerade sehr viele Gespräche. Bitte versuchen Sie es etwas später noch einmal.",
  "no-csr-ever":
    "Für {queue} ist zurzeit niemand da, der Ihnen helfen könnte, deshalb müssen wir dieses Gespräch beenden. Bitte schreiben Sie uns ein andermal wieder.",
  undelivered: "Diese Nachricht konnte nicht zugestellt werden: „{text}“",
  "undelivered.retraction":
    "Sie haben eine Nachricht zurückgenommen, aber das kam auf der anderen Seite nicht an: Dort ist sie vielleicht noch zu sehen.",
  "undelivered.reaction": "Ihre Reaktion ist nicht angekommen: {reactions}",
  "delivery.late":
    "Was Sie geschrieben haben, ist bei {name} noch nicht angekommen. Wir versuchen es weiter; Sie brauchen es nicht noch einmal zu senden.",
  "delivery.through": "{name} ist wieder zu erreichen: Was Sie geschrieben haben, ist durchgekommen.",
  flood:
    "Das sind mehr Nachrichten, als wir auf einmal annehmen können. Bitte warten Sie einen Moment; die letzte wurde nicht angenommen.",
  "too-long":
    "Diese Nachricht ist zu lang und wurde nicht angenommen. Bitte teilen Sie sie auf: höchstens {bytes} Bytes auf einmal.",
  "conversation.limit":
    "Sie führen schon mehrere Gespräche mit uns. Bitte machen Sie in einem davon weiter oder beenden Sie zuerst eines.",

  "content.masked":
    "Was nach {what} aussieht, wurde unkenntlich gemacht, bevor Ihre Nachricht weiterging: Hier wird es nicht weitergegeben.",
  "content.warned":
    "Ihre Nachricht enthält etwas, das nach {what} aussieht. Sie ging weiter, wie Sie sie geschrieben haben; bitte senden Sie so etwas hier nur, wenn es nötig ist.",
  "content.addresses": "einer E-Mail- oder Chat-Adresse",
  "content.hosts": "dem Namen eines internen Rechners",
  "content.phones": "einer Telefonnummer",
  "content.cards": "einer Kartennummer",
  "edit.fallback": "verbessert: {text}",
  "retraction.fallback": "zurückgenommen: „{text}“",
  "reaction.fallback": "{reactions} zu: „{text}“",
  "retraction.refused": "Eine zugestellte Nachricht kann hier nicht zurückgenommen werden.",

  "alias.closed":
    "Dieses Gespräch ist beendet, hier liest niemand mehr mit. Bitte schreiben Sie an unsere öffentliche Adresse, dann öffnen wir ein neues.",
  "alias.not-yours":
    "Unter dieser Adresse gibt es kein Gespräch für Sie. Bitte schreiben Sie an unsere öffentliche Adresse.",
  "label.which": "Welches Gespräch meinen Sie? Bitte beginnen Sie Ihre Zeile mit einem von {labels}.",
  "label.unknown": "Es gibt kein offenes Gespräch {label}.",
  "label.hint": "Zum Antworten beginnen Sie Ihre Zeile mit {label}.",
  "continue.invite":
    "Sie können dieses Gespräch auf {network} fortsetzen: {link} – Ihr Platz und alles bisher Gesagte kommen mit. Der Link gilt einmal, {minutes} lang. Oder bleiben Sie einfach hier.",
  "continue.moved":
    "Ihr Gespräch geht von jetzt an unter {place} weiter. Was Sie hier schreiben, erreicht es nicht mehr.",
  "continue.welcome": "Ihr Gespräch geht hier weiter. Nichts ist verloren, und Ihren Platz haben Sie behalten.",
  "continue.history": "Was bisher gesagt wurde:",
  "continue.elsewhere": "Ihr Gespräch geht unter {place} weiter. Bitte schreiben Sie dort.",
  "continue.unknown": "Diese Einladung ist abgelaufen oder wurde schon benutzt.",
  "continue.busy":
    "Sie haben hier noch ein anderes Gespräch offen. Bitte beenden Sie es zuerst und benutzen Sie die Einladung dann noch einmal.",
  "room.invitation":
    "Hier macht der Empfang Sie miteinander bekannt. Bitte nehmen Sie den Namen „{nick}“, damit nichts von Ihrer Adresse zu sehen ist.",
  "room.invite":
    "Sie können das Gespräch mit {name} in einem Raum Ihres eigenen Servers fortsetzen, in dem keine Seite die Adresse der anderen sieht: {place} – bitte treten Sie innerhalb von {minutes} unter dem Namen „{nick}“ bei. Bis beide dort sind, oder wenn Sie hier bleiben, geht alles hier weiter.",
  "room.invitation-shown":
    "Der Empfang macht Sie hier miteinander bekannt. In diesem Raum sehen beide die Adresse des anderen.",
  "room.invite-shown":
    "Sie können mit {name} in einem Raum Ihres eigenen Servers weiterschreiben: {place}. Dort sehen beide die Adresse des anderen. Wenn Ihnen das recht ist, nehmen Sie die Einladung innerhalb von {minutes} an; wenn nicht, lehnen Sie sie ab oder bleiben Sie einfach hier. Bis beide dort sind, geht alles hier weiter.",
  "csr.room-asked":
    "{name} wird gefragt, ob es mit Ihnen in einem Raum Ihres Servers weitergehen soll, in dem beide die Adresse des anderen sehen. Sobald sie oder er dort ist, werden auch Sie eingeladen; bis dahin, und wenn nicht, geht alles hier weiter.",
  "room.who": "Hier sind {customer} und {csr}.",
  "room.history": "Was bisher gesagt wurde:",
  "room.left":
    "Der Empfang geht jetzt und liest nicht, was Sie hier schreiben. Für ein neues Anliegen schreiben Sie bitte an seine öffentliche Adresse.",
  "room.dissolved": "Dieser Raum wird nicht mehr gebraucht.",
  "room.failed": "Der Raum wird nicht benutzt: Das Gespräch geht hier weiter wie bisher.",
  "closed.in-room":
    "Jetzt sind beide im Raum, und Ihr Gespräch geht dort weiter. Was Sie hier schreiben, beginnt ein neues.",
  "csr.closed-in-room":
    "Jetzt sind beide im Raum, und der Empfang ist gegangen. Es zählt als Ihre Nachbearbeitung; schreiben Sie dem Empfang /done, wenn Sie fertig sind.",
  "csr.customer-moved": "{name} schreibt jetzt von {network}.",
  "software.unknown": "unbekannte Software",

  "dialog.greeting": "Hallo und herzlich willkommen!",
  "dialog.help":
    "Antworten Sie mit eigenen Worten oder mit der Nummer einer Auswahl. Diese Wörter gehen immer: „zurück“ (eine Frage zurück), „wiederholen“, „Status“, „ein Mensch, bitte“ und „Stopp“.",
  "dialog.status":
    "Sie schreiben mit unserem automatischen Assistenten. Noch ein paar Antworten, dann übernimmt ein Mensch.",
  "dialog.person": "Gern. Ich suche jemanden für Sie.",
  "dialog.routing": "Einen Moment, bitte.",
  "dialog.goodbye": "Vielen Dank und auf Wiedersehen!",
  "dialog.stopped": "In Ordnung, wir hören hier auf. Schreiben Sie uns jederzeit wieder.",
  "dialog.finished": "Vielen Dank. Ich suche jemanden für Sie.",
  "dialog.lost": "Entschuldigung, ich habe den Faden verloren. Ich suche jemanden für Sie.",
  "dialog.renewed":
    "Entschuldigung, unsere Fragen wurden gerade geändert, darum muss ich von vorn fragen. Was Sie mir gesagt haben, bleibt erhalten.",
  "dialog.back-none": "Das ist die erste Frage; weiter zurück geht es nicht.",
  "dialog.no-input-1": "Sind Sie noch da? Nehmen Sie sich Zeit; schreiben Sie „Hilfe“, wenn etwas unklar ist.",
  "dialog.no-input-2":
    "Ich warte noch auf Ihre Antwort. Schreiben Sie „ein Mensch, bitte“, wenn Sie lieber mit jemandem sprechen möchten.",
  "dialog.no-input-close":
    "Ich habe nichts von Ihnen gehört und beende das Gespräch vorerst. Schreiben Sie uns jederzeit wieder.",
  "dialog.no-match-1": "Das habe ich leider nicht verstanden. Können Sie es anders sagen?",
  "dialog.no-match-2":
    "Das verstehe ich leider immer noch nicht. Versuchen Sie es bitte noch einmal oder schreiben Sie „ein Mensch, bitte“.",
  "dialog.no-match-person": "Das verstehe ich leider nicht. Ich suche jemanden für Sie.",
  "dialog.did-you-mean": "Meinten Sie „{label}“?",
  "dialog.which-of-these": "Ich bin nicht sicher, was davon Sie meinen:",
  "dialog.which-then": "In Ordnung. Worum geht es dann?",
  "dialog.understood": "Verstanden: {label}.",
  "answer.yes-or-no": "Bitte antworten Sie mit Ja oder Nein.",
  "answer.number": "Bitte antworten Sie mit einer Zahl.",
  "answer.integer": "Bitte antworten Sie mit einer ganzen Zahl.",
  "answer.number-min": "Bitte nennen Sie eine Zahl, die mindestens {min} ist.",
  "answer.number-max": "Bitte nennen Sie eine Zahl, die höchstens {max} ist.",
  "answer.number-range": "Bitte nennen Sie eine Zahl von {min} bis {max}.",
  "answer.email": "Das sieht nicht wie eine E-Mail-Adresse aus. Sie sollte so aussehen: name@example.com.",
  "answer.phone": "Das sieht nicht wie eine Telefonnummer aus. Bitte nennen Sie sie mit Vorwahl.",
  "answer.phone-international":
    "Das sieht nicht wie eine Telefonnummer aus. Bitte nennen Sie sie mit Landesvorwahl, etwa +49 30 901820.",
  "answer.date": "Das sieht nicht wie ein Datum aus. Bitte schreiben Sie es so: 31.12.2025.",
  "answer.long": "Das ist zu lang für mich. Bitte sagen Sie es mit höchstens {max} Zeichen.",
  "answer.name": "Ihren Namen habe ich leider nicht verstanden. Wie darf ich Sie nennen?",
  "answer.name-aside": "Vielen Dank, das habe ich notiert. Und wie heißen Sie?",
  "answer.name-long": "Das ist sehr lang für einen Namen. Wie darf ich Sie nennen?",
  "answer.name-reserved":
    "So kann ich Sie nicht nennen, man könnte Sie für eine von uns halten. Wie darf ich Sie sonst nennen?",
  "answer.account": "Diese Kundennummer finde ich nicht. Bitte prüfen Sie sie oder schreiben Sie „ein Mensch, bitte“.",
  "identify.name": "Wie heißen Sie?",
  "identify.account": "Wie lautet Ihre Kundennummer?",
  "identify.account-optional": "Wie lautet Ihre Kundennummer? Wenn Sie keine haben, schreiben Sie „Gast“.",
  "identify.who": "Wie heißen Sie, oder wie lautet Ihre Kundennummer, falls Sie eine haben?",
  "identify.recognised": "Guten Tag, {name}, schön, dass Sie wieder da sind.",
  "language.ask": "In welcher Sprache möchten Sie weitermachen?",

  "csr.offer.head": "Neues Gespräch: {name} · {queue} · {network}",
  "csr.offer.software": "Schreibt von: {software}",
  "csr.offer.losses": "Was nicht unverändert ankommt: {losses}",
  "loss.formatting": "Formatierungen (reiner Text)",
  "loss.edit": "Korrekturen (als neuer Text)",
  "loss.retraction": "Rücknahmen (in Worten)",
  "loss.reaction": "Reaktionen (in Worten)",
  "loss.reply": "Antworten auf einzelne Nachrichten (als Zitat)",
  "loss.file": "Dateien (als Links)",
  "csr.offer.handed-on": "Übergeben von {csr}: {reason}",
  "csr.offer.reason": "Anliegen: {reason}",
  "csr.offer.waited": "Wartet seit: {minutes}",
  "csr.offer.language": "Sprache: {language}",
  "csr.offer.answer": "{name}: {value}",
  "csr.offer.recognised": "Bekannter Kunde: {customer}",
  "csr.offer.ask": "/accept (annehmen) oder /decline (ablehnen); {seconds} Sekunden",
  "csr.offer.accept": "Annehmen",
  "csr.offer.decline": "Ablehnen",
  "csr.offer.revoked":
    "Dieses Angebot ist zurückgezogen: Die Kundin oder der Kunde ist gegangen oder wird anderswo bedient.",
  "csr.offer.missed": "Dieses Angebot wurde nicht rechtzeitig beantwortet und ist an jemand anderen gegangen.",
  "csr.offer.missed-away":
    "Sie haben {count} Angebote hintereinander verpasst und gelten jetzt als abwesend. Schreiben Sie /back, wenn Sie wieder da sind.",
  "csr.offer.taken": "Dieses Angebot hat jemand anderes angenommen.",
  "csr.offer.lost": "Dieses Gespräch hat {csr} übernommen.",
  "csr.offer.full":
    "Sie haben alle Hände voll: Beenden Sie zuerst ein Gespräch, dann noch einmal /accept, solange das Angebot steht.",
  "csr.accepted":
    "Sie sind mit {name} verbunden. Was Sie hier schreiben, geht dorthin; /help zeigt die Wörter für den Desk.",
  "csr.declined": "Abgelehnt. Das Gespräch geht an jemand anderen.",

  "csr.closed": "Das Gespräch mit {name} ist beendet.",
  "csr.closed-by-customer": "Das Gespräch wurde von der Kundenseite beendet.",
  "csr.customer-gone": "Die Kundenseite ist nicht mehr erreichbar; das Gespräch ist beendet.",
  "csr.closed-idle": "Das Gespräch wurde beendet, weil eine Weile niemand geschrieben hat.",
  "csr.closed-by-desk": "Das Gespräch wurde von der Verwaltung beendet.",
  "csr.transferred": "Weitergeleitet an {target}.",
  "csr.transfer-unknown": "Es gibt weder Warteschlange noch Teammitglied namens „{target}“. Bekannt: {known}.",
  "csr.transfer-unavailable": "{target} ist zurzeit {state}. Das Gespräch bleibt bei Ihnen.",
  "csr.set": "Gespeichert: {name}: {value}",
  "csr.unset": "{name} ist vergessen.",
  "csr.set-how": "Schreiben Sie Name und Wert hinter das Wort: /set bestellung 4711",
  "csr.supervise.listening":
    "Sie lesen bei {csr} und {name} mit. Niemand liest, was Sie hier schreiben: /whisper TEXT nur an das Teammitglied, /barge, um mit beiden zu sprechen, /takeover, /leave.",
  "csr.supervise.notice": "{csr} liest in diesem Gespräch mit.",
  "csr.supervise.how":
    "Sie lesen nur mit; das wurde niemandem gesendet. /whisper TEXT nur an das Teammitglied, /barge, um mit beiden zu sprechen, /takeover, /leave.",
  "csr.supervise.not": "Das ist Aufsichtspersonen dieses Gesprächs vorbehalten.",
  "csr.supervise.nobody": "Es gibt kein Gespräch von „{name}“, bei dem Sie mitlesen dürfen.",
  "csr.supervise.whisper-how":
    "Schreiben Sie hinter das Wort, was sonst niemand lesen soll: /whisper biete einen Rabatt an. Es muss jemand da sein, der es liest.",
  "csr.supervise.whispered": "({csr}, nur an Sie) {text}",
  "csr.supervise.barged": "Ab jetzt lesen beide Seiten, was Sie schreiben.",
  "csr.supervise.joined": "{csr} ist diesem Gespräch beigetreten; die Kundenseite liest mit.",
  "csr.supervise.taken": "{csr} hat dieses Gespräch übernommen.",
  "csr.supervise.over": "Sie lesen in diesem Gespräch nicht mehr mit.",
  "talking.monitored": "Zur Qualitätssicherung liest eine Aufsichtsperson mit.",
  "talking.joined": "{csr} ist dem Gespräch beigetreten.",
  "csr.consult.asked":
    "{csr} bittet Sie um Rat zu {name}: {reason} – was Sie hier schreiben, liest nur {csr}; /leave beendet es.",
  "csr.consult.begun":
    "{csr} liest mit, und nur Sie lesen die Antworten: /whisper TEXT dorthin, /complete übergibt die Kundenseite, /return macht allein weiter. Eine Zeile ohne Wort geht an die Kundenseite.",
  "csr.consult.none": "Sie beraten sich gerade mit niemandem.",
  "csr.consult.crossed":
    "Das wurde {name} nicht gezeigt, denn Sie sprechen dort erst seit einem Augenblick, und es kann an {csr} gerichtet gewesen sein: {text} – /send zeigt es.",
  "csr.consult.crossed-none": "Von Ihnen wurde nichts zurückgehalten.",
  "csr.note-kept": "Notiz gespeichert. Die Kundenseite sieht sie nicht.",
  "csr.held": "In der Warteschleife. Schreiben Sie dem Kunden oder /resume, um fortzufahren.",
  "csr.resumed": "Das Gespräch geht weiter.",
  "csr.note-empty": "Schreiben Sie die Notiz hinter das Wort: /note hat zweimal angerufen, lieber vormittags",
  "csr.wrap-up": "Sie haben {seconds} Sekunden Nachbearbeitung bis zum nächsten Angebot. /back beendet sie früher.",
  "csr.left-absent": "Sie waren zu lange offline, darum ist dieses Gespräch zurück in der Warteschlange.",

  "csr.away": "Sie sind abwesend: keine neuen Angebote. /back, wenn Sie wieder da sind.",
  "csr.back": "Willkommen zurück: Sie bekommen wieder Angebote.",
  "csr.already": "Das ist schon so.",
  "csr.status": "Sie sind {state}, mit {load} von {capacity} Gesprächen. In Ihren Warteschlangen: {waiting}.",
  "csr.state.free": "frei",
  "csr.state.busy": "beschäftigt",
  "csr.state.away": "abwesend",
  "csr.state.wrap-up": "in der Nachbearbeitung",
  "csr.state.offline": "offline",
  "csr.state.closed": "geschlossen",
  "csr.state.unserved": "ohne jemanden, der übernehmen könnte",
  "csr.help-sign": "Behält Ihr Programm den Schrägstrich für sich, tut {sign} dasselbe: {sign}accept",
  "csr.help": [
    "/accept – das angebotene Gespräch annehmen",
    "/decline – es jemand anderem überlassen",
    "/transfer NAME GRUND – an eine Warteschlange, ein Teammitglied oder eine Fähigkeit übergeben",
    "/consult NAME FRAGE – zuerst jemanden um Rat fragen; dann /complete oder /return",
    "/close – das Gespräch beenden",
    "/hold – den Kunden warten lassen; /resume – fortfahren",
    "/set NAME WERT – eine Angabe zur Kundenseite speichern",
    "/note TEXT – eine Notiz speichern, die die Kundenseite nicht sieht",
    "/who – was über die Kundin oder den Kunden bekannt ist",
    "/history – das Gespräch bisher noch einmal",
    "/away – keine neuen Angebote bekommen",
    "/back – wieder Angebote bekommen",
    "/status – Ihr Zustand und die Warteschlangen",
    "/help – diese Liste",
    "Soll eine Zeile für die Kundenseite mit / beginnen, schreiben Sie //",
  ].join("\n"),
  "csr.help-desk": [
    "Das ist der Desk selbst. Jedes Gespräch kommt als eigener Kontakt zu Ihnen.",
    "/away – keine neuen Angebote bekommen",
    "/back – wieder Angebote bekommen",
    "/done – Ihre Nachbearbeitung ist fertig",
    "/status – Ihr Zustand und die Warteschlangen",
    "/monitor NAME – für die Aufsicht: bei jemandem mitlesen; dort /whisper TEXT, /barge, /takeover, /leave",
    "/help – diese Liste",
  ].join("\n"),
  "csr.unknown-word":
    "Das Wort {word} gibt es nicht. /help zeigt alle. Für eine Zeile, die mit / beginnt, schreiben Sie //.",
  "csr.unknown-word-near":
    "Das Wort {word} gibt es nicht; meinten Sie {near}? Für eine Zeile, die mit / beginnt, schreiben Sie //.",
  "csr.answer-offer-first": "Bitte beantworten Sie zuerst das Angebot: /accept oder /decline.",
  "csr.no-conversation": "Hier gibt es gerade kein Gespräch.",
  "csr.who.head": "{name} · {queue} · {network}",
  "csr.history.head": "Bisher:",
};
