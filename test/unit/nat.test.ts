/** What the desk makes of a NAT gateway's answers; the gateway itself is real in test/nat. */
import { createSocket, type Socket } from "node:dgram";
import { expect } from "chai";
import natPmp from "nat-pmp";
import { web } from "../../adapters/web/index.ts";
import { createPublicAddress } from "../../src/boot/public-address.ts";
import { createClock } from "../../src/clock.ts";
import { type Answer, askGateway, type Question } from "../../src/nat/ask-gateway.ts";
import { defaultGateway } from "../../src/nat/default-gateway.ts";
import { createNat, type NatStatus } from "../../src/nat/port-mapping.ts";
import { createVirtualClock, type VirtualClock } from "../support/virtual-clock.ts";
import { edited, problemsOf, rulesOf, shipped } from "./config-support.ts";

const SILENT = { error() {}, warn() {}, info() {}, debug() {} };
const MAP: Question = { kind: "map", protocol: "tcp", port: 8_080, publicPort: 80, lifetimeSeconds: 60 };
const HTTP = {
  host: "0.0.0.0",
  port: 8_080,
  publicUrl: null,
  trustProxy: false,
  tls: null,
  metrics: "off",
  allowFrom: null,
  staffFrom: null,
  mounts: new Map(),
} as const;
const NETWORKS = new Map([["web", { name: "web", module: web, config: web.parseConfig({}) }]]);
const HEADER = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";

/** Datagrams in hex: what a gateway answers to a question about its address, and to one about port 8080. */
const SENSELESS: readonly (readonly [what: string, datagram: string])[] = [
  ["nothing at all", ""],
  ["a head cut short", "0080"],
  ["an answer cut short", "008000000000000a0b00"],
  ["an answer that is too long", `0080${"00".repeat(40)}`],
  ["an answer to something else", "008100000000000a1f901f900000003c"],
  ["our own question", "0000"],
];

describe("a question to a NAT gateway", () => {
  const { SERVER_PORT } = natPmp;
  let gateway: Socket;
  /** What it answers to each datagram, in turn; null: it is silent. Then it repeats the last one. */
  let answers: readonly (readonly (string | null)[])[] = [];
  let asked: string[] = [];

  beforeEach(async () => {
    asked = [];
    gateway = createSocket("udp4");
    await new Promise<void>((resolve) => gateway.bind(0, "127.0.0.1", resolve));
    natPmp.SERVER_PORT = gateway.address().port;
    gateway.on("message", (message, from) => {
      asked.push(message.toString("hex"));
      for (const one of answers[asked.length - 1] ?? answers.at(-1) ?? []) {
        if (one !== null) gateway.send(Buffer.from(one, "hex"), from.port, from.address);
      }
    });
  });
  afterEach(() => {
    natPmp.SERVER_PORT = SERVER_PORT;
    gateway.close();
  });
  const ask = (question: Question, attempts = 2): Promise<Answer> =>
    askGateway("127.0.0.1", question, { clock: createClock(), attempts });

  it("is read and written as RFC 6886 says", async () => {
    answers = [["00800000000001020b000001"], ["008200000000000a1f9000510000001e"]];
    expect(await ask({ kind: "address" })).to.deep.equal({ kind: "address", address: "11.0.0.1", epoch: 258 });
    const mapped = { kind: "mapped", publicPort: 81, lifetimeSeconds: 30, epoch: 10 };
    expect(await ask(MAP)).to.deep.equal(mapped);
    expect(asked).to.deep.equal(["0000", "000200001f9000500000003c"]);
  });

  it("is asked again, and again, when no answer comes", async () => {
    answers = [[null], [null], ["008000000000000a0b000001"]];
    expect(await ask({ kind: "address" }, 3)).to.deep.include({ kind: "address", address: "11.0.0.1" });
    expect(asked).to.have.length(3);
    answers = [[null]];
    const answer = await ask(MAP, 2);
    expect(answer).to.deep.equal({ kind: "silent", reason: "nobody answers NAT-PMP at 127.0.0.1" });
  });

  for (const [what, datagram] of SENSELESS) {
    it(`is not answered by ${what}`, async () => {
      answers = [[datagram, "008000000000000a0b000001"]];
      expect(await ask({ kind: "address" }, 1)).to.deep.include({ kind: "address", address: "11.0.0.1" });
    });
  }

  it("is not answered by anybody but the gateway", async () => {
    const stranger = createSocket("udp4");
    gateway.removeAllListeners("message");
    gateway.on("message", (_message, from) => {
      stranger.send(Buffer.from("008000000000000a06060606", "hex"), from.port, from.address);
    });
    expect((await ask({ kind: "address" }, 1)).kind).to.equal("silent");
    stranger.close();
  });

  it("is refused in the gateway's words", async () => {
    answers = [
      ["008200020000000a"],
      ["0080000300000000000000ff"],
      ["02800001000000000000000000000000"],
      ["008000000000000a00000000"],
    ];
    expect(await ask(MAP)).to.deep.include({ kind: "refused" });
    expect(await ask({ kind: "address" })).to.deep.include({ kind: "refused" });
    expect((await ask({ kind: "address" })).kind, "a gateway of PCP alone").to.equal("refused");
    expect(await ask({ kind: "address" })).to.deep.equal({
      kind: "refused",
      reason: "the gateway has no address itself",
    });
  });

  it("is given up at once when the desk stops", async () => {
    answers = [[null]];
    const stop = new AbortController();
    const answer = askGateway("127.0.0.1", MAP, { clock: createClock(), signal: stop.signal });
    stop.abort();
    expect(await answer).to.deep.equal({ kind: "silent", reason: "given up" });
  });

  it("leads to an origin that all links bear from then on", async () => {
    answers = [["00800000000001020b000001"], ["008200000000000a1f9000510000001e"]];
    const nat = { gateway: "127.0.0.1", publicPort: 80, ports: [], lifetimeSeconds: 60, checkSeconds: 30 };
    const parts = { http: HTTP, nat, networks: NETWORKS, clock: createClock(), log: SILENT };
    const address = createPublicAddress(parts);
    let moves = 0;
    await address.start(8_080, () => {
      moves += 1;
    });
    expect([address.origin(), moves]).to.deep.equal(["http://11.0.0.1:81", 1]);
    const { networks } = address.addressed(rulesOf(shipped()));
    expect(networks.get("web")?.continuation?.link).to.equal("http://11.0.0.1:81/continue/{}");
    await address.stop();
    const local = createPublicAddress({ ...parts, http: { ...HTTP, host: "127.0.0.1" } });
    await local.start(8_080, () => {});
    expect([local.origin(), local.nat()?.ports], "a server that nobody else reaches").to.deep.equal([null, []]);
    await local.stop();
  });

  it("leaves the port of other clients alone", async () => {
    const other = createSocket("udp4");
    await new Promise<void>((resolve) => other.bind(0, resolve));
    answers = [["008000000000000a0b000001"]];
    const ports = new Set<number>();
    gateway.on("message", (_message, from) => ports.add(from.port));
    await ask({ kind: "address" });
    expect([...ports])
      .to.have.length(1)
      .and.to.not.include(5_350);
    other.close();
  });
});

describe("the default route", () => {
  for (const [what, rows, found] of [
    ["the only one", ["eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000"], "192.168.1.1"],
    [
      "the one with the least metric",
      ["wlan0\t00000000\tFE01A8C0\t0003\t0\t0\t600\t00000000", "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000"],
      "192.168.1.1",
    ],
    ["none that has no gateway", ["tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000"], null],
    ["none of a part of the world", ["eth0\t0000000A\t0101A8C0\t0003\t0\t0\t0\t000000FF"], null],
    ["none in an empty table", [], null],
  ] as const) {
    it(`is ${what}`, () => expect(defaultGateway([HEADER, ...rows, ""].join("\n"), "LE")).to.equal(found));
  }
});

describe("ports on a NAT gateway", () => {
  let clock: VirtualClock;
  const config = { gateway: "192.168.1.1", lifetimeSeconds: 3_600, checkSeconds: 30 };
  const ports = [{ name: "http", protocol: "tcp", port: 8_080, publicPort: 80 }] as const;
  let gateway: string | null;
  let epoch: number;
  let answer: (question: Question) => Answer;
  let asked: Question[];
  let told: NatStatus[];
  let events: string[];

  const well = (question: Question): Answer =>
    question.kind === "address"
      ? { kind: "address", address: "203.0.113.9", epoch }
      : { kind: "mapped", publicPort: question.publicPort, lifetimeSeconds: question.lifetimeSeconds, epoch };
  const maps = () => asked.filter(({ kind }) => kind === "map");
  const keeper = (changes: Partial<typeof config> = {}) => {
    const record = (event: string) => void events.push(event);
    return createNat({
      config: { ...config, ...changes },
      ports,
      clock,
      log: { error: record, warn: record, info: record, debug() {} },
      changed: (status) => told.push(status),
      ask: async (_gateway, question) => {
        asked.push(question);
        return answer(question);
      },
      defaultGateway: () => gateway,
    });
  };
  const lives = async (seconds: number) => {
    epoch += seconds;
    await clock.advance(seconds * 1_000);
  };

  beforeEach(() => {
    clock = createVirtualClock();
    [gateway, epoch, answer, asked, told, events] = ["192.168.1.1", 1_000, well, [], [], []];
  });

  it("are asked for once and renewed at half of their life", async () => {
    const nat = keeper();
    await nat.start();
    expect(maps()).to.deep.equal([
      { kind: "map", protocol: "tcp", port: 8_080, publicPort: 80, lifetimeSeconds: 3_600 },
    ]);
    for (let second = 0; second < 1_770; second += 30) await lives(30);
    expect(maps()).to.have.length(1);
    await lives(30);
    expect(maps()).to.have.length(2);
    expect(told).to.have.length(1);
    await nat.stop();
    expect(maps().at(-1)).to.deep.include({ publicPort: 0, lifetimeSeconds: 0 });
    const count = asked.length;
    await lives(7_200);
    expect(asked, "silent after the stop").to.have.length(count);
  });

  it("live as long as the gateway grants, not as long as was asked", async () => {
    answer = (question) => {
      const answered = well(question);
      return answered.kind === "mapped" ? { ...answered, lifetimeSeconds: 20 } : answered;
    };
    const nat = keeper();
    await nat.start();
    await lives(10);
    expect(maps()).to.have.length(2);
    await nat.stop();
  });

  it("are made again when the gateway's time began anew (RFC 6886 §3.6), not when its clock is slow", async () => {
    const nat = keeper();
    await nat.start();
    epoch -= 3;
    await lives(30);
    expect(maps(), "a slow clock").to.have.length(1);
    epoch = 0;
    await clock.advance(30_000);
    expect(maps()).to.have.length(2);
    expect(events).to.include("nat.gateway.restarted");
    await nat.stop();
  });

  it("stay where the world was told they are, and others are told when they had to move", async () => {
    const nat = keeper();
    answer = (question) => {
      const answered = well(question);
      return answered.kind === "mapped" ? { ...answered, publicPort: 81 } : answered;
    };
    await nat.start();
    answer = well;
    await lives(1_800);
    expect(maps().at(-1)).to.deep.include({ publicPort: 81 });
    expect(told.map((status) => status.ports[0]?.mapped)).to.deep.equal([81]);
    await nat.stop();
  });

  it("are believed of a silent gateway until their time is over, and no longer", async () => {
    const nat = keeper();
    await nat.start();
    answer = () => ({ kind: "silent", reason: "nobody answers" });
    await lives(3_570);
    expect(nat.status()).to.deep.include({ address: "203.0.113.9", reason: "nobody answers" });
    expect(nat.status().ports[0]?.mapped).to.equal(80);
    await lives(60);
    expect(nat.status()).to.deep.include({ address: null });
    expect(told.at(-1)?.ports[0]?.mapped).to.equal(null);
    expect(
      events.filter((event) => event === "nat.silent"),
      "said once",
    ).to.have.length(1);
    answer = well;
    await lives(30);
    expect(nat.status().ports[0]?.mapped).to.equal(80);
    await nat.stop();
  });

  it("are asked for at another gateway when the route leads over another", async () => {
    const nat = keeper({ gateway: "auto" });
    await nat.start();
    gateway = "192.168.1.254";
    await lives(30);
    expect(nat.status().gateway).to.equal("192.168.1.254");
    expect(maps()).to.have.length(2);
    gateway = null;
    await lives(30);
    expect(nat.status()).to.deep.include({ gateway: null, address: null });
    expect(nat.status().reason).to.contain("no default route");
    await nat.stop();
  });

  it("say why they are not there, and that another NAT stands before the gateway", async () => {
    answer = (question) =>
      question.kind === "address"
        ? { kind: "address", address: "100.64.3.4", epoch }
        : { kind: "refused", reason: "Not Authorized" };
    const nat = keeper();
    await nat.start();
    expect(nat.status()).to.deep.include({ address: "100.64.3.4", isPrivate: true });
    expect(nat.status().ports[0]).to.deep.include({ mapped: null, reason: "Not Authorized" });
    await lives(60);
    expect(
      events.filter((event) => event === "nat.refused"),
      "said once",
    ).to.have.length(1);
    expect(events).to.include("nat.address.private");
    await nat.stop();
  });
});

describe("a gateway in the configuration", () => {
  const asked = edited("frontdesk.yaml", "  gateway: off", "  gateway: auto");

  it("is of no use to a server that only this machine reaches, and `frontdesk check` says so", () => {
    const [problem, ...others] = problemsOf(asked);
    expect(problem).to.contain("set http.host, or http.publicUrl").and.to.contain("warning");
    expect(others).to.deep.equal([]);
    expect(problemsOf(edited("frontdesk.yaml", "\n  host: 127.0.0.1", "\n  host: 0.0.0.0", asked))).to.deep.equal([]);
  });

  for (const [what, after, says] of [
    ["a name", "gateway: router.lan", "gateway"],
    ["a port's name twice", "ports: [{name: a, port: 1}, {name: a, port: 2}]", "must not name a port twice"],
    ["the HTTP server's name", "ports: [{name: http, port: 1}]", "must be another name"],
    ["a life too short to renew", "lifetimeSeconds: 5", "must be at least 10"],
  ] as const) {
    it(`cannot have ${what}`, () => {
      const [key = ""] = after.split(":");
      const before = key === "gateway" ? "  gateway: off" : key === "ports" ? "  # ports:" : "  lifetimeSeconds: 3600";
      expect(problemsOf(edited("frontdesk.yaml", before, `  ${after}`)).join()).to.contain(says);
    });
  }
});

describe("the public address", () => {
  const parts = { http: HTTP, nat: null, networks: NETWORKS, clock: createVirtualClock(), log: SILENT };

  it("is nobody's to tell without a gateway and a plain setting, and the plain setting's where there is one", () => {
    expect(createPublicAddress(parts).origin()).to.equal(null);
    const told = createPublicAddress({ ...parts, http: { ...HTTP, publicUrl: "https://chat.example.com/desk" } });
    expect(told.origin()).to.equal("https://chat.example.com");
    const rules = rulesOf(shipped());
    expect(told.addressed(rules)).to.equal(rules);
  });
});
