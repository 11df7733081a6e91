/** Starts, supervises and stops the adapters, and holds the link status of every network. */
import type { FastifyInstance } from "fastify";
import type {
  Accounts,
  Adapter,
  AdapterContext,
  AdapterModule,
  AdapterState,
  Clock,
  FileShelf,
  HistoryLine,
  LinkStatus,
  Logger,
  Outcome,
} from "./adapter.ts";
import { type BackoffLimits, createBackoff } from "./backoff.ts";
import type { Address, Capabilities, Outbound } from "./core/model.ts";
import type { Engine, Networks } from "./engine.ts";
import { withFields } from "./log.ts";
import { asItReads, type Store, type TranscriptLine } from "./store/store.ts";
import { type Count, createTally } from "./tally.ts";

/** What the language itself throws: a defect, and the log says where. Any other error of a start is the adapter's sentence for the operator. */
const DEFECTS = [TypeError, RangeError, ReferenceError, SyntaxError] as const;

/** One network to attach to. */
export interface HostedNetwork {
  readonly name: string;
  readonly module: AdapterModule<unknown>;
  /** What `module.parseConfig` made of its section. */
  readonly config: unknown;
  /** Local names, see `AdapterContext.handles` and `desk`. */
  readonly handles: readonly string[];
  readonly desk: string;
}

export interface AdapterHostOptions {
  readonly networks: readonly HostedNetwork[];
  readonly engine: Engine;
  readonly store: Store;
  readonly accounts: Accounts;
  /** See `AdapterContext.files`. */
  readonly files?: FileShelf;
  /** The HTTP server's `mount`. */
  readonly mount: (owner: string, routes: (server: FastifyInstance) => Promise<void> | void) => void;
  /** See `AdapterContext.http.publicOrigin`; asked each time, since a NAT gateway may change it. */
  readonly publicOrigin?: () => string | null;
  /** See `AdapterContext.company`. */
  readonly company?: string;
  /** See `AdapterContext.count`; for metrics. */
  readonly counted?: (network: string, event: string, reason: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: BackoffLimits & { readonly stopSeconds: number };
  /** Numbers in [0, 1) for jitter. */
  readonly random: () => number;
}

/** A network as /readyz, metrics and the command line show it. */
export interface NetworkStatus {
  readonly network: string;
  readonly protocol: string;
  readonly status: LinkStatus;
  /** What the adapter, or its failed start, said last. */
  readonly detail: string | null;
  readonly since: number;
}

export interface AdapterHost extends Networks {
  /**
   * Starts every adapter; resolves when each has started or has failed once, or after FIRST_START_MS. Never rejects: a
   * start that fails is logged with the adapter's sentence and tried again.
   */
  start(): Promise<void>;
  /** Stops every adapter within `stopSeconds`. Any number of times. */
  stop(): Promise<void>;
  status(): readonly NetworkStatus[];
  /** See `Adapter.forget`. */
  forget(person: Address): Promise<void>;
}

/** How long start() waits for the adapters' first start; they go on starting after that. */
export const FIRST_START_MS = 5_000;
/** Characters of one value of an adapter's state, as JSON. */
const STATE_CHARACTERS = 65_536;
/** Entries of an adapter's state written at once. */
const STATE_ENTRIES = 10_000;
/** Lines read for one line of a history: some were not meant for that viewer. */
const HISTORY_READ_FACTOR = 4;
const HISTORY_READ_LIMIT = 2_000;

/** One adapter and what is known of its link. */
interface Hosted {
  readonly network: HostedNetwork;
  readonly adapter: Adapter;
  readonly log: Logger;
  status: LinkStatus;
  detail: string | null;
  since: number;
  /** The adapter has said something of its link itself. */
  hasReported: boolean;
}

/** Creates every adapter (no I/O happens yet). Throws when two networks have one name or a module's create() throws. */
export function createAdapterHost(options: AdapterHostOptions): AdapterHost {
  return new Host(options);
}

class Host implements AdapterHost {
  readonly #options: AdapterHostOptions;
  readonly #hosted = new Map<string, Hosted>();
  readonly #backoffMs: (attempt: number) => number;
  readonly #stop = new AbortController();
  #stopped: Promise<void> | null = null;

  constructor(options: AdapterHostOptions) {
    this.#options = options;
    this.#backoffMs = createBackoff(options.limits, options.random);
    for (const network of options.networks) {
      this.#host(network);
    }
  }

  capabilities(network: string): Capabilities | null {
    return this.#hosted.get(network)?.adapter.capabilities ?? null;
  }

  send(outbound: Outbound, signal: AbortSignal): Promise<Outcome> {
    const hosted = this.#hosted.get(outbound.to.network);
    if (hosted === undefined || hosted.status !== "online") {
      return Promise.resolve({ kind: "deferred", reason: "remote-server-timeout" });
    }
    return hosted.adapter.send(outbound, signal);
  }

  async start(): Promise<void> {
    const { promise: timeout, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(FIRST_START_MS, resolve);
    await Promise.race([Promise.all([...this.#hosted.values()].map((hosted) => this.#supervise(hosted))), timeout]);
    cancel();
  }

  async forget(person: Address): Promise<void> {
    await this.#hosted.get(person.network)?.adapter.forget?.(person);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  status(): readonly NetworkStatus[] {
    return [...this.#hosted.values()].map(({ network, status, detail, since }) => {
      return { network: network.name, protocol: network.module.protocol, status, detail, since };
    });
  }

  #host(network: HostedNetwork): void {
    const { name, module, config } = network;
    if (this.#hosted.has(name)) {
      throw new Error(`Two networks bear the name "${name}".`);
    }
    const log = withFields(this.#options.log, { network: name });
    const adapter = module.create(config, this.#context(network, log));
    const since = this.#options.clock.now();
    this.#hosted.set(name, { network, adapter, log, status: "offline", detail: null, since, hasReported: false });
  }

  #context({ name, handles, desk }: HostedNetwork, log: Logger): AdapterContext {
    const { engine, store, accounts, mount, clock, publicOrigin, company, files } = this.#options;
    return {
      network: name,
      handles,
      desk,
      receive: (inbound) => engine.receive(inbound),
      status: (status, detail) => this.#report(name, status, detail ?? null),
      reachable: (address) => engine.reachable(address),
      identity: (local, viewer) => engine.desk().identity(name, local, viewer),
      history: (viewer, local, limit) => this.#history(viewer, local, limit),
      contacts: (viewer) => engine.desk().contacts(viewer),
      backoffMs: this.#backoffMs,
      state: createAdapterState(engine, store, name),
      accounts,
      ...(files === undefined ? {} : { files }),
      http: {
        mount: (routes) => mount(name, routes),
        get publicOrigin() {
          return publicOrigin?.() ?? null;
        },
      },
      ...(company === undefined ? {} : { company }),
      log,
      count: this.#tally(name, log),
      clock,
    };
  }

  /** Counts go on for as long as the network runs; an adapter that was stopped says nothing any more. */
  #tally(name: string, log: Logger): Count {
    const count = createTally(log, (event, reason) => this.#options.counted?.(name, event, reason));
    return (event, reason, from) => {
      if (!this.#stop.signal.aborted) count(event, reason, from);
    };
  }

  /** See `AdapterContext.history`: what that person wrote or was sent, and nothing else of the conversation. */
  async #history(viewer: Address, desk: string, limit: number): Promise<readonly HistoryLine[]> {
    const { engine, store } = this.#options;
    const place = engine.desk().leg(viewer, desk);
    if (place === null || limit <= 0) {
      return [];
    }
    const showsChoices = this.capabilities(viewer.network)?.features.includes("choices") ?? false;
    const read = Math.min(limit * HISTORY_READ_FACTOR, HISTORY_READ_LIMIT);
    const lines = await store.transcript(place.conversation, read);
    return lines.flatMap((line) => toHistoryLine(line, place.leg, engine.epoch(), showsChoices)).slice(-limit);
  }

  #report(name: string, status: LinkStatus, detail: string | null): void {
    const hosted = this.#hosted.get(name);
    if (hosted === undefined || this.#stop.signal.aborted) {
      return;
    }
    hosted.hasReported = true;
    this.#change(hosted, status, detail);
  }

  #change(hosted: Hosted, status: LinkStatus, detail: string | null): void {
    const wasOnline = hosted.status === "online";
    const isOnline = status === "online";
    if (hosted.status !== status) {
      hosted.since = this.#options.clock.now();
      // A link that was up is missed; one that is being made is the way of things.
      hosted.log[wasOnline ? "warn" : "info"](`link.${status}`, detail === null ? {} : { detail });
    }
    hosted.status = status;
    hosted.detail = detail;
    if (wasOnline !== isOnline) {
      this.#options.engine.link(hosted.network.name, isOnline);
    }
  }

  /** Starts one adapter, again and again with pauses if need be. Resolves after the first attempt, whatever came of it. */
  async #supervise(hosted: Hosted): Promise<void> {
    const { promise: tried, resolve } = Promise.withResolvers<void>();
    void this.#keepStarting(hosted, resolve);
    await tried;
  }

  async #keepStarting(hosted: Hosted, onTried: () => void): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      if (await this.#startOnce(hosted)) {
        onTried();
        return;
      }
      onTried();
      await this.#pause(this.#backoffMs(attempt));
    }
  }

  async #startOnce(hosted: Hosted): Promise<boolean> {
    try {
      await hosted.adapter.start(this.#stop.signal);
      if (!hosted.hasReported && !this.#stop.signal.aborted) {
        // An adapter without a link of its own (a page of the desk's own server) need not report one.
        this.#change(hosted, "online", null);
      }
      return true;
    } catch (error) {
      if (this.#stop.signal.aborted) {
        return true;
      }
      const sentence = error instanceof Error ? error.message : String(error);
      const isDefect = DEFECTS.some((type) => error instanceof type);
      hosted.log.error("adapter.start.failed", { reason: sentence, ...(isDefect ? { error } : {}) });
      this.#change(hosted, "offline", sentence);
      return false;
    }
  }

  async #pause(delayMs: number): Promise<void> {
    const { signal } = this.#stop;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(delayMs, resolve);
    const end = (): void => resolve();
    signal.addEventListener("abort", end, { once: true });
    await promise;
    cancel();
    signal.removeEventListener("abort", end);
  }

  async #stopAll(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#hosted.values()].map((hosted) => this.#stopOne(hosted)));
  }

  async #stopOne(hosted: Hosted): Promise<void> {
    const { clock, limits } = this.#options;
    const { promise: timeout, resolve } = Promise.withResolvers<"late">();
    const cancel = clock.after(limits.stopSeconds * 1000, () => resolve("late"));
    try {
      if ((await Promise.race([hosted.adapter.stop(), timeout])) === "late") {
        hosted.log.warn("adapter.stop.late", { limitSeconds: limits.stopSeconds });
      }
    } catch (error) {
      hosted.log.error("adapter.stop.failed", { error });
    }
    cancel();
    hosted.status = "offline";
  }
}

/** The durable map of one network (or of a part of the desk such as "accounts"), written through the engine. */
export function createAdapterState(engine: Engine, store: Store, network: string): AdapterState {
  const setAll = async (entries: ReadonlyMap<string, unknown>): Promise<void> => {
    if (entries.size > STATE_ENTRIES) {
      throw new RangeError(`${entries.size} states of ${network} at once; ${STATE_ENTRIES} are allowed.`);
    }
    for (const [key, value] of entries) {
      const size = value === undefined ? 0 : (JSON.stringify(value)?.length ?? 0);
      if (size > STATE_CHARACTERS) {
        throw new RangeError(
          `The state "${key}" of ${network} has ${size} characters; ${STATE_CHARACTERS} are allowed.`,
        );
      }
    }
    await engine.setAdapterStates(network, entries);
  };
  return {
    get: (key) => store.adapterState(network, key),
    keys: (prefix) => store.adapterKeys(network, prefix),
    set: (key, value) => setAll(new Map([[key, value]])),
    setAll,
  };
}

/** How one leg saw a line; empty when it did not. `showsChoices`: it was shown buttons and spared the same in words. */
function toHistoryLine(
  line: TranscriptLine,
  leg: number,
  epoch: string,
  showsChoices: boolean,
): readonly HistoryLine[] {
  const { content } = line;
  const own = line.author === leg;
  if (content.kind !== "message" || !(own || line.viewers.includes(leg))) {
    return [];
  }
  const key = `${epoch}-${line.line}-${leg}`;
  const prompted = showsChoices && content.choices.length > 0 && line.edited === null ? content.prompt : undefined;
  const shown = prompted === undefined ? asItReads(line) : { text: prompted };
  return [
    {
      id: own ? (line.foreign ?? key) : key,
      own,
      ...(line.retracted || shown === null ? { text: "" } : shown),
      edited: line.edited !== null,
      retracted: line.retracted,
      nick: own ? null : line.nick,
      notice: line.author === null,
      choices: line.retracted ? [] : content.choices,
      ...(content.file === undefined || line.retracted || line.edited !== null ? {} : { file: content.file }),
      at: line.at,
      state: line.state ?? "received",
    },
  ];
}
