/**
 * The words that work everywhere, in each language the desk has phrases for: the universal commands (as VoiceXML 2.0
 * §3.1.1 has help, exit and cancel), yes and no, "skip", "guest", and greetings, which are no answer to anything.
 */

export type Universal = "help" | "back" | "repeat" | "status" | "person" | "stop";
export type Small = "yes" | "no" | "skip" | "guest" | "greeting";

/** By language and word: the spellings, separated by commas. */
type Lexicon<Word extends string> = Readonly<Record<string, Readonly<Record<Word, string>>>>;

function spellings(list: string): readonly string[] {
  return list.split(",").map((each) => each.trim());
}

/** Longer texts are somebody's own words and never a command. */
const MAX_WORD_CHARS = 60;

/** Lower case, without accents, punctuation and doubled spaces: the form in which words are compared. */
export function normalise(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replace(/['’`´]/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

const UNIVERSALS: Lexicon<Universal> = {
  en: {
    help: "help, help me, help please, what can i say, what can i do, commands, info",
    back: "back, go back, undo, previous, one step back, oops, back please",
    repeat: "repeat, again, say again, say that again, once more, repeat please, pardon, come again, repeat that",
    status: "status, where am i, what is my status, my place, how long, how long do i have to wait, how much longer",
    person: `
      person, a person, a person please, person please, human, a human, a human please, real person, a real
      person, agent, an agent, agent please, operator, representative, csr, someone, talk to someone, talk to
      a person, talk to a human, talk to an agent, speak to a person, speak to a human, speak to someone,
      speak to an agent, speak with a person, speak with an agent, chat with a person, chat with an agent, let
      me talk to a person, let me talk to a human, i want to talk to a person, i want to talk to a human, i
      want to speak to a person, i want a person, i want a human, live agent, live chat, customer service, i
      need a person, i need a human, connect me to a person, connect me to an agent, get me a human, get me a
      person, can i talk to a person, can i talk to a human, can i speak to someone, can i speak to a person,
      no bot, not a bot`,
    stop: `
      stop, quit, exit, end, bye, goodbye, end chat, close, close chat, leave, never mind, nevermind,
      forget it, good bye, bye bye`,
  },
  de: {
    help: "hilfe, hilf mir, hilfe bitte, was kann ich sagen, was kann ich tun, befehle",
    back: "zuruck, zurueck, einen schritt zuruck, ruckgangig, rueckgaengig, vorherige, zuruck bitte",
    repeat: "wiederholen, wiederhole, nochmal, noch mal, noch einmal, wie bitte, bitte wiederholen, nochmals",
    status: `
      status, wo bin ich, mein platz, wie lange, wie lange noch, stand, wie lange dauert es, wie lange dauert
      das`,
    person: `
      mensch, ein mensch, ein mensch bitte, einen menschen bitte, mensch bitte, person, eine person,
      mitarbeiter, mitarbeiterin, ein mitarbeiter, einen mitarbeiter bitte, mitarbeiter bitte, berater, einen
      berater bitte, kundenservice, kundendienst, mit einem menschen sprechen, mit einem mitarbeiter sprechen,
      ich mochte mit einem menschen sprechen, ich will mit einem menschen sprechen, ich mochte mit einem
      mitarbeiter sprechen, ich will mit einem mitarbeiter sprechen, echter mensch, ein echter mensch, einen
      echten menschen, jemand, mit jemandem sprechen, kann ich mit jemandem sprechen, kann ich mit einem
      menschen sprechen, kein bot`,
    stop: `
      stop, stopp, ende, beenden, abbrechen, abbruch, tschuss, tschuess, schluss, auf wiedersehen, chat
      beenden, egal, vergiss es, schon gut`,
  },
  es: {
    help: "ayuda, ayudame, ayuda por favor, socorro, comandos",
    back: "atras, volver, regresar, anterior, deshacer",
    repeat: "repetir, repite, otra vez, de nuevo, repita por favor, como dice",
    status: "estado, donde estoy, mi turno, cuanto falta, cuanto tiempo, cuanto tengo que esperar",
    person: `
      persona, una persona, una persona por favor, agente, un agente, humano, un humano, operador, operadora,
      representante, asesor, hablar con una persona, hablar con alguien, hablar con un agente, quiero hablar
      con una persona, quiero hablar con alguien, quiero hablar con un agente, alguien, persona real, atencion
      al cliente`,
    stop: "parar, para, basta, salir, terminar, fin, adios, cerrar, hasta luego, olvidalo, dejalo",
  },
  fr: {
    help: "aide, aidez moi, aide moi, a l aide, commandes",
    back: "retour, en arriere, precedent, revenir, annuler la reponse",
    repeat: "repeter, repete, repetez, encore une fois, encore, pardon, repetez s il vous plait",
    status: "statut, etat, ou suis je, ou en suis je, ma place, combien de temps, combien de temps encore",
    person: `
      personne, une personne, une personne s il vous plait, agent, un agent, humain, un humain, conseiller,
      conseillere, un conseiller, operateur, parler a une personne, parler a quelqu un, parler a un
      conseiller, parler a un humain, je veux parler a une personne, je veux parler a quelqu un, je voudrais
      parler a quelqu un, je veux parler a un conseiller, quelqu un, vraie personne, service client`,
    stop: `
      stop, arreter, arretez, arrete, quitter, fin, terminer, au revoir, fermer, laisse tomber,
      laissez tomber`,
  },
};

const SMALL_WORDS: Lexicon<Small> = {
  en: {
    yes: `
      yes, y, yes please, yep, yeah, yup, ya, sure, ok, okay, of course, correct, right, exactly, that is
      right, thats right, thats it, true, indeed, absolutely, please do, fine, definitely, affirmative, yes it
      is, yes that is right, yes thats right`,
    no: `
      no, n, nope, nah, no thanks, no thank you, not really, wrong, incorrect, thats wrong, false, never, no
      it isnt, not at all, neither, none, none of them, none of these, neither of them, negative, dont`,
    skip: `
      skip, skip it, skip this, next, pass, no answer, none, rather not, id rather not say, id rather not, no,
      i dont have one, dont have one, dont know, i dont know, no idea, not now, later`,
    guest: `
      guest, as guest, as a guest, im a guest, i am a guest, no account, i have no account, i dont have an
      account, no customer, not a customer, im not a customer, i am not a customer, not yet, new customer, i
      am new, im new, without account`,
    greeting: `
      hi, hello, hey, hi there, hello there, hey there, good morning, good afternoon, good evening, good day,
      greetings, howdy, yo, hiya, start, hi all, anyone there, is anyone there, anybody there, hello anyone
      there, are you there, test, ping, morning, evening`,
  },
  de: {
    yes: `
      ja, j, jo, jep, jawohl, klar, gerne, genau, richtig, stimmt, ja bitte, ok, okay, korrekt, naturlich,
      natuerlich, sicher, passt, ja genau, ja stimmt, das stimmt, das ist richtig`,
    no: `
      nein, n, nee, ne, no, nein danke, falsch, stimmt nicht, das stimmt nicht, nicht, keines, keins, keine,
      keines davon, keins davon, auf keinen fall, das ist falsch`,
    skip: `
      uberspringen, ueberspringen, weiter, keine angabe, keine, keins, nein, habe ich nicht, hab ich nicht,
      weiss nicht, weiss ich nicht, ich weiss nicht, spater, spaeter, jetzt nicht, lieber nicht`,
    guest: `
      gast, als gast, ich bin gast, kein konto, kein kundenkonto, keine kundennummer, ich habe keine
      kundennummer, ich habe kein konto, kein kunde, ich bin kein kunde, noch nicht, neukunde, noch kein
      kunde, ich bin neu`,
    greeting: `
      hallo, hi, hey, guten tag, guten morgen, guten abend, moin, moin moin, servus, gruss gott, gruess gott,
      gruezi, grussi, tag, hallo zusammen, jemand da, ist da jemand, ist jemand da, hallo jemand da, start,
      test, schonen guten tag, na`,
  },
  es: {
    yes: "si, s, claro, vale, correcto, exacto, por supuesto, si por favor, asi es, de acuerdo, ok, bueno",
    no: "no, n, no gracias, incorrecto, falso, para nada, ninguno, ninguna, ninguno de ellos, que va",
    skip: "saltar, omitir, siguiente, ninguno, ninguna, no, no tengo, no lo se, no se, mas tarde, ahora no",
    guest: `
      invitado, invitada, como invitado, no tengo cuenta, sin cuenta, no soy cliente, todavia no, soy nuevo,
      soy nueva, cliente nuevo`,
    greeting: `
      hola, buenas, buenos dias, buenas tardes, buenas noches, que tal, hola buenas, hay alguien, inicio,
      saludos`,
  },
  fr: {
    yes: `
      oui, o, ouais, bien sur, d accord, exact, exactement, correct, oui merci, oui s il vous plait, c est ca,
      tout a fait, ok, volontiers`,
    no: "non, n, non merci, faux, incorrect, pas du tout, aucun, aucune, aucun des deux, jamais",
    skip: `
      passer, suivant, sauter, aucun, aucune, non, je n en ai pas, je ne sais pas, plus tard, pas maintenant,
      ignorer`,
    guest: `
      invite, invitee, en tant qu invite, pas de compte, je n ai pas de compte, sans compte, pas client, je ne
      suis pas client, pas encore, nouveau client, je suis nouveau`,
    greeting: "bonjour, salut, bonsoir, coucou, bonne journee, il y a quelqu un, allo, debut, hello",
  },
};

function invert<Word extends string>(
  lexicon: Lexicon<Word>,
): ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<Word>>> {
  const languages = new Map<string, Map<string, Set<Word>>>();
  for (const [language, words] of Object.entries(lexicon)) {
    const found = new Map<string, Set<Word>>();
    for (const word of Object.keys(words) as Word[]) {
      for (const spelling of spellings(words[word])) {
        const key = normalise(spelling);
        found.set(key, (found.get(key) ?? new Set<Word>()).add(word));
      }
    }
    languages.set(language, found);
  }
  return languages;
}

const UNIVERSAL_INDEX = invert(UNIVERSALS);
const SMALL_INDEX = invert(SMALL_WORDS);

/** English last: it is what people try when nothing else works. */
function inOrder(languages: readonly string[]): readonly string[] {
  const primary = languages.map((tag) => tag.toLowerCase().split("-", 1)[0] ?? tag);
  return [...new Set([...primary, "en"])];
}

/** French and English drop apostrophes differently ("s'il" → "sil"): both forms are looked up. */
function forms(text: string): readonly string[] {
  if (text.length > MAX_WORD_CHARS) {
    return [];
  }
  return [normalise(text), normalise(text.replace(/['’`´]/gu, " "))];
}

/**
 * The universal command that the whole text is, in one of these languages or in English; null when it is anything else.
 * A leading `/` and closing punctuation are forgiven.
 */
export function universalWord(text: string, languages: readonly string[]): Universal | null {
  for (const language of inOrder(languages)) {
    for (const form of forms(text)) {
      const [word] = UNIVERSAL_INDEX.get(language)?.get(form) ?? [];
      if (word !== undefined) {
        return word;
      }
    }
  }
  return null;
}

/** Whether the whole text is that small word in one of these languages or in English. */
export function isWord(word: Small, text: string, languages: readonly string[]): boolean {
  return inOrder(languages).some((language) =>
    forms(text).some((form) => SMALL_INDEX.get(language)?.get(form)?.has(word) === true),
  );
}

/** The spellings of the universal words, for documentation and tests. */
export function universalSpellings(language: string, word: Universal): readonly string[] {
  const list = UNIVERSALS[language]?.[word];
  return list === undefined ? [] : spellings(list);
}

/** Small words that give a language away, each with those of no other language here. */
const TELLTALES: Readonly<Record<string, string>> = {
  en: "the, is, my, i, you, have, not, with, want, please, and, cant, dont, how, does, what, need, hello, there, morning, thanks",
  de: "ich, ist, nicht, mein, meine, meinen, meiner, und, habe, mit, bitte, kann, wie, der, das, eine, einen, hallo, guten, moin, servus, danke, wo, bei, fur",
  es: "el, mi, yo, con, por, favor, quiero, tengo, como, una, hola, buenas, buenos, gracias, los, donde, puedo, esta",
  fr: "je, mon, ma, mes, le, est, pas, vous, avec, bonjour, bonsoir, salut, merci, une, comment, puis, suis, ai, voudrais, coucou",
};
const TELLTALE_INDEX: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(TELLTALES).map(([tag, list]) => [tag, new Set(spellings(list))]),
);

/** Which of the languages a text is written in, when its small words leave no doubt; else null. */
export function guessLanguage(text: string, languages: readonly string[]): string | null {
  const words = normalise(text.slice(0, MAX_GUESSED_CHARS)).split(" ");
  const counts = languages.map((language) => {
    const telltales = TELLTALE_INDEX.get(language.toLowerCase().split("-", 1)[0] ?? "");
    return { language, count: words.filter((word) => telltales?.has(word) === true).length };
  });
  counts.sort((a, b) => b.count - a.count);
  const [first, second] = counts;
  return first !== undefined && first.count > 0 && first.count > (second?.count ?? 0) ? first.language : null;
}
const MAX_GUESSED_CHARS = 500;
