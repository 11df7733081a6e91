/**
 * The group `xml`: the strict parser of XMPP streams beside ltx, as @xmpp/xml uses it. How fast each reads sound stanzas; how many forbidden
 * texts each refuses; and how long ours takes for what is made to take long.
 */
import { type Element, Parser } from "@xmpp/xml";
import { type ParserHandlers, type ParserLimits, StanzaParser } from "../../adapters/xmpp/parser.ts";
import { BEFORE_THE_STREAM, FORBIDDEN } from "../../test/support/forbidden-xml.ts";
import { type Group, inTurn, median, type Row } from "./measure.ts";

const HEADER = "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>";
const STANZAS = 60_000;
/** As a socket gives them. */
const CHUNK = 16_384;
const RUNS = 7;
const LIMITS: ParserLimits = {
  stanzaCharacters: 262_144,
  streamCharacters: 1_048_576,
  depth: 32,
  nodes: 2_000,
  attributes: 40,
  nameCharacters: 256,
};
/** What a person may wait while the event loop reads nonsense: processor time. */
const UNCLOSED_MS = 50;
const DEEP_MS = 20;

const stanza = (number: number): string =>
  `<message from='anna@im.example/phone' to='support@desk.example' type='chat' id='m${number}'>` +
  `<body>Hello, my order ${number} has not arrived &amp; I would like to know why 👍</body>` +
  "<request xmlns='urn:xmpp:receipts'/><active xmlns='http://jabber.org/protocol/chatstates'/></message>";

function chunksOf(text: string): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / CHUNK) }, (_, at) => text.slice(at * CHUNK, (at + 1) * CHUNK));
}

const SOUND = chunksOf(HEADER + Array.from({ length: STANZAS }, (_, number) => stanza(number)).join(""));

export const xml: Group = {
  name: "xml",
  async *run(say): AsyncIterable<Row> {
    say(`xml: ${STANZAS} stanzas, ${RUNS} runs in turn`);
    const sides = { ours: async () => speed(readOurs), theirs: async () => speed(readTheirs) };
    await inTurn(2, sides); // what is compiled on the way is not to count
    const speeds = await inTurn(RUNS, sides);
    yield {
      id: "xml.speed",
      unit: "stanzas in a second of processor time",
      ours: median(speeds.ours),
      theirs: median(speeds.theirs),
      against: "ltx, as @xmpp/xml uses it",
      goal: { atLeast: 0.7 },
    };
    const forbidden = [
      ...FORBIDDEN.map(([, text]) => `${HEADER}${text}<message/>`),
      ...BEFORE_THE_STREAM.map(([, text]) => text),
    ];
    say(
      `xml: of ${forbidden.length} forbidden texts ltx refuses ${forbidden.filter((text) => !theyTake(text)).length}`,
    );
    yield {
      id: "xml.forbidden",
      unit: "texts refused",
      ours: forbidden.filter((text) => !weTake(text)).length,
      theirs: forbidden.length,
      against: "all forbidden texts",
      goal: { atLeast: 1 },
    };
    yield hostile("xml.unclosed-tag", `${HEADER}<message ${"a".repeat(4_000_000)}`, UNCLOSED_MS);
    const deep = `${HEADER}<message>${"<a>".repeat(20_000)}${"</a>".repeat(20_000)}</message>`;
    yield hostile("xml.depth", deep, DEEP_MS);
  },
};

/** The best of the runs in processor time: the machine may be busy with something else. */
function hostile(id: string, text: string, goalMs: number): Row {
  const times = Array.from({ length: RUNS }, () => {
    const began = process.cpuUsage();
    weTake(text);
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1_000;
  });
  const against = "the most it may take";
  return { id, unit: "ms", ours: Math.min(...times), theirs: goalMs, against, goal: { atMost: 1 } };
}

function speed(read: () => number): number {
  const began = process.cpuUsage();
  const count = read();
  const { user, system } = process.cpuUsage(began);
  if (count !== STANZAS) throw new Error(`${count} of ${STANZAS} stanzas were read`);
  return (STANZAS * 1_000_000) / (user + system);
}

function readOurs(): number {
  let count = 0;
  const parser = ours(() => {
    count += 1;
  });
  for (const chunk of SOUND) parser.write(chunk);
  return count;
}

function readTheirs(): number {
  let count = 0;
  const parser = new Parser();
  parser.on("element", (_element: Element) => {
    count += 1;
  });
  for (const chunk of SOUND) parser.write(chunk);
  return count;
}

function ours(element: () => void, fault: ParserHandlers["fault"] = () => {}): StanzaParser {
  return new StanzaParser(LIMITS, { open: () => {}, element, refused: () => {}, close: () => {}, fault });
}

function weTake(text: string): boolean {
  let isTaken = true;
  ours(
    () => {},
    () => {
      isTaken = false;
    },
  ).write(text);
  return isTaken;
}

function theyTake(text: string): boolean {
  let isTaken = true;
  const parser = new Parser();
  parser.on("error", () => {
    isTaken = false;
  });
  try {
    parser.write(text);
  } catch {
    return false; // it throws into whoever reads the socket
  }
  return isTaken;
}
