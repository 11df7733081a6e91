import { getEventListeners } from "node:events";
import { expect } from "chai";
import { NO_ACCOUNTS } from "../../src/accounts/none.ts";
import type { Adapter, AdapterContext, AdapterModule, Outcome } from "../../src/adapter.ts";
import { type AdapterHost, createAdapterHost, createAdapterState, FIRST_START_MS } from "../../src/adapter-host.ts";
import type { Capabilities, Outbound } from "../../src/core/model.ts";
import type { DeskEvent } from "../../src/core/step.ts";
import { ENGINE_LIMITS } from "../../src/engine/limits.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import { createEngine } from "../../src/engine.ts";
import { createMemoryLog } from "../../src/log.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { createVirtualClock, settle } from "../support/virtual-clock.ts";
import { createEchoDesk, type Diary, JULIET, message, ROMEO, says } from "./echo-desk.ts";
import { ACCEPT } from "./fake-networks.ts";

const CAPABILITIES: Capabilities = {
  identity: "virtual",
  features: ["choices"],
  maxTextBytes: 10_000,
  window: 1,
  deduplicates: false,
};

/** An adapter that does as the test says. */
class Puppet implements Adapter {
  readonly capabilities = CAPABILITIES;
  readonly sent: Outbound[] = [];
  readonly context: AdapterContext;
  starts = 0;
  stops = 0;
  onStart: (signal: AbortSignal) => Promise<void> = async () => {};
  onStop: () => Promise<void> = async () => {};

  constructor(context: AdapterContext) {
    this.context = context;
  }
  start(signal: AbortSignal): Promise<void> {
    this.starts += 1;
    return this.onStart(signal);
  }
  async send(outbound: Outbound): Promise<Outcome> {
    this.sent.push(outbound);
    return ACCEPT;
  }
  stop(): Promise<void> {
    this.stops += 1;
    return this.onStop();
  }
}

async function setUp() {
  const clock = createVirtualClock();
  const log = createMemoryLog();
  const store = createMemoryStore("e");
  const diary: Diary = [];
  const engine = createEngine({
    createDesk: (snapshot) => createEchoDesk(snapshot, diary),
    store,
    clock,
    log,
    limits: ENGINE_LIMITS,
    undeliveredSeconds: 3_600,
    lateSeconds: 30,
    token: createTokens(),
    random: () => 0,
    onFatal: (fault) => expect.fail(fault.message),
  });
  const puppets = new Map<string, Puppet>();
  const mounted: string[] = [];
  const module: AdapterModule<unknown> = {
    protocol: "puppet",
    configSchema: {},
    parseConfig: (section) => section,
    create(config, context) {
      if (config === "mounts") context.http.mount(() => {});
      const puppet = new Puppet(context);
      puppets.set(context.network, puppet);
      return puppet;
    },
  };
  const network = (name: string, config: unknown = null) => ({
    name,
    module,
    config,
    handles: ["support"],
    desk: "desk",
  });
  const options = {
    engine,
    store,
    accounts: NO_ACCOUNTS,
    mount: (owner: string) => mounted.push(owner),
    company: "Example",
    clock,
    log,
    limits: ENGINE_LIMITS,
    random: () => 0,
  };
  const host = createAdapterHost({ ...options, networks: [network("xmpp"), network("web", "mounts")] });
  const puppet = (name: string): Puppet => puppets.get(name) ?? expect.fail(`no adapter for ${name}`);
  await engine.start(host);
  const links = (): string[] => diary.flatMap(({ event }) => describeLink(event));
  return { clock, log, store, engine, host, puppet, mounted, diary, links, options, network };
}

function describeLink(event: DeskEvent): string[] {
  return event.kind === "link" ? [`${event.network} ${event.online ? "online" : "offline"}`] : [];
}
const statusOf = (host: AdapterHost, name: string): string =>
  host
    .status()
    .flatMap(({ network, status, detail }) => (network === name ? [`${status} ${detail ?? ""}`.trim()] : []))[0] ?? "";

describe("adapter host", () => {
  it("creates adapters with a context of their own, and gives their routes to the server", async () => {
    const { puppet, mounted, host } = await setUp();
    expect(puppet("xmpp").context).to.include({ network: "xmpp", desk: "desk", company: "Example" });
    expect(puppet("xmpp").context.handles).to.deep.equal(["support"]);
    expect(mounted).to.deep.equal(["web"]);
    expect(puppet("xmpp").starts).to.equal(0);
    expect(host.capabilities("xmpp")).to.equal(CAPABILITIES);
    expect(host.capabilities("irc")).to.equal(null);
  });

  it("refuses two networks of one name", async () => {
    const { options, network } = await setUp();
    expect(() => createAdapterHost({ ...options, networks: [network("web"), network("web")] })).to.throw(
      'bear the name "web"',
    );
  });

  it("keeps nothing of a start that failed, however often it is tried", async () => {
    const { host, puppet, clock } = await setUp();
    const signals = new Set<AbortSignal>();
    puppet("xmpp").onStart = async (signal) => {
      signals.add(signal);
      throw new Error("The server refuses the secret.");
    };
    await host.start();
    for (let minute = 0; minute < 30; minute += 1) await clock.advance(60_000);
    expect(puppet("xmpp").starts).to.be.above(30);
    expect([...signals].map((signal) => getEventListeners(signal, "abort").length)).to.deep.equal([1]);
    await host.stop();
  });

  it("says it louder when a link is lost than while one is being made", async () => {
    const { host, puppet, log } = await setUp();
    await host.start();
    const { context } = puppet("xmpp");
    context.status("connecting", "the server closed the stream");
    context.status("online");
    const links = log.records.filter(({ event, fields }) => event.startsWith("link.") && fields.network === "xmpp");
    expect(links.map(({ event, level }) => `${event} ${level}`)).to.deep.equal([
      "link.online info",
      "link.connecting warn",
      "link.online info",
    ]);
  });

  it("tells the desk when a link comes up or goes, and only then", async () => {
    const { host, puppet, links, clock } = await setUp();
    puppet("xmpp").onStart = async () => puppet("xmpp").context.status("connecting");
    await host.start();
    await settle();
    expect(links(), "web reported nothing, so having started is being online").to.deep.equal(["web online"]);
    expect(statusOf(host, "xmpp")).to.equal("connecting");
    const { status } = puppet("xmpp").context;
    for (const said of ["online", "online", "connecting", "offline"] as const) status(said, `now ${said}`);
    await settle();
    expect(links()).to.deep.equal(["web online", "xmpp online", "xmpp offline"]);
    expect(host.status()[0]).to.deep.equal({
      network: "xmpp",
      protocol: "puppet",
      status: "offline",
      detail: "now offline",
      since: clock.now(),
    });
  });

  it("starts again with pauses an adapter that could not, says why, and lets the others work", async () => {
    const { host, puppet, clock, log } = await setUp();
    puppet("xmpp").onStart = () => Promise.reject(new Error("The server refused the secret."));
    await host.start();
    expect(statusOf(host, "xmpp")).to.equal("offline The server refused the secret.");
    expect(statusOf(host, "web")).to.equal("online");
    const [record] = log.records.filter(({ event }) => event === "adapter.start.failed");
    expect(record?.fields).to.deep.equal({ network: "xmpp", reason: "The server refused the secret." });
    await clock.advance(500);
    await clock.advance(999);
    expect(puppet("xmpp").starts).to.equal(2);
    puppet("xmpp").onStart = async () => {};
    await clock.advance(1);
    expect(puppet("xmpp").starts).to.equal(3);
    expect(statusOf(host, "xmpp")).to.equal("online");
    await clock.advance(600_000);
    expect(puppet("xmpp").starts).to.equal(3);
  });

  it("says of a defect of an adapter where it arose", async () => {
    const { host, puppet, log } = await setUp();
    const error = new TypeError("undefined is not iterable");
    puppet("xmpp").onStart = () => Promise.reject(error);
    await host.start();
    const [record] = log.records.filter(({ event }) => event === "adapter.start.failed");
    expect(record?.fields.error).to.include({ name: "TypeError", stack: error.stack });
  });

  it("does not wait for ever for a server that is away", async () => {
    const { host, puppet, clock } = await setUp();
    puppet("xmpp").onStart = () => new Promise(() => {});
    const started = host.start();
    await clock.advance(FIRST_START_MS);
    await started;
  });

  it("sends through the adapter while its link is up, and defers otherwise", async () => {
    const { host, puppet, engine } = await setUp();
    const outbound = message("e-1-1", JULIET, "hello", 0);
    const { signal } = new AbortController();
    expect(await host.send(outbound, signal)).to.deep.include({ kind: "deferred" });
    expect(await host.send(message("e-1-1", { network: "irc", id: "x" }, "hello", 0), signal)).to.deep.include({
      kind: "deferred",
    });
    await host.start();
    expect(await host.send(outbound, signal)).to.deep.equal(ACCEPT);
    puppet("web").context.status("connecting");
    await engine.receive(says("waits for the link"));
    await settle();
    expect(puppet("web").sent).to.have.length(1);
    puppet("web").context.status("online");
    await settle();
    expect(puppet("web").sent.map((sent) => (sent.kind === "message" ? sent.text : sent.kind))).to.deep.equal([
      "hello",
      "waits for the link",
    ]);
  });

  it("shows each party of a conversation what it wrote or was sent, and nothing else", async () => {
    const { host, puppet, engine, store } = await setUp();
    await host.start();
    await engine.receive(says("helo", { id: "m1" }));
    await engine.receive({ ...says(""), kind: "edit", id: "m2", of: "m1", text: "hello" });
    const note = { kind: "note", text: "a difficult one" } as const;
    const line = { conversation: "c1", at: 5, author: null, from: null, desk: null, foreign: null, nick: null };
    const choices = [{ value: "1", label: "Billing" }];
    await store.commit({
      inbox: [],
      changes: [],
      outbox: [],
      timers: [],
      facts: [],
      marks: [],
      quarantine: [],
      adapterState: [],
      lines: [
        { ...line, line: 10, viewers: [1], content: note },
        {
          ...line,
          line: 11,
          viewers: [0],
          content: { kind: "message", text: "Which? 1. Billing", prompt: "Which?", choices, replyTo: null },
        },
        {
          ...line,
          line: 12,
          viewers: [],
          author: 0,
          foreign: "m3",
          content: { kind: "receipt", of: 1, state: "read" },
        },
      ],
    });
    const { history } = puppet("xmpp").context;
    const [own, asked] = await history(ROMEO, "support", 10);
    expect(own).to.deep.include({ id: "m1", own: true, text: "hello", edited: true, state: "read", notice: false });
    expect(asked).to.deep.include({ id: "e-11-0", own: false, text: "Which?", choices, notice: true });
    const seen = await history(JULIET, "alias", 10);
    expect(seen.map(({ id, own, text }) => [id, own, text])).to.deep.equal([["e-1-1", false, "hello"]]);
    expect(await history(ROMEO, "support", 1)).to.have.length(1);
    expect(await history(ROMEO, "support", 0)).to.deep.equal([]);
  });

  it("keeps an adapter's state apart from others', and refuses what is too large for it", async () => {
    const { puppet, engine, store } = await setUp();
    const { state } = puppet("xmpp").context;
    await state.set("session:1", { login: "anna" });
    expect(await state.get("session:1")).to.deep.equal({ login: "anna" });
    expect(await puppet("web").context.state.get("session:1")).to.equal(undefined);
    expect(await state.keys("session:")).to.deep.equal(["session:1"]);
    const accounts = createAdapterState(engine, store, "accounts");
    await accounts.set("anna", "hash");
    expect(await state.get("anna")).to.equal(undefined);
    const refusal = await state.set("big", "x".repeat(70_000)).catch((error: unknown) => String(error));
    expect(refusal).to.include('The state "big" of xmpp has 70002 characters');
  });

  it("keeps several entries of a state in one transaction, or none of them", async () => {
    const { puppet, store } = await setUp();
    const { state } = puppet("xmpp").context;
    await state.set("old", 1);
    await state.setAll(
      new Map<string, unknown>([
        ["a", 1],
        ["b", { c: 2 }],
        ["old", undefined],
      ]),
    );
    expect(await state.keys("")).to.deep.equal(["a", "b"]);
    const refusal = await state
      .setAll(
        new Map([
          ["c", "small"],
          ["d", "x".repeat(70_000)],
        ]),
      )
      .catch(String);
    expect(refusal).to.include('The state "d" of xmpp');
    expect(await store.adapterKeys("xmpp", "")).to.deep.equal(["a", "b"]);
  });

  it("stops every adapter, once, and does not wait for ever for one that will not", async () => {
    const { host, puppet, clock, log, links } = await setUp();
    await host.start();
    puppet("xmpp").onStop = () => new Promise(() => {});
    puppet("web").onStop = () => Promise.reject(new Error("a defect"));
    const stopped = host.stop();
    await clock.advance(ENGINE_LIMITS.stopSeconds * 1_000);
    await stopped;
    await host.stop();
    expect([puppet("xmpp").stops, puppet("web").stops]).to.deep.equal([1, 1]);
    expect(log.records.map(({ event }) => event)).to.include.members(["adapter.stop.late", "adapter.stop.failed"]);
    puppet("xmpp").context.status("online");
    await settle();
    expect(links(), "a stopped adapter changes nothing").to.have.length(2);
  });

  it("gives up starting when it is stopped", async () => {
    const { host, puppet, clock } = await setUp();
    puppet("xmpp").onStart = () => Promise.reject(new Error("no"));
    await host.start();
    await host.stop();
    await clock.advance(600_000);
    expect(puppet("xmpp").starts).to.equal(1);
    expect(clock.waiting, "only the engine's own alarms are left").to.be.at.most(2);
  });
});
