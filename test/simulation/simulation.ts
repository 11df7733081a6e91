/**
 * One schedule in a simulated contact centre, from a seed: customers and CSRs on two networks, the real core, engine, outbox and timers
 * between them, and everything that can go wrong. First the busy time with its faults, then calm, until nothing is left to do.
 */
import type { Address } from "../../src/core/model.ts";
import type { Csr } from "../../src/core/rules.ts";
import { CROWD_EVENTS, type EngineLimits } from "../../src/engine/limits.ts";
import type { Part } from "./coverage.ts";
import { Customer, contactOf, type Temper } from "./customer.ts";
import { Decider } from "./decider.ts";
import { Disk } from "./disk.ts";
import { keptInMemory, keptOnDisk } from "./disk-store.ts";
import { checkEnd } from "./end-checks.ts";
import { scheduleFaults } from "./faults.ts";
import { type Contact, Ledger, type Violation } from "./ledger.ts";
import { SimulatedNetwork } from "./network.ts";
import { Observer } from "./observer.ts";
import { Office } from "./office.ts";
import { Random } from "./random.ts";
import { type House, type Manner, RepresentativeClient } from "./representative.ts";
import { drawNetworks, drawRules } from "./rules.ts";
import type { Scene } from "./scene.ts";
import { type Schedule, SHAPES, type Shape } from "./shape.ts";
import { Stranger } from "./stranger.ts";
import type { Subject } from "./subject.ts";
import { Timeline } from "./timeline.ts";
import type { Weather } from "./weather.ts";

export interface Report {
  readonly schedule: Schedule;
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
  readonly conversations: number;
  readonly messages: number;
  readonly steps: number;
  readonly faults: number;
  /** What took part in it. */
  readonly parts: readonly Part[];
  /** How often the desk waited for the world, or the world for it. */
  readonly crossings: number;
  /** How long it was for the people in it. */
  readonly simulatedMs: number;
}

const MINUTE = 60_000;
/** Many more than all people together can bring about in a millisecond. */
const MOST_AT_ONCE = 10_000;

interface World extends Scene {
  readonly shape: Shape;
  readonly random: Random;
  readonly observer: Observer;
  readonly csrs: readonly RepresentativeClient[];
  readonly customers: Customer[];
  readonly addresses: Address[];
  readonly contactByName: Map<string, Contact>;
}

/** Runs that schedule on that program. `isTracing` keeps a line for everything that happens. */
export async function simulate(schedule: Schedule, subject: Subject, isTracing = false): Promise<Report> {
  const world = build(schedule, subject, isTracing);
  const { timeline, ledger, office, networks, shape } = world;
  schedulePeople(world);
  scheduleFaults(world, shape, world.random.fork("faults"));
  office.open();
  const stopAtViolation = (): void => {
    if (timeline.atOnce > MOST_AT_ONCE) {
      ledger.violate("goes-on", `${timeline.atOnce} things happened without any time passing`);
    }
    if (ledger.violations.length > 0) {
      throw new Stop();
    }
  };
  try {
    await timeline.runUntil(shape.busyMs, stopAtViolation);
    calmDown(world);
    await timeline.runUntil(shape.quietMs, stopAtViolation);
    world.customers.forEach((customer) => void customer.quieten());
    await timeline.runUntil(shape.endMs, stopAtViolation);
    await office.compareAnew();
    checkEnd({ ledger, observer: world.observer, office, networks });
  } catch (error) {
    if (!(error instanceof Stop)) {
      throw error;
    }
  }
  office.end();
  return {
    schedule,
    violations: ledger.violations,
    trace: ledger.trace,
    conversations: ledger.conversations,
    messages: ledger.messages.length,
    steps: world.observer.steps,
    faults: ledger.faults,
    parts: ledger.coverage.parts,
    crossings: office.crossings.count,
    simulatedMs: timeline.elapsed,
  };
}

/** The first violation ends a run: what follows from it is of no interest. */
class Stop extends Error {}

function build(
  { shape: name, seed, crashAt = [], sqlite = false }: Schedule,
  subject: Subject,
  isTracing: boolean,
): World {
  const shape = SHAPES[name];
  const random = new Random(seed);
  const timeline = new Timeline();
  const ledger = new Ledger(() => timeline.elapsed, isTracing);
  const traits = drawNetworks(random.fork("networks"));
  const rules = drawRules(subject, traits, shape, random.fork("rules"));
  const networks = traits.map(
    (each) => new SimulatedNetwork(each, drawWeather(shape, random), timeline, ledger, random.fork(each.name)),
  );
  const fate = random.fork("decider");
  const decider = fate.chance(0.15) ? new Decider(subject, timeline, ledger, fate) : null;
  const observer = new Observer(subject, ledger, random.fork("observer"), rules, decider !== null);
  const disk = new Disk(ledger.coverage);
  const limits = drawLimits(random.fork("limits"), ledger);
  const crowdEvents = random.fork("crowd").pick([1, 3, CROWD_EVENTS]);
  const keeping = sqlite ? keptOnDisk(subject) : keptInMemory(subject);
  const own = { random: random.fork("office"), crashAt, keeping, limits, decider, crowdEvents };
  const office = new Office({ subject, networks, observer, ledger, timeline, rules, disk, ...own });
  const contactByName = new Map<string, Contact>();
  const house: House = { contactByName, queues: [...rules.queues.keys()], colleagues: [...rules.csrs.keys()] };
  const scene = { shape, random, timeline, ledger, networks };
  const csrs = [...rules.csrs.values()].flatMap((csr) => clientsOf(csr, house, scene));
  return { ...scene, observer, office, disk, decider, csrs, customers: [], addresses: [], contactByName };
}

/** Most desks have room; some are brought to where nothing is taken in before something went out. */
function drawLimits(random: Random, ledger: Ledger): Partial<EngineLimits> {
  if (random.chance(0.85)) return {};
  ledger.coverage.met("little room in the outbox");
  return { batchEvents: random.pick([1, 2, 5]), outboxRows: random.pick([5, 20]) };
}

/** Episodes have fair weather unless it is one of their faults. */
function drawWeather(shape: Shape, random: Random): Weather {
  const bad = random.chance(0.5) && shape.faults === null;
  return {
    latencyMs: random.pick([5, 60, 400]),
    defer: bad ? 0.05 : 0,
    reject: bad ? 0.01 : 0,
    loseAnswer: bad ? 0.01 : 0,
    repeat: bad ? 0.1 : 0,
    reorder: bad ? 0.05 : 0,
    bounce: bad ? 0.005 : 0,
  };
}

function clientsOf(
  csr: Csr,
  house: House,
  { shape, random, timeline, ledger, networks }: Pick<World, "shape" | "random" | "timeline" | "ledger" | "networks">,
): RepresentativeClient[] {
  const manner: Manner = {
    accepts: random.pick([0.95, 0.7, 0.4]),
    declines: random.pick([0.3, 0.8]),
    thinkMs: random.pick([2_000, 8_000]),
    answers: random.between(1, 6),
    transfers: random.pick([0, 0.3]),
    consults: random.pick([0, 0, 0.2]),
    forgetsLabel: random.pick([0, 0.3]),
    leavesEveryMs: random.pick(shape.leavesEveryMinutes) * MINUTE,
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
  const { random, timeline, csrs, networks, ledger, shape } = world;
  for (const client of csrs) {
    timeline.after(random.delay(20_000), () => client.arrive());
  }
  const meanMs = random.pick(shape.customersEveryMs);
  let number = 0;
  for (let at = random.delay(meanMs); at < shape.busyMs && number < shape.mostCustomers; at += random.delay(meanMs)) {
    number += 1;
    const customers = customersOf(world, number);
    timeline.after(at, () => {
      customers.forEach((customer) => void customer.begin());
      world.addresses.push(...customers.slice(0, 1).map(({ address }) => address));
    });
  }
  const strange = random.fork("strangers");
  for (const network of networks) {
    const aliases = (): readonly string[] => csrs.flatMap((client) => client.aliases);
    new Stranger(network, timeline, ledger, strange.fork(network.traits.name), aliases).begin(shape.busyMs);
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
    const who = { address, handle, name, temper: drawTemper(own) };
    // Whoever has two contacts stays where both are.
    const elsewhere = handles.length === 1 ? (networks.find(({ traits }) => traits.hosts) ?? null) : null;
    const customer = new Customer(who, network, elsewhere, timeline, ledger, own);
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
    follows: random.pick([0, 0.9]),
    goodbye: random.pick(["departure", "stop", "silence"]),
  };
}

/** A number in letters: names of customers hold no digits. */
function letters(number: number): string {
  return [...String(number)].map((digit) => "abcdefghij"[Number(digit)]).join("");
}

/** From here on nothing goes wrong any more. */
function calmDown({ office, networks, csrs, disk }: World): void {
  disk.mend();
  office.open();
  for (const network of networks) {
    network.calm();
    network.raise();
  }
  csrs.forEach((client) => void client.settleDown());
}
