/**
 * What Prometheus reads at /metrics. Counters are fed after the commit by the engine's observer; everything that has a
 * present state is asked for when somebody reads. Labels come from the configuration and from constants of the code, never
 * from people: the number of series is bounded.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { NetworkStatus } from "./adapter-host.ts";
import type { AuditView } from "./core/estimate/audit.ts";
import type { Desk } from "./core/step.ts";
import type { EngineObserver, EngineStatus } from "./engine.ts";
import type { NatStatus } from "./nat/port-mapping.ts";
import type { DelegateStatus } from "./routing-client/delegate.ts";

/** What is asked at every reading. */
export interface MetricSources {
  /** Null while the desk is not built yet. */
  readonly desk: () => Desk | null;
  readonly engine: () => EngineStatus;
  readonly networks: () => readonly NetworkStatus[];
  readonly now: () => number;
  /** How good the estimates of waiting times were, by queue; left out: there are none. */
  readonly estimates?: () => readonly AuditView[];
  /** Null, or left out: no gateway is asked. */
  readonly nat?: () => NatStatus | null;
  /** Null, or left out: the desk decides by itself. */
  readonly routing?: () => DelegateStatus | null;
}

export interface Metrics {
  readonly registry: Registry;
  readonly observer: EngineObserver;
  /** What adapters count (`AdapterContext.count`). */
  readonly counted: (network: string, event: string, reason: string) => void;
  /** Connects the gauges; once, before the first reading. */
  watch(sources: MetricSources): void;
}

const COMMIT_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const BATCH_EVENTS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];
/** States that are shown although nobody is in them, so that a graph has no holes. */
const CSR_STATES = ["free", "busy", "away", "wrap-up", "offline"];

/**
 * `isRead`: there is a place to read them at (`http.metrics`). Without one nothing is measured: for the delay of the event loop alone a
 * desk at rest would wake a hundred times a second.
 */
export function createMetrics(isRead: boolean): Metrics {
  const registry = new Registry();
  if (isRead) collectDefaultMetrics({ register: registry });
  return {
    registry,
    observer: isRead ? createObserver(registry) : {},
    counted: createCounted(registry),
    watch: (sources) => watch(registry, sources),
  };
}

function createCounted(registry: Registry): Metrics["counted"] {
  const events = new Counter({
    name: "frontdesk_adapter_events_total",
    help: "What adapters ignored or refused by themselves, by their own words.",
    labelNames: ["network", "event", "reason"],
    registers: [registry],
  });
  return (network, event, reason) => events.inc({ network, event, reason });
}

/** One value of one label, and how often it came with those before it. */
interface Counted {
  count: number;
  readonly next: Map<string, Counted>;
}

/**
 * A counter that is fed with every message. prom-client makes a text of the labels and looks for it each time; here they are counted in maps, and
 * it is told when somebody reads. The values are in the order of `labelNames`.
 */
function countedUntilRead(
  name: string,
  help: string,
  labelNames: readonly string[],
  registry: Registry,
): (...values: readonly string[]) => void {
  const root: Counted = { count: 0, next: new Map() };
  const tell = (counter: Counter, from: Counted, labels: Readonly<Record<string, string>>, depth: number): void => {
    if (from.count > 0) counter.inc(labels, from.count);
    from.count = 0;
    const label = labelNames[depth] ?? "";
    for (const [value, counted] of from.next) tell(counter, counted, { ...labels, [label]: value }, depth + 1);
  };
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      tell(this, root, {}, 0);
    },
  });
  return (...values) => {
    let at = root;
    for (const value of values) {
      let counted = at.next.get(value);
      if (counted === undefined) {
        counted = { count: 0, next: new Map() };
        at.next.set(value, counted);
      }
      at = counted;
    }
    at.count += 1;
  };
}

function createObserver(registry: Registry): EngineObserver {
  const registers = [registry];
  const took = ["network", "kind"];
  const received = countedUntilRead("frontdesk_inbound_total", "Events taken in from networks.", took, registry);
  const refused = new Counter({
    name: "frontdesk_refused_total",
    help: "Inbound events that were refused, by RFC 6120 condition.",
    labelNames: ["network", "reason"],
    registers,
  });
  const tried = [...took, "outcome"];
  const sent = countedUntilRead(
    "frontdesk_outbound_total",
    "Attempts to send, by what became of them.",
    tried,
    registry,
  );
  const facts = new Counter({
    name: "frontdesk_facts_total",
    help: "Things that happened at the desk: offer.made, offer.accepted, offer.missed, conversation.opened …",
    labelNames: ["event"],
    registers,
  });
  const commits = new Histogram({
    name: "frontdesk_commit_seconds",
    help: "Duration of one durable commit.",
    buckets: COMMIT_SECONDS,
    registers,
  });
  const batches = new Histogram({
    name: "frontdesk_batch_events",
    help: "Events that shared one commit.",
    buckets: BATCH_EVENTS,
    registers,
  });
  return {
    stepped(event, step) {
      if (event.kind === "inbound") {
        const { from, kind } = event.inbound;
        received(from.network, kind);
        if (step.verdict.kind === "refused") {
          refused.inc({ network: from.network, reason: step.verdict.reason });
        }
      }
      for (const fact of step.facts) {
        facts.inc({ event: fact.event });
      }
    },
    committed(ms, events) {
      commits.observe(ms / 1_000);
      batches.observe(events);
    },
    sent: (outbound, outcome) => sent(outbound.to.network, outbound.kind, outcome.kind),
  };
}

/** A gauge that is asked when it is read. */
interface Asked {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly read: (sources: MetricSources) => Iterable<readonly [label: string, value: number]>;
}

function one(value: number): Iterable<readonly [string, number]> {
  return [["", value]];
}

/** Nothing, where nothing was estimated yet. */
function seen(label: string, value: number | null): readonly (readonly [string, number])[] {
  return value === null ? [] : [[label, value]];
}

const ASKED: readonly Asked[] = [
  {
    name: "frontdesk_queue_waiting",
    help: "Conversations that wait.",
    label: "queue",
    read: ({ desk, now }) => (desk()?.queues(now()) ?? []).map((queue) => [queue.id, queue.waiting]),
  },
  {
    name: "frontdesk_queue_longest_wait_seconds",
    help: "How long the one who waits longest has waited.",
    label: "queue",
    read: ({ desk, now }) => (desk()?.queues(now()) ?? []).map((queue) => [queue.id, queue.longestWaitMs / 1_000]),
  },
  {
    name: "frontdesk_queue_open",
    help: "1 within opening hours, else 0.",
    label: "queue",
    read: ({ desk, now }) => (desk()?.queues(now()) ?? []).map((queue) => [queue.id, Number(queue.open)]),
  },
  {
    name: "frontdesk_wait_estimates",
    help: "Waits whose estimate was compared with what they were; older ones count less.",
    label: "queue",
    read: ({ estimates }) => (estimates?.() ?? []).map((row) => [row.queue, row.estimates]),
  },
  {
    name: "frontdesk_wait_estimate_coverage_ratio",
    help: "Of these, the share that was within the range that was estimated; 0.8 is meant.",
    label: "queue",
    read: ({ estimates }) => (estimates?.() ?? []).flatMap((row) => seen(row.queue, row.coverage)),
  },
  {
    name: "frontdesk_wait_estimate_error_seconds",
    help: "How far off the estimates were on average, either way.",
    label: "queue",
    read: ({ estimates }) =>
      (estimates?.() ?? []).flatMap((row) =>
        seen(row.queue, row.meanErrorMs === null ? null : row.meanErrorMs / 1_000),
      ),
  },
  {
    name: "frontdesk_conversations",
    help: "Open conversations, by state.",
    label: "state",
    read: ({ desk }) => desk()?.census().states ?? [],
  },
  {
    name: "frontdesk_gateway_conversations",
    help: "Open conversations of customers behind a gateway, by its id; `other` for gateways that no rule names.",
    label: "gateway",
    // What a gateway calls itself is no label: the number of series would be the strangers' choice.
    read: ({ desk }) => desk()?.census().gateways ?? [],
  },
  {
    name: "frontdesk_csrs",
    help: "CSRs, by state.",
    label: "state",
    read: ({ desk }) =>
      tally(
        desk()
          ?.csrs()
          .map((csr) => csr.state) ?? [],
        CSR_STATES,
      ),
  },
  {
    name: "frontdesk_link_online",
    help: "1 when the network's link is up, else 0.",
    label: "network",
    read: ({ networks }) => networks().map((network) => [network.network, Number(network.status === "online")]),
  },
  {
    name: "frontdesk_nat_port_mapped",
    help: "1 when the NAT gateway leads that port of its own here, else 0.",
    label: "port",
    read: ({ nat }) => (nat?.()?.ports ?? []).map((port) => [port.name, Number(port.mapped !== null)]),
  },
  {
    name: "frontdesk_nat_answering",
    help: "1 when the NAT gateway answered the last question, else 0.",
    read: ({ nat }) => {
      const status = nat?.() ?? null;
      return status === null ? [] : one(Number(status.reason === null));
    },
  },
  {
    name: "frontdesk_routing_delegated",
    help: "1 while a routing server or suite decides, 0 while it is away.",
    read: ({ routing }) => {
      const status = routing?.() ?? null;
      return status === null ? [] : one(Number(status.decides === "elsewhere"));
    },
  },
  {
    name: "frontdesk_routing_answers",
    help: "Decisions of a routing server or suite since the start; stale: they counted for nothing any more.",
    label: "kind",
    read: ({ routing }) => {
      const status = routing?.() ?? null;
      return status === null
        ? []
        : [
            ["all", status.answers],
            ["stale", status.stale],
          ];
    },
  },
  {
    name: "frontdesk_outbox_rows",
    help: "Messages committed and not confirmed.",
    read: ({ engine }) => one(engine().outboxRows),
  },
  {
    name: "frontdesk_outbox_in_flight",
    help: "Of these, under way now.",
    read: ({ engine }) => one(engine().inFlight),
  },
  {
    name: "frontdesk_inbox_events",
    help: "Events that wait to be taken in.",
    read: ({ engine }) => one(engine().waiting),
  },
  { name: "frontdesk_timers", help: "Timers that are set.", read: ({ engine }) => one(engine().timers) },
];

/** Counters the engine keeps itself. */
const KEPT = [
  { name: "frontdesk_duplicates_total", help: "Repeats of a network that were recognised.", field: "duplicates" },
  { name: "frontdesk_quarantined_total", help: "Events that met a defect and were put aside.", field: "quarantined" },
  { name: "frontdesk_overflowed_total", help: "Events that came beyond the limit of the inbox.", field: "overflowed" },
  {
    name: "frontdesk_volatile_dropped_total",
    help: "Typing and presence that gave way to newer.",
    field: "volatileDropped",
  },
  { name: "frontdesk_undelivered_total", help: "Messages given up; their senders were told.", field: "undelivered" },
] as const satisfies readonly { readonly name: string; readonly help: string; readonly field: keyof EngineStatus }[];

function watch(registry: Registry, sources: MetricSources): void {
  for (const { name, help, label, read } of ASKED) {
    new Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of read(sources)) {
          this.set(label === undefined ? {} : { [label]: value }, count);
        }
      },
    });
  }
  for (const { name, help, field } of KEPT) {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(sources.engine()[field]);
      },
    });
  }
}

function tally(states: readonly string[], always: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map(always.map((state) => [state, 0]));
  for (const state of states) {
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return counts;
}
