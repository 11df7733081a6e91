/** A desk and a routing server over a real connection: who is let in, what is said, and what each does when the other is gone. */
import { expect } from "chai";
import { WebSocket } from "ws";
import { createClock } from "../../src/clock.ts";
import type { Address } from "../../src/core/model.ts";
import { createMemoryLog } from "../../src/log.ts";
import type { RoutingDelegate } from "../../src/routing-client/delegate.ts";
import { createServerLink } from "../../src/routing-client/server-link.ts";
import type { ServerSettings } from "../../src/routing-client/settings.ts";
import { type FromDesk, type FromServer, PROTOCOL_PATH, readFromServer } from "../../src/routing-server/protocol.ts";
import { type Meeting, newNonce, proofOf, Seal } from "../../src/routing-server/seal.ts";
import { createRoutingServer, type RoutingServer, type RoutingServerConfig } from "../../src/routing-server/server.ts";
import { company, playSetting } from "../support/play-rules.ts";
import { TcpRelay } from "../support/tcp-relay.ts";
import { Arrivals, until } from "../support/wait.ts";
import { waitingFor } from "../support/waiting.ts";
import { CoreDesk } from "./core-desk.ts";

const SECRET = "a secret of east";
const SKILLS = { billing: 1 } as const;
const ADA: Address = { network: "web", id: "ada" };

const CONFIG: RoutingServerConfig = {
  host: "127.0.0.1",
  port: 0,
  tls: null,
  desks: new Map([["east", SECRET]]),
  leaseMs: 3_000,
  answerMs: 1_000,
  limits: { items: 1_000, frameBytes: 65_536, connections: 20 },
};

const open: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

async function server(changes: Partial<RoutingServerConfig> = {}) {
  const log = createMemoryLog();
  const made: RoutingServer = createRoutingServer({ ...CONFIG, ...changes }, createClock(), log);
  open.push(made);
  const { url, port } = await made.start();
  return { url, port, log, server: made };
}

/** Whoever speaks the protocol by hand. */
class Caller {
  readonly heard = new Arrivals<FromServer | "closed">((frame) => JSON.stringify(frame));
  readonly #socket: WebSocket;
  #incoming: Seal | null = null;
  #outgoing: Seal | null = null;

  constructor(url: string) {
    this.#socket = new WebSocket(`${url}${PROTOCOL_PATH}`);
    this.#socket.on("message", (data) => this.#hear(String(data)));
    this.#socket.on("close", () => this.heard.push("closed"));
    this.#socket.on("error", () => {});
    open.push({ stop: () => this.#socket.terminate() });
  }

  #hear(raw: string): void {
    const text = raw.startsWith("{") ? raw : (this.#incoming?.open(raw) ?? "");
    const frame = readFromServer(text);
    if (frame !== null) this.heard.push(frame);
  }

  async next<K extends FromServer["kind"]>(kind: K): Promise<Extract<FromServer, { kind: K }>> {
    const isIt = (frame: FromServer | "closed") => frame !== "closed" && frame.kind === kind;
    return (await this.heard.next(`"${kind}"`, isIt)) as Extract<FromServer, { kind: K }>;
  }

  async introduce(changes: { secret?: string; desk?: string; version?: number; store?: string } = {}): Promise<void> {
    const { secret = SECRET, desk = "east", version = 1, store = "s1" } = changes;
    const { nonce: serverNonce, epoch } = await this.next("challenge");
    const meeting: Meeting = { desk, store, deskNonce: newNonce(), serverNonce, epoch };
    [this.#incoming, this.#outgoing] = [new Seal(secret, "server", meeting), new Seal(secret, "desk", meeting)];
    this.raw(
      JSON.stringify({
        kind: "hello",
        version,
        desk,
        store,
        nonce: meeting.deskNonce,
        proof: proofOf(secret, "desk", meeting),
      }),
    );
  }

  /** A desk that is let in and has told everything it has. */
  static async present(
    url: string,
    store = "s1",
    ...news: Partial<Extract<FromDesk, { kind: "news" }>>[]
  ): Promise<Caller> {
    const caller = new Caller(url);
    await caller.introduce({ store });
    await caller.next("welcome");
    caller.say({ kind: "begin" });
    for (const one of news) caller.say({ kind: "news", ...one });
    caller.say({ kind: "end" });
    return caller;
  }

  say(frame: object): string {
    const sealed = this.#outgoing?.seal(JSON.stringify(frame)) ?? "";
    this.raw(sealed);
    return sealed;
  }
  raw(text: string): void {
    this.#socket.send(text);
  }
  pause(): void {
    this.#socket.pause();
  }
}

const CSR = {
  id: "ada",
  skills: { billing: 3 },
  languages: ["en"],
  reachable: [{ address: { network: "web", id: "" }, features: [] }],
  willing: true,
  capacity: 1,
  load: 0,
  idleSince: 0,
} as const;

function request(conversation: string, revision = 1) {
  return {
    revision,
    waiting: waitingFor(conversation, { turnAt: revision, needs: [{ kind: "skill", skill: "billing", least: 1 }] }),
  } as unknown as Extract<FromDesk, { kind: "news" }>["waiting"][number];
}

describe("a routing server", () => {
  const REFUSED: readonly (readonly [string, string, (caller: Caller) => Promise<unknown> | unknown])[] = [
    [
      "whoever says no hello",
      "malformed",
      async (caller) => (await caller.next("challenge")) && caller.raw('{"kind":"begin"}'),
    ],
    ["what is no JSON", "malformed", async (caller) => (await caller.next("challenge")) && caller.raw("hello?")],
    ["another version", "version", (caller) => caller.introduce({ version: 2 })],
    ["a desk it does not know", "unknown-desk", (caller) => caller.introduce({ desk: "north" })],
    ["another secret", "proof", (caller) => caller.introduce({ secret: "a secret of west" })],
    [
      "a frame that is not sealed",
      "malformed",
      async (caller) => {
        await caller.introduce();
        await caller.next("welcome");
        caller.raw('{"kind":"begin"}');
      },
    ],
    [
      "a frame that is said again",
      "malformed",
      async (caller) => {
        await caller.introduce();
        await caller.next("welcome");
        caller.raw(caller.say({ kind: "begin" }));
      },
    ],
    [
      "news out of their place",
      "malformed",
      async (caller) => {
        await caller.introduce();
        await caller.next("welcome");
        caller.say({ kind: "news" });
      },
    ],
    [
      "needs inside needs without end",
      "malformed",
      async (caller) => {
        await caller.introduce();
        await caller.next("welcome");
        caller.say({ kind: "begin" });
        let need: object = { kind: "language", language: "en" };
        for (let depth = 0; depth < 1_000; depth += 1) need = { kind: "not", of: need };
        const { revision, waiting } = request("c1");
        caller.say({ kind: "news", waiting: [{ revision, waiting: { ...waiting, needs: [need] } }] });
      },
    ],
    [
      "names that pretend to be another desk's",
      "malformed",
      async (caller) => {
        await caller.introduce();
        await caller.next("welcome");
        caller.say({ kind: "begin" });
        caller.say({ kind: "news", csrs: [{ ...CSR, id: "ada\u0000west" }] });
      },
    ],
    [
      "more than it takes",
      "too-much",
      async (caller) => {
        await caller.introduce();
        await caller.next("welcome");
        caller.say({ kind: "begin" });
        for (let frame = 0; frame < 3; frame += 1) {
          const waiting = Array.from({ length: 200 }, (_, at) => request(`c${frame}-${at}`));
          caller.say({ kind: "news", waiting });
        }
      },
    ],
  ];
  for (const [what, reason, act] of REFUSED) {
    it(`refuses ${what}`, async () => {
      const { url } = await server({ limits: { ...CONFIG.limits, items: 500, frameBytes: 1_000_000 } });
      const caller = new Caller(url);
      await act(caller);
      expect((await caller.next("refused")).reason).to.equal(reason);
      await caller.heard.next("the end of the connection", (frame) => frame === "closed");
    });
  }

  it("hears nobody from elsewhere than where the desks are said to be", async () => {
    const { url, log } = await server({ allowFrom: ["10.0.0.0/8"] });
    expect(await new Caller(url).heard.next("the end", () => true)).to.equal("closed");
    expect(log.records.some(({ event }) => event === "routing.refused")).to.equal(true);
    const near = await server({ allowFrom: ["127.0.0.0/8"] });
    await new Caller(near.url).next("challenge");
  });

  it("proves to the desk that it knows the secret, too", async () => {
    const { url } = await server();
    const caller = new Caller(url);
    await caller.introduce();
    expect(await caller.next("welcome")).to.deep.include({ leaseMs: 3_000 });
  });

  it("assigns one who waits to a CSR with room, and the next when the first was answered and has ended", async () => {
    const { url } = await server();
    const caller = await Caller.present(url, "s1", {
      csrs: [CSR as never],
      waiting: [request("c1", 1), request("c2", 2)],
    });
    const { assignments } = await caller.next("assign");
    expect(assignments.map(({ conversation, csr }) => [conversation, csr])).to.deep.equal([["c1", "ada"]]);
    const settled = [{ assignment: assignments[0]?.assignment, csr: "ada" }];
    caller.say({ kind: "news", settled, csrs: [{ ...CSR, load: 1 }], left: ["c1"] });
    caller.say({ kind: "news", csrs: [CSR] });
    const next = await caller.next("assign");
    expect(next.assignments.map(({ conversation }) => conversation)).to.deep.equal(["c2"]);
  });

  it("lets a desk take its own place, and no other desk of its name", async () => {
    const { url } = await server();
    const first = await Caller.present(url, "s1");
    const other = new Caller(url);
    await other.introduce({ store: "s2" });
    expect((await other.next("refused")).reason).to.equal("conflict");
    const again = await Caller.present(url, "s1", { csrs: [CSR as never], waiting: [request("c1")] });
    await first.heard.next("the end of the first connection", (frame) => frame === "closed");
    expect((await again.next("assign")).assignments).to.have.lengthOf(1);
  });

  it("keeps what a lost desk's CSRs have in hand until its lease ends, and tells the others of it", async () => {
    const { url, log } = await server({
      desks: new Map([
        ["east", SECRET],
        ["west", SECRET],
      ]),
      leaseMs: 1_500,
    });
    const east = await Caller.present(url, "s1", { csrs: [{ ...CSR, load: 1 } as never] });
    const west = new Caller(url);
    await west.introduce({ desk: "west", store: "s2" });
    await west.next("welcome");
    west.say({ kind: "begin" });
    west.say({ kind: "news", csrs: [CSR], waiting: [request("w1")] });
    west.say({ kind: "end" });
    expect((await west.next("elsewhere")).loads).to.deep.equal({ ada: 1 });
    east.raw("good bye");
    await east.heard.next("its end", (frame) => frame === "closed");
    const lostAt = performance.now();
    const [given] = (await west.next("assign")).assignments;
    expect(given).to.deep.include({ conversation: "w1", csr: "ada" });
    expect(performance.now() - lostAt).to.be.greaterThan(1_000);
    const settled = [{ assignment: given?.assignment, csr: "ada" }];
    west.say({ kind: "news", settled, csrs: [{ ...CSR, load: 1 }], left: ["w1"] });
    await Caller.present(url, "s1", { csrs: [{ ...CSR, load: 1 } as never] });
    await until("the log to say that Ada has too much", () =>
      log.records.some(({ event, fields }) => event === "routing.csr.overbooked" && fields.csr === "ada"),
    );
  });

  it("cuts off a desk that does not answer, and one that is not heard any more", async () => {
    const { url, log } = await server({ answerMs: 500, leaseMs: 2_000 });
    const mute = await Caller.present(url, "s1", { csrs: [CSR as never], waiting: [request("c1")] });
    await mute.next("assign");
    await mute.heard.next("its end", (frame) => frame === "closed");
    const deaf = await Caller.present(url, "s1");
    await until(
      "the desk to be present",
      () => log.records.filter(({ event }) => event === "routing.desk.present").length === 2,
    );
    deaf.pause();
    await until("it to be cut off", () => log.records.some(({ event }) => event === "routing.desk.silent"));
  });

  it("decides nothing after a start before the desks it expects were heard of, or have had their time", async () => {
    const { url, port } = await server({
      desks: new Map([
        ["east", SECRET],
        ["west", SECRET],
      ]),
      leaseMs: 2_000,
    });
    const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
    expect(await ready()).to.equal(503);
    const startedAt = performance.now();
    const east = await Caller.present(url, "s1", { csrs: [CSR as never], waiting: [request("c1")] });
    await east.next("assign");
    expect(performance.now() - startedAt).to.be.greaterThan(1_000);
    expect(await ready()).to.equal(200);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).to.equal(200);
  });
});

/** A desk's core on a table, with its link. */
function desk(url: string, changes: Partial<ServerSettings> = {}) {
  const ada = { name: "Ada", at: ["web"], skills: SKILLS, capacity: 2 };
  const networks = { web: { title: "Web", handles: { support: "express" } } };
  const setting = playSetting(company({ networks, csrs: { ada } }));
  const settings: ServerSettings = {
    kind: "server",
    url,
    desk: "east",
    secret: SECRET,
    ca: null,
    certificate: null,
    key: null,
    answerMs: 5_000,
    whenAway: "local",
    awayMs: 400,
    ...changes,
  };
  const log = createMemoryLog();
  const link: RoutingDelegate = createServerLink(settings, { clock: createClock(), log, random: () => 0 });
  open.push(link);
  const core = new CoreDesk(setting, { delegates: true }, (step) => link.stepped(step));
  core.now = Date.now();
  core.hear({ kind: "presence", from: ADA, to: "desk", state: "available", text: null, all: true });
  const submit = async (event: Parameters<CoreDesk["step"]>[0]) => {
    core.now = Date.now();
    return core.step(event).verdict;
  };
  link.start({ submit, desk: () => core.desk, epoch: () => "s1" });
  const hello = (id: string) =>
    core.hear({ kind: "message", from: { network: "web", id }, to: "support", text: "hello" });
  const offered = () => [...core.conversations.values()].filter(({ state }) => state === "offered").length;
  return { core, link, log, hello, offered };
}

describe("a desk's link to its routing server", () => {
  it("has decisions made there", async () => {
    const { url } = await server();
    const { link, hello, offered } = desk(url);
    await until("the link", () => link.status().reachable);
    hello("anna");
    expect(offered()).to.equal(0);
    await until("the offer", () => offered() === 1);
    expect(link.status()).to.deep.include({ decides: "elsewhere", answers: 1, stale: 0, detail: null });
  });

  it("tells nothing of where CSRs are reached", async () => {
    const { url } = await server();
    const said: string[] = [];
    const original = Seal.prototype.seal;
    Seal.prototype.seal = function seal(text: string) {
      said.push(text);
      return original.call(this, text);
    };
    try {
      const { link, hello } = desk(url);
      await until("the link", () => link.status().reachable);
      hello("anna-of-example");
      await until("what is asked", () => said.some((text) => text.includes('"waiting":[{')));
    } finally {
      Seal.prototype.seal = original;
    }
    expect(said.join()).to.include('"id":"ada"').and.not.to.include("anna-of-example");
    expect(said.join()).to.include('{"network":"web","id":""}');
  });

  it("stands in when the server is away, and leaves it to the server again", async () => {
    const { port } = await server();
    const relay = await TcpRelay.open(() => port);
    open.push({ stop: () => relay.cut() });
    const { link, hello, offered } = desk(`ws://127.0.0.1:${relay.port}`);
    await until("the link", () => link.status().reachable);
    await relay.cut();
    hello("anna");
    await until("the desk to decide", () => offered() === 1);
    expect(link.status()).to.deep.include({ decides: "desk", reachable: false });
    await relay.heal();
    await until("the link", () => link.status().reachable);
    hello("bob");
    expect(offered()).to.equal(1);
    await until("the server's offer", () => offered() === 2);
  });

  it("or waits, where the rule is to hold", async () => {
    const { link, hello, offered, log } = desk("ws://127.0.0.1:9", { whenAway: "hold", awayMs: 100 });
    hello("anna");
    await until("several attempts", () => log.records.some(({ event }) => event === "routing.server.away"));
    expect(offered()).to.equal(0);
    expect(link.status()).to.deep.include({ decides: "nobody", reachable: false });
    expect(link.status().detail).to.include("ECONNREFUSED");
  });

  it("says why it is refused", async () => {
    const { url } = await server();
    const { link } = desk(url, { secret: "not the secret of east" });
    await until("the refusal", () => link.status().detail?.includes("proof"));
    expect(link.status().detail).to.equal(
      "the server refused this desk (proof): The secret is not the one configured here for that desk.",
    );
  });

  it("takes no decisions of a server that was started before another one it has met", async () => {
    const before = await server();
    const startedAt = Date.now();
    await until("the next millisecond", () => Date.now() > startedAt);
    const after = await server();
    let port = after.port;
    const relay = await TcpRelay.open(() => port);
    open.push({ stop: () => relay.cut() });
    const { link } = desk(`ws://127.0.0.1:${relay.port}`);
    await until("the link", () => link.status().reachable);
    port = before.port;
    relay.drop();
    await until("its refusal", () => link.status().detail?.includes("started before another"));
    await until("that it is not held against it for ever", () => link.status().reachable);
    port = after.port;
    relay.drop();
    await until("the newer one again", () => link.status().reachable);
  });
});
