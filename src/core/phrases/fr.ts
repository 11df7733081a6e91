/** Le catalogue français. The French catalogue; keys and places are those of en.ts. */
import type { PhraseKey } from "./en.ts";

export const FR: Readonly<Record<PhraseKey, string>> = {
  yes: "oui",
  no: "non",
  customer: "client",
  minutes: "{count} min",
  "less-than-a-minute": "moins d’une minute",

  "waiting.place":
    "Merci. Vous êtes numéro {place} dans la file d’attente de {queue}. Nous vous répondrons dès que possible ; vous pouvez continuer à écrire en attendant.",
  "waiting.next":
    "Merci. C’est bientôt à vous dans la file d’attente de {queue} ; quelqu’un vous répond dans un instant.",
  "waiting.status": "Vous êtes numéro {place} dans la file d’attente de {queue}. Attente jusqu’ici : {minutes}.",
  "waiting.status-estimate":
    "Vous êtes numéro {place} dans la file d’attente de {queue}. Attente jusqu’ici : {minutes} ; il reste sans doute : {estimate}.",
  "waiting.presence": "{queue} : environ {estimate} d’attente",
  "waiting.estimate": "Attente probable : {estimate}.",
  "waiting.estimate-changed": "Votre temps d’attente a changé ; il reste sans doute : {estimate}.",
  "estimate.range": "{from} à {to} min",
  "estimate.up-to": "jusqu’à {to} min",
  "estimate.over": "plus de {from} min",
  "waiting.still": "Merci de votre patience. Vous gardez votre place ; quelqu’un vous répondra dès que possible.",
  "waiting.help":
    "Vous attendez une personne. Écrivez « statut » pour connaître votre place, ou « stop » pour partir. Tout le reste est gardé pour la personne qui prendra le relais.",
  "waiting.held-full":
    "Vous avez déjà beaucoup écrit ; veuillez attendre que quelqu’un prenne le relais. Ce dernier message n’a pas été pris.",

  "talking.handover": "Vous êtes maintenant en contact avec {csr}.",
  "talking.held": "{csr} vous met en attente un instant et revient vers vous ici.",
  "talking.csr-left":
    "La personne qui vous répondait a perdu la connexion. Vous êtes de retour dans la file, devant ceux qui sont arrivés après vous.",
  "talking.transferred": "Nous vous transférons à {queue}. Un instant, s’il vous plaît.",
  "talking.transferred-csr": "Nous vous transférons à {csr}. Un instant, s’il vous plaît.",

  "closed.by-csr": "Cette conversation est terminée. Écrivez-nous à tout moment et nous en ouvrirons une nouvelle.",
  "closed.by-customer": "Vous avez terminé cette conversation. Écrivez-nous à tout moment.",
  "closed.idle":
    "Nous n’avons pas eu de nouvelles depuis un moment, cette conversation est donc terminée. Écrivez-nous à tout moment.",
  "closed.by-desk": "Cette conversation a été fermée par notre équipe. Écrivez-nous à tout moment.",

  "hours.closed": "{queue} est fermé en ce moment. Réouverture : {opens}.",
  "hours.ended": "Les horaires de {queue} sont maintenant passés ; votre attente y prend donc fin. Je suis désolé.",
  "queue.full": "Beaucoup de personnes attendent pour {queue} en ce moment. Veuillez réessayer un peu plus tard.",
  "desk.full": "Nous avons énormément de conversations en ce moment. Veuillez réessayer un peu plus tard.",
  "no-csr-ever":
    "Personne ne peut vous aider pour {queue} en ce moment, nous devons donc mettre fin à cette conversation. Écrivez-nous à nouveau une autre fois.",
  undelivered: "Ce message n’a pas pu être remis : « {text} »",
  "undelivered.retraction":
    "Vous avez retiré un message, mais cela n’est pas parvenu à l’autre partie : elle le voit peut-être encore.",
  "undelivered.reaction": "Votre réaction n’est pas arrivée : {reactions}",
  "delivery.late":
    "Ce que vous avez écrit n’est pas encore arrivé chez {name}. Nous continuons d’essayer ; inutile de le renvoyer.",
  "delivery.through": "{name} est de nouveau joignable : ce que vous avez écrit est passé.",
  flood:
    "C’est plus de messages que nous ne pouvons en recevoir d’un coup. Veuillez patienter un instant ; le dernier n’a pas été pris.",
  "too-long": "Ce message est trop long et n’a pas été pris. Veuillez le diviser : {bytes} octets au plus à la fois.",
  "conversation.limit":
    "Vous avez déjà plusieurs conversations avec nous. Veuillez continuer dans l’une d’elles ou en terminer une d’abord.",

  "content.masked":
    "Ce qui ressemble à {what} a été rendu illisible avant la transmission de votre message : cela n'est pas transmis ici.",
  "content.warned":
    "Votre message contient {what}. Il a été transmis tel quel ; merci de n'envoyer cela ici qu'en cas de besoin.",
  "content.addresses": "une adresse électronique ou de messagerie",
  "content.hosts": "le nom d'un ordinateur interne",
  "content.phones": "un numéro de téléphone",
  "content.cards": "un numéro de carte",
  "edit.fallback": "corrigé : {text}",
  "retraction.fallback": "retiré : « {text} »",
  "reaction.fallback": "{reactions} à : « {text} »",
  "retraction.refused": "Un message déjà remis ne peut pas être retiré ici.",

  "alias.closed":
    "Cette conversation est terminée et plus personne ne lit ici. Veuillez écrire à notre adresse publique et nous en ouvrirons une nouvelle.",
  "alias.not-yours":
    "Il n’y a pas de conversation pour vous à cette adresse. Veuillez écrire à notre adresse publique.",
  "label.which":
    "De quelle conversation parlez-vous ? Veuillez commencer votre ligne par l’un de ces repères : {labels}.",
  "label.unknown": "Il n’y a pas de conversation ouverte {label}.",
  "label.hint": "Pour répondre, commencez votre ligne par {label}.",
  "continue.invite":
    "Vous pouvez poursuivre cette conversation sur {network} : {link} – votre place et tout ce qui a été dit vous suivent. Le lien sert une fois, pendant {minutes}. Ou restez simplement ici.",
  "continue.moved":
    "Votre conversation se poursuit désormais à l’adresse {place}. Ce que vous écrivez ici ne lui parvient plus.",
  "continue.welcome": "Votre conversation se poursuit ici. Rien n’est perdu et vous gardez votre place.",
  "continue.history": "Ce qui a été dit jusqu’ici :",
  "continue.elsewhere": "Votre conversation se poursuit à l’adresse {place}. Merci d’écrire là-bas.",
  "continue.unknown": "Cette invitation a expiré ou a déjà servi.",
  "continue.busy":
    "Vous avez une autre conversation ouverte ici. Terminez-la d’abord, puis utilisez de nouveau l’invitation.",
  "room.invitation":
    "L’accueil vous présente ici l’un à l’autre. Merci de prendre le nom « {nick} », afin que rien de votre adresse ne soit visible.",
  "room.invite":
    "Vous pouvez continuer avec {name} dans un salon de votre propre serveur, où aucun ne voit l’adresse de l’autre : {place} – merci d’y entrer sous le nom « {nick} », dans un délai de {minutes}. Jusqu’à ce que vous y soyez tous deux, ou si vous restez, tout continue ici.",
  "room.invitation-shown":
    "L’accueil vous présente ici l’un à l’autre. Dans ce salon, chacun voit l’adresse de l’autre.",
  "room.invite-shown":
    "Vous pouvez continuer avec {name} dans un salon de votre propre serveur : {place}. Chacun y voit l’adresse de l’autre. Si cela vous convient, acceptez l’invitation d’ici {minutes} ; sinon, refusez-la ou restez ici. Jusqu’à ce que vous y soyez tous les deux, tout continue ici.",
  "csr.room-asked":
    "On demande à {name} s’il faut continuer avec vous dans un salon de votre serveur, où chacun voit l’adresse de l’autre. Dès son arrivée, vous serez invité aussi ; jusque-là, et sinon, tout continue ici.",
  "room.who": "Voici {customer} et {csr}.",
  "room.history": "Ce qui a été dit jusqu’ici :",
  "room.left":
    "L’accueil se retire et ne lit pas ce que vous écrivez ici. Pour une nouvelle demande, merci d’écrire à son adresse publique.",
  "room.dissolved": "Ce salon n’est plus utile.",
  "room.failed": "Le salon n’est pas utilisé : la conversation continue ici comme avant.",
  "closed.in-room":
    "Vous êtes tous deux dans le salon et votre conversation s’y poursuit. Ce que vous écrivez ici en ouvre une nouvelle.",
  "csr.closed-in-room":
    "Vous êtes tous deux dans le salon et l’accueil s’est retiré. Cela compte comme votre temps de clôture ; écrivez /done à l’accueil quand vous avez terminé.",
  "csr.customer-moved": "{name} écrit maintenant depuis {network}.",
  "software.unknown": "logiciel inconnu",

  "dialog.greeting": "Bonjour et bienvenue !",
  "dialog.help":
    "Répondez avec vos propres mots ou par le numéro d’un choix. Ces mots marchent toujours : « retour » (question précédente), « répéter », « statut », « une personne, s’il vous plaît » et « stop ».",
  "dialog.status":
    "Vous parlez à notre assistant automatique. Encore quelques réponses et une personne prend le relais.",
  "dialog.person": "Bien sûr. Je cherche une personne pour vous.",
  "dialog.routing": "Un instant, s’il vous plaît.",
  "dialog.goodbye": "Merci et au revoir !",
  "dialog.stopped": "Très bien, nous nous arrêtons ici. Écrivez-nous à tout moment.",
  "dialog.finished": "Merci. Je cherche une personne pour vous.",
  "dialog.lost": "Désolé, j’ai perdu le fil. Je cherche une personne pour vous.",
  "dialog.renewed":
    "Désolé, nos questions viennent de changer et je dois reprendre du début. Ce que vous m’avez dit est gardé.",
  "dialog.back-none": "C’est la première question ; on ne peut pas revenir plus loin.",
  "dialog.no-input-1":
    "Êtes-vous toujours là ? Prenez votre temps ; écrivez « aide » si quelque chose n’est pas clair.",
  "dialog.no-input-2":
    "J’attends toujours votre réponse. Écrivez « une personne, s’il vous plaît » si vous préférez parler à quelqu’un.",
  "dialog.no-input-close": "Je n’ai pas eu de réponse, je ferme donc pour le moment. Écrivez-nous à tout moment.",
  "dialog.no-match-1": "Désolé, je n’ai pas compris. Pouvez-vous le dire autrement ?",
  "dialog.no-match-2":
    "Désolé, je ne comprends toujours pas. Essayez encore une fois ou écrivez « une personne, s’il vous plaît ».",
  "dialog.no-match-person": "Désolé, je ne comprends pas. Je cherche une personne pour vous.",
  "dialog.did-you-mean": "Vouliez-vous dire « {label} » ?",
  "dialog.which-of-these": "Je ne suis pas sûr de ce que vous voulez dire :",
  "dialog.which-then": "Très bien. De quoi s’agit-il alors ?",
  "dialog.understood": "Je comprends : {label}.",
  "answer.yes-or-no": "Veuillez répondre par oui ou par non.",
  "answer.number": "Veuillez répondre par un nombre.",
  "answer.integer": "Veuillez répondre par un nombre entier.",
  "answer.number-min": "Veuillez donner un nombre d’au moins {min}.",
  "answer.number-max": "Veuillez donner un nombre d’au plus {max}.",
  "answer.number-range": "Veuillez donner un nombre de {min} à {max}.",
  "answer.email": "Cela ne ressemble pas à une adresse électronique. Elle devrait ressembler à nom@example.com.",
  "answer.phone": "Cela ne ressemble pas à un numéro de téléphone. Veuillez le donner avec son indicatif.",
  "answer.phone-international":
    "Cela ne ressemble pas à un numéro de téléphone. Veuillez le donner avec l’indicatif du pays, par exemple +33 1 99 00 12 34.",
  "answer.date": "Cela ne ressemble pas à une date. Veuillez l’écrire ainsi : 31/12/2025.",
  "answer.long": "C’est trop long pour moi. Veuillez le dire en {max} caractères au plus.",
  "answer.name": "Désolé, je n’ai pas compris votre nom. Comment puis-je vous appeler ?",
  "answer.name-aside": "Merci, c’est noté. Et comment vous appelez-vous ?",
  "answer.name-long": "C’est très long pour un nom. Comment puis-je vous appeler ?",
  "answer.name-reserved":
    "Je ne peux pas vous appeler ainsi, on pourrait vous prendre pour l’un de nous. Comment puis-je vous appeler autrement ?",
  "answer.account":
    "Je ne trouve pas ce numéro de client. Veuillez le vérifier, ou écrire « une personne, s’il vous plaît ».",
  "identify.name": "Comment vous appelez-vous ?",
  "identify.account": "Quel est votre numéro de client ?",
  "identify.account-optional": "Quel est votre numéro de client ? Si vous n’en avez pas, écrivez « invité ».",
  "identify.who": "Comment vous appelez-vous, ou quel est votre numéro de client si vous en avez un ?",
  "identify.recognised": "Bonjour {name}, ravis de vous revoir.",
  "language.ask": "Dans quelle langue souhaitez-vous continuer ?",

  "csr.offer.head": "Nouvelle conversation : {name} · {queue} · {network}",
  "csr.offer.software": "Écrit depuis : {software}",
  "csr.offer.losses": "Ce qui n’arrivera pas tel quel : {losses}",
  "loss.formatting": "mise en forme (texte seul)",
  "loss.edit": "corrections (en nouveau texte)",
  "loss.retraction": "messages retirés (en toutes lettres)",
  "loss.reaction": "réactions (en toutes lettres)",
  "loss.reply": "réponses à un message (en citation)",
  "loss.file": "fichiers (sous forme de liens)",
  "csr.offer.handed-on": "Transmis par {csr} : {reason}",
  "csr.offer.reason": "Motif : {reason}",
  "csr.offer.waited": "Attente : {minutes}",
  "csr.offer.language": "Langue : {language}",
  "csr.offer.answer": "{name} : {value}",
  "csr.offer.recognised": "Client connu : {customer}",
  "csr.offer.ask": "/accept (accepter) ou /decline (refuser) ; {seconds} secondes",
  "csr.offer.accept": "Accepter",
  "csr.offer.decline": "Refuser",
  "csr.offer.revoked": "Cette offre est retirée : le client est parti ou on s’occupe de lui ailleurs.",
  "csr.offer.missed": "Cette offre n’a pas reçu de réponse à temps et est allée à quelqu’un d’autre.",
  "csr.offer.missed-away":
    "Vous avez manqué {count} offres de suite et êtes maintenant absent. Écrivez /back à votre retour.",
  "csr.offer.taken": "Cette offre a été prise par quelqu’un d’autre.",
  "csr.offer.lost": "{csr} a pris cette conversation.",
  "csr.offer.full":
    "Vous avez déjà les mains pleines : terminez d’abord une conversation, puis de nouveau /accept tant que l’offre tient.",
  "csr.accepted":
    "Vous êtes en contact avec {name}. Ce que vous écrivez ici lui parvient ; /help montre les mots pour le desk.",
  "csr.declined": "Refusée. La conversation va à quelqu’un d’autre.",

  "csr.closed": "La conversation avec {name} est terminée.",
  "csr.closed-by-customer": "Le client a terminé la conversation.",
  "csr.customer-gone": "Le client n’est plus joignable ; la conversation est terminée.",
  "csr.closed-idle": "La conversation a été fermée parce que personne n’écrivait depuis un moment.",
  "csr.closed-by-desk": "La conversation a été fermée par un administrateur.",
  "csr.transferred": "Transférée à {target}.",
  "csr.transfer-unknown": "Il n’y a ni file ni collègue du nom de « {target} ». Connus : {known}.",
  "csr.transfer-unavailable": "{target} n’est pas disponible en ce moment ({state}). La conversation reste avec vous.",
  "csr.set": "Conservé : {name} : {value}",
  "csr.unset": "{name} est oublié.",
  "csr.set-how": "Écrivez un nom et une valeur derrière le mot : /set commande 4711",
  "csr.supervise.listening":
    "Vous suivez {csr} et {name}. Personne ne lit ce que vous écrivez ici : /whisper TEXTE pour le conseiller seul, /barge pour parler aux deux, /takeover, /leave.",
  "csr.supervise.notice": "{csr} suit cette conversation.",
  "csr.supervise.how":
    "Vous ne faites que suivre ; ceci n’a été envoyé à personne. /whisper TEXTE pour le conseiller seul, /barge pour parler aux deux, /takeover, /leave.",
  "csr.supervise.not": "C’est réservé aux superviseurs de cette conversation.",
  "csr.supervise.nobody": "Il n’y a pas de conversation de « {name} » que vous puissiez suivre.",
  "csr.supervise.whisper-how":
    "Écrivez derrière le mot ce que personne d’autre ne doit lire : /whisper propose une remise. Il faut quelqu’un pour le lire.",
  "csr.supervise.whispered": "({csr}, pour vous seul) {text}",
  "csr.supervise.barged": "Désormais les deux côtés lisent ce que vous écrivez.",
  "csr.supervise.joined": "{csr} a rejoint cette conversation ; le client lit ce qu’il écrit.",
  "csr.supervise.taken": "{csr} a repris cette conversation.",
  "csr.supervise.over": "Vous ne suivez plus cette conversation.",
  "talking.monitored": "Pour assurer la qualité, un superviseur lit cette conversation.",
  "talking.joined": "{csr} a rejoint la conversation.",
  "csr.consult.asked":
    "{csr} vous demande conseil au sujet de {name} : {reason} – ce que vous écrivez ici n’est lu que par {csr} ; /leave y met fin.",
  "csr.consult.begun":
    "{csr} suit la conversation et vous seul lisez ses réponses : /whisper TEXTE vers cette personne, /complete lui transmet le client, /return continue sans elle. Une ligne sans mot va au client.",
  "csr.consult.none": "Vous ne consultez personne en ce moment.",
  "csr.consult.crossed":
    "Ceci n’a pas été montré à {name} : vous ne lui parlez que depuis un instant, et c’était peut-être destiné à {csr} : {text} – /send le lui montre.",
  "csr.consult.crossed-none": "Rien de vous n’a été retenu.",
  "csr.note-kept": "Note gardée. Le client ne la voit pas.",
  "csr.held": "En attente. Écrivez au client, ou /resume, pour reprendre.",
  "csr.resumed": "La conversation reprend.",
  "csr.note-empty": "Écrivez la note derrière le mot : /note a appelé deux fois, préfère le matin",
  "csr.wrap-up": "Vous avez {seconds} secondes de traitement après contact avant la prochaine offre. /back l’abrège.",
  "csr.left-absent": "Vous avez été hors ligne trop longtemps ; cette conversation est retournée dans la file.",

  "csr.away": "Vous êtes absent : pas de nouvelles offres. /back à votre retour.",
  "csr.back": "Bon retour : vous recevez de nouveau des offres.",
  "csr.already": "C’est déjà le cas.",
  "csr.status": "Vous êtes {state}, avec {load} conversations sur {capacity}. En attente dans vos files : {waiting}.",
  "csr.state.free": "libre",
  "csr.state.busy": "en conversation",
  "csr.state.away": "absent",
  "csr.state.wrap-up": "en traitement après contact",
  "csr.state.offline": "hors ligne",
  "csr.state.closed": "fermé",
  "csr.state.unserved": "sans personne pour prendre le relais",
  "csr.help-sign": "Si votre logiciel garde la barre oblique pour lui, {sign} fait la même chose : {sign}accept",
  "csr.help": [
    "/accept – prendre la conversation proposée",
    "/decline – la laisser à quelqu’un d’autre",
    "/transfer NOM MOTIF – passer à une file, à un collègue ou à une compétence",
    "/consult NOM QUESTION – demander d’abord à un collègue ; ensuite /complete ou /return",
    "/close – terminer la conversation",
    "/hold – mettre le client en attente ; /resume – reprendre",
    "/set NOM VALEUR – conserver une donnée sur le client",
    "/note TEXTE – garder une note que le client ne voit pas",
    "/who – ce que l’on sait du client",
    "/history – la conversation jusqu’ici, encore une fois",
    "/away – ne plus recevoir d’offres",
    "/back – recevoir de nouveau des offres",
    "/status – votre état et les files",
    "/help – cette liste",
    "Pour qu’une ligne destinée au client commence par /, écrivez //",
  ].join("\n"),
  "csr.help-desk": [
    "Voici le desk. Chaque conversation vous arrive comme un contact à part.",
    "/away – ne plus recevoir d’offres",
    "/back – recevoir de nouveau des offres",
    "/done – votre traitement après contact est terminé",
    "/status – votre état et les files",
    "/monitor NOM – pour superviseurs : suivre un collègue ; là, /whisper TEXTE, /barge, /takeover, /leave",
    "/help – cette liste",
  ].join("\n"),
  "csr.unknown-word":
    "Le mot {word} n’existe pas. /help les montre tous. Pour envoyer une ligne qui commence par / écrivez //.",
  "csr.unknown-word-near":
    "Le mot {word} n’existe pas ; vouliez-vous dire {near} ? Pour envoyer une ligne qui commence par / écrivez //.",
  "csr.answer-offer-first": "Veuillez d’abord répondre à l’offre : /accept ou /decline.",
  "csr.no-conversation": "Il n’y a pas de conversation ici en ce moment.",
  "csr.who.head": "{name} · {queue} · {network}",
  "csr.history.head": "Jusqu’ici :",
};
