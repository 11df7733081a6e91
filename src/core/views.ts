/** The desk as others may look at it: admins, metrics, and the adapters' own questions. Nothing here changes anything. */
import { imagineNow } from "./analysis/present.ts";
import { csrState, inHand, reachableAddresses } from "./availability.ts";
import { createCensus } from "./census.ts";
import { profileOf } from "./customer-profile.ts";
import { presentOf, standingOf } from "./estimate/present.ts";
import { estimateShown } from "./estimate/showing.ts";
import { gatewayOf } from "./gateways.ts";
import { csrLegs, customerOf, originOf } from "./legs.ts";
import { type Address, addressKey, type DeskIdentity } from "./model.ts";
import type { ConversationRow } from "./state.ts";
import type { ConversationView, CsrView, Desk, QueueView } from "./step.ts";
import { aliasKey, contactKey } from "./translation.ts";
import { csrRow, type Turn } from "./turn.ts";

type Views = Omit<Desk, "step">;
type Contact = ReturnType<Desk["contacts"]>[number];

export function createViews(present: () => Turn): Views {
  return {
    conversations: () => {
      const turn = present();
      return [...turn.tables.conversation.entries()].map(([, row]) => conversationView(turn, row));
    },
    census: createCensus(present),
    csrs: () => {
      const turn = present();
      return [...turn.rules.csrs.keys()].map((id) => csrView(turn, id));
    },
    queues: (now) => {
      const turn = present();
      return [...turn.rules.queues.keys()].map((id) => queueView(turn, id, now));
    },
    present: (now, limit, since) => presentOf(present(), now, limit, since),
    standing: (conversation) => standingOf(present(), conversation),
    profile: (conversation) => {
      const turn = present();
      const row = turn.tables.conversation.get(conversation);
      return row === null ? null : profileOf(turn, row);
    },
    identity: (network, desk, viewer) => identity(present(), network, desk, viewer),
    contacts: (viewer) => contacts(present(), viewer),
    leg: (viewer, desk) => legOf(present(), viewer, desk),
    imagine: (now, customer) => imagineNow(present(), now, customer),
  };
}

function conversationView(turn: Turn, row: ConversationRow): ConversationView {
  return {
    id: row.id,
    state: row.state,
    handle: row.handle,
    network: row.network,
    origin: originOf(turn, row),
    gateway: gatewayOf(turn.rules, { address: customerOf(row).address, software: row.software })?.id ?? null,
    customer: row.facts.name,
    software: row.software,
    language: row.facts.language ?? row.languageHint,
    queue: row.queue,
    csr: csrLegs(row)[0]?.csr ?? null,
    openedAt: row.openedAt,
    waitingSince: row.waitingSince,
    place: turn.routing.place(row.id),
  };
}

function csrView(turn: Turn, id: string): CsrView {
  const csr = turn.rules.csrs.get(id);
  const row = csrRow(turn, id);
  return {
    id,
    name: csr?.name ?? id,
    state: csrState(turn, id),
    load: inHand(turn, row),
    capacity: csr?.capacity ?? 0,
    reachable: csr === undefined ? [] : reachableAddresses(turn, csr, row).map((one) => one.address),
  };
}

function queueView(turn: Turn, id: string, now: number): QueueView {
  const first = turn.routing.first(id);
  const since = first === null ? null : (turn.tables.conversation.get(first)?.waitingSince ?? null);
  return {
    id,
    open: turn.memory.open.get(id) ?? true,
    waiting: turn.routing.waitingIn(id),
    longestWaitMs: since === null ? 0 : Math.max(0, now - since),
  };
}

/** One stranger must not learn of another's alias even that it exists: null is the same for both. */
function identity(turn: Turn, networkName: string, desk: string, viewer: Address): DeskIdentity | null {
  const network = turn.rules.networks.get(networkName);
  const handle = network?.handles.find((one) => one.id === desk);
  if (handle !== undefined) {
    const own = turn.tables.conversation.get(turn.tables.contact.get(contactKey(viewer, desk))?.conversation ?? "");
    const shown =
      own !== null && turn.world.capabilities(networkName)?.presenceTexts === true ? estimateShown(turn, own) : null;
    return { kind: "handle", name: handle.name, state: "available", text: shown ?? turn.rules.company };
  }
  const isCsr = turn.memory.csrOf.has(addressKey(viewer));
  if (network?.desk === desk)
    return isCsr ? { kind: "desk", name: turn.rules.company, state: "available", text: null } : null;
  const own = turn.tables.contact.get(contactKey(viewer, desk));
  if (own !== null && own.moved !== true)
    return { kind: "handle", name: turn.rules.company, state: "available", text: null };
  const alias = turn.tables.alias.get(aliasKey(networkName, desk));
  if (alias === null || alias.label !== null || addressKey(alias.viewer) !== addressKey(viewer)) return null;
  return { kind: "alias", name: alias.name, state: alias.releasedAt === null ? "available" : "offline", text: null };
}

function contacts(turn: Turn, viewer: Address): readonly Contact[] {
  const network = turn.rules.networks.get(viewer.network);
  if (network === undefined) return [];
  const csr = turn.memory.csrOf.get(addressKey(viewer));
  if (csr === undefined)
    return network.handles.map((handle) => ({ desk: handle.id, name: handle.name, kind: "handle" as const }));
  const found: Contact[] = [{ desk: network.desk, name: turn.rules.company, kind: "desk" }];
  for (const id of csrRow(turn, csr).hands) {
    const row = turn.tables.conversation.get(id);
    for (const leg of row?.legs ?? []) {
      if (leg.csr !== csr || leg.state === "left" || addressKey(leg.address) !== addressKey(viewer)) continue;
      found.push({ desk: leg.desk, name: leg.shown, kind: "alias" });
    }
  }
  return found;
}

function legOf(
  turn: Turn,
  viewer: Address,
  desk: string,
): { readonly conversation: string; readonly leg: number } | null {
  const contact = turn.tables.contact.get(contactKey(viewer, desk));
  if (contact !== null) return contact.moved === true ? null : { conversation: contact.conversation, leg: 0 };
  const alias = turn.tables.alias.get(aliasKey(viewer.network, desk));
  if (alias === null || alias.label !== null || addressKey(alias.viewer) !== addressKey(viewer)) return null;
  return { conversation: alias.conversation, leg: alias.leg };
}
