/** From checked files to the frozen `Rules` of the core. Nothing here can fail: whatever could was checked before. */
import { createDirectory, type DirectoryEntry } from "../core/directory.ts";
import type { Gateway, Limits, NetworkRules, Queue, Rules, SkillLevel } from "../core/rules.ts";
import { buildDeskRouting, buildQueueRouting } from "./build-queues.ts";
import type { CompiledDialogs } from "./dialogs.ts";
import type { Continuations, RoomsOfNetworks } from "./hosting.ts";
import { addressesOf, buildCsr } from "./people.ts";
import type { Canonical } from "./references.ts";
import type { DirectoryInput } from "./schema-directory.ts";
import type { FrontdeskInput } from "./schema-frontdesk.ts";
import { coreLimits, type LimitsInput } from "./schema-limits.ts";
import type { PeopleInput } from "./schema-people.ts";
import type { GatewayMatchInput, RoutingInput } from "./schema-routing.ts";

export interface Inputs {
  readonly frontdesk: FrontdeskInput;
  readonly routing: RoutingInput;
  readonly people: PeopleInput;
  readonly directory: DirectoryInput;
  readonly continuations: Continuations;
  readonly rooms: RoomsOfNetworks;
}

export function buildRules(inputs: Inputs, dialogs: CompiledDialogs, canonical: Canonical, version: string): Rules {
  const { frontdesk, routing, people } = inputs;
  return deepFreeze({
    version,
    networks: byId(frontdesk.networks, (name, network) => buildNetwork(name, network, inputs)),
    csrs: byId(people.csrs, (id, csr) => buildCsr(id, csr, frontdesk.languages, canonical)),
    queues: byId(routing.queues, (id, queue) => buildQueue(id, queue, routing)),
    gateways: Object.entries(routing.gateways).map(([id, gateway]) => buildGateway(id, gateway)),
    skills: routing.skills,
    routing: buildDeskRouting(routing),
    dialogs: dialogs.dialogs,
    intents: dialogs.intents,
    directory: createDirectory(directoryEntries(inputs.directory, canonical)),
    limits: buildLimits(frontdesk.limits),
    phrases: dialogs.phrases,
    languages: frontdesk.languages,
    wordSign: frontdesk.wordSign ?? null,
    company: frontdesk.company,
  });
}

function byId<In, Out>(
  section: Readonly<Record<string, In>>,
  build: (id: string, value: In) => Out,
): ReadonlyMap<string, Out> {
  return new Map(Object.entries(section).map(([id, value]) => [id, build(id, value)]));
}

function buildNetwork(
  name: string,
  network: FrontdeskInput["networks"][string],
  { continuations, rooms }: Inputs,
): NetworkRules {
  const handles = Object.entries(network.handles).map(([id, handle]) => ({
    network: name,
    id,
    name: handle.name,
    dialog: handle.dialog,
  }));
  const continuation = continuations.get(name) ?? null;
  return {
    name,
    title: network.title ?? name,
    desk: network.desk,
    handles,
    continuation,
    rooms: rooms.offered.get(name) ?? null,
  };
}

function buildQueue(id: string, queue: RoutingInput["queues"][string], routing: RoutingInput): Queue {
  const { hours, timeZone, hosting, redirectTo, redirectSeconds, hostingSeconds, allowsAddresses } = queue;
  const text = hours ?? routing.hours;
  return {
    id,
    name: queue.name,
    skills: levels(queue.skills),
    matchLanguage: queue.matchLanguage,
    priority: queue.priority,
    strategies: queue.strategies,
    compatibility: queue.compatibility,
    maxWaiting: queue.maxWaiting,
    offerSeconds: queue.offerSeconds,
    missesUntilAway: queue.missesUntilAway,
    wrapUpSeconds: queue.wrapUpSeconds,
    ...buildQueueRouting(queue, routing.content),
    hosting:
      hosting === "redirect" && redirectTo !== undefined ? { network: redirectTo, seconds: redirectSeconds } : null,
    room: hosting === "server" ? { seconds: hostingSeconds, allowsAddresses } : null,
    hours: text === undefined ? null : { text, timeZone: timeZone ?? routing.timeZone },
  };
}

function buildGateway(id: string, { name, match, features }: RoutingInput["gateways"][string]): Gateway {
  const given = match ?? [{ type: id }];
  return {
    id,
    name,
    match: given.map((one: GatewayMatchInput) => ({
      network: one.network ?? null,
      type: one.type ?? null,
      name: one.name ?? null,
      users: one.users ?? null,
    })),
    features: features ?? null,
  };
}

function levels(skills: Readonly<Record<string, SkillLevel>>): ReadonlyMap<string, SkillLevel> {
  return new Map(Object.entries(skills));
}

export function directoryEntries(directory: DirectoryInput, canonical: Canonical): readonly DirectoryEntry[] {
  return directory.customers.map((customer) => ({
    id: customer.id,
    name: customer.name,
    account: customer.account ?? null,
    language: customer.language ?? null,
    addresses: addressesOf(customer.addresses, canonical),
    attributes: customer.attributes,
  }));
}

function buildLimits(limits: LimitsInput): Limits {
  const names = Object.keys(coreLimits) as (keyof typeof coreLimits)[];
  return Object.fromEntries(names.map((name) => [name, limits[name]])) as unknown as Limits;
}

/** Freezes plain objects and lists all the way down; maps are read-only by type alone. Things with methods stay as they are. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) {
    return value;
  }
  const inner = value instanceof Map ? value.values() : Object.values(value);
  Object.freeze(value);
  for (const each of inner) {
    deepFreeze(each);
  }
  return value;
}
