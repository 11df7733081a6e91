/**
 * What people type themselves and a company may not want to pass on: addresses, internal computers, telephone and card numbers. By queue
 * and by who writes it is let pass, made unreadable, or passed on with a word to its author. What is made unreadable is so before it is
 * recorded: no transcript, quote or correction has it, and nobody who comes later is shown it.
 */
import { addressesIn, hostsIn } from "./content-rule-addresses.ts";
import { cardsIn, lastDigits, type Place, phonesIn } from "./content-rule-numbers.ts";
import { joined, sliced } from "./formatting.ts";
import { type FormattedText, fileWords, type HostedFile, namelessFile, wordsOf } from "./model.ts";
import type { ConversationRow, Leg } from "./state.ts";
import { tell } from "./transcript.ts";
import { fact, languageOf, putConversation, say, type Turn } from "./turn.ts";

export const CONTENT_KINDS = ["addresses", "hosts", "phones", "cards"] as const;
export type ContentKind = (typeof CONTENT_KINDS)[number];
/** `warn`: it goes on, and its author is told. */
export const CONTENT_ACTIONS = ["allow", "mask", "warn"] as const;
export type ContentAction = (typeof CONTENT_ACTIONS)[number];

/** What is left out is allowed. */
export type ContentActions = Readonly<Partial<Record<ContentKind, ContentAction>>>;
export interface ContentRule {
  readonly fromCustomer: ContentActions;
  /** And from supervisors. */
  readonly fromCsr: ContentActions;
}

/** What counts as internal and as a telephone number, for all queues. */
export interface ContentKnowledge {
  /** Names and suffixes of internal computers, in lower case, without a dot in front. */
  readonly hosts: readonly string[];
  /** Where telephone numbers without a country's code are from (ISO 3166); null: they do not count. */
  readonly country: string | null;
}
const NOTHING_KNOWN: ContentKnowledge = { hosts: [], country: null };

const FINDERS: { readonly [K in ContentKind]: (text: string, known: ContentKnowledge) => readonly Place[] } = {
  addresses: (text, { hosts }) => addressesIn(text, hosts),
  hosts: (text, { hosts }) => hostsIn(text, hosts),
  phones: (text, { country }) => phonesIn(text, country),
  cards: cardsIn,
};

interface Found extends Place {
  readonly kind: ContentKind;
  readonly action: ContentAction;
}
const NOTHING_FOUND: readonly Found[] = [];
const ALL_ALLOWED: ContentActions = {};

/** In the order of the text, none within another: what is to be made unreadable goes before what is warned of. */
function found(text: string, actions: ContentActions, known: ContentKnowledge): readonly Found[] {
  const all = CONTENT_KINDS.flatMap((kind): readonly Found[] => {
    const action = actions[kind] ?? "allow";
    return action === "allow" ? [] : FINDERS[kind](text, known).map((place) => ({ ...place, kind, action }));
  });
  const weight = ({ action, kind }: Found): number => (action === "mask" ? 0 : 2) + (kind === "cards" ? 0 : 1);
  all.sort((one, other) => one.start - other.start || weight(one) - weight(other) || other.end - one.end);
  const kept: Found[] = [];
  for (const one of all) {
    const last = kept.at(-1);
    if (last === undefined || one.start >= last.end) kept.push(one);
    else if (last.action === "mask")
      kept[kept.length - 1] = { ...last, end: Math.max(last.end, one.action === "mask" ? one.end : 0) };
    else if (one.action === "mask") kept[kept.length - 1] = one;
  }
  return kept;
}

/** What stands where something was; of cards the last four digits stay, by which people know them. */
const UNREADABLE = "•••";

function shown(text: string, one: Found): string {
  return one.kind === "cards" ? `${UNREADABLE} ${lastDigits(text, one)}` : UNREADABLE;
}

/** The text without what is to be made unreadable; looks stay on the words they were on. */
function withoutMasked(whole: FormattedText, places: readonly Found[]): FormattedText {
  const masked = places.filter(({ action }) => action === "mask");
  if (masked.length === 0) return whole;
  const parts: (string | FormattedText)[] = [];
  let at = 0;
  for (const one of masked) {
    const looks = sliced(whole, one.start, one.end).formatting ?? [];
    const text = shown(whole.text, one);
    // A look that covers all of it covers what stands there now.
    const covering = looks.filter(({ start, end }) => start === 0 && end === one.end - one.start);
    parts.push(sliced(whole, at, one.start), {
      text,
      formatting: covering.map((span) => ({ ...span, end: text.length })),
    });
    at = one.end;
  }
  return joined([...parts, sliced(whole, at)]);
}

// --- in a conversation ------------------------------------------------------------------------------------------------

/** Something said, with the file it brings. */
export interface SaidContent extends FormattedText {
  readonly file?: HostedFile | null;
}

function actionsFor({ rules }: Turn, row: ConversationRow, author: Leg): ContentActions {
  const rule = rules.queues.get(row.queue ?? "")?.content ?? rules.routing?.content?.rule;
  return (author.role === "customer" ? rule?.fromCustomer : rule?.fromCsr) ?? ALL_ALLOWED;
}

/**
 * What goes on of what somebody says in that conversation, and the conversation, in which it is kept what its author was told: once of
 * each kind. To be asked before anything of it is recorded or sent.
 */
export function ruled<Said extends SaidContent>(
  turn: Turn,
  row: ConversationRow,
  author: Leg,
  said: Said,
): { readonly row: ConversationRow; readonly said: Said } {
  const { said: passed, places } = applied(turn, row, author, said);
  return { row: places.length === 0 ? row : told(turn, row, author, places), said: passed };
}

/**
 * The same of something that was recorded already, when it is shown to somebody more: it may have been said under a laxer rule, the desk's
 * or another queue's. Its author is told nothing, since it was passed on as they meant it once.
 */
export function ruledLater<Said extends SaidContent>(
  turn: Turn,
  row: ConversationRow,
  author: Leg | undefined,
  said: Said,
): Said {
  return author === undefined ? said : applied(turn, row, author, said).said;
}

function applied<Said extends SaidContent>(
  turn: Turn,
  row: ConversationRow,
  author: Leg,
  said: Said,
): { readonly said: Said; readonly places: readonly Found[] } {
  const actions = actionsFor(turn, row, author);
  if (actions === ALL_ALLOWED || Object.keys(actions).length === 0) return { said, places: NOTHING_FOUND };
  const known = turn.rules.routing?.content?.known ?? NOTHING_KNOWN;
  const named = withRuledName(said, (name) => found(name, actions, known));
  const places = found(named.said.text, actions, known).filter(outsideOf(named.said));
  const all = [...named.places, ...places];
  if (all.length === 0) return { said, places: NOTHING_FOUND };
  const { formatting: _before, ...rest } = named.said;
  return { said: { ...rest, ...withoutMasked(wordsOf(named.said), places) } as Said, places: all };
}

/** The same of words that are shown of it later, of which nobody has to be told; of these kinds alone. */
export function ruledText(
  turn: Turn,
  row: ConversationRow,
  author: Leg,
  text: string,
  kinds: readonly ContentKind[] = CONTENT_KINDS,
): string {
  const known = turn.rules.routing?.content?.known ?? NOTHING_KNOWN;
  const actions = actionsFor(turn, row, author);
  const some = Object.fromEntries(kinds.map((kind) => [kind, actions[kind] ?? "allow"] as const));
  return withoutMasked({ text }, found(text, some, known)).text;
}

/** The same of words that are for staff alone, as notes are: only cards are made unreadable in them. */
export function ruledForStaff(turn: Turn, row: ConversationRow, author: Leg, text: string): string {
  return ruledText(turn, row, author, text, ["cards"]);
}

/** Where a file is handed out is the desk's own address, wherever the desk stands. */
function outsideOf({ text, file }: SaidContent): (place: Place) => boolean {
  const words = file === null || file === undefined ? "" : fileWords(file);
  const start = words === "" ? -1 : text.lastIndexOf(words);
  return (place) => start === -1 || place.end <= start || place.start >= start + words.length;
}

/**
 * A file whose name says too much has none: its address, which ends in its name, does as well without (see src/files.ts), and its text
 * tells of it by that address.
 */
function withRuledName<Said extends SaidContent>(
  said: Said,
  look: (name: string) => readonly Found[],
): { readonly said: Said; readonly places: readonly Found[] } {
  const { file } = said;
  if (file === null || file === undefined) return { said, places: [] };
  const places = look(file.name);
  if (!places.some(({ action }) => action === "mask")) return { said, places };
  const name = namelessFile(file.name);
  const unnamed = { ...file, name, url: file.url.slice(0, file.url.lastIndexOf("/") + 1) + name };
  const text = said.text.replace(fileWords(file), () => fileWords(unnamed));
  return { said: { ...said, file: unnamed, text }, places };
}

/** Counts what was found, and tells its author of every kind once in the conversation. */
function told(turn: Turn, row: ConversationRow, author: Leg, places: readonly Found[]): ConversationRow {
  let next = row;
  for (const action of ["mask", "warn"] as const) {
    const here = places.filter((one) => one.action === action);
    if (here.length === 0) continue;
    const kinds = CONTENT_KINDS.filter((kind) => here.some((one) => one.kind === kind));
    const counts = Object.fromEntries(kinds.map((kind) => [kind, here.filter((one) => one.kind === kind).length]));
    const about = { conversation: row.id, ...(author.csr === null ? {} : { csr: author.csr }) };
    fact(turn, action === "mask" ? "content.masked" : "content.warned", about, { from: author.role, ...counts });
    const news = kinds.filter((kind) => next.cautioned?.includes(`${author.index} ${action} ${kind}`) !== true);
    if (news.length === 0) continue;
    const cautioned = [...(next.cautioned ?? []), ...news.map((kind) => `${author.index} ${action} ${kind}`)];
    next = putConversation(turn, next, { cautioned });
    const language = languageOf(turn, row, author);
    const what = news.map((kind) => say(turn, `content.${kind}`, language)).join(", ");
    tell(turn, next, author, action === "mask" ? "content.masked" : "content.warned", { what });
  }
  return next;
}
