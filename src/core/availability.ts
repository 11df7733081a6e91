/** Whether a CSR can be asked: their clients' presence, their own words, wrap-up and free capacity. */
import { type Address, addressKey } from "./model.ts";
import { PLAIN_ROUTING, siteHours } from "./queue-rules.ts";
import { featuresOfAddress, softwareAt } from "./rendering.ts";
import { weightOf } from "./request.ts";
import { softwareKey } from "./routing/eligibility.ts";
import type { Reachable, RoutingCsr, RoutingEngine } from "./routing/routing.ts";
import type { Csr, Rules } from "./rules.ts";
import type { ConversationRow, CsrRow, Offer } from "./state.ts";
import { csrRow, type Turn } from "./turn.ts";

export type CsrState = "free" | "busy" | "away" | "wrap-up" | "offline";

const DISTURBABLE: ReadonlySet<string> = new Set(["available", "chat"]);

/**
 * Reachable now: the link is up and the person's presence says that they may be disturbed; where the network has told
 * no presence of them, their own /back from that address counts.
 */
export function reachableAt(turn: Turn, row: CsrRow, address: Address): boolean {
  if (turn.memory.links.get(address.network) !== true) return false;
  const key = addressKey(address);
  const presence = turn.memory.presence.get(key);
  return presence === undefined ? row.saidHere.includes(key) : DISTURBABLE.has(presence);
}

/**
 * Known to be away from there, which is more than not known to be there: right after a restart nothing has been heard of
 * anybody yet, and nobody's offer is to be taken back for that.
 */
export function goneFrom(turn: Turn, address: Address): boolean {
  const presence = turn.memory.presence.get(addressKey(address));
  return turn.memory.links.get(address.network) === false || (presence !== undefined && !DISTURBABLE.has(presence));
}

/** Known to be offline, or cut off: right after a restart that is known of nobody. */
export function isKnownOffline(turn: Turn, address: Address): boolean {
  return (
    turn.memory.links.get(address.network) === false || turn.memory.presence.get(addressKey(address)) === "offline"
  );
}

/**
 * Whether somebody who talks is still there. Away or busy they may be and read all the same; only offline counts, or a link
 * that is down. A network that tells presence, and has told none of them since it is up, is taken to say that they are gone:
 * whoever asks must leave it a while for the first word.
 */
export function attends(turn: Turn, row: CsrRow, address: Address): boolean {
  if (turn.memory.links.get(address.network) === false) return false;
  const key = addressKey(address);
  const presence = turn.memory.presence.get(key);
  if (presence !== undefined) return presence !== "offline";
  const tells = turn.world.capabilities(address.network)?.features.includes("presence") ?? false;
  return !tells || row.saidHere.includes(key);
}

export function reachableAddresses(turn: Turn, csr: Csr, row: CsrRow): readonly Reachable[] {
  return csr.addresses
    .filter((address) => reachableAt(turn, row, address))
    .map((address) => ({
      address,
      features: featuresOfAddress(turn, address, null),
      software: softwareKey(softwareAt(turn, address)?.name ?? null),
    }));
}

/** Whether the hours of their site, if they have one, let them work now. Hours that were not told yet are open. */
function isOnDuty(turn: Turn, { site }: Csr): boolean {
  return site === undefined || (turn.memory.open.get(siteHours(site)) ?? true);
}

/** What the conversations in their hands weigh: those that rest weigh what their queue says. */
export function loadOf(turn: Turn, row: CsrRow): number {
  const { conversation, isUnsettled } = turn.tables;
  const isAlike = weighsAlike(turn.rules);
  let load = 0;
  for (const id of row.hands) {
    const held = isAlike && !isUnsettled(id) ? null : conversation.get(id);
    load += held === null ? 1 : weightInHand(turn, held, row.id);
  }
  return load;
}

const alike = new WeakMap<Rules, boolean>();

/** Whether every talk that does not rest weighs 1, so that it need not be looked at. */
function weighsAlike(rules: Rules): boolean {
  let known = alike.get(rules);
  if (known === undefined) {
    const { networkWeights } = rules.routing ?? PLAIN_ROUTING;
    const weights = [...[...rules.queues.values()].map(({ weight = 1 }) => weight), ...Object.values(networkWeights)];
    known = weights.every((weight) => weight === 1);
    alike.set(rules, known);
  }
  return known;
}

/** That CSR's offer in it, where it is offered to them. */
function offerIn(row: ConversationRow, csr: string): Offer | null {
  return row.offers.find(({ leg }) => row.legs[leg]?.csr === csr) ?? null;
}

/** How many conversations and offers they have in hand; of what they were only told they have nothing. */
export function inHand(turn: Turn, row: CsrRow): number {
  const { conversation, isUnsettled } = turn.tables;
  const conversations = row.hands.map((id) => (isUnsettled(id) ? conversation.get(id) : null));
  return conversations.filter((held) => held === null || !isWithoutWeight(held, row.id)).length;
}

/** They were only told of it, or listen to it. */
function isWithoutWeight(row: ConversationRow, csr: string): boolean {
  const isListening = row.legs.some((leg) => leg.csr === csr && leg.role === "supervisor" && leg.state === "active");
  return isListening || offerIn(row, csr)?.announced === true;
}

function weightInHand(turn: Turn, row: ConversationRow, csr: string): number {
  if (isWithoutWeight(row, csr)) return 0;
  const queue = turn.rules.queues.get(row.queue ?? "");
  const resting = row.rest === "held" ? queue?.heldWeight : row.rest === "quiet" ? queue?.quiet?.weight : null;
  return resting ?? weightOf(turn, row, queue);
}

/** The same with what they have in hand at other desks, as far as that was told. */
function loadEverywhere(turn: Turn, row: CsrRow): number {
  return loadOf(turn, row) + (turn.memory.elsewhere.get(row.id) ?? 0);
}

/** Whether they can take that one on beside what they have. */
export function hasRoomFor(turn: Turn, id: string, row: ConversationRow): boolean {
  const weight = weightOf(turn, row, turn.rules.queues.get(row.queue ?? ""));
  return loadEverywhere(turn, csrRow(turn, id)) + weight <= (turn.rules.csrs.get(id)?.capacity ?? 0);
}

/** As long as an offer stands they count as busy with it since it was made; if nothing comes of it they have been idle all the while. */
function idleSince(turn: Turn, row: CsrRow): number {
  const isAsked = row.hands.some((id) => {
    const held = turn.tables.isUnsettled(id) ? turn.tables.conversation.get(id) : null;
    return held !== null && offerIn(held, row.id)?.announced === false;
  });
  return isAsked ? Math.max(row.idleSince, row.offeredAt ?? 0) : row.idleSince;
}

/** Some client of theirs is online, whatever it says of being disturbed. */
function isShown(turn: Turn, address: Address): boolean {
  const presence = turn.memory.presence.get(addressKey(address));
  return turn.memory.links.get(address.network) === true && presence !== undefined && presence !== "offline";
}

export function csrState(turn: Turn, id: string): CsrState {
  const csr = turn.rules.csrs.get(id);
  if (csr === undefined) return "offline";
  const row = csrRow(turn, id);
  if (row.away !== null || !isOnDuty(turn, csr)) return "away";
  if (reachableAddresses(turn, csr, row).length === 0)
    return csr.addresses.some((address) => isShown(turn, address)) ? "away" : "offline";
  if (row.wrapUpUntil > turn.world.now) return "wrap-up";
  return loadEverywhere(turn, row) >= csr.capacity ? "busy" : "free";
}

/** What routing is told of a CSR that rules alone decide: one and the same as long as the rules are the same. */
interface Profile {
  readonly skills: RoutingCsr["skills"];
  readonly attributes: Readonly<Record<string, string>>;
  readonly networks: readonly string[];
}
const profiles = new WeakMap<Csr, Profile>();

function profileOf(csr: Csr): Profile {
  let profile = profiles.get(csr);
  if (profile === undefined) {
    profile = {
      skills: Object.fromEntries(csr.skills),
      attributes: { ...csr.attributes, ...(csr.site === undefined ? {} : { site: csr.site }) },
      networks: csr.addresses.map((address) => address.network),
    };
    profiles.set(csr, profile);
  }
  return profile;
}

/** The CSR as the routing engine is to see them. */
export function routingCsr(turn: Turn, csr: Csr): RoutingCsr {
  const row = csrRow(turn, csr.id);
  const isWorking = row.away === null && isOnDuty(turn, csr);
  const reachable = sameReach(turn.routing, csr.id, reachableAddresses(turn, csr, row));
  const present = isWorking && csr.addresses.some((address) => attends(turn, row, address));
  // Of those who are not there nobody asks what they have in hand: after a start, with many conversations open, that is nearly all.
  const isAway = !present && reachable.length === 0 && !turn.memory.decidesElsewhere;
  return {
    id: csr.id,
    ...profileOf(csr),
    languages: csr.languages,
    reachable,
    willing: isWorking && row.wrapUpUntil <= turn.world.now,
    present,
    capacity: csr.capacity,
    // Whoever decides for several desks adds up what each of them tells of its own.
    load: isAway ? 0 : turn.memory.decidesElsewhere ? loadOf(turn, row) : loadEverywhere(turn, row),
    idleSince: isAway ? row.idleSince : idleSince(turn, row),
    offeredAt: row.offeredAt ?? 0,
    today: row.took?.day === turn.memory.day ? row.took.count : 0,
    ...(csr.rating === undefined ? {} : { rating: csr.rating }),
    ...(csr.share === undefined ? {} : { share: csr.share }),
  };
}

/** What routing was told before where it is still so: it takes another object for another reach, and looks everything up anew. */
function sameReach(routing: RoutingEngine, id: string, now: readonly Reachable[]): readonly Reachable[] {
  const before = routing.csr(id)?.reachable;
  const isSame = before !== undefined && JSON.stringify(before) === JSON.stringify(now);
  return isSame ? before : now;
}
