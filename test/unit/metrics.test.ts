import { expect } from "chai";
import type { Inbound, Outbound, Verdict } from "../../src/core/model.ts";
import type { CsrView, Desk, DeskCensus, DeskEvent, Fact, QueueView, Step } from "../../src/core/step.ts";
import type { EngineStatus } from "../../src/engine.ts";
import { createMetrics, type MetricSources } from "../../src/metrics.ts";

const HELLO: Inbound = {
  kind: "message",
  redelivery: null,
  from: { network: "web", id: "visitor" },
  device: null,
  to: "support",
  id: "1",
  text: "Hello",
  choice: null,
  replyTo: null,
  sentAt: null,
  language: null,
  nick: null,
};
const ARRIVED: DeskEvent = { kind: "inbound", inbound: HELLO, reference: null, replyTo: null };
const ANSWER: Outbound = {
  kind: "typing",
  state: "active",
  key: "k",
  from: "support",
  to: HELLO.from,
  device: null,
  conversation: null,
};

function step(verdict: Verdict, events: readonly string[] = []): Step {
  const facts = events.map((event): Fact => ({ at: 0, conversation: null, csr: null, event, detail: {} }));
  return { verdict, changes: [], lines: [], outbounds: [], timers: [], facts, queries: [] };
}

const STATUS: EngineStatus = {
  state: "running",
  waiting: 3,
  outboxRows: 7,
  inFlight: 2,
  timers: 4,
  events: 10,
  commits: 5,
  duplicates: 1,
  quarantined: 6,
  refused: 0,
  overflowed: 0,
  volatileDropped: 0,
  undelivered: 8,
  lastCommitMs: 1,
};

function sources(
  views: { queues?: readonly Partial<QueueView>[]; census?: Partial<DeskCensus>; csrs?: readonly string[] } = {},
): MetricSources {
  const desk = {
    queues: () => views.queues ?? [],
    census: () => ({ states: new Map(), gateways: new Map(), ...views.census }),
    csrs: () => (views.csrs ?? []).map((state) => ({ state }) as CsrView),
  } as unknown as Desk;
  const network = { network: "web", protocol: "web", detail: null, since: 0 } as const;
  return { desk: () => desk, engine: () => STATUS, networks: () => [{ ...network, status: "online" }], now: () => 0 };
}

/** What Prometheus reads, as lines. */
async function read(metrics: ReturnType<typeof createMetrics>): Promise<readonly string[]> {
  return (await metrics.registry.metrics()).split("\n");
}

describe("metrics", () => {
  it("count what came in, by network and kind, and what was refused, by reason", async () => {
    const metrics = createMetrics(true);
    metrics.observer.stepped?.(ARRIVED, step({ kind: "accepted" }));
    metrics.observer.stepped?.(ARRIVED, step({ kind: "refused", reason: "policy-violation", text: "Slowly." }));
    const lines = await read(metrics);
    expect(lines).to.include('frontdesk_inbound_total{network="web",kind="message"} 2');
    expect(lines).to.include('frontdesk_refused_total{network="web",reason="policy-violation"} 1');
  });

  it("count what happened at the desk: offers made, accepted, missed", async () => {
    const metrics = createMetrics(true);
    metrics.observer.stepped?.(ARRIVED, step({ kind: "accepted" }, ["offer.made", "offer.missed", "offer.made"]));
    const lines = await read(metrics);
    expect(lines).to.include('frontdesk_facts_total{event="offer.made"} 2');
    expect(lines).to.include('frontdesk_facts_total{event="offer.missed"} 1');
  });

  it("count sends by what became of them", async () => {
    const metrics = createMetrics(true);
    metrics.observer.sent?.(ANSWER, { kind: "deferred", reason: "recipient-unavailable" });
    metrics.observer.sent?.(ANSWER, { kind: "accepted", id: null });
    const lines = await read(metrics);
    expect(lines).to.include('frontdesk_outbound_total{network="web",kind="typing",outcome="deferred"} 1');
    expect(lines).to.include('frontdesk_outbound_total{network="web",kind="typing",outcome="accepted"} 1');
  });

  it("measure commits in seconds and what shared them", async () => {
    const metrics = createMetrics(true);
    metrics.observer.committed?.(4, 16);
    const lines = await read(metrics);
    expect(lines).to.include('frontdesk_commit_seconds_bucket{le="0.005"} 1');
    expect(lines).to.include('frontdesk_commit_seconds_bucket{le="0.002"} 0');
    expect(lines).to.include("frontdesk_batch_events_sum 16");
  });

  it("show queues, conversations, CSRs, links and the outbox as they are at the reading", async () => {
    const metrics = createMetrics(true);
    metrics.watch(
      sources({
        queues: [{ id: "billing", waiting: 2, longestWaitMs: 90_000, open: true }],
        census: {
          states: new Map([
            ["talking", 2],
            ["waiting", 1],
          ]),
          gateways: new Map([["telegram", 2]]),
        },
        csrs: ["busy"],
      }),
    );
    const lines = await read(metrics);
    for (const line of [
      'frontdesk_queue_waiting{queue="billing"} 2',
      'frontdesk_queue_longest_wait_seconds{queue="billing"} 90',
      'frontdesk_queue_open{queue="billing"} 1',
      'frontdesk_conversations{state="talking"} 2',
      'frontdesk_gateway_conversations{gateway="telegram"} 2',
      'frontdesk_csrs{state="busy"} 1',
      'frontdesk_csrs{state="free"} 0',
      'frontdesk_link_online{network="web"} 1',
      "frontdesk_outbox_rows 7",
      "frontdesk_quarantined_total 6",
      "frontdesk_undelivered_total 8",
    ]) {
      expect(lines).to.include(line);
    }
  });

  it("count the engine's counters once however often they are read", async () => {
    const metrics = createMetrics(true);
    metrics.watch(sources());
    await read(metrics);
    expect(await read(metrics)).to.include("frontdesk_quarantined_total 6");
  });

  it("measure nothing where nobody can read them", async () => {
    const metrics = createMetrics(false);
    expect(metrics.observer).to.deep.equal({});
    expect(await metrics.registry.metrics()).not.to.include("nodejs_eventloop_lag");
  });

  it("can be read before the desk is built", async () => {
    const metrics = createMetrics(true);
    metrics.watch({ ...sources(), desk: () => null });
    expect(await read(metrics)).to.include("frontdesk_outbox_rows 7");
  });
});
