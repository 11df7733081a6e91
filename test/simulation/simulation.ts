/**
 * One simulated day in a contact centre, from a seed: customers and CSRs on two networks, the real core, engine, outbox and timers
 * between them, and everything that can go wrong. First the busy time with its faults, then calm, until nothing is left to do.
 */
import type { Csr } from "../../src/core/rules.ts";
import { Customer, contactOf, type Temper } from "./customer.ts";
import { checkEnd } from "./end-checks.ts";
import { type Contact, Ledger, type Violation } from "./ledger.ts";
import { type NetworkTraits, SimulatedNetwork, type Weather } from "./network.ts";
import { Observer } from "./observer.ts";
import { Office } from "./office.ts";
import { Random } from "./random.ts";
import { type House, type Manner, RepresentativeClient } from "./representative.ts";
import { drawNetworks, drawRules } from "./rules.ts";
import { Stranger } from "./stranger.ts";
import type { Subject } from "./subject.ts";
import { Timeline } from "./timeline.ts";

export interface Report {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
  readonly conversations: number;
  readonly messages: number;
  readonly steps: number;
  readonly faults: number;
  /** How long it was for the people in it. */
  readonly simulatedMs: number;
}

const MINUTE = 60_000;
/** How long customers come and things go wrong. */
const BUSY_MS = 15 * MINUTE;
/** From when on customers are quiet; CSRs finish what they have. */
const QUIET_MS = 22 * MINUTE;
/** By then every limit of silence has passed several times. */
const END_MS = 75 * MINUTE;

interface World {
  readonly random: Random;
  readonly timeline: Timeline;
  readonly ledger: Ledger;
  readonly networks: readonly SimulatedNetwork[];
  readonly observer: Observer;
  readonly office: Office;
  readonly csrs: readonly RepresentativeClient[];
  readonly customers: Customer[];
  readonly contactByName: Map<string, Contact>;
}

/** Runs that seed on that program. `isTracing` keeps a line for everything that happens. */
export async function simulate(seed: number, subject: Subject, isTracing = false): Promise<Report> {
  const world = build(seed, subject, isTracing);
  const { timeline, ledger, office, networks } = world;
  schedulePeople(world);
  scheduleFaults(world);
  office.open();
  const stopAtViolation = (): void => {
    if (ledger.violations.length > 0) {
      throw new Stop();
    }
  };
  try {
    await timeline.runUntil(BUSY_MS, stopAtViolation);
    calmDown(world);
    await timeline.runUntil(QUIET_MS, stopAtViolation);
    world.customers.forEach((customer) => void customer.quieten());
    await timeline.runUntil(END_MS, stopAtViolation);
    await office.compareAnew();
    checkEnd({ ledger, observer: world.observer, office, networks });
  } catch (error) {
    if (!(error instanceof Stop)) {
      throw error;
    }
  }
  office.crash();
  return {
    seed,
    violations: ledger.violations,
    trace: ledger.trace,
    conversations: ledger.conversations,
    messages: ledger.messages.length,
    steps: world.observer.steps,
    faults: ledger.faults,
    simulatedMs: timeline.elapsed,
  };
}

/** The first violation ends a run: what follows from it is of no interest. */
class Stop extends Error {}

function build(seed: number, subject: Subject, isTracing: boolean): World {
  const random = new Random(seed);
  const timeline = new Timeline();
  const ledger = new Ledger(() => timeline.elapsed, isTracing);
  const traits = drawNetworks(random.fork("networks"));
  const rules = drawRules(subject, traits, random.fork("rules"));
  const networks = traits.map(
    (each) => new SimulatedNetwork(each, drawWeather(each, random), timeline, ledger, random.fork(each.name)),
  );
  const observer = new Observer(subject, ledger, random.fork("observer"), rules);
  const office = new Office({ subject, networks, observer, ledger, timeline, random: random.fork("office"), rules });
  const contactByName = new Map<string, Contact>();
  const house: House = { contactByName, queues: [...rules.queues.keys()], colleagues: [...rules.csrs.keys()] };
  const csrs = [...rules.csrs.values()].flatMap((csr) => clientsOf(csr, house, { random, timeline, ledger, networks }));
  return { random, timeline, ledger, networks, observer, office, csrs, customers: [], contactByName };
}

function drawWeather({ capabilities }: NetworkTraits, random: Random): Weather {
  const bad = random.chance(0.5);
  const inOnePiece = capabilities.features.includes("multiline") && capabilities.maxTextBytes > 1_000;
  return {
    latencyMs: random.pick([5, 60, 400]),
    defer: bad ? 0.05 : 0,
    // Where an offer takes several messages, one of them alone would leave a CSR who cannot tell whose it is.
    reject: bad && inOnePiece ? 0.01 : 0,
    loseAnswer: bad ? 0.01 : 0,
    repeat: bad ? 0.1 : 0,
  };
}

function clientsOf(
  csr: Csr,
  house: House,
  { random, timeline, ledger, networks }: Pick<World, "random" | "timeline" | "ledger" | "networks">,
): RepresentativeClient[] {
  const manner: Manner = {
    accepts: random.pick([0.95, 0.7, 0.4]),
    declines: random.pick([0.3, 0.8]),
    thinkMs: random.pick([2_000, 8_000]),
    answers: random.between(1, 6),
    transfers: random.pick([0, 0.3]),
    consults: random.pick([0, 0, 0.2]),
    forgetsLabel: random.pick([0, 0.3]),
    leavesEveryMs: random.pick([2, 10, 60]) * MINUTE,
  };
  return csr.addresses.flatMap((address) => {
    const network = networks.find(({ traits }) => traits.name === address.network);
    if (network === undefined) {
      return [];
    }
    const own = random.fork(`${address.network} ${address.id}`);
    const client = new RepresentativeClient({ address, csr: csr.id, manner, house }, network, timeline, ledger, own);
    network.join(client);
    return [client];
  });
}

// --- who comes when ---------------------------------------------------------------------------------------------------

function schedulePeople(world: World): void {
  const { random, timeline, csrs, networks, ledger } = world;
  for (const client of csrs) {
    timeline.after(random.delay(20_000), () => client.arrive());
  }
  const meanMs = random.pick([10_000, 25_000, 60_000]);
  let number = 0;
  for (let at = random.delay(meanMs); at < BUSY_MS; at += random.delay(meanMs)) {
    number += 1;
    const customers = customersOf(world, number);
    timeline.after(at, () => customers.forEach((customer) => void customer.begin()));
  }
  const strange = random.fork("strangers");
  for (const network of networks) {
    const aliases = (): readonly string[] => csrs.flatMap((client) => client.aliases);
    new Stranger(network, timeline, ledger, strange.fork(network.traits.name), aliases).begin(BUSY_MS);
  }
}

/** One person, at one handle or at two at a time. */
function customersOf(world: World, number: number): Customer[] {
  const { random, timeline, ledger, networks, contactByName } = world;
  const network = random.pick(networks);
  const address = { network: network.traits.name, id: `real${number}` };
  const handles = random.chance(0.15) ? network.traits.handles : [random.pick(network.traits.handles)];
  return handles.map((handle) => {
    const own = random.fork(`${address.id} ${handle}`);
    const name = `Nq${letters(number)}${handle}`;
    const customer = new Customer({ address, handle, name, temper: drawTemper(own) }, network, timeline, ledger, own);
    contactByName.set(name, contactOf(address, handle));
    world.customers.push(customer);
    network.join(seatOf(world, address.network, address.id, customer));
    return customer;
  });
}

/** Two contacts of one person share a client: what arrives is shown where it was said from. */
function seatOf({ customers }: World, network: string, id: string, customer: Customer): Customer {
  const first = customers.find((other) => other.address.id === id && other.address.network === network);
  if (first !== undefined && first !== customer) {
    first.shareClientWith(customer);
    return first;
  }
  return customer;
}

function drawTemper(random: Random): Temper {
  return {
    patienceMs: random.pick([20_000, 120_000, 900_000]),
    lines: random.between(1, 8),
    thinkMs: random.pick([1_500, 10_000]),
    corrects: random.pick([0, 0.3]),
    floods: random.pick([0, 0, 0.3]),
    dropsOut: random.pick([0, 0.3]),
    goodbye: random.pick(["departure", "stop", "silence"]),
  };
}

/** A number in letters: names of customers hold no digits. */
function letters(number: number): string {
  return [...String(number)].map((digit) => "abcdefghij"[Number(digit)]).join("");
}

// --- what goes wrong --------------------------------------------------------------------------------------------------

function scheduleFaults(world: World): void {
  const { timeline, networks, office } = world;
  const random = world.random.fork("faults");
  const times = (mean: number, act: () => void): void => {
    for (let at = random.delay(mean); at < BUSY_MS; at += random.delay(mean)) {
      timeline.after(at, act);
    }
  };
  if (random.chance(0.6)) {
    times(5 * MINUTE, () => {
      const network = random.pick(networks);
      network.lower();
      timeline.after(random.delay(10_000), () => network.raise());
    });
  }
  if (random.chance(0.6)) {
    times(6 * MINUTE, () => {
      office.crash();
      timeline.after(random.delay(5_000), () => reopen(office));
    });
  }
  if (random.chance(0.2)) {
    times(10 * MINUTE, () => void office.close().then(() => timeline.after(1_000, () => reopen(office))));
  }
  if (random.chance(0.3)) {
    times(8 * MINUTE, () => {
      const byMs = random.between(-5 * MINUTE, 5 * MINUTE);
      world.ledger.note(`the clock is set by ${byMs} ms`);
      timeline.setClock(byMs);
    });
  }
  times(2 * MINUTE, () => void office.compareAnew());
  if (random.chance(0.3)) {
    times(2 * MINUTE, () => administer(world, random));
  }
}

function administer({ office, observer, timeline }: World, random: Random): void {
  const queues = [...observer.rules.queues.keys()];
  switch (random.pick(["reload", "hours", "close", "away"] as const)) {
    case "reload":
      office.tell({ kind: "rules", rules: { ...observer.rules, version: `at ${timeline.elapsed}` } });
      return;
    case "hours": {
      const closed = random.pick(queues);
      const hours = (open: boolean): Record<string, boolean> => ({ [closed]: open });
      office.tell({ kind: "hours", open: hours(false), opens: { [closed]: "in a minute" } });
      timeline.after(MINUTE, () => office.tell({ kind: "hours", open: hours(true), opens: {} }));
      return;
    }
    case "close": {
      const conversations = [...observer.state.conversation.keys()];
      const conversation = conversations.length === 0 ? "c-none" : random.pick(conversations);
      office.tell({ kind: "command", command: { kind: "close", conversation } });
      return;
    }
    case "away": {
      const csr = random.pick([...observer.rules.csrs.keys()]);
      office.tell({ kind: "command", command: { kind: "csr-away", csr, away: random.chance(0.5) } });
      return;
    }
  }
}

function reopen(office: Office): void {
  if (office.engine === null) {
    office.open();
  }
}

function calmDown({ office, networks, csrs }: World): void {
  reopen(office);
  for (const network of networks) {
    network.calm();
    network.raise();
  }
  csrs.forEach((client) => void client.settleDown());
}
