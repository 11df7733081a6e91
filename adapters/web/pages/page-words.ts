/**
 * What the pages themselves say around a conversation: on buttons, on marks, of the link and of files. Whoever reads it has it in the first language
 * of theirs that is here; the console says the rest in the same one (console-words.ts).
 */
import type { LinkState } from "./link.ts";
import type { Contact } from "./protocol.ts";
import type { LineState } from "./thread.ts";

export interface PageWords {
  /** Its tag (RFC 5646), for the reader of screens. */
  readonly language: string;
  readonly lineStates: Readonly<Record<LineState, string>>;
  readonly linkStates: Readonly<Record<LinkState, string>>;
  readonly presence: Readonly<Record<Contact["state"], string>>;
  readonly you: string;
  readonly desk: string;
  readonly deleted: string;
  readonly edited: string;
  readonly notSent: string;
  readonly tryAgain: string;
  readonly answers: string;
  readonly changeMessage: string;
  readonly deleteThisFile: string;
  readonly endChat: string;
  readonly ended: string;
  readonly startAgain: string;
  readonly closeWindow: string;
  readonly empty: string;
  readonly newest: string;
  readonly messagesWith: (name: string) => string;
  readonly writeTo: (name: string) => string;
  readonly isTyping: (name: string) => string;
  readonly send: string;
  readonly changing: string;
  readonly deleteMessage: string;
  readonly cancel: string;
  readonly tooLong: (bytes: number, most: number) => string;
  readonly tooMuchWaits: string;
  readonly deletion: string;
  readonly deleteWhat: (name: string) => string;
  readonly deleteFile: string;
  readonly keep: string;
  readonly reload: string;
  readonly connectNow: string;
  readonly filesBeingSent: string;
  readonly sending: (name: string) => string;
  readonly waiting: string;
  readonly share: (percent: number, size: string) => string;
  readonly dismiss: (name: string) => string;
  readonly cancelSending: (name: string) => string;
  readonly wasNotSent: (name: string) => string;
  readonly sendFiles: string;
  readonly dropFiles: string;
  readonly picture: (name: string) => string;
  readonly voiceMessage: string;
  readonly tooManyFiles: string;
  readonly fileTooLarge: (size: string) => string;
  readonly fileEmpty: string;
  readonly unreachable: string;
}

const EN: PageWords = {
  language: "en",
  lineStates: { sending: "Sending", received: "Received", delivered: "Delivered", read: "Read", refused: "Not sent" },
  linkStates: {
    connecting: "Connecting…",
    online: "",
    waiting: "No connection. What you write is sent as soon as it is back.",
    "signed-out": "You are signed out.",
    outdated: "This page is out of date.",
    elsewhere: "The chat is open in too many windows. This one is asleep.",
    stopped: "",
  },
  presence: { chat: "Online", available: "Online", away: "Away", xa: "Away", dnd: "Busy", offline: "Offline" },
  you: "You",
  desk: "Desk",
  deleted: "This message was deleted.",
  edited: "edited",
  notSent: "Not sent.",
  tryAgain: "Try again",
  answers: "Answers",
  changeMessage: "Change or delete this message",
  deleteThisFile: "Delete this file",
  endChat: "End chat",
  ended: "You have ended this chat.",
  startAgain: "Start a new chat",
  closeWindow: "Close the chat window",
  empty: "Write to us: somebody answers here.",
  newest: "Newest messages",
  messagesWith: (name) => `Messages with ${name}`,
  writeTo: (name) => `Write to ${name}`,
  isTyping: (name) => `${name} is typing…`,
  send: "Send",
  changing: "Changing your message",
  deleteMessage: "Delete message",
  cancel: "Cancel",
  tooLong: (bytes, most) => `Too long: ${bytes} of at most ${most} bytes.`,
  tooMuchWaits: "Too many messages are waiting to be sent. Please wait for the connection.",
  deletion: "Delete the file",
  deleteWhat: (name) => `Delete ${name}?`,
  deleteFile: "Delete file",
  keep: "Keep",
  reload: "Reload",
  connectNow: "Connect now",
  filesBeingSent: "Files being sent",
  sending: (name) => `Sending ${name}`,
  waiting: "Waiting",
  share: (percent, size) => `${percent} % of ${size}`,
  dismiss: (name) => `Dismiss ${name}`,
  cancelSending: (name) => `Cancel sending ${name}`,
  wasNotSent: (name) => `${name} was not sent.`,
  sendFiles: "Send files",
  dropFiles: "Drop files to send them",
  picture: (name) => `Picture: ${name}`,
  voiceMessage: "Voice message",
  tooManyFiles: "Too many files at once.",
  fileTooLarge: (size) => `This file is too large: at most ${size}.`,
  fileEmpty: "There is nothing in this file.",
  unreachable: "The server cannot be reached.",
};

const DE: PageWords = {
  language: "de",
  lineStates: {
    sending: "Wird gesendet",
    received: "Angekommen",
    delivered: "Zugestellt",
    read: "Gelesen",
    refused: "Nicht gesendet",
  },
  linkStates: {
    connecting: "Verbindung wird aufgebaut …",
    online: "",
    waiting: "Keine Verbindung. Was Sie schreiben, wird gesendet, sobald sie wieder da ist.",
    "signed-out": "Sie sind abgemeldet.",
    outdated: "Diese Seite ist veraltet.",
    elsewhere: "Der Chat ist in zu vielen Fenstern offen. Dieses ruht.",
    stopped: "",
  },
  presence: {
    chat: "Online",
    available: "Online",
    away: "Abwesend",
    xa: "Abwesend",
    dnd: "Beschäftigt",
    offline: "Offline",
  },
  you: "Sie",
  desk: "Assistent",
  deleted: "Diese Nachricht wurde gelöscht.",
  edited: "bearbeitet",
  notSent: "Nicht gesendet.",
  tryAgain: "Noch einmal versuchen",
  answers: "Antworten",
  changeMessage: "Diese Nachricht ändern oder löschen",
  deleteThisFile: "Diese Datei löschen",
  endChat: "Chat beenden",
  ended: "Sie haben diesen Chat beendet.",
  startAgain: "Neuen Chat beginnen",
  closeWindow: "Das Chatfenster schließen",
  empty: "Schreiben Sie uns: Hier antwortet jemand.",
  newest: "Neueste Nachrichten",
  messagesWith: (name) => `Nachrichten mit ${name}`,
  writeTo: (name) => `An ${name} schreiben`,
  isTyping: (name) => `${name} schreibt …`,
  send: "Senden",
  changing: "Sie ändern Ihre Nachricht",
  deleteMessage: "Nachricht löschen",
  cancel: "Abbrechen",
  tooLong: (bytes, most) => `Zu lang: ${bytes} von höchstens ${most} Bytes.`,
  tooMuchWaits: "Es warten zu viele Nachrichten. Bitte warten Sie auf die Verbindung.",
  deletion: "Die Datei löschen",
  deleteWhat: (name) => `${name} löschen?`,
  deleteFile: "Datei löschen",
  keep: "Behalten",
  reload: "Neu laden",
  connectNow: "Jetzt verbinden",
  filesBeingSent: "Dateien auf dem Weg",
  sending: (name) => `${name} wird gesendet`,
  waiting: "Wartet",
  share: (percent, size) => `${percent} % von ${size}`,
  dismiss: (name) => `${name} ausblenden`,
  cancelSending: (name) => `Senden von ${name} abbrechen`,
  wasNotSent: (name) => `${name} wurde nicht gesendet.`,
  sendFiles: "Dateien senden",
  dropFiles: "Dateien hier ablegen, um sie zu senden",
  picture: (name) => `Bild: ${name}`,
  voiceMessage: "Sprachnachricht",
  tooManyFiles: "Zu viele Dateien auf einmal.",
  fileTooLarge: (size) => `Diese Datei ist zu groß: höchstens ${size}.`,
  fileEmpty: "In dieser Datei ist nichts.",
  unreachable: "Der Server ist nicht erreichbar.",
};

const ES: PageWords = {
  language: "es",
  lineStates: {
    sending: "Enviando",
    received: "Recibido",
    delivered: "Entregado",
    read: "Leído",
    refused: "No enviado",
  },
  linkStates: {
    connecting: "Conectando…",
    online: "",
    waiting: "Sin conexión. Lo que escriba se enviará en cuanto vuelva.",
    "signed-out": "Ha cerrado la sesión.",
    outdated: "Esta página está anticuada.",
    elsewhere: "El chat está abierto en demasiadas ventanas. Esta está en reposo.",
    stopped: "",
  },
  presence: {
    chat: "En línea",
    available: "En línea",
    away: "Ausente",
    xa: "Ausente",
    dnd: "Ocupado",
    offline: "Desconectado",
  },
  you: "Usted",
  desk: "Asistente",
  deleted: "Este mensaje se ha eliminado.",
  edited: "editado",
  notSent: "No enviado.",
  tryAgain: "Intentar de nuevo",
  answers: "Respuestas",
  changeMessage: "Cambiar o eliminar este mensaje",
  deleteThisFile: "Eliminar este archivo",
  endChat: "Terminar",
  ended: "Ha terminado este chat.",
  startAgain: "Empezar un chat nuevo",
  closeWindow: "Cerrar la ventana del chat",
  empty: "Escríbanos: aquí le responde alguien.",
  newest: "Mensajes más recientes",
  messagesWith: (name) => `Mensajes con ${name}`,
  writeTo: (name) => `Escribir a ${name}`,
  isTyping: (name) => `${name} está escribiendo…`,
  send: "Enviar",
  changing: "Está cambiando su mensaje",
  deleteMessage: "Eliminar el mensaje",
  cancel: "Cancelar",
  tooLong: (bytes, most) => `Demasiado largo: ${bytes} de ${most} bytes como máximo.`,
  tooMuchWaits: "Hay demasiados mensajes por enviar. Espere a que vuelva la conexión.",
  deletion: "Eliminar el archivo",
  deleteWhat: (name) => `¿Eliminar ${name}?`,
  deleteFile: "Eliminar el archivo",
  keep: "Conservar",
  reload: "Recargar",
  connectNow: "Conectar ahora",
  filesBeingSent: "Archivos que se están enviando",
  sending: (name) => `Enviando ${name}`,
  waiting: "En espera",
  share: (percent, size) => `${percent} % de ${size}`,
  dismiss: (name) => `Quitar ${name}`,
  cancelSending: (name) => `Cancelar el envío de ${name}`,
  wasNotSent: (name) => `${name} no se ha enviado.`,
  sendFiles: "Enviar archivos",
  dropFiles: "Suelte los archivos para enviarlos",
  picture: (name) => `Imagen: ${name}`,
  voiceMessage: "Mensaje de voz",
  tooManyFiles: "Demasiados archivos a la vez.",
  fileTooLarge: (size) => `Este archivo es demasiado grande: ${size} como máximo.`,
  fileEmpty: "Este archivo está vacío.",
  unreachable: "No se puede acceder al servidor.",
};

const FR: PageWords = {
  language: "fr",
  lineStates: { sending: "Envoi en cours", received: "Reçu", delivered: "Remis", read: "Lu", refused: "Non envoyé" },
  linkStates: {
    connecting: "Connexion…",
    online: "",
    waiting: "Pas de connexion. Ce que vous écrivez partira dès son retour.",
    "signed-out": "Vous êtes déconnecté.",
    outdated: "Cette page n’est plus à jour.",
    elsewhere: "Le chat est ouvert dans trop de fenêtres. Celle-ci est en veille.",
    stopped: "",
  },
  presence: {
    chat: "En ligne",
    available: "En ligne",
    away: "Absent",
    xa: "Absent",
    dnd: "Occupé",
    offline: "Hors ligne",
  },
  you: "Vous",
  desk: "Assistant",
  deleted: "Ce message a été supprimé.",
  edited: "modifié",
  notSent: "Non envoyé.",
  tryAgain: "Réessayer",
  answers: "Réponses",
  changeMessage: "Modifier ou supprimer ce message",
  deleteThisFile: "Supprimer ce fichier",
  endChat: "Terminer",
  ended: "Vous avez terminé ce chat.",
  startAgain: "Commencer un nouveau chat",
  closeWindow: "Fermer la fenêtre du chat",
  empty: "Écrivez-nous : quelqu’un vous répond ici.",
  newest: "Messages les plus récents",
  messagesWith: (name) => `Messages avec ${name}`,
  writeTo: (name) => `Écrire à ${name}`,
  isTyping: (name) => `${name} écrit…`,
  send: "Envoyer",
  changing: "Vous modifiez votre message",
  deleteMessage: "Supprimer le message",
  cancel: "Annuler",
  tooLong: (bytes, most) => `Trop long : ${bytes} octets sur ${most} au plus.`,
  tooMuchWaits: "Trop de messages attendent d’être envoyés. Veuillez attendre la connexion.",
  deletion: "Supprimer le fichier",
  deleteWhat: (name) => `Supprimer ${name} ?`,
  deleteFile: "Supprimer le fichier",
  keep: "Garder",
  reload: "Recharger",
  connectNow: "Se connecter maintenant",
  filesBeingSent: "Fichiers en cours d’envoi",
  sending: (name) => `Envoi de ${name}`,
  waiting: "En attente",
  share: (percent, size) => `${percent} % de ${size}`,
  dismiss: (name) => `Retirer ${name}`,
  cancelSending: (name) => `Annuler l’envoi de ${name}`,
  wasNotSent: (name) => `${name} n’a pas été envoyé.`,
  sendFiles: "Envoyer des fichiers",
  dropFiles: "Déposez des fichiers pour les envoyer",
  picture: (name) => `Image : ${name}`,
  voiceMessage: "Message vocal",
  tooManyFiles: "Trop de fichiers à la fois.",
  fileTooLarge: (size) => `Ce fichier est trop grand : ${size} au plus.`,
  fileEmpty: "Ce fichier est vide.",
  unreachable: "Le serveur est injoignable.",
};

/** Each language that the desk has words of its own in. */
export const PAGE_WORDS: readonly PageWords[] = [EN, DE, ES, FR];

/** In the first of these languages (tags, RFC 5646) that is here; else in English. */
export function wordsIn(languages: readonly string[]): PageWords {
  for (const tag of languages) {
    const [primary = ""] = tag.toLowerCase().split("-");
    const words = PAGE_WORDS.find(({ language }) => language === primary);
    if (words !== undefined) return words;
  }
  return EN;
}

let spoken = EN;

/** What this page says. */
export function said(): PageWords {
  return spoken;
}

/** From now on this page speaks to somebody with these languages; before anything of it is drawn. */
export function speak(languages: readonly string[]): void {
  spoken = wordsIn(languages);
}
