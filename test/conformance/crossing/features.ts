/** How each of the twelve features is tried from one person to another, and how its arrival is told. */
import { TELLTALE } from "../../support/pictures.ts";
import type { FarEvent, FarPerson } from "../far-end.ts";
import { type CrossingFeature, type CrossingOutcome, claims, LONG_TEXT_BYTES } from "./cell.ts";
import { type Exchange, inWords, type Reading, unlabelled } from "./exchange.ts";

type Trial = (exchange: Exchange) => Promise<CrossingOutcome>;

const NATIVE: CrossingOutcome = { kind: "native" };
/** An address at which the desk hands out files. */
const HOSTED = /https?:\/\/[^/]+\/files\/[a-z2-7]{32}\/\S+/u;
/** Or the reader's own homeserver has it. */
const FETCHED_AT = new RegExp(`${HOSTED.source}|^mxc://`, "u");
const NONE: CrossingOutcome = { kind: "none" };

/** In the order in which a conversation tries them. */
export const TRIALS: { readonly [F in CrossingFeature]: Trial } = {
  text,
  formatting,
  edit,
  retraction,
  reaction,
  reply,
  file,
  typing,
  delivered: (exchange) => receipt(exchange, "delivered"),
  read: (exchange) => receipt(exchange, "read"),
  presence,
  "long text": longText,
};

/** Native when the reader's client was given such an event, else whatever words there are. */
function nativeWhen(matches: (event: FarEvent) => boolean): Reading {
  return (reader, author) => (reader.some(matches) ? NATIVE : inWords(reader, author));
}

async function text(exchange: Exchange): Promise<CrossingOutcome> {
  const said = "5 € <b>&amp;</b> for “naïve” 价格 👍";
  const isWhole = (event: FarEvent) => event.kind === "message" && unlabelled(event.text) === said;
  return exchange.observe(() => exchange.say(said), nativeWhen(isWhole), true);
}

async function formatting(exchange: Exchange): Promise<CrossingOutcome> {
  const { person, to, label, capabilities } = exchange.author;
  const act = person.format?.bind(person);
  if (act === undefined || !claims(capabilities, "formatting")) return NONE;
  const isFormatted = (event: FarEvent) => event.kind === "message" && (event.formatted ?? null) !== null;
  return exchange.observe(
    () => act(to, `${label}a *bold* word`, `${label}a <strong>bold</strong> word`),
    nativeWhen(isFormatted),
    true,
  );
}

async function edit(exchange: Exchange): Promise<CrossingOutcome> {
  const { person, to, label, capabilities } = exchange.author;
  if (!claims(capabilities, "edit")) return NONE;
  const { sent, shown } = await exchange.heard("see you at nine");
  const isEdit = (event: FarEvent) =>
    event.kind === "edit" && event.of === shown && unlabelled(event.text) === "see you at ten";
  return exchange.observe(() => person.edit(to, sent ?? "", `${label}see you at ten`), nativeWhen(isEdit), true);
}

async function retraction(exchange: Exchange): Promise<CrossingOutcome> {
  const { person, to, capabilities } = exchange.author;
  if (!claims(capabilities, "retraction")) return NONE;
  const { sent, shown } = await exchange.heard("the wrong window");
  const isRetraction = (event: FarEvent) => event.kind === "retraction" && event.of === shown;
  return exchange.observe(() => person.retract(to, sent ?? ""), nativeWhen(isRetraction), true);
}

/** The reader asks something first: the author reacts to that, and answers it. */
async function asked(exchange: Exchange, question: string) {
  const { sent, shown } = await exchange.turned().heard(question);
  return { theirs: sent, shown };
}

async function reaction(exchange: Exchange): Promise<CrossingOutcome> {
  const { person, to, capabilities } = exchange.author;
  if (!claims(capabilities, "reaction")) return NONE;
  const { theirs, shown } = await asked(exchange, "is Tuesday fine?");
  const isReaction = (event: FarEvent) =>
    event.kind === "reaction" && event.of === theirs && event.reactions.join() === "👍";
  return exchange.observe(() => person.react(to, shown, ["👍"]), nativeWhen(isReaction), true);
}

async function reply(exchange: Exchange): Promise<CrossingOutcome> {
  const { person, to, label, capabilities } = exchange.author;
  const act = person.reply?.bind(person);
  if (act === undefined || !claims(capabilities, "reply")) return NONE;
  const question = "blue or green?";
  const { theirs, shown } = await asked(exchange, question);
  const isReply = (event: FarEvent) =>
    event.kind === "message" &&
    event.replyTo !== null &&
    event.replyTo === theirs &&
    unlabelled(event.text) === "green";
  return exchange.observe(() => act(to, shown, question, `${label}green`), nativeWhen(isReply), true);
}

/** A refusal may come behind what was said after it: on IRC such answers leave when nothing else waits. */
const whenRefused: Reading = (reader, author) => (author.length > 0 ? inWords(reader, author) : null);

/** It is native when the client was given it, by the desk or by the reader's own server, without what the camera wrote into it. */
async function file(exchange: Exchange): Promise<CrossingOutcome> {
  const { person, to, capabilities } = exchange.author;
  const act = person.offerFile?.bind(person);
  if (act === undefined) return NONE;
  const { person: reader } = exchange.reader;
  const isFile = (event: FarEvent) => event.kind === "message" && FETCHED_AT.test(event.file ?? "");
  const reading = claims(capabilities, "file") ? nativeWhen(isFile) : whenRefused;
  const outcome = await exchange.observe(() => act(to), reading, true);
  if (outcome.kind === "fallback") return { ...outcome, said: outcome.said.replace(HOSTED, "https://…") };
  const shown = reader.received.all.findLast(isFile);
  if (outcome.kind === "native" && shown?.kind === "message") {
    const bytes = await fetched(reader, shown.file ?? "");
    if (bytes.includes(TELLTALE)) throw new Error("The file came with what its camera wrote about it.");
  }
  return outcome;
}

async function fetched(reader: FarPerson, address: string): Promise<Buffer> {
  if (reader.fetchFile !== undefined) return Buffer.from(await reader.fetchFile(address));
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} is not to be had: HTTP ${answer.status}.`);
  return Buffer.from(await answer.arrayBuffer());
}

async function typing(exchange: Exchange): Promise<CrossingOutcome> {
  const { author, reader } = exchange;
  if (!claims(author.capabilities, "typing")) return NONE;
  const isTyping = (event: FarEvent) => event.kind === "typing" && event.state === "composing";
  const act = () => author.person.typing(author.to, "composing");
  return exchange.observe(act, nativeWhen(isTyping), claims(reader.capabilities, "typing"));
}

/** What the author sees of their own words at the reader's. Some clients say "delivered" by themselves. */
async function receipt(exchange: Exchange, state: "delivered" | "read"): Promise<CrossingOutcome> {
  const { author, reader } = exchange;
  if (!claims(reader.capabilities, state)) return NONE;
  const { sent, shown } = await exchange.heard(`please say when this is ${state}`);
  const isMarked = (event: FarEvent) => event.kind === "receipt" && event.of === sent && event.state === state;
  const seen: Reading = (byReader, byAuthor) =>
    author.person.received.some(isMarked) ? NATIVE : inWords(byReader, byAuthor);
  const act = () => reader.person.receipt(reader.to, shown, state);
  return exchange.observe(act, seen, claims(author.capabilities, state));
}

/** The author goes away for a while, in the sight of a reader who watches the name they are shown. */
async function presence(exchange: Exchange): Promise<CrossingOutcome> {
  const { author, reader } = exchange;
  if (!claims(author.capabilities, "presence")) return NONE;
  // Some networks have contacts without requests, and presence that is a fact and no word of the person's.
  await reader.person.subscribe(reader.to, "subscribe").catch(() => undefined);
  const isAway = (event: FarEvent) => event.kind === "presence" && event.from === reader.to && event.state === "away";
  let canSay = true;
  const act = async () => {
    canSay = await author.person.presence("away").then(
      () => true,
      () => false,
    );
  };
  const outcome = await exchange.observe(act, nativeWhen(isAway), false);
  if (!canSay) return NONE;
  await author.person.presence("available");
  return outcome;
}

async function longText(exchange: Exchange): Promise<CrossingOutcome> {
  const sentence = "Sentence after sentence the story of the bill from Zürich goes on. ";
  const story = sentence.repeat(Math.ceil(LONG_TEXT_BYTES / Buffer.byteLength(sentence))).trim();
  const whole: Reading = (reader, author) => {
    const parts = reader.flatMap((event) => (event.kind === "message" ? [unlabelled(event.text)] : []));
    if (squeezed(parts.join("")) !== squeezed(story)) return parts.length > 0 ? null : inWords(reader, author);
    return parts.length <= pieces.length ? NATIVE : { kind: "fallback", said: "(all of it, in several messages)" };
  };
  // Clients of networks with short lines send a long text in several.
  const pieces = claims(exchange.author.capabilities, "long text")
    ? [story]
    : (story.match(/.{1,350}(?:\. |\.$)/gu) ?? []);
  const act = async () => {
    for (const piece of pieces) await exchange.say(piece.trim());
  };
  return exchange.observe(act, whole, true);
}

/** A border between two parts may fall on a space. */
function squeezed(words: string): string {
  return words.replace(/\s+/gu, "");
}
