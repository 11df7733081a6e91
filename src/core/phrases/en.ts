/**
 * The English catalogue, which defines the keys and their places for all the others. `{minutes}` is a duration in words
 * (from `minutes` or `less-than-a-minute`), `{label}` and `{labels}` of `label.*` are what a line begins with (#3).
 */
export const EN = {
  yes: "yes",
  no: "no",
  customer: "customer",
  minutes: "{count} min",
  "less-than-a-minute": "less than a minute",

  // While the customer waits.
  "waiting.place":
    "Thank you. You are number {place} in the queue for {queue}. We will be with you as soon as we can; you can go on writing meanwhile.",
  "waiting.next": "Thank you. You are next in the queue for {queue}; somebody will be with you shortly.",
  "waiting.status": "You are number {place} in the queue for {queue}. You have been waiting for {minutes}.",
  "waiting.status-estimate":
    "You are number {place} in the queue for {queue}. You have been waiting for {minutes}; it will probably take {estimate} more.",
  "waiting.presence": "{queue}: about {estimate} to wait",
  "waiting.estimate": "You will probably have to wait for {estimate}.",
  "waiting.estimate-changed": "Your waiting time has changed: it will probably take {estimate} from now.",
  "estimate.range": "{from} to {to} min",
  "estimate.up-to": "up to {to} min",
  "estimate.over": "more than {from} min",
  "waiting.still": "Thank you for your patience. You keep your place; somebody will be with you as soon as possible.",
  "waiting.help":
    "You are waiting for a person. Write “status” for your place in the queue, or “stop” to leave. Whatever else you write is kept for the person who takes over.",
  "waiting.held-full":
    "You have written a great deal already; please wait until somebody takes over. This last message was not taken.",

  // While customer and CSR talk.
  "talking.handover": "You are now connected to {csr}.",
  "talking.held": "{csr} has put you on hold for a moment and will be back with you here.",
  "talking.csr-left":
    "The person you were talking to has lost the connection. You are back in the queue, ahead of those who came after you.",
  "talking.transferred": "You are being transferred to {queue}. One moment, please.",
  "talking.transferred-csr": "You are being transferred to {csr}. One moment, please.",

  // The end of a conversation, as the customer reads it.
  "closed.by-csr": "This conversation has been closed. Write again at any time and we will open a new one.",
  "closed.by-customer": "You have ended this conversation. Write again at any time.",
  "closed.idle":
    "We have not heard from you for a while, so this conversation has been closed. Write again at any time.",
  "closed.by-desk": "This conversation has been closed by our staff. Write again at any time.",

  // When it cannot be done now.
  "hours.closed": "{queue} is closed at the moment. We open again {opens}.",
  "hours.ended": "The opening hours of {queue} are over by now, so your waiting there ends. I am sorry.",
  "queue.full": "There are very many people waiting for {queue} at the moment. Please try again a little later.",
  "desk.full": "We have very many conversations at the moment. Please try again a little later.",
  "no-csr-ever":
    "There is nobody who could help you with {queue} at present, so we have to end this conversation. Please write again another time.",
  undelivered: "This message could not be delivered: “{text}”",
  "undelivered.retraction":
    "You took a message back, but that could not be brought to the other side: they may still see it.",
  "undelivered.reaction": "Your reaction did not arrive: {reactions}",
  "delivery.late": "What you wrote has not reached {name} yet. We keep trying; there is no need to send it again.",
  "delivery.through": "{name} is being reached again: what you wrote has gone through.",
  flood:
    "That is more messages than we can take at once. Please wait a moment, then go on; what you sent last was not taken.",
  "too-long": "This message is too long and was not taken. Please divide it: at most {bytes} bytes at a time.",
  "conversation.limit":
    "You have several conversations with us already. Please go on in one of them, or end one first.",

  // What people type and a company may not want to pass on.
  "content.masked": "What looks like {what} was made unreadable before your message went on: it is not passed on here.",
  "content.warned":
    "Your message has {what} in it. It went on as you wrote it; please do not send such things here unless you have to.",
  "content.addresses": "an e-mail or chat address",
  "content.hosts": "the name of an internal computer",
  "content.phones": "a telephone number",
  "content.cards": "a card number",

  // What a network cannot carry, said in words.
  "edit.fallback": "corrected: {text}",
  "retraction.fallback": "took back: “{text}”",
  "reaction.fallback": "{reactions} to: “{text}”",
  "retraction.refused": "A message that has been delivered cannot be taken back here.",

  // Aliases and labels.
  "alias.closed":
    "This conversation is closed, so nobody reads this any more. Please write to our public address and we will open a new one.",
  "alias.not-yours": "There is no conversation for you at this address. Please write to our public address.",
  "label.which": "Which conversation do you mean? Please begin your line with one of {labels}.",
  "label.unknown": "There is no open conversation {label}.",
  "label.hint": "To answer, begin your line with {label}.",
  "continue.invite":
    "You can continue this conversation on {network}: {link} – your place and everything said so far come along. The link works once, for {minutes}. Or simply stay here.",
  "continue.moved": "Your conversation continues at {place} from now on. What you write here no longer reaches it.",
  "continue.welcome": "Your conversation continues here. Nothing is lost, and you have kept your place.",
  "continue.history": "What was said so far:",
  "continue.elsewhere": "Your conversation continues at {place}. Please write there.",
  "continue.unknown": "This invitation has expired or has been used already.",
  "continue.busy": "You have another conversation open here. Please end it first, then use the invitation again.",
  "room.invitation":
    "The desk introduces you to each other here. Please take the name “{nick}”, so that no part of your address is seen.",
  "room.invite":
    "You can go on with {name} in a room of your own server, where neither of you sees the other's address: {place} – please take the name “{nick}” when you join, within {minutes}. Until you are both there, or if you stay, everything goes on here.",
  "room.invitation-shown":
    "The desk introduces you to each other here. In this room each of you sees the other's address.",
  "room.invite-shown":
    "You can go on with {name} in a room of your own server: {place}. There each of you sees the other's address. If that is all right with you, accept the invitation within {minutes}; if not, decline it or just stay here. Until you are both there everything goes on here.",
  "csr.room-asked":
    "{name} is asked whether to go on with you in a room of your server, where each of you sees the other's address. Once they have come, you are invited too; until then, and if they stay, everything goes on here.",
  "room.who": "Here are {customer} and {csr}.",
  "room.history": "What was said so far:",
  "room.left":
    "The desk steps out now and does not read what you write here. For something new, please write to its public address.",
  "room.dissolved": "This room is not needed any more.",
  "room.failed": "The room is not used: the conversation goes on here as before.",
  "closed.in-room":
    "You are both in the room now, and your conversation goes on there. What you write here opens a new one.",
  "csr.closed-in-room":
    "You are both in the room now, and the desk has stepped out. It counts as your wrap-up; write /done to the desk when you have finished.",
  "csr.customer-moved": "{name} now writes from {network}.",
  "software.unknown": "unknown software",

  // The bot.
  "dialog.greeting": "Hello, and welcome!",
  "dialog.help":
    "Answer in your own words or with the number of a choice. These words always work: “back” (one question back), “repeat”, “status”, “a person, please”, and “stop”.",
  "dialog.status": "You are talking to our automatic assistant. A few answers, and a person takes over.",
  "dialog.person": "Of course. I will find a person for you.",
  "dialog.routing": "One moment, please.",
  "dialog.goodbye": "Thank you, and goodbye!",
  "dialog.stopped": "All right, we stop here. Write again at any time.",
  "dialog.finished": "Thank you. I will find a person for you.",
  "dialog.lost": "Sorry, I have lost the thread. I will find a person for you.",
  "dialog.renewed":
    "Sorry, our questions have just been changed, so I have to ask from the beginning. What you told me is kept.",
  "dialog.back-none": "This is the first question; there is nothing to go back to.",
  "dialog.no-input-1": "Are you still there? Take your time; write “help” if something is unclear.",
  "dialog.no-input-2":
    "I am still waiting for your answer. Write “a person, please” if you would rather talk to somebody.",
  "dialog.no-input-close": "I have not heard from you, so I close this for now. Write again at any time.",
  "dialog.no-match-1": "Sorry, I did not understand that. Could you put it another way?",
  "dialog.no-match-2": "Sorry, I still do not understand. Please try once more, or write “a person, please”.",
  "dialog.no-match-person": "Sorry, I do not understand. I will find a person for you.",
  "dialog.did-you-mean": "Did you mean “{label}”?",
  "dialog.which-of-these": "I am not sure which of these you mean:",
  "dialog.which-then": "All right. What is it then?",
  "dialog.understood": "I understand: {label}.",
  "answer.yes-or-no": "Please answer with yes or no.",
  "answer.number": "Please answer with a number.",
  "answer.integer": "Please answer with a whole number.",
  "answer.number-min": "Please give a number that is at least {min}.",
  "answer.number-max": "Please give a number that is at most {max}.",
  "answer.number-range": "Please give a number from {min} to {max}.",
  "answer.email": "That does not look like an e-mail address. It should look like name@example.com.",
  "answer.phone": "That does not look like a telephone number. Please give it with its area code.",
  "answer.phone-international":
    "That does not look like a telephone number. Please give it with the country code, such as +44 20 7946 0018.",
  "answer.date": "That does not look like a date. Please write it as year-month-day, such as 2025-12-31.",
  "answer.long": "That is too long for me. Please say it in at most {max} characters.",
  "answer.name": "Sorry, I did not catch your name. What may I call you?",
  "answer.name-aside": "Thank you, I have noted that. And what is your name?",
  "answer.name-long": "That is very long for a name. What may I call you?",
  "answer.name-reserved":
    "I cannot call you that, because it could be mistaken for one of us. What else may I call you?",
  "answer.account": "I cannot find that account number. Please check it, or write “a person, please”.",
  "identify.name": "What is your name?",
  "identify.account": "What is your account number?",
  "identify.account-optional": "What is your account number? If you have none, write “guest”.",
  "identify.who": "What is your name, or your account number if you have one?",
  "identify.recognised": "Hello {name}, good to see you again.",
  "language.ask": "Which language would you like to go on in?",

  // For CSRs: an offer and what became of it.
  "csr.offer.head": "New conversation: {name} · {queue} · {network}",
  "csr.offer.software": "Writes from: {software}",
  "csr.offer.losses": "What will not come across as it is: {losses}",
  "loss.formatting": "formatting (plain text)",
  "loss.edit": "edits (shown as new text)",
  "loss.retraction": "retractions (said in words)",
  "loss.reaction": "reactions (said in words)",
  "loss.reply": "replies (shown as quotes)",
  "loss.file": "files (shown as links)",
  "csr.offer.handed-on": "Passed on by {csr}: {reason}",
  "csr.offer.reason": "Reason: {reason}",
  "csr.offer.waited": "Waiting for: {minutes}",
  "csr.offer.language": "Language: {language}",
  "csr.offer.answer": "{name}: {value}",
  "csr.offer.recognised": "Known customer: {customer}",
  "csr.offer.ask": "/accept or /decline; {seconds} seconds",
  "csr.offer.accept": "Accept",
  "csr.offer.decline": "Decline",
  "csr.offer.revoked": "This offer is withdrawn: the customer has left or is served elsewhere.",
  "csr.offer.missed": "This offer was not answered in time and has gone to somebody else.",
  "csr.offer.missed-away":
    "You missed {count} offers in a row, so you are now away. Write /back when you are there again.",
  "csr.offer.taken": "This offer has been taken by somebody else.",
  "csr.offer.lost": "This conversation has been taken by {csr}.",
  "csr.offer.full": "You have your hands full: end a conversation first, then /accept again while the offer stands.",
  "csr.accepted": "You are connected to {name}. What you write here goes to them; /help lists the words for the desk.",
  "csr.declined": "Declined. The conversation goes to somebody else.",

  // For CSRs: during and after a conversation.
  "csr.closed": "The conversation with {name} is closed.",
  "csr.closed-by-customer": "The customer has ended the conversation.",
  "csr.customer-gone": "The customer can no longer be reached; the conversation is closed.",
  "csr.closed-idle": "The conversation was closed because nobody wrote for a while.",
  "csr.closed-by-desk": "The conversation was closed by an administrator.",
  "csr.transferred": "Transferred to {target}.",
  "csr.transfer-unknown": "There is no queue and no colleague called “{target}”. Known: {known}.",
  "csr.transfer-unavailable": "{target} is {state} at the moment. The conversation stays with you.",
  "csr.set": "Kept: {name}: {value}",
  "csr.unset": "{name} is forgotten.",
  "csr.set-how": "Write a name and a value behind the word: /set order 4711",
  "csr.supervise.listening":
    "You are listening to {csr} and {name}. Nobody reads what you write here: /whisper TEXT to the CSR alone, /barge to speak with both, /takeover, /leave.",
  "csr.supervise.notice": "{csr} is listening to this conversation.",
  "csr.supervise.how":
    "You are only listening; nobody was sent this. /whisper TEXT to the CSR alone, /barge to speak with both, /takeover, /leave.",
  "csr.supervise.not": "That is for supervisors of this conversation.",
  "csr.supervise.nobody": "There is no conversation of “{name}” that you may listen to.",
  "csr.supervise.whisper-how":
    "Write behind the word what is meant for nobody else: /whisper offer a discount. Somebody has to be there to read it.",
  "csr.supervise.whispered": "({csr}, only to you) {text}",
  "csr.supervise.barged": "From now on customer and CSR both read what you write.",
  "csr.supervise.joined": "{csr} has joined this conversation; the customer reads what they write.",
  "csr.supervise.taken": "{csr} has taken this conversation over.",
  "csr.supervise.over": "You are not listening to this conversation any more.",
  "talking.monitored": "For quality assurance, a supervisor is reading along.",
  "talking.joined": "{csr} has joined the conversation.",
  "csr.consult.asked":
    "{csr} asks your advice about {name}: {reason} – what you write here reaches {csr} alone; /leave ends it.",
  "csr.consult.begun":
    "{csr} reads along and is heard by you alone: /whisper TEXT to them, /complete hands the customer over, /return goes on without them. A plain line goes to the customer.",
  "csr.consult.none": "You are consulting nobody at the moment.",
  "csr.consult.crossed":
    "{name} was not shown this: you talk with them only since a moment ago, and it may have been meant for {csr}: {text} – /send shows it to them.",
  "csr.consult.crossed-none": "Nothing of yours was kept back.",
  "csr.note-kept": "Note kept. The customer does not see it.",
  "csr.held": "On hold. Write to the customer, or /resume, to go on.",
  "csr.resumed": "You go on with the customer.",
  "csr.note-empty": "Write the note behind the word: /note called twice, prefers mornings",
  "csr.wrap-up": "You have {seconds} seconds for wrap-up before the next offer. /back ends it sooner.",
  "csr.left-absent": "You were offline for too long, so this conversation went back to the queue.",

  // For CSRs: words to the desk.
  "csr.away": "You are away: no new offers. /back when you are there again.",
  "csr.back": "Welcome back: you get offers again.",
  "csr.already": "That is so already.",
  "csr.status": "You are {state}, with {load} of {capacity} conversations. Waiting in your queues: {waiting}.",
  "csr.state.free": "free",
  "csr.state.busy": "busy",
  "csr.state.away": "away",
  "csr.state.wrap-up": "in wrap-up",
  "csr.state.offline": "offline",
  "csr.state.closed": "closed",
  "csr.state.unserved": "without anybody who could take it",
  "csr.help-sign": "Where your client keeps the slash for itself, {sign} does the same: {sign}accept",
  "csr.help": [
    "/accept – take the conversation that is offered",
    "/decline – leave it to somebody else",
    "/transfer NAME REASON – hand over to a queue, a colleague or a skill",
    "/consult NAME QUESTION – ask a colleague first; then /complete or /return",
    "/close – end the conversation",
    "/hold – put the customer on hold; /resume – go on",
    "/set NAME VALUE – keep a fact about the customer",
    "/note TEXT – keep a note that the customer does not see",
    "/who – what is known of the customer",
    "/history – the talk so far, once more",
    "/away – get no new offers",
    "/back – get offers again",
    "/status – your state and the queues",
    "/help – this list",
    "A line that is to begin with / for the customer is written with //",
  ].join("\n"),
  "csr.help-desk": [
    "This is the desk itself. Every conversation comes to you as a contact of its own.",
    "/away – get no new offers",
    "/back – get offers again",
    "/done – your wrap-up is finished",
    "/status – your state and the queues",
    "/monitor NAME – for supervisors: listen to a colleague; there /whisper TEXT, /barge, /takeover, /leave",
    "/help – this list",
  ].join("\n"),
  "csr.unknown-word": "There is no word {word}. /help lists them all. To send a line that begins with / write //.",
  "csr.unknown-word-near": "There is no word {word}; did you mean {near}? To send a line that begins with / write //.",
  "csr.answer-offer-first": "Please answer the offer first: /accept or /decline.",
  "csr.no-conversation": "There is no conversation here at the moment.",
  "csr.who.head": "{name} · {queue} · {network}",
  "csr.history.head": "So far:",
} as const;

export type PhraseKey = keyof typeof EN;
