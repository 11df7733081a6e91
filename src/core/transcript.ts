/** Lines of a conversation: recorded once, sent to each leg that is to see them. */
import { isFormatted, joined } from "./formatting.ts";
import { type Choice, type FormattedText, type Formatting, type HostedFile, wordsOf } from "./model.ts";
import { type Amendment, excerpt, isKnownThere, legName, type Sending, sendAmendment, sendTo } from "./rendering.ts";
import type { ConversationRow, HeldLine, Leg } from "./state.ts";
import type { Line, LineContent, LineReference } from "./step.ts";
import { fact, languageOf, type PhraseValues, say, type Turn } from "./turn.ts";

/** Looks of the desk's words, and buttons under them. The words alone must say the same; `prompt` is them without the list of choices. */
interface Options {
  readonly formatting?: Formatting;
  readonly choices: readonly Choice[];
  readonly prompt?: string;
}
type MessageContent = Extract<LineContent, { kind: "message" }>;
const NO_CHOICES: readonly Choice[] = [];
const NO_OPTIONS: Options = { choices: NO_CHOICES };

/** The desk's own words to one leg. False when they could not be brought there; nobody else is told. */
export function tellText(
  turn: Turn,
  row: ConversationRow,
  leg: Leg,
  text: string,
  options: Options = NO_OPTIONS,
): boolean {
  const line = turn.world.nextLine();
  const content = { kind: "message", text, ...options, replyTo: null } as const;
  const nick = leg.role === "customer" ? null : leg.shown;
  turn.lines.push({
    line,
    conversation: row.id,
    at: turn.world.now,
    author: null,
    from: null,
    desk: null,
    foreign: null,
    viewers: [leg.index],
    nick,
    content,
  });
  const sent = sendTo(turn, row, leg, content, { line, at: turn.world.now, nick, notice: true, replyTo: null });
  if (!sent) fact(turn, "notice.unsendable", { conversation: row.id }, { leg: leg.index });
  return sent;
}

export function tell(turn: Turn, row: ConversationRow, leg: Leg, key: string, values: PhraseValues = {}): void {
  tellText(turn, row, leg, say(turn, key, languageOf(turn, row, leg), values));
}

/** Who may read what that leg says: everybody else who takes part; nobody, as long as a supervisor is silent. */
export function listeners(row: ConversationRow, author: Leg): readonly Leg[] {
  if (author.role === "supervisor" && author.speaks !== true) return [];
  return row.legs.filter((leg) => leg.index !== author.index && leg.state === "active");
}

/** One array for all lines that one leg reads: thousands of lines are kept at a time. */
const ALONE: readonly (readonly number[])[] = Array.from({ length: 8 }, (_, index) => [index]);

function indicesOf(legs: readonly Leg[]): readonly number[] {
  const [first] = legs;
  const alone = first === undefined || legs.length > 1 ? undefined : ALONE[first.index];
  return alone ?? legs.map(({ index }) => index);
}

/** The name under which listeners see a speaker: CSRs by their name, the customer by the name they gave. */
export function nickOf(turn: Turn, row: ConversationRow, author: Leg): string {
  if (author.role !== "customer") return turn.rules.csrs.get(author.csr ?? "")?.name ?? turn.rules.company;
  return customerName(turn, row, null);
}

export function customerName(turn: Turn, row: ConversationRow, language: string | null): string {
  return row.facts.name ?? say(turn, "customer", language);
}

export interface Spoken extends FormattedText {
  readonly foreign: string | null;
  readonly at: number;
  readonly replyTo: LineReference | null;
  readonly file: HostedFile | null;
}

/** Two who talk need no names; where a third takes part it is said who speaks. Labelled lines bear the name already. */
function withSpeaker<Said extends FormattedText>(author: Leg, viewer: Leg, nick: string, said: Said): Said {
  const isThird = author.role === "supervisor" || viewer.role === "supervisor";
  return isThird && viewer.label === null ? { ...said, ...joined([`${nick}: `, said]) } : said;
}

/** What a supervisor and the CSR say to each other: for those legs and nobody else. */
export function whispered(turn: Turn, row: ConversationRow, author: Leg, hearers: readonly Leg[], text: string): void {
  const line = turn.world.nextLine();
  const nick = nickOf(turn, row, author);
  const content = { kind: "message", text, choices: [], replyTo: null } as const;
  const { address: from, desk } = author;
  const viewers = hearers.map(({ index }) => index);
  const written = { line, at: turn.world.now, author: author.index, from, desk, foreign: null, viewers, nick };
  turn.lines.push({ ...written, conversation: row.id, content });
  for (const leg of hearers) {
    const words = say(turn, "csr.supervise.whispered", languageOf(turn, row, leg), { csr: nick, text });
    sendTo(
      turn,
      row,
      leg,
      { ...content, text: words },
      { line, at: turn.world.now, nick: null, notice: true, replyTo: null },
    );
  }
}

/** Relays what one leg said to the others. False when it could not be brought to one of the two who talk. */
export function relay(turn: Turn, row: ConversationRow, author: Leg, spoken: Spoken): boolean {
  const viewers = listeners(row, author);
  const line = turn.world.nextLine();
  const nick = nickOf(turn, row, author);
  const replyTo = spoken.replyTo?.conversation === row.id ? spoken.replyTo : null;
  const content = contentOf(spoken, replyTo?.line ?? null);
  turn.lines.push({
    line,
    conversation: row.id,
    at: spoken.at,
    author: author.index,
    from: author.address,
    desk: author.desk,
    foreign: spoken.foreign,
    viewers: indicesOf(viewers),
    nick,
    content,
  });
  turn.memory.activity.set(row.id, turn.world.now);
  const sending: Sending = { line, at: spoken.at, nick, notice: false, replyTo, file: spoken.file };
  return sendToAll(turn, row, author, viewers, content, sending);
}

/** A line that was recorded and kept back, to whoever takes part now; it keeps its number and time. False as for `relay`. */
export function relayKept(turn: Turn, row: ConversationRow, author: Leg, kept: HeldLine): boolean {
  const viewers = listeners(row, author);
  const line = spokenLine(
    turn,
    row,
    author,
    kept,
    viewers.map(({ index }) => index),
  );
  turn.lines.push(line);
  const said = { line: kept.line, at: kept.at, nick: line.nick, ...fileOf(kept) };
  return sendToAll(turn, row, author, viewers, line.content, { ...said, notice: false, replyTo: null });
}

/** One line to each of them. False when it could not be brought to one of the two who talk. */
function sendToAll(
  turn: Turn,
  row: ConversationRow,
  author: Leg,
  viewers: readonly Leg[],
  content: MessageContent,
  sending: Sending,
): boolean {
  const nick = sending.nick ?? "";
  let whole = true;
  for (const leg of viewers) {
    const isSent = sendTo(turn, row, leg, withSpeaker(author, leg, nick, content), sending);
    if (!isSent) fact(turn, "message.unsendable", { conversation: row.id }, { leg: leg.index });
    // That somebody listens is not to be learned from what does not reach them.
    whole = (isSent || leg.role === "supervisor") && whole;
  }
  return whole;
}

/** Records what somebody said where nobody is to be sent it (yet). Gives the line's number. */
export function record(
  turn: Turn,
  row: ConversationRow,
  author: Leg,
  said: FormattedText & { readonly file?: HostedFile | null },
  foreign: string | null,
  at: number,
): number {
  const line = turn.world.nextLine();
  turn.lines.push(spokenLine(turn, row, author, { line, at, foreign, ...wordsOf(said), ...fileOf(said) }, []));
  turn.memory.activity.set(row.id, turn.world.now);
  return line;
}

/** Records what one of the staff keeps for the others; the customer never sees it. */
export function noted(turn: Turn, row: ConversationRow, author: Leg, text: string): void {
  turn.lines.push({
    line: turn.world.nextLine(),
    conversation: row.id,
    at: turn.world.now,
    author: author.index,
    from: author.address,
    desk: author.desk,
    foreign: null,
    viewers: [],
    nick: turn.rules.csrs.get(author.csr ?? "")?.name ?? null,
    content: { kind: "note", text },
  });
}

function spokenLine(
  turn: Turn,
  row: ConversationRow,
  author: Leg,
  held: HeldLine,
  viewers: readonly number[],
): Line & { readonly content: MessageContent } {
  return {
    line: held.line,
    conversation: row.id,
    at: held.at,
    author: author.index,
    from: author.address,
    desk: author.desk,
    foreign: held.foreign,
    viewers,
    nick: nickOf(turn, row, author),
    content: contentOf(held, null),
  };
}

/** What somebody said, as a line holds it. Nearly always words alone, which are spelled out: they are every message. */
function contentOf(
  said: FormattedText & { readonly file?: HostedFile | null },
  replyTo: number | null,
): MessageContent {
  if (!isFormatted(said) && said.file == null)
    return { kind: "message", text: said.text, choices: NO_CHOICES, replyTo };
  return { kind: "message", ...wordsOf(said), ...fileOf(said), choices: NO_CHOICES, replyTo };
}

/** The file of what somebody said, as a field; left out when there is none. */
export function fileOf({ file }: { readonly file?: HostedFile | null }): { readonly file?: HostedFile } {
  return file === null || file === undefined ? {} : { file };
}

/**
 * Brings what the customer wrote while waiting to the CSR who accepted; the lines keep their numbers and times. What cannot
 * be brought to them comes back to the customer.
 */
export function handOverHeld(turn: Turn, row: ConversationRow, leg: Leg): void {
  const customer = row.legs[0];
  if (customer === undefined) return;
  for (const held of row.held) {
    const line = spokenLine(turn, row, customer, held, [leg.index]);
    turn.lines.push(line);
    const said = { line: held.line, at: held.at, nick: line.nick, ...fileOf(held) };
    const sending: Sending = { ...said, notice: false, replyTo: null };
    if (!sendTo(turn, row, leg, line.content, sending))
      tell(turn, row, customer, "undelivered", { text: excerpt(held.text) });
  }
}

/** Relays an edit, retraction or reaction; each listener gets it natively or in words. False when it could not be brought to one. */
export function amend(
  turn: Turn,
  row: ConversationRow,
  author: Leg,
  amendment: Amendment,
  reference: LineReference,
): boolean {
  // What a supervisor or CSR whispered is corrected for those who heard it, and for nobody else.
  const isForAll = author.role === "customer" || reference.author === 0 || reference.viewers.includes(0);
  const viewers = listeners(row, author).filter(({ index }) => isForAll || reference.viewers.includes(index));
  const line = turn.world.nextLine();
  const nick = nickOf(turn, row, author);
  turn.lines.push({
    line,
    conversation: row.id,
    at: turn.world.now,
    author: author.index,
    from: author.address,
    desk: author.desk,
    foreign: null,
    viewers: viewers.map((leg) => leg.index),
    nick,
    content: amendment,
  });
  turn.memory.activity.set(row.id, turn.world.now);
  const sending: Sending = { line, at: turn.world.now, nick, notice: false, replyTo: null };
  let whole = true;
  for (const leg of viewers)
    whole = (sendAmendment(turn, row, leg, amendment, reference, sending) || leg.role === "supervisor") && whole;
  return whole;
}

/** Passes "delivered" or "read" back to who wrote the line, as what it is and never as more. */
export function passReceipt(
  turn: Turn,
  row: ConversationRow,
  reader: Leg,
  reference: LineReference,
  state: "delivered" | "read",
): void {
  if (reference.author === null || reference.viewer !== reader.index || reader.role === "supervisor") return;
  const author = row.legs[reference.author];
  if (author === undefined || author.index === reader.index || author.state !== "active") return;
  const line = turn.world.nextLine();
  turn.lines.push({
    line,
    conversation: row.id,
    at: turn.world.now,
    author: reader.index,
    from: reader.address,
    desk: reader.desk,
    foreign: null,
    viewers: [author.index],
    nick: null,
    content: { kind: "receipt", of: reference.line, state },
  });
  const features = turn.world.capabilities(author.address.network)?.features ?? [];
  if (reference.foreign === null || !isKnownThere(row, author, reference) || !features.includes(state)) return;
  turn.outbounds.push({
    key: legName(turn.world.epoch, line, author.index),
    from: author.desk,
    to: author.address,
    device: null,
    conversation: row.id,
    kind: "receipt",
    of: reference.foreign,
    state,
  });
}
