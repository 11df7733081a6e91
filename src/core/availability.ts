/** Whether a CSR can be asked: their clients' presence, their own words, wrap-up and free capacity. */
import { type Address, addressKey } from "./model.ts";
import { featuresOfAddress, softwareAt } from "./rendering.ts";
import { softwareKey } from "./routing/eligibility.ts";
import type { Reachable, RoutingCsr } from "./routing/routing.ts";
import type { Csr, SkillLevel } from "./rules.ts";
import type { CsrRow } from "./state.ts";
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

export function csrState(turn: Turn, id: string): CsrState {
  const csr = turn.rules.csrs.get(id);
  if (csr === undefined) return "offline";
  const row = csrRow(turn, id);
  if (row.away !== null) return "away";
  if (reachableAddresses(turn, csr, row).length === 0) return "offline";
  if (row.wrapUpUntil > turn.world.now) return "wrap-up";
  return row.hands.length >= csr.capacity ? "busy" : "free";
}

const skillRecords = new WeakMap<ReadonlyMap<string, SkillLevel>, Readonly<Record<string, SkillLevel>>>();

/** One and the same object as long as the rules are the same: the engine takes another one for other skills. */
function skillsOf({ skills }: Csr): Readonly<Record<string, SkillLevel>> {
  let record = skillRecords.get(skills);
  if (record === undefined) {
    record = Object.fromEntries(skills);
    skillRecords.set(skills, record);
  }
  return record;
}

/** The CSR as the routing engine is to see them. */
export function routingCsr(turn: Turn, csr: Csr): RoutingCsr {
  const row = csrRow(turn, csr.id);
  return {
    id: csr.id,
    skills: skillsOf(csr),
    languages: csr.languages,
    reachable: reachableAddresses(turn, csr, row),
    networks: csr.addresses.map((address) => address.network),
    willing: row.away === null && row.wrapUpUntil <= turn.world.now,
    capacity: csr.capacity,
    load: row.hands.length,
    idleSince: row.idleSince,
  };
}
