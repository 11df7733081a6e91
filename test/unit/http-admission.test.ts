/** Who may reach what of the HTTP server, by network. */
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { Registry } from "prom-client";
import { web } from "../../adapters/web/index.ts";
import { ConfigProblem, STAFF } from "../../src/adapter.ts";
import { within } from "../../src/address-ranges.ts";
import { HTTP_LIMITS } from "../../src/http/limits.ts";
import { createHttpServer, type HttpConfig, type HttpServer } from "../../src/http/server.ts";
import { TestContext } from "../support/adapter-context.ts";
import { within as inTime } from "../support/wait.ts";

const SILENT = { error() {}, warn() {}, info() {}, debug() {} };
const PLAIN = { host: "127.0.0.1", port: 0, trustProxy: false, tls: null, metrics: "off" } as const;
const ELSEWHERE = ["10.0.0.0/8", "2001:db8::/32"];
/** Connections that one address may have. */
const CROWD = 6;

describe("who may reach the HTTP server", () => {
  let registry: Registry;
  let running: HttpServer | null = null;

  function make(config: Partial<HttpConfig>, mounts: Readonly<Record<string, (scope: FastifyInstance) => void>> = {}) {
    registry = new Registry();
    const parts = { readiness: () => ({ ready: true, checks: {} }), metrics: registry, log: SILENT };
    const limits = { ...HTTP_LIMITS, connectionsPerAddress: CROWD };
    running = createHttpServer({ ...parts, limits, config: { ...PLAIN, ...config } });
    for (const [owner, routes] of Object.entries(mounts)) running.mount(owner, routes);
    return running;
  }
  const refusals = async () => /^frontdesk_http_refused_total.*$/mu.exec(await registry.metrics())?.[0];

  afterEach(async () => {
    await running?.stop();
    running = null;
  });

  for (const [address, isIn] of [
    ["10.1.2.3", true],
    ["11.0.0.1", false],
    ["192.0.2.7", true],
    ["192.0.2.8", false],
    ["::ffff:10.1.2.3", true],
    ["::ffff:11.0.0.1", false],
    ["fe80::1%eth0", true],
    ["2001:db8::1", false],
    ["", false],
    ["desk.example", false],
    [undefined, false],
  ] as const) {
    it(`${address ?? "no address"} is ${isIn ? "in" : "not in"} 10.0.0.0/8, 192.0.2.7 or fe80::/10`, () => {
      expect(within(["10.0.0.0/8", "192.0.2.7", "fe80::/10"])(address)).to.equal(isIn);
      expect(within(null)(address), "where nothing is configured").to.equal(true);
    });
  }

  for (const [range, address, isIn] of [
    ["fd77:c0:a:1::/64", "fd77:c0:a:1::3", true],
    ["fd77:c0:a:1::/64", "FD77:00C0:A:1:0:0:0:3", true],
    ["fd77:c0:a:1::/64", "fd77:c0:a:2::3", false],
    ["::/0", "2001:db8::1", true],
    ["::/0", "10.1.2.3", false],
    ["::/0", "::ffff:10.1.2.3", false],
    ["0.0.0.0/0", "::ffff:a01:203", true],
    ["0.0.0.0/0", "::1", false],
    ["10.0.0.0/8", "::10.1.2.3", false],
    ["::ffff:10.0.0.0/104", "10.1.2.3", true],
    ["::ffff:10.0.0.0/104", "::ffff:10.1.2.3", true],
    ["::ffff:10.0.0.0/104", "11.1.2.3", false],
    ["::ffff:10.1.2.3", "10.1.2.3", true],
    ["fe80::1", "fe80::1%eth0", true],
    ["fe80::1", "fe80::2%eth0", false],
  ] as const) {
    it(`${address} is ${isIn ? "in" : "not in"} ${range}`, () => expect(within([range])(address)).to.equal(isIn));
  }

  it("closes a connection from elsewhere without a byte, and counts it", async () => {
    const { port } = await make({ allowFrom: ELSEWHERE }).start();
    const heard = await inTime(5_000, "the end of the connection", bytesOf(port));
    expect(heard).to.equal("");
    expect(await refusals()).to.equal('frontdesk_http_refused_total{where="http"} 1');
  });

  it("believes no header about where a connection comes from", async () => {
    const { port } = await make({ allowFrom: ELSEWHERE, trustProxy: true }).start();
    expect(await inTime(5_000, "the end of the connection", bytesOf(port, "X-Forwarded-For: 10.0.0.1"))).to.equal("");
  });

  it("lets in connections from the networks that are named, IPv6 or not", async () => {
    const { url } = await make({ allowFrom: [...ELSEWHERE, "127.0.0.0/8"] }).start();
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
    await running?.stop();
    const both = await make({ host: "::", allowFrom: ["127.0.0.0/8"] }).start();
    expect((await fetch(`http://127.0.0.1:${both.port}/healthz`)).status).to.equal(200);
    expect(await inTime(5_000, "the end of the connection", bytesOf(both.port, "", "::1"))).to.equal("");
  });

  it("guards the listener of metrics by a list of its own", async () => {
    const server = make({ metrics: { host: "127.0.0.1", port: 0, allowFrom: ELSEWHERE } });
    const { url } = await server.start();
    const { port } = new URL(server.metricsUrl() ?? "");
    expect(await inTime(5_000, "the end of the connection", bytesOf(Number(port)))).to.equal("");
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
  });

  it("answers one network's routes, and those for staff, only where they are open; everything else to all", async () => {
    const routes = (scope: FastifyInstance) => {
      scope.get("/shop", async () => "shop");
      scope.get("/console", { config: STAFF }, async () => "console");
    };
    const server = make(
      { staffFrom: ["10.0.0.0/8"], mounts: new Map([["matrix", ["192.0.2.7"]]]), trustProxy: true },
      { web: routes, matrix: (scope) => void scope.get("/transactions", async () => "taken") },
    );
    const { url } = await server.start();
    const statuses = async (from: string) => {
      const headers = { "x-forwarded-for": from };
      const paths = ["/shop", "/console", "//console", "/transactions", "/healthz", "/nothing"];
      return Promise.all(paths.map(async (path) => (await fetch(url + path, { headers })).status));
    };
    expect(await statuses("10.4.4.4")).to.deep.equal([200, 200, 404, 403, 200, 404]);
    expect(await statuses("192.0.2.7")).to.deep.equal([200, 403, 404, 200, 200, 404]);
    const answer = await fetch(`${url}/console`);
    expect(await answer.json()).to.deep.equal({ error: "This part of the server is not open to your network." });
  });

  it("follows new lists at once, and ends the connections that they do not let in", async () => {
    const server = make({}, { web: (scope) => void scope.get("/console", { config: STAFF }, async () => "console") });
    const { url, port } = await server.start();
    const kept = createConnection(port, "127.0.0.1");
    const ended = new Promise<void>((resolve) => kept.once("close", () => resolve()));
    await new Promise<void>((resolve) => kept.once("connect", () => resolve()));
    server.letIn({ staffFrom: ELSEWHERE });
    expect([(await fetch(`${url}/console`)).status, kept.closed]).to.deep.equal([403, false]);
    server.letIn({ allowFrom: ELSEWHERE });
    await inTime(5_000, "the end of the connection that was open", ended);
    expect(await inTime(5_000, "the end of a new connection", bytesOf(port))).to.equal("");
    expect(() => server.letIn({ mounts: new Map([["irc", ["10.0.0.0/8"]]]) })).to.throw("guards nothing");
    expect(await inTime(5_000, "the end of a new connection", bytesOf(port)), "the lists there were").to.equal("");
    server.letIn({});
    expect((await fetch(`${url}/console`)).status).to.equal(200);
  });

  it("refuses to start with a list that guards nothing", async () => {
    const server = make({ mounts: new Map([["irc", ["10.0.0.0/8"]]]) });
    const fault = await server.start().catch((error: unknown) => error);
    expect(fault).to.be.instanceOf(ConfigProblem);
    expect(String(fault)).to.contain("networks.irc.allowFrom guards nothing");
  });

  it("closes what one address opens beyond its limit, and lets others in", async () => {
    const { port } = await make({ host: "::" }).start();
    const crowd = await crowdAt(port, "127.0.0.1");
    expect(await inTime(5_000, "the end of one too many", bytesOf(port))).to.equal("");
    expect(await refusals()).to.equal('frontdesk_http_refused_total{where="limits.httpConnectionsPerAddress"} 1');
    expect(await inTime(5_000, "an answer elsewhere", bytesOf(port, "Connection: close", "::1"))).to.match(
      /^HTTP.1.1 200/u,
    );
    const [first] = crowd;
    first?.destroy();
    const again = async (): Promise<string> => (await bytesOf(port, "Connection: close")) || (await again());
    expect(await inTime(5_000, "a place that is free again", again())).to.match(/^HTTP.1.1 200/u);
    for (const socket of crowd) socket.destroy();
  });

  for (const [trustProxy, isCounted] of [
    [true, false],
    [2, false],
    [["127.0.0.0/8"], false],
    [["10.0.0.0/8"], true],
  ] as const) {
    it(`${isCounted ? "counts" : "does not count"} those of 127.0.0.1 where proxies are ${trustProxy}`, async () => {
      const { port } = await make({ trustProxy }).start();
      const crowd = await crowdAt(port, "127.0.0.1");
      const heard = await inTime(5_000, "an answer or an end", bytesOf(port, "Connection: close"));
      expect(heard === "").to.equal(isCounted);
      for (const socket of crowd) socket.destroy();
    });
  }

  it("keeps all of the console from a visitor's network, and nothing of the chat", async () => {
    const context = new TestContext({ network: "web", handles: ["support"], desk: "desk", alias: "k3v9x2p8q7w4m5na" });
    const server = make({ staffFrom: ELSEWHERE });
    const mount = (routes: (scope: FastifyInstance) => Promise<void>) => server.mount("web", routes);
    const surroundings: unknown = Object.create(context, { http: { value: { mount } } });
    const adapter = web.create(web.parseConfig({}), surroundings as TestContext);
    const { url } = await server.start();
    const routes = server.routes().filter(({ method }) => method !== "HEAD");
    for (const { method, path } of routes) {
      const answer = await (await fetch(url + path, { method })).text();
      expect(answer.includes("not open to your network"), `${method} ${path}: ${answer}`).to.equal(
        path.startsWith("/csr"),
      );
    }
    expect(routes.filter(({ path }) => path.startsWith("/csr"))).to.have.length.greaterThan(5);
    await adapter.stop();
  });
});

/** As many connections as one address may have, each of them answered once: so the server knows of them. */
function crowdAt(port: number, host: string): Promise<readonly Socket[]> {
  return Promise.all(
    Array.from({ length: CROWD }, async () => {
      const socket = createConnection(port, host);
      socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
      await inTime(5_000, "an answer", once(socket, "data"));
      return socket;
    }),
  );
}

/** What a request to that port is answered with until the connection ends. */
function bytesOf(port: number, header = "", host = "127.0.0.1"): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = createConnection(port, host, () =>
      socket.write(`GET /healthz HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n`),
    );
    socket.on("data", (data) => {
      heard += data.toString();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(heard));
  });
}
