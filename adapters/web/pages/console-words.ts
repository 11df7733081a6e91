/** What the CSRs' console says besides what every conversation has (page-words.ts), in the language of the CSR's browser. */
import { said } from "./page-words.ts";

export interface ConsoleWords {
  readonly console: string;
  readonly signedInAs: string;
  readonly signOut: string;
  readonly notifyMe: string;
  readonly conversations: string;
  readonly conversation: string;
  readonly conversationWith: (name: string) => string;
  readonly noneChosen: string;
  readonly choose: string;
  readonly none: string;
  readonly over: string;
  readonly back: string;
  readonly toDesk: string;
  readonly noMessage: string;
  readonly wordsToDesk: string;
  readonly closed: string;
  readonly typing: string;
  readonly unread: string;
  readonly remove: (name: string) => string;
  /** On the buttons, by the word that each says. */
  readonly words: Readonly<
    Record<"accept" | "decline" | "who" | "close" | "transfer" | "note" | "away" | "back" | "status" | "help", string>
  >;
  readonly title: string;
  readonly login: string;
  readonly password: string;
  readonly signIn: string;
  readonly signingIn: string;
  readonly signInWith: (title: string) => string;
  readonly mismatch: string;
  readonly tooManyAttempts: (seconds: string) => string;
  readonly notSignedIn: string;
  readonly unreachable: string;
  readonly wasSignedOut: string;
  readonly haveSignedOut: string;
  readonly somebodyElse: (now: string, was: string) => string;
}

const EN: ConsoleWords = {
  console: "Console",
  signedInAs: "Signed in as",
  signOut: "Sign out",
  notifyMe: "Notify me",
  conversations: "Conversations",
  conversation: "Conversation",
  conversationWith: (name) => `Conversation with ${name}`,
  noneChosen: "No conversation chosen",
  choose: "Choose a conversation. Alt and an arrow key go to the next one.",
  none: "No conversations. New ones appear here by themselves.",
  over: "This conversation is over.",
  back: "Back to the list",
  toDesk: "Here you talk to the desk itself: /away, /back, /status, /help.",
  noMessage: "No message yet.",
  wordsToDesk: "Words to the desk",
  closed: "Closed",
  typing: "typing…",
  unread: "unread",
  remove: (name) => `Remove ${name}`,
  words: {
    accept: "Accept",
    decline: "Decline",
    who: "Who?",
    close: "Close",
    transfer: "Transfer…",
    note: "Note…",
    away: "Away",
    back: "Back",
    status: "Status",
    help: "Help",
  },
  title: "CSR console",
  login: "Login",
  password: "Password",
  signIn: "Sign in",
  signingIn: "Signing in…",
  signInWith: (title) => `Sign in with ${title}`,
  mismatch: "That login and password do not match.",
  tooManyAttempts: (seconds) => `Too many attempts. Please wait ${seconds} s and try again.`,
  notSignedIn: "The server could not sign you in.",
  unreachable: "The server cannot be reached. Please try again.",
  wasSignedOut: "You were signed out. Please sign in again.",
  haveSignedOut: "You are signed out.",
  somebodyElse: (now, was) =>
    `${now} has signed in here, so ${was} was signed out. For two at once, use two browser profiles or a private window.`,
};

const DE: ConsoleWords = {
  console: "Konsole",
  signedInAs: "Angemeldet als",
  signOut: "Abmelden",
  notifyMe: "Benachrichtigen",
  conversations: "Gespräche",
  conversation: "Gespräch",
  conversationWith: (name) => `Gespräch mit ${name}`,
  noneChosen: "Kein Gespräch gewählt",
  choose: "Wählen Sie ein Gespräch. Alt und eine Pfeiltaste gehen zum nächsten.",
  none: "Keine Gespräche. Neue erscheinen hier von selbst.",
  over: "Dieses Gespräch ist beendet.",
  back: "Zurück zur Liste",
  toDesk: "Hier sprechen Sie mit dem Desk selbst: /away, /back, /status, /help.",
  noMessage: "Noch keine Nachricht.",
  wordsToDesk: "Befehle an den Desk",
  closed: "Beendet",
  typing: "schreibt …",
  unread: "ungelesen",
  remove: (name) => `${name} entfernen`,
  words: {
    accept: "Annehmen",
    decline: "Ablehnen",
    who: "Wer?",
    close: "Beenden",
    transfer: "Weiterleiten …",
    note: "Notiz …",
    away: "Abwesend",
    back: "Zurück",
    status: "Status",
    help: "Hilfe",
  },
  title: "Konsole",
  login: "Anmeldename",
  password: "Passwort",
  signIn: "Anmelden",
  signingIn: "Anmeldung läuft …",
  signInWith: (title) => `Anmelden mit ${title}`,
  mismatch: "Anmeldename und Passwort passen nicht zusammen.",
  tooManyAttempts: (seconds) => `Zu viele Versuche. Bitte warten Sie ${seconds} s und versuchen Sie es noch einmal.`,
  notSignedIn: "Der Server konnte Sie nicht anmelden.",
  unreachable: "Der Server ist nicht erreichbar. Bitte versuchen Sie es noch einmal.",
  wasSignedOut: "Sie wurden abgemeldet. Bitte melden Sie sich wieder an.",
  haveSignedOut: "Sie sind abgemeldet.",
  somebodyElse: (now, was) =>
    `${now} hat sich hier angemeldet, darum wurde ${was} abgemeldet. Für zwei zugleich nehmen Sie zwei Browserprofile oder ein privates Fenster.`,
};

const ES: ConsoleWords = {
  console: "Consola",
  signedInAs: "Sesión de",
  signOut: "Cerrar sesión",
  notifyMe: "Avisarme",
  conversations: "Conversaciones",
  conversation: "Conversación",
  conversationWith: (name) => `Conversación con ${name}`,
  noneChosen: "Ninguna conversación elegida",
  choose: "Elija una conversación. Alt y una flecha llevan a la siguiente.",
  none: "No hay conversaciones. Las nuevas aparecen aquí por sí solas.",
  over: "Esta conversación ha terminado.",
  back: "Volver a la lista",
  toDesk: "Aquí habla con el propio desk: /away, /back, /status, /help.",
  noMessage: "Todavía no hay mensajes.",
  wordsToDesk: "Órdenes para el desk",
  closed: "Terminada",
  typing: "escribiendo…",
  unread: "sin leer",
  remove: (name) => `Quitar ${name}`,
  words: {
    accept: "Aceptar",
    decline: "Rechazar",
    who: "¿Quién?",
    close: "Terminar",
    transfer: "Transferir…",
    note: "Nota…",
    away: "Ausente",
    back: "De vuelta",
    status: "Estado",
    help: "Ayuda",
  },
  title: "Consola",
  login: "Usuario",
  password: "Contraseña",
  signIn: "Iniciar sesión",
  signingIn: "Iniciando sesión…",
  signInWith: (title) => `Iniciar sesión con ${title}`,
  mismatch: "El usuario y la contraseña no coinciden.",
  tooManyAttempts: (seconds) => `Demasiados intentos. Espere ${seconds} s e inténtelo de nuevo.`,
  notSignedIn: "El servidor no ha podido iniciar su sesión.",
  unreachable: "No se puede acceder al servidor. Inténtelo de nuevo.",
  wasSignedOut: "Su sesión se ha cerrado. Inicie sesión de nuevo.",
  haveSignedOut: "Ha cerrado la sesión.",
  somebodyElse: (now, was) =>
    `${now} ha iniciado sesión aquí, así que la de ${was} se ha cerrado. Para dos a la vez, use dos perfiles del navegador o una ventana privada.`,
};

const FR: ConsoleWords = {
  console: "Console",
  signedInAs: "Connecté en tant que",
  signOut: "Se déconnecter",
  notifyMe: "Me prévenir",
  conversations: "Conversations",
  conversation: "Conversation",
  conversationWith: (name) => `Conversation avec ${name}`,
  noneChosen: "Aucune conversation choisie",
  choose: "Choisissez une conversation. Alt et une flèche mènent à la suivante.",
  none: "Aucune conversation. Les nouvelles apparaissent ici d’elles-mêmes.",
  over: "Cette conversation est terminée.",
  back: "Retour à la liste",
  toDesk: "Ici vous parlez au desk lui-même : /away, /back, /status, /help.",
  noMessage: "Pas encore de message.",
  wordsToDesk: "Commandes pour le desk",
  closed: "Terminée",
  typing: "écrit…",
  unread: "non lus",
  remove: (name) => `Retirer ${name}`,
  words: {
    accept: "Accepter",
    decline: "Refuser",
    who: "Qui ?",
    close: "Terminer",
    transfer: "Transférer…",
    note: "Note…",
    away: "Absent",
    back: "De retour",
    status: "État",
    help: "Aide",
  },
  title: "Console",
  login: "Identifiant",
  password: "Mot de passe",
  signIn: "Se connecter",
  signingIn: "Connexion…",
  signInWith: (title) => `Se connecter avec ${title}`,
  mismatch: "L’identifiant et le mot de passe ne correspondent pas.",
  tooManyAttempts: (seconds) => `Trop de tentatives. Veuillez attendre ${seconds} s et réessayer.`,
  notSignedIn: "Le serveur n’a pas pu vous connecter.",
  unreachable: "Le serveur est injoignable. Veuillez réessayer.",
  wasSignedOut: "Vous avez été déconnecté. Veuillez vous reconnecter.",
  haveSignedOut: "Vous êtes déconnecté.",
  somebodyElse: (now, was) =>
    `${now} s’est connecté ici, ${was} a donc été déconnecté. Pour être deux à la fois, utilisez deux profils du navigateur ou une fenêtre privée.`,
};

/** By the language of `page-words.ts`, so that both speak the same. */
export const CONSOLE_WORDS: ReadonlyMap<string, ConsoleWords> = new Map([
  ["en", EN],
  ["de", DE],
  ["es", ES],
  ["fr", FR],
]);

/** What this console says. */
export function tells(): ConsoleWords {
  return CONSOLE_WORDS.get(said().language) ?? EN;
}
