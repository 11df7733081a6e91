/** IRC in the leak fuzzer: lines as servers pass them on, read by the adapter's reception, and lines as the adapter writes them. */
import { nickFor } from "../../adapters/irc/aliases.ts";
import type { Attachment } from "../../adapters/irc/attachment.ts";
import { formatLine, parseLine } from "../../adapters/irc/line.ts";
import { MARK_BYTES, withLooks } from "../../adapters/irc/looks.ts";
import { ctcp, neutralised, withKeptEnd } from "../../adapters/irc/message-text.ts";
import { People } from "../../adapters/irc/nicks.ts";
import { Reception } from "../../adapters/irc/reception.ts";
import { Versions } from "../../adapters/irc/versions.ts";
import type { Inbound } from "../../src/core/model.ts";
import type { Act } from "./acts.ts";
import { type HiddenPerson, ipNumber } from "./hidden-person.ts";
import { type LeakWire, leakContext } from "./wire.ts";

const NICK_LENGTH = 30;
const TEXT_BYTES = 350;
const MANY = 1_000_000;

const nickOf = ({ local }: HiddenPerson): string => local.slice(0, NICK_LENGTH);

/** The line as it comes to the desk; null where IRC has no word for it. */
function lineOf(person: HiddenPerson, target: string, act: Act): string | null {
  const { user, host, ip, token, displayName, software } = person;
  const head = `@msgid=${token};account=${user} :${nickOf(person)}!${user}@${host}`;
  const said = (text: string): string => `${head} PRIVMSG ${target} :${text.replaceAll("\n", " ")}`;
  switch (act.kind) {
    case "message":
      return said(act.action ? ctcp("ACTION", act.text) : act.rich ? `\u0002${act.text}\u0002` : act.text);
    case "file":
      return said(ctcp("DCC", `SEND "/home/${user}/${token}/${act.name}" ${ipNumber(ip)} 5000 12`));
    case "software":
      return `${head} NOTICE ${target} :${ctcp("VERSION", `${software.name} 4.7.1 (Linux)`)}`;
    case "presence":
      return `:irc.${host} 301 desk ${nickOf(person)} :at ${host} (${ip}), ${displayName}`;
    default:
      return null;
  }
}

/** The adapter's reading of lines; `nicks` says which name of the desk bears a nick. */
function readerOf(
  name: string,
  nicks: ReadonlyMap<string, string>,
  heard: (inbound: Inbound) => void,
): (line: string) => void {
  const context = leakContext(name, heard);
  const attachment: Partial<Attachment> = {
    maxTextBytes: TEXT_BYTES,
    senderOf: ({ nick }) => nick,
    isOwn: () => false,
    deskOf: (target) => nicks.get(target) ?? "support",
    refuse: () => false,
    source: () => null,
  };
  const versions = new Versions({
    clock: context.clock,
    perMinute: MANY,
    requestMs: MANY,
    people: 1_000,
    ask: () => true,
    found: (id, to, software) => {
      const from = { network: name, id };
      heard({ kind: "software", redelivery: null, from, device: null, to, software, language: null });
    },
    skipped: () => {},
    unasked: () => {},
  });
  const reception = new Reception({
    context,
    // The parts of it that reading a line asks for.
    attachment: attachment as Attachment,
    people: new People(),
    versions,
    inbound: MANY,
    remembered: 1_000,
    chat: () => true,
    pause: () => {},
    resume: () => {},
    isStopped: () => false,
    heard: () => {},
  });
  return (line) => {
    const message = parseLine(line);
    if (message === null) throw new Error(`this is no line: ${line}`);
    if (message.command === "PRIVMSG") reception.privmsg(message);
    else if (message.command === "NOTICE") reception.notice(message);
    else if (message.command === "301") heard(away(name, message.params));
  };
}

/** RPL_AWAY, of which the adapter reports the text as it is; but not that they are away, or no CSR would be offered anything more. */
function away(network: string, [, nick = "", text = ""]: readonly string[]): Inbound {
  const from = { network, id: nick };
  return { kind: "presence", redelivery: null, from, device: null, to: "desk", state: "available", text, all: true };
}

/** `server`: the desk is a linked server whose names are nicks; else one nick of its own. */
export function ircWire(name: string, server: boolean): LeakWire {
  let heard: Inbound[] = [];
  const nicks = new Map<string, string>();
  const read = readerOf(name, nicks, (inbound) => heard.push(inbound));
  return {
    name,
    capabilities: {
      identity: server ? "virtual" : "fixed",
      features: ["formatting", "presence"],
      maxTextBytes: TEXT_BYTES,
      markBytes: MARK_BYTES,
      window: 1,
      deduplicates: false,
    },
    address: nickOf,
    async hears(person, to, act) {
      const target = server ? nickFor(to, NICK_LENGTH) : "support";
      nicks.set(target, to);
      heard = [];
      const raw = lineOf(person, target, act);
      if (raw !== null) read(raw);
      // One person's lines go to the desk one after the other, each in a turn of its own.
      await new Promise((resolve) => setImmediate(resolve));
      return { raw: raw ?? "", inbounds: heard };
    },
    async shows(outbound) {
      if (outbound.kind !== "message") return "";
      const text = neutralised(outbound.text);
      const trailing = withKeptEnd(withLooks({ ...outbound, text }, TEXT_BYTES));
      const source = server ? nickFor(outbound.from, NICK_LENGTH) : null;
      return formatLine({ source, command: "PRIVMSG", params: [outbound.to.id], trailing });
    },
  };
}
