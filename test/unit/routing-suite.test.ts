/** An enterprise's routing suite decides: what it is told, what its answers do, and what happens when it fails. */
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { suiteOpenApi } from "../../scripts/suite-openapi.ts";
import type { Clock } from "../../src/adapter.ts";
import { createClock } from "../../src/clock.ts";
import { createMemoryLog } from "../../src/log.ts";
import { PROFILE_FIELDS, type Privacy, type SuiteSettings } from "../../src/routing-client/settings.ts";
import { createSuiteLink } from "../../src/routing-client/suite-link.ts";
import { type DecideRequest, decideSchema, pingSchema } from "../../src/routing-client/suite-protocol.ts";
import { sign } from "../../src/signed-request.ts";
import { company, playSetting } from "../support/play-rules.ts";
import { freePort } from "../support/ports.ts";
import { ServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";
import { CoreDesk } from "./core-desk.ts";

const SECRET = "the suite's own secret";
const DOCS = new URL("../../docs/", import.meta.url);
/** `UPDATE_DOCS=1` writes the description anew. */
const IS_UPDATE = process.env.UPDATE_DOCS === "1";

const open: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

type Reply = { readonly status?: number; readonly body?: object | string } | "silence";

/** A suite that answers as the test says, and keeps what it was asked. */
class Suite {
  readonly asked: DecideRequest[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  readonly bodies: string[] = [];
  pings = 0;
  decide: (request: DecideRequest) => Reply = () => ({ body: { decision: "desk" } });
  isUp = true;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const json: { readonly type?: string } = JSON.parse(body);
      if (json.type === "ping") {
        pingSchema.parse(json);
        this.pings += 1;
        response.writeHead(this.isUp ? 204 : 503).end();
        return;
      }
      const asked = decideSchema.parse(json);
      this.asked.push(asked);
      this.bodies.push(body);
      this.headers.push(request.headers);
      const reply = this.isUp ? this.decide(asked) : ({ status: 503 } as const);
      if (reply === "silence") return;
      const { status = 200, body: answer = {} } = reply;
      response.writeHead(status).end(typeof answer === "string" ? answer : JSON.stringify(answer));
    });
  }

  static async open(): Promise<Suite> {
    const suite = new Suite();
    const { promise, resolve } = Promise.withResolvers<void>();
    suite.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    open.push({
      stop: () => {
        suite.#server.close();
        suite.#server.closeAllConnections();
      },
    });
    return suite;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/frontdesk`;
  }
}

const SKILLS = { billing: 1 } as const;
const NETWORKS = { web: { title: "Web", handles: { support: "express" } } };
const CSRS = {
  ada: { name: "Ada", at: ["web"], skills: SKILLS, capacity: 1 },
  ben: { name: "Ben", at: ["web"], skills: { sales: 2 }, capacity: 1 },
} as const;

const DIRECTORY = [
  {
    id: "anna",
    name: "Anna",
    account: "A1",
    language: null,
    addresses: [{ network: "web", id: "anna" }],
    attributes: { telephone: "+4930123456" },
  },
];

const SETTINGS: Omit<SuiteSettings, "url"> = {
  kind: "suite",
  secret: SECRET,
  timeoutMs: 400,
  concurrent: 4,
  againMs: 60_000,
  answerBytes: 1_000,
  csrs: 10,
  privacy: {},
  networkPrivacy: new Map(),
  queuePrivacy: new Map(),
  whenAway: "local",
  awayMs: 600,
};

/** Where the suite works, and the machine may be busy with other suites. */
const PATIENT: Partial<SuiteSettings> = { timeoutMs: 8_000, awayMs: 30_000 };

function desk(
  url: string,
  changes: Partial<SuiteSettings> = {},
  rules: Parameters<typeof company>[0] = {},
  clock: Clock = createClock(),
) {
  const setting = playSetting(company({ networks: NETWORKS, csrs: CSRS, directory: DIRECTORY, ...rules }));
  const settings: SuiteSettings = { ...SETTINGS, url, ...changes };
  const log = createMemoryLog();
  const link = createSuiteLink(settings, { clock, log, random: () => 0 });
  open.push(link);
  const core = new CoreDesk(setting, { delegates: true }, (step) => link.stepped(step));
  const now = () => {
    core.now = Date.now();
  };
  now();
  for (const id of Object.keys(CSRS))
    core.hear({
      kind: "presence",
      from: { network: "web", id },
      to: "desk",
      state: "available",
      text: null,
      all: true,
    });
  link.start({
    submit: async (event) => {
      // As an engine does: never in the middle of a step.
      await null;
      now();
      return core.step(event).verdict;
    },
    desk: () => core.desk,
    epoch: () => "s1",
  });
  const hello = (id: string, text = "Hello, my order is late") => {
    now();
    core.hear({ kind: "message", from: { network: "web", id }, to: "support", text });
  };
  const rows = () => [...core.conversations.values()].filter(({ state }) => state !== "closed");
  const offers = () => rows().flatMap(({ offers: made, legs }) => made.map(({ leg }) => legs[leg]?.csr ?? ""));
  const says = (csr: string, text: string) => {
    const leg = rows()
      .flatMap(({ legs }) => legs)
      .findLast((one) => one.csr === csr);
    now();
    if (leg !== undefined) core.hear({ kind: "message", from: leg.address, to: leg.desk, text });
  };
  return { core, link, log, hello, offers, says };
}

describe("a routing suite", () => {
  it("is asked about a customer, and its answer counts before what the queue asks for", async () => {
    const suite = await Suite.open();
    suite.decide = () => ({ body: { decision: "offer", csrs: ["nobody", "ben"] } });
    const { hello, offers, link } = desk(suite.url);
    hello("anna");
    await until("the offer", () => offers().length === 1);
    expect(offers()).to.deep.equal(["ben"]);
    const [asked] = suite.asked;
    expect(asked).to.deep.include({
      queue: "billing",
      excluded: [],
      weight: 1,
      compatibility: "translated",
    });
    expect(asked?.needs).to.deep.equal([{ kind: "skill", skill: "billing", least: 1 }]);
    expect(asked?.csrs.map(({ id, available }) => [id, available])).to.deep.equal([
      ["ada", true],
      ["ben", true],
    ]);
    expect(link.status()).to.deep.include({
      kind: "suite",
      reachable: true,
      decides: "elsewhere",
      answers: 1,
      stale: 0,
    });
  });

  it("knows the desk by its signature", async () => {
    const suite = await Suite.open();
    const { hello } = desk(suite.url);
    hello("anna");
    await until("the request", () => suite.asked.length >= 1);
    const [headers = {}, body = ""] = [suite.headers[0], suite.bodies[0]];
    const { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": given } = headers;
    expect(given).to.equal(sign(SECRET, String(id), Number(seconds), new TextEncoder().encode(body)));
  });

  it("is told who declined, in another revision, and asked again as soon as somebody has room", async () => {
    const suite = await Suite.open();
    suite.decide = ({ excluded, csrs }) => {
      const fit = csrs.filter(({ id, available }) => available && !excluded.includes(id));
      return { body: fit.length === 0 ? { decision: "wait" } : { decision: "offer", csrs: fit.map(({ id }) => id) } };
    };
    const { hello, offers, says } = desk(suite.url, PATIENT);
    hello("anna");
    await until("the first offer", () => offers().join() === "ada");
    says("ada", "/decline");
    await until("the second offer", () => offers().join() === "ben");
    expect(suite.asked[1]?.excluded).to.deep.equal(["ada"]);
    expect(suite.asked[1]?.revision).to.be.greaterThan(suite.asked[0]?.revision ?? 0);
    hello("bob");
    await until("the offer for Bob", () => offers().length === 2);
    hello("carl");
    await until("the question about Carl", () => suite.asked.length >= 4);
    says("ada", "/decline");
    await until("Ada to be asked for Carl", () => suite.asked.length >= 6);
  });

  it("is no question where a colleague has chosen already", async () => {
    const suite = await Suite.open();
    suite.decide = () => ({ body: { decision: "offer", csrs: ["ada"] } });
    const { hello, offers, says } = desk(suite.url);
    hello("anna");
    await until("the offer", () => offers().join() === "ada");
    says("ada", "/accept");
    says("ada", "/transfer ben");
    await until("the colleague to be asked", () => offers().join() === "ben");
    expect(suite.asked).to.have.lengthOf(1);
  });

  it("may leave it to the desk", async () => {
    const suite = await Suite.open();
    const { hello, offers } = desk(suite.url);
    hello("anna");
    await until("the desk's own choice", () => offers().join() === "ada");
  });

  const PRIVACY: readonly (readonly [string, Partial<SuiteSettings>, readonly string[]])[] = [
    ["nothing that says who they are", {}, ["handle", "origin", "software", "language"]],
    [
      "what is passed for all",
      { privacy: { address: "pass", software: "withhold" } },
      ["handle", "address", "origin", "language"],
    ],
    [
      "what the network's customers pass, and the queue's word before it",
      {
        privacy: { language: "withhold", origin: "withhold", reason: "withhold", software: "withhold" },
        networkPrivacy: new Map([["web", { telephone: "pass", opening: "pass" } satisfies Privacy]]),
        queuePrivacy: new Map([["billing", { opening: "withhold", account: "pass" } satisfies Privacy]]),
      },
      ["handle", "telephone", "account"],
    ],
    ["everything", { privacy: Object.fromEntries(PROFILE_FIELDS.map((field) => [field, "pass"])) }, PROFILE_FIELDS],
  ];
  for (const [what, settings, fields] of PRIVACY) {
    it(`is told of the customer: ${what}`, async () => {
      const suite = await Suite.open();
      const { hello } = desk(suite.url, settings);
      hello("anna");
      await until("the request", () => suite.asked.length >= 1);
      const customer = suite.asked[0]?.customer ?? {};
      expect(Object.keys(customer)).to.have.members(fields);
      const whole = {
        handle: "support",
        address: { network: "web", id: "anna" },
        telephone: "+4930123456",
        account: "A1",
        opening: "Hello, my order is late",
      };
      for (const [field, value] of Object.entries(whole)) {
        if (fields.includes(field)) expect(customer).to.have.deep.property(field, value);
        else expect(suite.bodies[0]).not.to.include(typeof value === "string" ? `"${value}"` : '"id":"anna"');
      }
    });
  }

  it("is told nothing that the content rule does not pass on, whatever else it is told", async () => {
    const suite = await Suite.open();
    const content = {
      rule: { fromCustomer: { cards: "mask" }, fromCsr: {} },
      known: { hosts: [], country: null },
    } as const;
    const { hello } = desk(
      suite.url,
      { ...PATIENT, privacy: { opening: "pass", reason: "pass", answers: "pass" } },
      { content },
    );
    hello("anna", "My card 4111 1111 1111 1111 was charged twice");
    await until("the request", () => suite.asked.length >= 1);
    expect(suite.asked[0]?.customer.opening).to.match(/^My card .* was charged twice$/u);
    expect(suite.bodies[0]).not.to.match(/4111 ?1111/u);
  });

  it("that names only people who cannot be asked is asked again ever later", async () => {
    const suite = await Suite.open();
    suite.decide = () => ({ body: { decision: "offer", csrs: ["nobody"] } });
    const waits: number[] = [];
    const real = createClock();
    const clock: Clock = {
      ...real,
      now: () => real.now(),
      after: (ms, act) => {
        const isAgain = ms >= 1_000 && ms <= 10_000;
        if (isAgain) waits.push(ms);
        return real.after(isAgain ? 1 : ms, act);
      },
    };
    const { hello } = desk(suite.url, { ...PATIENT, againMs: 5_000 }, {}, clock);
    hello("anna");
    await until("six answers", () => waits.length >= 6);
    expect(waits.slice(0, 6)).to.deep.equal([1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
  });

  it("that is away is stood in for, and asked again when it is back", async () => {
    const suite = await Suite.open();
    suite.isUp = false;
    const { hello, offers, link } = desk(suite.url);
    hello("anna");
    await until("the desk to decide", () => offers().join() === "ada");
    expect(link.status()).to.deep.include({ decides: "desk", reachable: false, detail: "HTTP 503" });
    suite.isUp = true;
    suite.decide = () => ({ body: { decision: "offer", csrs: ["ben"] } });
    await until("the suite to be back", () => link.status().decides === "elsewhere");
    hello("bob");
    await until("its decision", () => offers().join() === "ada,ben");
  });

  it("that is away is waited for, where the rule is to hold", async () => {
    const suite = await Suite.open();
    suite.isUp = false;
    const { hello, offers } = desk(suite.url, { whenAway: "hold", awayMs: 100 });
    hello("anna");
    await until("several pings", () => suite.pings >= 3);
    expect(offers()).to.deep.equal([]);
    suite.isUp = true;
    await until("the decision", () => offers().length === 1);
  });

  const FAILURES: readonly (readonly [string, Reply])[] = [
    ["says nothing", "silence"],
    ["says something that is no answer", { body: { decision: "maybe" } }],
    ["says more than is read", { body: { decision: "wait", padding: "x".repeat(2_000) } }],
    ["refuses the question", { status: 422 }],
    ["fails at every question though it answers pings", { status: 500 }],
  ];
  for (const [what, reply] of FAILURES) {
    it(`that ${what} leaves nobody waiting: the desk decides about them after a while`, async () => {
      const suite = await Suite.open();
      suite.decide = () => reply;
      const { hello, offers } = desk(suite.url);
      hello("anna");
      await until("the desk's own choice", () => offers().join() === "ada");
      expect(suite.asked.length).to.be.greaterThan(1);
    });
  }
});

describe("docs/routing-server.md", () => {
  const text = readFileSync(new URL("routing-server.md", DOCS), "utf8");

  it("has a whole suite that works", async () => {
    const folder = temporaryFolder("suite");
    const port = await freePort();
    const program = join(folder.path, "suite.mjs");
    writeFileSync(program, /```js\n([\s\S]*?)```/u.exec(text)?.[1] ?? "");
    const env = { FRONTDESK_SUITE_SECRET: SECRET, PORT: String(port) };
    const process_ = new ServerProcess({ name: "suite", program: process.execPath, args: [program], env });
    open.push({ stop: () => process_.stop().then(() => folder.remove()) });
    await process_.listening([port], 10_000);
    const { hello, offers, link } = desk(`http://127.0.0.1:${port}/frontdesk`);
    hello("anna");
    await until("the offer", () => offers().length === 1);
    hello("bob");
    await until("the other offer", () => offers().length === 2);
    expect(offers()).to.have.members(["ada", "ben"]);
    expect(link.status()).to.deep.include({ answers: 2, stale: 0 });
    const stranger = desk(`http://127.0.0.1:${port}/frontdesk`, { secret: "not the suite's secret", whenAway: "hold" });
    await until("its refusal", () => stranger.link.status().detail === "HTTP 401");
  });

  it("goes with a description that is made of what is spoken", () => {
    const path = new URL("routing-suite.openapi.yaml", DOCS);
    if (IS_UPDATE) writeFileSync(path, suiteOpenApi());
    expect(readFileSync(path, "utf8"), "UPDATE_DOCS=1 writes it anew").to.equal(suiteOpenApi());
    const { components, openapi } = parse(readFileSync(path, "utf8"));
    expect(openapi).to.equal("3.1.0");
    expect(Object.keys(components.schemas.Decide.properties.customer.properties)).to.have.members([...PROFILE_FIELDS]);
    for (const word of ["offer", "wait", "desk"]) expect(JSON.stringify(components.schemas.Answer)).to.include(word);
    for (const field of PROFILE_FIELDS) expect(text, "the page names it").to.include(`\`${field}\``);
  });
});
