/** Names that customers give themselves: cleaned, and never one that could be taken for the desk's own. */

/** Longest name, in characters. */
export const MAX_NAME_CHARS = 64;

/** Names that speak for the desk. Compared after folding, so that spaced, accented and look-alike spellings are caught too. */
const RESERVED: readonly string[] = [
  "system",
  "systemmessage",
  "admin",
  "administrator",
  "moderator",
  "bot",
  "chatbot",
  "desk",
  "frontdesk",
  "helpdesk",
  "support",
  "customerservice",
  "customersupport",
  "operator",
  "agent",
  "csr",
  "server",
  "service",
  "notice",
  "root",
  "kundendienst",
  "kundenservice",
];

/** Letters of other scripts that look like Latin ones (the commonest of Unicode UTS 39's confusables). */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  а: "a",
  в: "b",
  е: "e",
  ѕ: "s",
  і: "i",
  ј: "j",
  к: "k",
  м: "m",
  н: "h",
  о: "o",
  р: "p",
  с: "c",
  т: "t",
  у: "y",
  х: "x",
  ԁ: "d",
  ɡ: "g",
  ո: "n",
  α: "a",
  β: "b",
  ε: "e",
  η: "n",
  ι: "i",
  κ: "k",
  μ: "m",
  ν: "v",
  ο: "o",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x",
  ı: "i",
  "0": "o",
  "1": "l",
  "3": "e",
  "5": "s",
  $: "s",
  "@": "a",
  "!": "i",
};

/** What people say around their name, by language. The rest of the text is the name. */
const INTRODUCTIONS: readonly RegExp[] = [
  /^(?:(?:hi|hello|hey)[\s,.!]+)?(?:my name is|my names|my name's|i am|i'm|im|this is|it is|it's|its|call me|name is|name:)\s+(.+)$/iu,
  /^(?:(?:hallo|hi|guten tag)[\s,.!]+)?(?:ich hei(?:ß|ss)e|ich bin(?: der| die)?|mein name ist|mein name:|name ist|hier ist|hier spricht|name:)\s+(.+)$/iu,
  /^(?:(?:hola|buenas)[\s,.!]+)?(?:me llamo|mi nombre es|soy)\s+(.+)$/iu,
  /^(?:(?:bonjour|salut)[\s,.!]+)?(?:je m['’]appelle|mon nom est|je suis|moi c['’]est|c['’]est)\s+(.+)$/iu,
];

/** Introductions that only a name follows; "I am …" may go on as anything. */
const NAMING =
  /\b(?:my name is|my name['’]?s|call me|ich hei(?:ß|ss)e|mein name ist|me llamo|mi nombre es|je m['’]appelle|mon nom est)\b/iu;

/** Whether the text says in so many words that a name follows. */
export function namesThemselves(text: string): boolean {
  return NAMING.test(text);
}

/** One line of visible text: no control, format (bidi, zero-width) or private characters, no doubled spaces. */
export function visibleLine(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[\p{Zl}\p{Zp}\p{Cc}]+/gu, " ")
    .replace(/[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
}

function skeleton(name: string): string {
  const folded = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const latin = Array.from(folded, (letter) => LOOK_ALIKES[letter] ?? letter).join("");
  return latin.replace(/[^\p{L}\p{N}]+/gu, "");
}

/** Whether a name could be taken for one that belongs to the desk: a built-in one, or one of `reserved`. */
export function isReservedName(name: string, reserved: readonly string[]): boolean {
  const bare = skeleton(name);
  return bare === "" || [...RESERVED, ...reserved].some((each) => skeleton(each) === bare);
}

export type NameAnswer =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "refused"; readonly why: "empty" | "long" | "reserved" };

/** A customer's answer to "what is your name": "I'm Anna" → Anna. At most MAX_NAME_CHARS characters, at least one letter. */
export function readName(text: string, reserved: readonly string[]): NameAnswer {
  const line = visibleLine(text);
  if (Array.from(line).length > MAX_NAME_CHARS * 2) {
    return { kind: "refused", why: "long" };
  }
  const introduced = INTRODUCTIONS.map((pattern) => pattern.exec(line)?.[1]).find((rest) => rest !== undefined);
  const name = (introduced ?? line).replace(/^[\s"'«„“(<,.!:;-]+|[\s"'»“”)>,.!?:;-]+$/gu, "");
  if (!/\p{L}/u.test(name)) {
    return { kind: "refused", why: "empty" };
  }
  if (Array.from(name).length > MAX_NAME_CHARS) {
    return { kind: "refused", why: "long" };
  }
  return isReservedName(name, reserved) ? { kind: "refused", why: "reserved" } : { kind: "name", name };
}
