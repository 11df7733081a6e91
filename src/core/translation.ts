/**
 * Address translation: which party of which conversation a pair (from, to) stands for, and the minting, releasing and
 * resting of aliases and labels. Real addresses stay here and on legs; nobody is told an address that is not theirs.
 */
import { type Address, addressKey, type InboundOf } from "./model.ts";
import type { AliasRow, ContactRow, ConversationRow, Leg } from "./state.ts";
import type { LineReference } from "./step.ts";
import { cancelTimer, csrRow, looseKey, setTimer, type Turn } from "./turn.ts";

/** Whom an inbound event comes from, as far as the desk is concerned. */
export type Party =
  | { readonly kind: "leg"; readonly conversation: ConversationRow; readonly leg: Leg; readonly text: string | null }
  /** A customer of a handle with no conversation yet. */
  | { readonly kind: "newcomer"; readonly handle: string }
  /** A CSR talking to the desk itself. */
  | { readonly kind: "desk"; readonly csr: string; readonly text: string | null }
  /** A CSR on a fixed identity whose line names no conversation, or one that is not theirs. */
  | {
      readonly kind: "unlabelled";
      readonly csr: string;
      readonly label: string | null;
      readonly labels: readonly AliasRow[];
    }
  /** The alias or label belongs to them, but its conversation is over. */
  | { readonly kind: "released"; readonly alias: AliasRow }
  /** A customer at an address that their conversation has left for another. */
  | { readonly kind: "moved"; readonly conversation: ConversationRow }
  /** No such address, or none for them: the two are told apart by nobody outside. */
  | { readonly kind: "nobody" };

const NOBODY: Party = { kind: "nobody" };

export function contactKey(person: Address, handle: string): string {
  return `${addressKey(person)} ${handle}`;
}
export function aliasKey(network: string, desk: string): string {
  return `${network} ${desk}`;
}
export function labelKey(person: Address, label: string): string {
  return `${addressKey(person)} ${label}`;
}

function sameAddress(one: Address, other: Address): boolean {
  return one.id === other.id && one.network === other.network;
}

function legOf(turn: Turn, alias: AliasRow, text: string | null): Party {
  if (alias.releasedAt !== null) return { kind: "released", alias };
  const conversation = turn.tables.conversation.get(alias.conversation);
  const leg = conversation?.legs[alias.leg];
  if (conversation === null || leg === undefined) return { kind: "released", alias };
  return { kind: "leg", conversation, leg, text };
}

/** Words that are meant for the desk even where one address serves all. Without the slash they may be meant for a customer. */
const DESK_WORD = /^\s*\/(?:away|back|status|monitor|help)(?:\s|$)/iu;
const LABELLED = /^\s*(#\d{1,6})(?:\s*:\s*|\s+|$)([\s\S]*)$/u;

/**
 * Who wrote. `text` is what they wrote, where it may bear a label (fixed identity); the party's `text` is then without it.
 */
export function resolve(
  turn: Turn,
  from: Address,
  to: string,
  text: string | null,
  reference: LineReference | null,
): Party {
  const network = turn.rules.networks.get(from.network);
  if (network === undefined) return NOBODY;
  const isFixed = turn.world.capabilities(from.network)?.identity === "fixed";
  if (isFixed) {
    const csr = csrAt(turn, from);
    if (csr !== null) return resolveLabel(turn, from, csr, text, reference);
  }
  // A conversation outlives a reload that takes its handle away, or makes a CSR of its customer.
  const contact = turn.tables.contact.get(contactKey(from, to));
  if (contact !== null) return resolveCustomer(turn, contact, to, text);
  const isHandle = network.handles.some((handle) => handle.id === to);
  if (isFixed) return isHandle ? { kind: "newcomer", handle: to } : NOBODY;
  const csr = csrAt(turn, from);
  if (csr !== null && (to === network.desk || isHandle)) return { kind: "desk", csr, text };
  if (isHandle) return { kind: "newcomer", handle: to };
  const alias = turn.tables.alias.get(aliasKey(from.network, to));
  if (alias === null || alias.label !== null || !sameAddress(alias.viewer, from)) return NOBODY;
  return legOf(turn, alias, text);
}

/** The CSR whose address that is. */
function csrAt(turn: Turn, from: Address): string | null {
  return turn.memory.csrOf.get(addressKey(from)) ?? null;
}

function resolveCustomer(turn: Turn, contact: ContactRow, handle: string, text: string | null): Party {
  const conversation = turn.tables.conversation.get(contact.conversation);
  const leg = conversation?.legs[0];
  if (conversation === null || leg === undefined) return { kind: "newcomer", handle };
  if (contact.moved === true) return { kind: "moved", conversation };
  return { kind: "leg", conversation, leg, text };
}

function resolveLabel(
  turn: Turn,
  from: Address,
  csr: string,
  text: string | null,
  reference: LineReference | null,
): Party {
  const labelled = text === null ? null : LABELLED.exec(text);
  const label = labelled?.[1];
  if (label !== undefined) {
    const alias = turn.tables.alias.get(labelKey(from, label));
    if (alias === null) return { kind: "unlabelled", csr, label, labels: labelsOf(turn, from, csr) };
    return legOf(turn, alias, labelled?.[2] ?? "");
  }
  // A reply, a receipt or an edit names the message and so the conversation, with no label needed.
  const referred = reference === null ? null : turn.tables.conversation.get(reference.conversation);
  const leg = referred?.legs.find(
    (one) => one.label !== null && one.state !== "left" && sameAddress(one.address, from),
  );
  if (referred !== null && leg !== undefined) return { kind: "leg", conversation: referred, leg, text };
  if (text !== null && DESK_WORD.test(text)) return { kind: "desk", csr, text };
  const labels = labelsOf(turn, from, csr);
  const open = labels.filter((alias) => alias.releasedAt === null);
  const [only] = open;
  // One conversation and none that ended lately: there is nothing to guess. Otherwise a line typed for the one that has
  // just ended would reach the wrong customer.
  if (only !== undefined && labels.length === 1) return legOf(turn, only, text);
  if (labels.length === 0) return { kind: "desk", csr, text };
  return { kind: "unlabelled", csr, label: null, labels: open };
}

/** The labels of that CSR at that address, open ones and those that still rest. */
export function labelsOf(turn: Turn, person: Address, csr: string): readonly AliasRow[] {
  const labels = new Set(Array.from({ length: labelLimit(turn, csr) }, (_, index) => `#${index + 1}`));
  // More are in use only where a CSR is told of many who wait, or listens to many.
  for (const id of csrRow(turn, csr).hands) {
    const legs = turn.tables.conversation.get(id)?.legs ?? [];
    for (const { label, state } of legs.filter((leg) => leg.csr === csr)) {
      if (label !== null && state !== "left") labels.add(label);
    }
  }
  return [...labels].flatMap((label) => turn.tables.alias.get(labelKey(person, label)) ?? []);
}

/** Labels rest for a while, so a CSR can have more of them than conversations; beyond that the longest rest is cut short. */
const LABELS_FOR_EACH_PLACE = 200;
function labelLimit(turn: Turn, csr: string): number {
  return LABELS_FOR_EACH_PLACE * (turn.rules.csrs.get(csr)?.capacity ?? 1);
}

const HINT_LENGTH = 20;

/** Letters and digits of a name, for those clients that show nothing but the address. Never made from an address. */
function slug(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(/[^\p{ASCII}]/gu, "")
    .toLowerCase();
  return plain
    .replace(/[^a-z0-9]+/gu, "-")
    .slice(0, HINT_LENGTH)
    .replace(/^-+|-+$/gu, "");
}

export interface Minting {
  readonly conversation: string;
  readonly leg: number;
  readonly viewer: Address;
  readonly csr: string;
  /** What the alias is called for a human eye. */
  readonly name: string;
  /** Parts of the readable front of its local name: "anna", "billing". */
  readonly hints: readonly string[];
}

/** A new alias on a network of virtual identity, a free label on one of fixed identity. */
export function mint(turn: Turn, minting: Minting): { readonly desk: string; readonly label: string | null } {
  const { viewer } = minting;
  const network = turn.rules.networks.get(viewer.network);
  const fixed = turn.world.capabilities(viewer.network)?.identity === "fixed";
  const common = {
    network: viewer.network,
    conversation: minting.conversation,
    leg: minting.leg,
    viewer,
    name: minting.name,
  };
  if (fixed) {
    const desk = network?.handles[0]?.id ?? network?.desk ?? "desk";
    const label = freeLabel(turn, viewer, minting.csr);
    turn.tables.alias.put(labelKey(viewer, label), { ...common, desk, label, subscribed: false, releasedAt: null });
    return { desk, label };
  }
  const desk = [...minting.hints.map(slug).filter((hint) => hint !== ""), turn.world.token()].join(".");
  turn.tables.alias.put(aliasKey(viewer.network, desk), {
    ...common,
    desk,
    label: null,
    subscribed: false,
    releasedAt: null,
  });
  return { desk, label: null };
}

function freeLabel(turn: Turn, viewer: Address, csr: string): string {
  const limit = labelLimit(turn, csr);
  // What was released this very moment has not rested at all.
  let restedSince = turn.world.now;
  let rested: string | null = null;
  for (let number = 1; number <= limit || rested === null; number += 1) {
    const label = `#${number}`;
    const taken = turn.tables.alias.get(labelKey(viewer, label));
    if (taken === null) return label;
    if (taken.releasedAt !== null && taken.releasedAt < restedSince) {
      restedSince = taken.releasedAt;
      rested = label;
    }
  }
  return rested;
}

function rowKey(alias: { network: string; desk: string; label: string | null; viewer: Address }): string {
  return alias.label === null ? aliasKey(alias.network, alias.desk) : labelKey(alias.viewer, alias.label);
}

export function aliasOf(turn: Turn, leg: Leg): AliasRow | null {
  if (leg.role === "customer") return null;
  const key = leg.label === null ? aliasKey(leg.address.network, leg.desk) : labelKey(leg.address, leg.label);
  return turn.tables.alias.get(key);
}

/** Lets a leg's alias go: it rests, then is forgotten. Its viewer sees it go offline if they watch it. */
export function release(turn: Turn, leg: Leg): void {
  const alias = aliasOf(turn, leg);
  if (alias === null || alias.releasedAt !== null) return;
  const key = rowKey(alias);
  turn.tables.alias.put(key, { ...alias, releasedAt: turn.world.now });
  const at = turn.world.now + turn.rules.limits.aliasRestSeconds * 1000;
  setTimer(turn, { id: `rest ${key}`, at, generation: 0, conversation: alias.conversation, name: "rest" });
  if (alias.subscribed) sendAliasPresence(turn, alias, "offline");
}

/** Takes a released alias up again for the same conversation and viewer, as `name` now: the same chat window goes on. */
export function reopen(turn: Turn, leg: Leg, name: string): boolean {
  const alias = aliasOf(turn, leg);
  if (alias === null || alias.releasedAt === null) return false;
  const key = rowKey(alias);
  const reopened = { ...alias, name, releasedAt: null };
  turn.tables.alias.put(key, reopened);
  cancelTimer(turn, `rest ${key}`);
  if (alias.subscribed) sendAliasPresence(turn, reopened, "available");
  return true;
}

/** The rest is over: from now on the address is unknown to everybody. */
export function forget(turn: Turn, timerId: string): void {
  const key = timerId.slice("rest ".length);
  const alias = turn.tables.alias.get(key);
  if (alias !== null && alias.releasedAt !== null) turn.tables.alias.delete(key);
}

function sendAliasPresence(turn: Turn, alias: AliasRow, state: "available" | "offline"): void {
  turn.outbounds.push({
    key: looseKey(turn, "presence"),
    from: alias.desk,
    to: alias.viewer,
    device: null,
    conversation: alias.conversation,
    kind: "presence",
    state,
    text: null,
    nick: alias.name,
  });
}

/** Answers a contact request: yes for handles, the CSR's desk contact and one's own alias. */
export function answerSubscription(
  turn: Turn,
  from: Address,
  to: string,
  state: InboundOf<"subscription">["state"],
): boolean {
  const network = turn.rules.networks.get(from.network);
  const handle = network?.handles.find((one) => one.id === to);
  const isDesk = network?.desk === to && turn.memory.csrOf.has(addressKey(from));
  const alias = turn.tables.alias.get(aliasKey(from.network, to));
  const own = alias !== null && alias.label === null && alias.releasedAt === null && sameAddress(alias.viewer, from);
  const contact = turn.tables.contact.get(contactKey(from, to));
  const isOpen = contact !== null && contact.moved !== true;
  const name = handle?.name ?? (isDesk || isOpen ? turn.rules.company : own ? alias.name : null);
  if (name === null) return false;
  if (state !== "subscribe" && state !== "unsubscribe") return true;
  const accepted = state === "subscribe";
  if (own) turn.tables.alias.put(rowKey(alias), { ...alias, subscribed: accepted });
  const common = { from: to, to: from, device: null, conversation: null, nick: name };
  turn.outbounds.push({
    ...common,
    key: looseKey(turn, "subscription"),
    kind: "subscription",
    state: accepted ? "subscribed" : "unsubscribed",
  });
  if (accepted) {
    turn.outbounds.push({
      ...common,
      key: looseKey(turn, "presence"),
      kind: "presence",
      state: "available",
      text: null,
    });
  }
  return true;
}
