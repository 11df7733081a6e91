/**
 * The daemon: what it is built of, in the order in which it is started, and the same list backwards to stop. This is the only
 * place that builds things; everything else is given what it needs.
 */
import { adapters } from "../adapters/index.ts";
import type { NewPassword } from "./accounts.ts";
import { type Clock, ConfigProblem, type KnownAdapter } from "./adapter.ts";
import { type AdapterHost, createAdapterHost, createAdapterState } from "./adapter-host.ts";
import type { Audit } from "./audit.ts";
import { closeAudit, openAudit } from "./boot/audit-log.ts";
import { createControlledDesk } from "./boot/controlled-desk.ts";
import { prepareDataFolder } from "./boot/data-folder.ts";
import { createDelegate } from "./boot/delegate.ts";
import { firstConfiguration, logFor } from "./boot/first-configuration.ts";
import { greeting } from "./boot/greeting.ts";
import { hostedNetworks } from "./boot/hosted-networks.ts";
import { mendedNode } from "./boot/node-release.ts";
import { observers } from "./boot/observers.ts";
import { createPublicAddress, type PublicAddress } from "./boot/public-address.ts";
import { readiness } from "./boot/readiness.ts";
import { createReload, type Running } from "./boot/reload.ts";
import { openShelf, type Shelf } from "./boot/shelf.ts";
import { handleSignals, holdReload, reloadOn, stopOn } from "./boot/signals.ts";
import { createStaffHouse, type StaffHouse } from "./boot/staff-house.ts";
import { StartFault, Steps } from "./boot/steps.ts";
import { openStore } from "./boot/store.ts";
import { readVersion } from "./boot/version.ts";
import { createClock } from "./clock.ts";
import type { Configuration } from "./config/compile.ts";
import { type HoursEvent, type HoursWatch, watchHours } from "./config/hours.ts";
import { loadConfiguration } from "./config/load.ts";
import type { Settings } from "./config/settings.ts";
import type { ReloadReport } from "./control/protocol.ts";
import { startControl } from "./control/server.ts";
import { createDesk } from "./core/desk.ts";
import type { Rules } from "./core/rules.ts";
import { createTokens } from "./engine/tokens.ts";
import { createEngine, type Engine } from "./engine.ts";
import { createEstimates, type Estimates, estimateLimits } from "./estimates.ts";
import { httpLimits } from "./http/limits.ts";
import { createHttpServer, type HttpRoute, type HttpServer, type Readiness } from "./http/server.ts";
import { type ClosableLogger, createLog, withFields } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { RoutingDelegate } from "./routing-client/delegate.ts";
import { SealingFault } from "./sealing.ts";
import type { SqliteStore } from "./store/sqlite.ts";
import { StoreFault } from "./store/store.ts";

/** How a daemon ended. `failed`: the disk failed, and what was promised is kept for the next start. */
export const EXIT = { stopped: 0, failed: 74 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What is said when it ended before it had started. */
const UNSTARTED: Readonly<Record<ExitCode, string>> = {
  [EXIT.stopped]: "The desk was stopped while it started.",
  [EXIT.failed]: "The disk failed while the desk started; the log says how.",
};

/** Each step of stopping may take this much longer than the parts in it take by their own limit. */
const STOP_GRACE_MS = 1_000;
/** What undoing one step of a start that failed may take. */
const UNDO_MS = 5_000;
/** Whoever may send the process a signal. */
const BY_SIGNAL = { actor: "signal", origin: null };
/** Under this name the accounts keep their rows in the store, beside those of adapters. A network's name has no capital. */
const ACCOUNTS = "desk.Accounts";
/** And under this one is what was learned of waiting times. */
const ESTIMATES = "desk.Estimates";

export interface RunOptions {
  /** The folder of the configuration. */
  readonly folder: string;
  /** Takes the place of `store.folder`. */
  readonly dataFolder?: string | undefined;
  /** The adapters this desk speaks; all of adapters/index.ts when left out. */
  readonly modules?: readonly KnownAdapter[];
  /** For people: what to open, and passwords once. */
  readonly print: (text: string) => void;
  /** Whether SIGTERM, SIGINT and SIGHUP are this desk's; a test runs several desks in one process. */
  readonly signals: boolean;
  /** A log of the caller's own, who closes it; else it is made as the configuration says. */
  readonly log?: ClosableLogger;
}

export interface Daemon {
  readonly url: string;
  readonly settings: Settings;
  /** See `HttpServer.routes`. */
  routes(): readonly HttpRoute[];
  reload(): Promise<ReloadReport>;
  /** Drains and stops; any number of times. Resolves when all is down. */
  stop(): Promise<void>;
  /** Resolves when the daemon is down, however that came about. */
  readonly ended: Promise<ExitCode>;
}

/** Starts a desk. Rejects with StartFault when it cannot be started; then nothing of it is left behind. */
export async function run(options: RunOptions): Promise<Daemon> {
  const clock = createClock();
  const steps = new Steps();
  const wasReloadAsked = options.signals ? holdReload() : () => false;
  try {
    const ground = await prepare(options, steps, clock);
    const house = await build(ground, steps);
    const doors = await open(ground, house, steps);
    return await serve(options, ground, house, doors, steps, wasReloadAsked);
  } catch (error) {
    wasReloadAsked();
    const log = options.log ?? createLog({ level: "error", format: "human" });
    await steps.back(clock, UNDO_MS, log);
    throw asStartFault(error);
  }
}

/** What everything stands on. */
interface Ground {
  readonly clock: Clock;
  readonly version: string;
  readonly settings: Settings;
  readonly running: Running;
  readonly load: () => Configuration;
  readonly log: ClosableLogger;
  readonly store: SqliteStore;
  readonly metrics: Metrics;
  readonly audit: Audit;
  /** Undoes every step; the daemon has ended then. */
  readonly down: (code: ExitCode) => Promise<void>;
  readonly ended: Promise<ExitCode>;
}

async function prepare(options: RunOptions, steps: Steps, clock: Clock): Promise<Ground> {
  const { modules = adapters, dataFolder, folder } = options;
  const load = () => loadConfiguration(folder, modules, { dataFolder });
  const { settings, running, warnings } = await steps.take("1 configuration", () => firstConfiguration(load()));
  const openLog = () => options.log ?? logFor(settings);
  const closeLog = (log: ClosableLogger) => (options.log === undefined ? log.close() : undefined);
  const log = await steps.take("2 log", openLog, closeLog);
  const version = readVersion();
  log.info("start.begun", { version, node: process.version, rules: running.rules.version, data: settings.dataFolder });
  const mended = mendedNode(process.version);
  if (mended !== null) log.warn("node.holes", { node: process.version, take: `${mended} or newer` });
  for (const problem of warnings) {
    log.warn("configuration.warning", { problem });
  }
  await steps.take(
    "3 data folder",
    () => prepareDataFolder(settings.dataFolder),
    // Undone after the store: whoever reads the log sees that all is on the disk and closed.
    () => log.info("stop.done"),
  );
  const { promise: ended, resolve } = Promise.withResolvers<ExitCode>();
  const limitMs = settings.limits.stopSeconds * 1_000 + STOP_GRACE_MS;
  const down = (code: ExitCode) =>
    steps.back(clock, limitMs, log, new StartFault(UNSTARTED[code], code)).then(() => resolve(code));
  const onLost = (fault: StoreFault) => endAtFault(fault, log, down);
  const opening = () => openStore(settings, log, onLost);
  const store = await steps.take("4 store", opening, (opened) => opened.close());
  const measuring = () => createMetrics(settings.http.metrics !== "off");
  const metrics = await steps.take("5 metrics", measuring, ({ registry }) => registry.clear());
  const audit = await steps.take("6 audit log", () => openAudit(store, clock, log, version, settings), closeAudit);
  return { clock, version, settings, running, load, log, store, metrics, audit, down, ended };
}

/** What works together, built and not yet running. */
interface House {
  readonly engine: Engine;
  readonly estimates: Estimates;
  readonly delegate: RoutingDelegate | null;
  readonly staff: StaffHouse;
  readonly http: HttpServer;
  readonly host: AdapterHost;
  readonly files: Shelf["files"];
  readonly resealing: Shelf["resealing"];
  readonly ready: () => Readiness;
  readonly publicAddress: PublicAddress;
}

async function build(ground: Ground, steps: Steps): Promise<House> {
  const { clock, settings, running, log, store, metrics, audit, version } = ground;
  const { limits } = settings;
  const random = Math.random;
  const estimates = createEstimates({ clock, log: withFields(log, { part: "estimates" }), ...estimateLimits(limits) });
  const delegate = createDelegate(settings.routing, { clock, log, random });
  const engine = await steps.take("7 engine", () => engineFor(ground, random, estimates, delegate));
  const ready = () => readiness(engine.status(), host.status(), limits.outboxRows);
  const httpParts = {
    config: settings.http,
    limits: httpLimits(limits),
    log: withFields(log, { part: "http" }),
    readiness: ready,
    metrics: metrics.registry,
  };
  const http = await steps.take("8 http server", () => createHttpServer(httpParts));
  const networks = await hostedNetworks(settings, running.rules);
  const { mount } = http;
  const { counted } = metrics;
  const publicAddress = createPublicAddress({ ...settings, clock, log: withFields(log, { part: "nat" }) });
  const site = { publicOrigin: publicAddress.origin, company: running.rules.company };
  const state = createAdapterState(engine, store, ACCOUNTS);
  const { origin } = publicAddress;
  const staff = createStaffHouse({ version, running, audit, state, clock, log, publicOrigin: origin });
  staff.mount(mount);
  const { accounts } = staff;
  const shelfOrigin = () => origin() ?? http.url() ?? "";
  const { files, resealing } = await steps.take(
    "9 files",
    () => openShelf({ ...ground, origin: shelfOrigin, http }),
    (shelf) => shelf.stop(),
  );
  const hostParts = { networks, engine, store, accounts, files, mount, clock, log, limits, random, counted, ...site };
  const host: AdapterHost = await steps.take("10 adapters", () => createAdapterHost(hostParts));
  const desk = () => (engine.status().state === "created" ? null : engine.desk());
  const report = () => estimates.report([...running.rules.queues.keys()]);
  const [status, online] = [() => engine.status(), () => host.status()];
  const { nat } = publicAddress;
  const routing = () => delegate?.status() ?? null;
  metrics.watch({ desk, engine: status, networks: online, estimates: report, nat, routing, now: () => clock.now() });
  return { engine, estimates, delegate, staff, http, host, files, resealing, ready, publicAddress };
}

/** What leads in and out, open. */
interface Doors {
  readonly url: string;
  readonly port: number;
  readonly passwords: readonly NewPassword[];
  readonly hours: HoursWatch;
  /** Every network is up, or has failed to be once. */
  readonly networksBegun: Promise<void>;
}

async function open({ clock, running, log, store }: Ground, house: House, steps: Steps): Promise<Doors> {
  const { engine, estimates, delegate, staff, http, host } = house;
  // Submitted before the engine runs, so that the first customer already meets the right hours.
  const tell = (event: HoursEvent) =>
    void engine.submit(event).catch((error: unknown) => log.warn("hours.lost", { error }));
  const hours = await steps.take(
    "11 opening hours",
    () => watchHours(running.rules, clock, tell),
    (watch) => watch.stop(),
  );
  await steps.take(
    "12 engine runs",
    () => estimates.start(engine, createAdapterState(engine, store, ESTIMATES)).then(() => engine.start(host)),
    () => Promise.all([estimates.stop(), delegate?.stop()]).then(() => engine.stop()),
  );
  delegate?.start(engine);
  const passwords = await steps.take(
    "13 accounts",
    () => staff.start(),
    () => staff.stop(),
  );
  const { url, port } = await steps.take(
    "14 http listens",
    () => http.start(),
    () => http.stop(),
  );
  const networks = await steps.take(
    "15 networks",
    // Not waited for here: while a network's server is away, signals and the control socket are to be answered already.
    () => ({ begun: host.start() }),
    () => host.stop(),
  );
  return { url, port, passwords, hours, networksBegun: networks.begun };
}

async function serve(
  options: RunOptions,
  ground: Ground,
  house: House,
  doors: Doors,
  steps: Steps,
  wasReloadAsked: () => boolean,
): Promise<Daemon> {
  const { version, settings, log, down, ended } = ground;
  const { engine, staff, publicAddress } = house;
  const { url, port, passwords, networksBegun } = doors;
  const { desk, reload, readdress } = controlled(ground, house, doors);
  await steps.take(
    "16 API",
    () => staff.serve(desk),
    () => staff.serve(null),
  );
  await steps.take(
    "17 control socket",
    () => startControl(settings.dataFolder, desk, log),
    (control) => control.stop(),
  );
  const stop = () => down(EXIT.stopped);
  if (options.signals) {
    const actions = {
      stop: stopOn(log, stop),
      leaveAtOnce: process.exit,
      reload: reloadOn(log, () => desk.reload(BY_SIGNAL)),
    };
    await listenToSignals(steps, actions);
    if (wasReloadAsked()) actions.reload();
  }
  const moved = () => void readdress().catch((error: unknown) => log.warn("nat.links.left", { error }));
  await steps.take(
    "19 public address",
    () => publicAddress.start(port, moved),
    () => publicAddress.stop(),
  );
  await networksBegun;
  // Taken last, so undone first: what is to be sent is sent while its networks are still there. What they bring until their links
  // are closed is taken in by an engine that stops after them.
  await steps.take(
    "20 traffic",
    () => log.info("start.done", { url }),
    () => engine.drain(),
  );
  options.print(greeting({ version, url, publicOrigin: publicAddress.origin(), settings, passwords }));
  return { url, settings, routes: house.http.routes, reload, stop, ended };
}

/** The running desk, as those see it who look after it. */
function controlled(ground: Ground, house: House, { url, hours }: Doors) {
  const { clock, running, load, log } = ground;
  const { engine, staff, publicAddress } = house;
  const follow = (rules: Rules): Promise<readonly NewPassword[]> => {
    hours.follow(rules);
    return staff.follow();
  };
  const adopt = (rules: Rules) => engine.submit({ kind: "rules", rules });
  const [{ addressed }, { letIn }] = [publicAddress, house.http];
  const { reload, readdress } = createReload({ running, load, adopt, addressed, letIn, follow, log });
  const ready = () => house.ready().ready;
  const now = () => clock.now();
  const desk = createControlledDesk({ ...ground, ...house, startedAt: now(), url, now, ready, reload });
  return { desk, reload, readdress };
}

/** Undone before the log closes and after everything else, so that a second signal is heard while the first is obeyed. */
function listenToSignals(steps: Steps, actions: Parameters<typeof handleSignals>[0]): Promise<unknown> {
  return steps.takeFirst(
    "18 signals",
    () => handleSignals(actions),
    (unlisten) => unlisten(),
  );
}

function engineFor(
  ground: Ground,
  random: () => number,
  estimates: Estimates,
  delegate: RoutingDelegate | null,
): Engine {
  const { running, settings, store, clock, log, metrics, audit, down } = ground;
  return createEngine({
    // Asked again when a batch could not be recorded; by then the rules may be others.
    createDesk: (snapshot) => createDesk(running.rules, snapshot, { delegates: settings.routing !== null }),
    store,
    clock,
    log,
    limits: settings.limits,
    undeliveredSeconds: running.rules.limits.undeliveredSeconds,
    lateSeconds: running.rules.limits.lateSeconds,
    token: createTokens(),
    random,
    observer: observers(metrics.observer, estimates, delegate, audit),
    onFatal: (fault) => endAtFault(fault, log, down),
  });
}

function endAtFault(fault: StoreFault, log: ClosableLogger, down: Ground["down"]): void {
  const note = "the desk ends; what was confirmed is kept for the next start";
  log.error("store.failed", { error: fault.message, note });
  void down(EXIT.failed);
}

/** Faults that an admin can mend; whatever else is thrown is a defect and keeps its stack. */
function asStartFault(error: unknown): unknown {
  if (error instanceof StoreFault || error instanceof SealingFault || error instanceof ConfigProblem) {
    return new StartFault(error.message);
  }
  // What listening says of a port or a socket comes as a plain error with the system's own as its cause.
  return error instanceof Error && error.cause !== undefined ? new StartFault(error.message) : error;
}
