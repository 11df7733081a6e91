/** What is no text: typing, receipts, presence, software, contact requests, arriving and leaving. */

import { csrMoved } from "./assignment.ts";
import { close } from "./conversation.ts";
import { limitOf } from "./limits.ts";
import { ACCEPTED, addressKey, type InboundOf, type Verdict } from "./model.ts";
import { nobody, openFor } from "./newcomers.ts";
import { goneElsewhere } from "./redirect.ts";
import { featuresOf } from "./rendering.ts";
import type { ConversationRow } from "./state.ts";
import type { DeskEvent } from "./step.ts";
import { withToldName } from "./told-software.ts";
import { listeners, passReceipt } from "./transcript.ts";
import { answerSubscription, contactKey, resolve } from "./translation.ts";
import { csrRow, fact, languageTag, looseKey, putConversation, putCsr, remember, type Turn } from "./turn.ts";

type InboundEvent = Extract<DeskEvent, { kind: "inbound" }>;

export function hearTyping(turn: Turn, inbound: InboundOf<"typing">, event: InboundEvent): Verdict {
  const party = resolve(turn, inbound.from, inbound.to, null, event.reference);
  if (party.kind !== "leg" || party.conversation.state !== "talking" || party.leg.state !== "active") return ACCEPTED;
  for (const leg of listeners(party.conversation, party.leg)) {
    if (!featuresOf(turn, party.conversation, leg).includes("typing")) continue;
    turn.outbounds.push({
      key: looseKey(turn, "typing"),
      from: leg.desk,
      to: leg.address,
      device: null,
      conversation: party.conversation.id,
      kind: "typing",
      state: inbound.state,
    });
  }
  return ACCEPTED;
}

/** A copy sent in parts is delivered when its last part is, and that one bears the bare key. */
const EARLIER_PART = /\.\d+$/u;

export function hearReceipt(turn: Turn, inbound: InboundOf<"receipt">, event: InboundEvent): Verdict {
  const { reference } = event;
  if (reference === null || (inbound.of.startsWith(turn.world.epoch) && EARLIER_PART.test(inbound.of))) return ACCEPTED;
  const row = turn.tables.conversation.get(reference.conversation);
  const reader = row === null || reference.viewer === null ? undefined : row.legs[reference.viewer];
  if (row === null || reader === undefined || addressKey(reader.address) !== addressKey(inbound.from)) return ACCEPTED;
  // Clients repeat themselves, and some on purpose; "delivered" after "read" is nothing new either.
  const key = `${reference.line} ${reader.index}`;
  const known = turn.memory.receipts.get(key);
  if (known === inbound.state || known === "read") return ACCEPTED;
  remember(turn.memory.receipts, key, inbound.state, limitOf(turn, "rememberedCopies"));
  passReceipt(turn, row, reader, reference, inbound.state);
  return ACCEPTED;
}

export function hearPresence(turn: Turn, inbound: InboundOf<"presence">): Verdict {
  const key = addressKey(inbound.from);
  const csr = turn.memory.csrOf.get(key);
  // Customers' presence is of no use before somebody asks for it; keeping it would only be a map without a limit.
  if (csr === undefined || !inbound.all) return ACCEPTED;
  if (turn.memory.presence.get(key) === inbound.state) return ACCEPTED;
  turn.memory.presence.set(key, inbound.state);
  // This network tells presence after all: a /back of some day must not speak for somebody who is gone by now.
  const row = csrRow(turn, csr);
  if (row.saidHere.includes(key)) putCsr(turn, row, { saidHere: row.saidHere.filter((one) => one !== key) });
  csrMoved(turn, csr);
  return ACCEPTED;
}

/** It may be told before the conversation begins. */
export function hearSoftware(turn: Turn, inbound: InboundOf<"software">): Verdict {
  const key = addressKey(inbound.from);
  const csr = turn.memory.csrOf.get(key);
  if (csr !== undefined) {
    turn.memory.staffSoftware.set(key, inbound.software);
    turn.stirred.add(csr);
    return ACCEPTED;
  }
  remember(turn.memory.software, key, inbound.software, limitOf(turn, "rememberedAddresses"));
  const handles = (turn.rules.networks.get(inbound.from.network)?.handles ?? []).map((handle) => handle.id);
  // Besides the handles, a customer may write to an address made for them alone.
  for (const desk of new Set([...handles, inbound.to])) {
    const contact = turn.tables.contact.get(contactKey(inbound.from, desk));
    const row = contact === null || contact.moved === true ? null : turn.tables.conversation.get(contact.conversation);
    if (row === null) continue;
    putConversation(turn, row, {
      software: withToldName(inbound.software, row.facts),
      languageHint: row.languageHint ?? languageTag(inbound.language),
    });
    fact(
      turn,
      "software.known",
      { conversation: row.id },
      {
        name: inbound.software.name,
        version: inbound.software.version,
        gateway: inbound.software.gateway?.type ?? null,
      },
    );
  }
  return ACCEPTED;
}

export function hearSubscription(turn: Turn, inbound: InboundOf<"subscription">): Verdict {
  const { from, to, state } = inbound;
  const wellKnown = answerSubscription(turn, from, to, state);
  if (!wellKnown && (state === "subscribe" || state === "subscribed")) return nobody(turn, inbound);
  return ACCEPTED;
}

export function hearArrival(turn: Turn, inbound: InboundOf<"arrival">): Verdict {
  const party = resolve(turn, inbound.from, inbound.to, null, null);
  if (party.kind === "newcomer") return openFor(turn, inbound, party.handle, null);
  if (party.kind === "moved") return goneElsewhere(turn, party.conversation, inbound.from);
  return party.kind === "nobody" ? nobody(turn, inbound) : ACCEPTED;
}

export function hearDeparture(turn: Turn, inbound: InboundOf<"departure">): Verdict {
  const party = resolve(turn, inbound.from, inbound.to, null, null);
  if (party.kind === "nobody") return nobody(turn, inbound);
  if (party.kind !== "leg" || party.leg.role !== "customer") return ACCEPTED;
  // Who has left a message may go; it is theirs to take it back in words.
  if (!isMessage(turn, party.conversation)) close(turn, party.conversation, "customer");
  return ACCEPTED;
}

function isMessage(turn: Turn, { state, queue }: ConversationRow): boolean {
  return (state === "waiting" || state === "offered") && turn.rules.queues.get(queue ?? "")?.messages === true;
}
