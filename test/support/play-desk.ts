/**
 * A whole desk for plays: the real core, engine, outbox, timers and adapter host, on loopback networks, a store in memory
 * and a clock that moves only when the play says so.
 */

import type { LoopbackNetwork, LoopbackPerson } from "../../adapters/loopback/index.ts";
import { closeLoopbackExchange, loopback, loopbackExchange } from "../../adapters/loopback/index.ts";
import { NO_ACCOUNTS } from "../../src/accounts/none.ts";
import type { AdapterContext, AdapterModule, HistoryLine, Outcome } from "../../src/adapter.ts";
import { type AdapterHost, createAdapterHost } from "../../src/adapter-host.ts";
import { createDesk } from "../../src/core/desk.ts";
import type { InboundOf, OutboundOf, Software, Verdict } from "../../src/core/model.ts";
import type { Rules } from "../../src/core/rules.ts";
import { ENGINE_LIMITS } from "../../src/engine/limits.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import { createEngine, type Engine } from "../../src/engine.ts";
import { createMemoryLog, type MemoryLogger } from "../../src/log.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import type { Store } from "../../src/store/store.ts";
import type { PlaySetting } from "./play-rules.ts";
import { createVirtualClock } from "./virtual-clock.ts";

/** A Monday morning; plays that care for the hour say so. */
const MORNING = Date.UTC(2026, 2, 2, 9, 0, 0);
/** Turns of the event loop in which nothing happened, after which nothing more will. */
const QUIET_TURNS = 6;
const MAX_TURNS = 20_000;

let plays = 0;

export class PlayDesk {
  readonly setting: PlaySetting;
  readonly clock = createVirtualClock(MORNING);
  readonly log: MemoryLogger = createMemoryLog();
  readonly #id: string;
  readonly #store: Store = createMemoryStore();
  readonly #people = new Map<string, LoopbackPerson>();
  /** What the adapter of each network was given. */
  readonly #contexts = new Map<string, AdapterContext>();
  /** What the desk did with rooms of the server, in order; every network of a play takes it. */
  readonly rooms: OutboundOf<"room">[] = [];
  /** What the server says to a room, until it is taken back. */
  roomOutcome: Outcome = { kind: "accepted", id: null };
  #rules: Rules;
  #engine: Engine;
  #host: AdapterHost;

  private constructor(setting: PlaySetting) {
    plays += 1;
    this.#id = `play-${plays}`;
    this.setting = setting;
    this.#rules = setting.rules;
    for (const csr of this.#rules.csrs.values()) {
      for (const { network, id } of csr.addresses) {
        this.person(id, network).disconnect();
      }
    }
    [this.#engine, this.#host] = this.#assemble();
  }

  static async open(setting: PlaySetting): Promise<PlayDesk> {
    const desk = new PlayDesk(setting);
    await desk.#start();
    return desk;
  }

  get engine(): Engine {
    return this.#engine;
  }
  get store(): Store {
    return this.#store;
  }
  get rules(): Rules {
    return this.#rules;
  }
  network(name: string): LoopbackNetwork {
    if (this.setting.networks[name] === undefined) {
      throw new Error(`The play has no network ${name}.`);
    }
    return loopbackExchange(`${this.#id}-${name}`);
  }
  /** That person's client on that network; made at the first call. */
  person(id: string, network: string): LoopbackPerson {
    const key = `${id}@${network}`;
    const known = this.#people.get(key);
    if (known !== undefined) {
      return known;
    }
    const { software, language = null, nick = null } = this.setting.people[id] ?? {};
    const whole = {
      protocol: network,
      name: null,
      version: null,
      os: null,
      features: null,
      gateway: null,
      ...software,
    };
    const person = this.network(network).person(id, {
      software: software === undefined ? null : whole,
      language,
      nick,
    });
    this.#people.set(key, person);
    return person;
  }

  /** The network tells what that person writes from. */
  async tellSoftware(person: LoopbackPerson, network: string, software: Software): Promise<void> {
    const from = { network, id: person.id };
    const inbound = {
      kind: "software",
      redelivery: null,
      from,
      device: null,
      to: "desk",
      software,
      language: null,
    } as const;
    await this.#contexts.get(network)?.receive(inbound);
    await this.settle();
  }

  /** That person opens the desk's page by an invitation. */
  async follow(person: LoopbackPerson, network: string, to: string, token: string): Promise<Verdict | undefined> {
    person.connect();
    const from = { network, id: person.id };
    const arrival = { kind: "arrival", language: null, nick: null, token } as const;
    const verdict = await this.#contexts
      .get(network)
      ?.receive({ redelivery: null, from, device: null, to, ...arrival });
    await this.settle();
    return verdict;
  }

  /** The server tells of the newest room: it is there, or that person came or went. */
  async tellRoom(id: string, state: InboundOf<"room">["state"]): Promise<void> {
    const outbound = this.rooms.at(-1);
    if (outbound === undefined) throw new Error("The desk has made no room.");
    const { network } = outbound.to;
    const event = { redelivery: null, from: { network, id }, device: null, to: outbound.from } as const;
    await this.#contexts.get(network)?.receive({ ...event, kind: "room", room: outbound.room, state });
    await this.settle();
  }

  /** What a client that asks the desk for the running conversation is shown in that window. */
  async history(person: LoopbackPerson, network: string, window: string): Promise<readonly HistoryLine[]> {
    return (await this.#contexts.get(network)?.history({ network, id: person.id }, window, 100)) ?? [];
  }

  /** Resolves once everything that is under way has come to rest, without the clock moving. */
  async settle(): Promise<void> {
    let quiet = 0;
    let last = "";
    for (let turn = 0; turn < MAX_TURNS; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = this.#activity();
      quiet = now === last ? quiet + 1 : 0;
      last = now;
      if (quiet >= QUIET_TURNS) {
        return;
      }
    }
    throw new Error(`The desk does not come to rest: ${last}`);
  }

  /** Lets time pass, stopping at every timer on the way. */
  async pass(milliseconds: number): Promise<void> {
    let left = milliseconds;
    for (let due = this.clock.next(); due !== null && due <= left; due = this.clock.next()) {
      this.clock.advanceNow(due);
      left -= due;
      await this.settle();
    }
    this.clock.advanceNow(left);
    await this.settle();
  }

  /**
   * Stops the desk and starts a new one on the same store, `downMs` later, with other rules if given. People and networks
   * go on meanwhile.
   */
  async restart(downMs = 0, meanwhile: () => void = () => {}, next: PlaySetting | null = null): Promise<void> {
    await this.#stop();
    meanwhile();
    this.#rules = next?.rules ?? this.#rules;
    this.clock.advanceNow(downMs);
    [this.#engine, this.#host] = this.#assemble();
    await this.#start();
  }

  /** New rules, as after `frontdesk reload`. */
  async reload({ rules }: PlaySetting): Promise<void> {
    this.#rules = rules;
    await this.#engine.submit({ kind: "rules", rules: this.#rules });
    await this.settle();
  }

  async hours(open: Readonly<Record<string, boolean>>, opens: Readonly<Record<string, string>>): Promise<void> {
    await this.#engine.submit({ kind: "hours", open, opens });
    await this.settle();
  }

  async close(): Promise<void> {
    await this.#stop();
    for (const name of Object.keys(this.setting.networks)) {
      closeLoopbackExchange(`${this.#id}-${name}`);
    }
  }

  #assemble(): [Engine, AdapterHost] {
    const engine = createEngine({
      createDesk: (snapshot) => createDesk(this.#rules, snapshot),
      store: this.#store,
      clock: this.clock,
      log: this.log,
      limits: ENGINE_LIMITS,
      undeliveredSeconds: this.#rules.limits.undeliveredSeconds,
      lateSeconds: this.#rules.limits.lateSeconds,
      token: createTokens(),
      random: () => 0.5,
      onFatal: (fault) => {
        throw fault;
      },
    });
    const networks = Object.entries(this.setting.networks).map(([name, network]) => ({
      name,
      module: this.#module(name),
      config: loopback.parseConfig({
        exchange: `${this.#id}-${name}`,
        identity: network.identity,
        features: network.features,
        maxTextBytes: network.maxTextBytes,
      }),
      handles: network.handles,
      desk: "desk",
    }));
    const host = createAdapterHost({
      networks,
      engine,
      store: this.#store,
      accounts: NO_ACCOUNTS,
      mount: () => {},
      clock: this.clock,
      log: this.log,
      limits: ENGINE_LIMITS,
      random: () => 0.5,
    });
    return [engine, host];
  }

  #module(network: string): AdapterModule<unknown> {
    const create: typeof loopback.create = (config, context) => {
      this.#contexts.set(network, context);
      const adapter = loopback.create(config, context);
      return {
        capabilities: adapter.capabilities,
        start: (signal) => adapter.start(signal),
        stop: () => adapter.stop(),
        send: async (outbound, signal) => {
          if (outbound.kind !== "room") return await adapter.send(outbound, signal);
          this.rooms.push(outbound);
          return this.roomOutcome;
        },
      };
    };
    return { ...loopback, create } as AdapterModule<unknown>;
  }

  async #start(): Promise<void> {
    await this.#engine.start(this.#host);
    await this.#host.start();
    await this.settle();
  }
  async #stop(): Promise<void> {
    await this.settle();
    await this.#host.stop();
    await this.#engine.stop();
  }

  #activity(): string {
    const { events, commits, waiting, inFlight } = this.#engine.status();
    const shown = [...this.#people.values()].map((person) => person.received.length);
    return [events, commits, waiting, inFlight, ...shown].join(" ");
  }
}
