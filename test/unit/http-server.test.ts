import { createConnection } from "node:net";
import { expect } from "chai";
import { Gauge, Registry } from "prom-client";
import { type Logger, UPLOADS } from "../../src/adapter.ts";
import { HTTP_LIMITS, type HttpLimits } from "../../src/http/limits.ts";
import { createHttpServer, type HttpConfig, type HttpServer, type Readiness } from "../../src/http/server.ts";
import { within } from "../support/wait.ts";

describe("the HTTP server", () => {
  let running: HttpServer | null = null;
  let readiness: Readiness = { ready: true, checks: { store: "open" } };
  const logged: string[] = [];
  const write = (event: string, fields?: object) => void logged.push(`${event} ${JSON.stringify(fields)}`);
  const log: Logger = { error: write, warn: write, info: write, debug: write };

  function make(limits: HttpLimits = HTTP_LIMITS, more: Partial<HttpConfig> = {}): HttpServer {
    const metrics = new Registry();
    new Gauge({ name: "frontdesk_test", help: "A test's gauge.", registers: [metrics] }).set(7);
    const config = { host: "127.0.0.1", port: 0, trustProxy: false, tls: null, metrics: "here", ...more } as const;
    running = createHttpServer({ config, limits, log, readiness: () => readiness, metrics });
    return running;
  }

  afterEach(async () => {
    await running?.stop();
    running = null;
    logged.length = 0;
    readiness = { ready: true, checks: { store: "open" } };
  });

  it("says that it lives, whether it is ready, and its metrics", async () => {
    const { url } = await make().start();
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).to.deep.equal([200, { ready: true, checks: { store: "open" } }]);
    readiness = { ready: false, checks: { store: "closed" } };
    expect((await fetch(`${url}/readyz`)).status).to.equal(503);
    expect(await (await fetch(`${url}/metrics`)).text()).to.contain("frontdesk_test 7");
  });

  it("keeps its metrics to itself, or to a listener of their own, unless asked", async () => {
    const { url } = await make(HTTP_LIMITS, { metrics: "off" }).start();
    expect((await fetch(`${url}/metrics`)).status).to.equal(404);
    await running?.stop();
    const server = make(HTTP_LIMITS, { metrics: { host: "127.0.0.1", port: 0 } });
    const apart = await server.start();
    const own = server.metricsUrl() ?? "";
    expect((await fetch(`${apart.url}/metrics`)).status).to.equal(404);
    expect(await (await fetch(`${own}/metrics`)).text()).to.contain("frontdesk_test 7");
    expect((await fetch(`${own}/healthz`)).status).to.equal(404);
    await server.stop();
    expect(await failure(fetch(`${own}/metrics`))).to.contain("fetch failed");
  });

  it("gives uploads more time than other requests, which it cuts off", async () => {
    const server = make({ ...HTTP_LIMITS, requestMs: 300, uploadMs: 60_000 });
    server.mount("a test", (scope) => {
      scope.post("/words", async () => "taken");
      scope.post("/file", { config: UPLOADS }, async () => "taken");
    });
    const { port } = await server.start();
    const head = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n`;
    const slow = createConnection(port, "127.0.0.1");
    slow.write(head("/file"));
    expect(await within(5_000, "the end of a slow request", raw(port, head("/words")))).to.equal("");
    slow.end("{}");
    const answer = await new Promise<string>((resolve) => slow.once("data", (data) => resolve(data.toString())));
    expect(answer).to.match(/^HTTP\/1.1 200/);
  });

  it("puts its security headers on every answer, faults included", async () => {
    const server = make();
    server.mount("a test", (scope) => {
      scope.get("/fails", () => {
        throw new Error("the inside of the server");
      });
    });
    const { url } = await server.start();
    for (const path of ["/healthz", "/nothing", "/fails", "/%zz"]) {
      const answer = await fetch(url + path);
      expect(answer.headers.get("x-content-type-options"), path).to.equal("nosniff");
      expect(answer.headers.get("referrer-policy"), path).to.equal("no-referrer");
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy, path).to.contain("script-src 'self';").and.to.contain("frame-ancestors 'none'");
      expect(policy).to.not.contain("unsafe");
      expect(await answer.text(), path).to.not.contain("inside of the server");
    }
    expect(logged.some((line) => line.startsWith("http.failed"))).to.equal(true);
  });

  it("takes a client's address from the proxy alone, never from what the client wrote there itself", async () => {
    for (const [trustProxy, expected] of [
      [true, "192.0.2.7"],
      [1, "192.0.2.7"],
      [2, "198.51.100.1"],
      [["127.0.0.0/8"], "192.0.2.7"],
      [["127.0.0.1", "192.0.2.0/24"], "198.51.100.1"],
      [["10.0.0.0/8"], "127.0.0.1"],
      [false, "127.0.0.1"],
    ] as const) {
      const server = make(HTTP_LIMITS, { trustProxy });
      server.mount("a test", (scope) => {
        scope.get("/ip", async (request) => request.ip);
      });
      const { url } = await server.start();
      // A proxy appends who connected to it; the rest came with the request.
      const forwarded = "203.0.113.9, 198.51.100.1, 192.0.2.7";
      const answer = await fetch(`${url}/ip`, { headers: { "x-forwarded-for": forwarded } });
      expect(await answer.text()).to.equal(expected);
      await server.stop();
    }
  });

  it("logs the route and never the URL", async () => {
    const server = make();
    server.mount("a test", (scope) => {
      scope.get("/secret/:token", async () => "yes");
    });
    const { url } = await server.start();
    await (await fetch(`${url}/secret/abc123?token=xyz789`)).text();
    await (await fetch(`${url}/nothing?token=xyz789`)).text();
    expect(logged.join("\n")).to.contain("/secret/:token").and.to.not.contain("abc123").and.to.not.contain("xyz789");
  });

  it("refuses bodies over the limit and requests that are none", async () => {
    const server = make({ ...HTTP_LIMITS, bodyBytes: 100 });
    server.mount("a test", (scope) => {
      scope.post("/take", async () => "taken");
    });
    const { url, port } = await server.start();
    const post = (body: string) =>
      fetch(`${url}/take`, { method: "POST", body, headers: { "content-type": "application/json" } });
    expect((await post('{"a":1}')).status).to.equal(200);
    expect((await post(JSON.stringify("x".repeat(200)))).status).to.equal(413);
    expect((await post("{")).status).to.equal(400);
    expect((await post('{"__proto__":{"admin":true}}')).status).to.equal(400);
    const answer = await within(5_000, "an answer to nonsense", raw(port, "NONSENSE\r\n\r\n"));
    expect(answer).to.match(/^HTTP\/1.1 400/);
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
  });

  it("names the adapter whose routes are faulty, and a port that is taken", async () => {
    const faulty = make();
    faulty.mount("network web", (scope) => {
      scope.get("/healthz", async () => "mine");
    });
    expect(await failure(faulty.start())).to.contain("network web");
    const first = make();
    const { port } = await first.start();
    const second = createHttpServer({
      config: { host: "127.0.0.1", port, trustProxy: false, tls: null, metrics: "off" },
      log,
      readiness: () => readiness,
      metrics: new Registry(),
    });
    expect(await failure(second.start()))
      .to.contain(`127.0.0.1:${port}`)
      .and.to.contain("http.port");
    await second.stop();
    expect(() => first.mount("late", () => undefined)).to.throw("create()");
  });

  it("lets an open request finish when it stops, and cuts it when that takes too long", async () => {
    for (const [stopMs, expected] of [
      [5_000, "finished"],
      [50, "cut"],
    ] as const) {
      const server = make({ ...HTTP_LIMITS, stopMs });
      const [entered, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      server.mount("a test", (scope) => {
        scope.get("/slow", async () => {
          entered.resolve();
          await release.promise;
          return "finished";
        });
      });
      const { url } = await server.start();
      const answer = fetch(`${url}/slow`).then(
        (response) => response.text(),
        () => "cut",
      );
      await entered.promise;
      const stopped = server.stop();
      if (expected === "finished") {
        release.resolve();
      }
      expect(await within(5_000, "the answer", answer)).to.equal(expected);
      release.resolve();
      await within(5_000, "the stop", stopped);
      expect(await failure(fetch(`${url}/healthz`))).to.not.equal("");
    }
  });
});

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = createConnection(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
