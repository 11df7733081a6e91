/**
 * Programs behind HTTP addresses in the leak fuzzer: calls and answers of a program as the adapter reads them, and whole requests, headers
 * and body, as it is sent them.
 */
import { decodeAnswer, decodeCall, encode, toInbound } from "../../adapters/webhook/codec.ts";
import type { Inbound } from "../../src/core/model.ts";
import { signedHeaders } from "../../src/signed-request.ts";
import type { Act } from "./acts.ts";
import type { HiddenPerson } from "./hidden-person.ts";
import { type LeakWire, NOW } from "./wire.ts";

const TEXT_BYTES = 65_536;
const MOST_ACTIONS = 20;
const SECRET = "a secret of that program alone";

/** How a program brings what it says: by a call of its own, or as the answer to what it was sent last. */
type Bringing = "call" | "answer";

/** What a program does with that act, as actions; null where it has no word for it. */
function actionsOf({ role, token, host, ip }: HiddenPerson, act: Act): readonly object[] | null {
  if (act.kind !== "message") return null;
  // What it tells its colleagues is not for customers. A customer has no colleagues here: their notes are words like any other.
  const aside = { note: `seen at ${host} by ${token}`, set: { source: ip } };
  return role === "csr" && act.rich ? [{ text: act.text, ...aside }] : [{ text: act.text }];
}

function decoded(bringing: Bringing, to: string, actions: readonly object[]) {
  const raw = JSON.stringify(bringing === "call" ? { conversation: to, actions } : { actions });
  const read = bringing === "call" ? decodeCall(raw, MOST_ACTIONS) : decodeAnswer(raw, MOST_ACTIONS);
  if (read.kind === "malformed") throw new Error(`this is nothing that a program says: ${raw} ${read.text}`);
  return { raw, lines: read.lines };
}

export function webhookWire(name: string): LeakWire {
  const addressOf = ({ local }: HiddenPerson) => ({ network: name, id: local });
  const presenceOf = (person: HiddenPerson): Inbound => ({
    kind: "presence",
    redelivery: null,
    from: addressOf(person),
    device: null,
    to: "desk",
    state: "available",
    text: null,
    all: true,
  });
  return {
    name,
    capabilities: {
      identity: "virtual",
      features: ["presence", "multiline"],
      maxTextBytes: TEXT_BYTES,
      window: 1,
      deduplicates: false,
    },
    address: ({ local }) => local,
    async hears(person, to, act) {
      // Whether it is there is what the desk finds out by asking it.
      if (act.kind === "presence") return { raw: "", inbounds: [presenceOf(person)] };
      const actions = actionsOf(person, act);
      if (actions === null) return { raw: "", inbounds: [] };
      const bringing: Bringing = act.number % 2 === 0 ? "call" : "answer";
      const { raw, lines } = decoded(bringing, to, actions);
      // Its own id of a call may be anything, its own name and address among it.
      const request = `${bringing} ${person.token}@${person.host}-${act.number}`;
      const inbounds = lines.map((line, index) => toInbound(addressOf(person), to, line, request, index));
      return { raw: `webhook-id: ${request}\n${raw}`, inbounds };
    },
    async shows(outbound) {
      if (outbound.kind !== "message") return "";
      const body = encode(outbound, { name: outbound.nick, open: true });
      const headers = signedHeaders({ secret: SECRET, id: outbound.key, now: NOW }, new TextEncoder().encode(body));
      return `${JSON.stringify(headers)}\n${body}`;
    },
  };
}
