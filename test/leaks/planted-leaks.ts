/** Leaks made on purpose, in what an adapter reads, in what the core says, and in what is written: the fuzzer has to find every one. */
import type { Inbound, Outbound } from "../../src/core/model.ts";
import { type HiddenPerson, ipNumber } from "./hidden-person.ts";

/** Of whoever is not to be seen in it: who they are, and what they did last. */
export interface About {
  readonly author: HiddenPerson;
  readonly heard: Inbound | null;
  readonly raw: string;
}

/** What goes wrong: each is given what is right. */
export interface Fault {
  heard?(inbound: Inbound, raw: string): Inbound;
  said?(outbound: Outbound, about: About): Outbound;
  written?(wire: string, about: About): string;
}

export interface PlantedLeak {
  readonly name: string;
  readonly customer: string;
  readonly csr: string;
  readonly fault: Fault;
}

type Message = Extract<Outbound, { kind: "message" }>;

/** Changes what is relayed of a person, and no words of the desk's own. */
const relayed =
  (change: (message: Message, about: About) => Partial<Message>): NonNullable<Fault["said"]> =>
  (outbound, about) =>
    outbound.kind === "message" && !outbound.notice ? { ...outbound, ...change(outbound, about) } : outbound;
/** Adds something to what is written of everything. */
const adding =
  (add: (about: About) => string): NonNullable<Fault["written"]> =>
  (wire, about) =>
    wire === "" ? wire : wire + add(about);

export const PLANTED_LEAKS: readonly PlantedLeak[] = [
  {
    name: "the core shows the author's address as their name",
    customer: "xmpp",
    csr: "matrix",
    fault: { said: relayed(({ nick }, { heard }) => ({ nick: heard?.from.id ?? nick })) },
  },
  {
    name: "the core gives a message the id that its author's client gave it",
    customer: "xmpp",
    csr: "web",
    fault: { said: relayed(({ key }, { heard }) => ({ key: heard?.kind === "message" ? (heard.id ?? key) : key })) },
  },
  {
    name: "the core names what is answered by the author's id and not by the reader's",
    customer: "matrix",
    csr: "xmpp",
    fault: { said: relayed((_message, { heard }) => ({ replyTo: heard?.kind === "message" ? heard.id : null })) },
  },
  {
    name: "the core takes the name that the network shows for the one that the customer gave",
    customer: "matrix",
    csr: "irc",
    fault: {
      said: relayed((message, { heard }) =>
        heard?.kind === "message" ? { text: `${heard.nick}: ${message.text}` } : {},
      ),
    },
  },
  {
    name: "the core quotes why a message came back",
    customer: "irc",
    csr: "xmpp-account",
    fault: {
      said: (outbound, { raw }) =>
        outbound.kind === "message" && raw.startsWith("There is no")
          ? { ...outbound, text: `${outbound.text} ${raw}` }
          : outbound,
    },
  },
  {
    name: "a file goes on with the address of its upload",
    customer: "xmpp",
    csr: "web",
    fault: {
      heard: (inbound, raw) =>
        inbound.kind === "message" && inbound.file
          ? { ...inbound, text: /<url>(.*?)<\/url>/u.exec(raw)?.[1] ?? "" }
          : inbound,
    },
  },
  {
    name: "a Matrix reply goes on with all of its body",
    customer: "web",
    csr: "matrix",
    fault: {
      heard: (inbound, raw) =>
        inbound.kind === "message" && isEvent(raw) ? { ...inbound, text: bodyOf(raw) } : inbound,
    },
  },
  {
    name: "an action on IRC begins with the nick",
    customer: "irc",
    csr: "matrix-account",
    fault: {
      heard: (inbound) =>
        inbound.kind === "message" && inbound.text.startsWith("* ")
          ? { ...inbound, text: `* ${inbound.nick} ${inbound.text.slice(2)}` }
          : inbound,
    },
  },
  {
    name: "an offered file on IRC keeps its folders",
    customer: "irc-link",
    csr: "irc",
    fault: {
      heard: (inbound, raw) =>
        inbound.kind === "message" && raw.includes("DCC")
          ? { ...inbound, text: raw.slice(raw.indexOf("DCC")) }
          : inbound,
    },
  },
  {
    name: "a custom reaction keeps the address of its picture",
    customer: "matrix",
    csr: "xmpp",
    fault: {
      said: (outbound, { author }) =>
        outbound.kind === "reaction" ? { ...outbound, reactions: [`mxc://${author.host}/x`] } : outbound,
    },
  },
  {
    name: "a stanza keeps its thread",
    customer: "xmpp",
    csr: "xmpp",
    fault: { written: adding(({ author }) => `<thread>${author.token}</thread>`) },
  },
  {
    name: "the status text of a person is shown to the other",
    customer: "web",
    csr: "xmpp",
    fault: {
      heard: (inbound) => (inbound.kind === "presence" ? asMessage(inbound, inbound.text ?? "") : inbound),
    },
  },
  {
    name: "an alias is the escaped address of whom it stands for (XEP-0106)",
    customer: "xmpp",
    csr: "xmpp",
    fault: { said: relayed((_message, { author }) => ({ from: `${author.local}\\40${author.host}` })) },
  },
  {
    name: "an address is written in per cent",
    customer: "matrix",
    csr: "web",
    fault: { written: adding(({ author }) => everyByte(author.host, "%")) },
  },
  {
    name: "an address is in a token in base 64",
    customer: "web",
    csr: "irc-link",
    fault: { written: adding(({ author }) => Buffer.from(`id=${author.local}`).toString("base64url")) },
  },
  {
    name: "an address is in a token in hexadecimal",
    customer: "irc",
    csr: "matrix",
    fault: { written: adding(({ author }) => everyByte(author.local, "")) },
  },
  {
    name: "a host is written from its end",
    customer: "xmpp-account",
    csr: "matrix",
    fault: { written: adding(({ author }) => [...author.host].reverse().join("")) },
  },
  {
    name: "an IP address is written as a number",
    customer: "irc",
    csr: "web",
    fault: { written: adding(({ author }) => ` ${ipNumber(author.ip)} `) },
  },
  {
    name: "a name is written with invisible characters in it, and in full width",
    customer: "matrix",
    csr: "web",
    fault: { written: adding(({ author }) => [...author.displayName].map(wide).join("\u200b")) },
  },
  {
    name: "a request to a program bears the id of the author's own call",
    customer: "webhook",
    csr: "webhook",
    fault: { said: relayed(({ key }, { heard }) => ({ key: heard?.kind === "message" ? (heard.id ?? key) : key })) },
  },
  {
    name: "a program's note for its colleagues is said to the customer",
    customer: "irc",
    csr: "webhook",
    fault: {
      heard: (inbound) =>
        inbound.kind === "message" && inbound.text.startsWith("/note ")
          ? { ...inbound, text: inbound.text.slice("/note ".length) }
          : inbound,
    },
  },
  {
    name: "an encrypted message quotes with the address of whom it quotes",
    customer: "xmpp",
    csr: "matrix-encrypted",
    fault: { said: relayed(({ text }, { heard }) => ({ text: `> <${heard?.from.id}> hello\n\n${text}` })) },
  },
  {
    name: "the file of an encrypted message keeps its address",
    customer: "matrix-encrypted",
    csr: "web",
    fault: {
      heard: (inbound, raw) =>
        inbound.kind === "message" && inbound.file ? { ...inbound, text: /mxc:[^"]*/u.exec(raw)?.[0] ?? "" } : inbound,
    },
  },
  {
    name: "the customer is told what the CSR writes from",
    customer: "web",
    csr: "irc",
    fault: { written: adding(({ author }) => (author.role === "csr" ? `${author.software.name}` : "")) },
  },
];

function asMessage({ redelivery, from, device, to }: Inbound, text: string): Inbound {
  const base = { redelivery, from, device, to };
  const rest = { id: null, choice: null, replyTo: null, sentAt: null, language: null, nick: null };
  return { ...base, ...rest, kind: "message", text };
}

function isEvent(raw: string): boolean {
  return raw.startsWith('{"events":[{');
}

function bodyOf(raw: string): string {
  const { events } = JSON.parse(raw) as {
    readonly events: readonly { readonly content?: { readonly body?: string } }[];
  };
  return events[0]?.content?.body ?? "hello";
}

function everyByte(text: string, sign: string): string {
  return [...Buffer.from(text)].map((byte) => sign + byte.toString(16)).join("");
}

const WIDE = 0xfee0;
function wide(letter: string): string {
  return /[!-~]/u.test(letter) ? String.fromCharCode(letter.charCodeAt(0) + WIDE) : letter;
}
