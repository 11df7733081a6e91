/**
 * The HTTP server, spoken to by hand: requests that two servers read differently, that never end, or that are none. Each is answered with a
 * fault of its client or cut off, none becomes a second request, and the server goes on.
 */
import { createConnection } from "node:net";
import { expect } from "chai";
import fc from "fast-check";
import { Registry } from "prom-client";
import { HTTP_LIMITS } from "../../src/http/limits.ts";
import { createHttpServer, type HttpServer } from "../../src/http/server.ts";
import { within } from "../support/wait.ts";
import { limitMs, runs } from "./runs.ts";

const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
const POST = "POST /take HTTP/1.1\r\nHost: x\r\n";

/** What is to become of each: refused by the client's fault, or as it stands. RFC 9112 §2.2, §3.2, §5.1, §6.1, §6.3, §7.1, §11.2. */
const REFUSED: readonly (readonly [what: string, request: string])[] = [
  ["two lengths that differ", `${POST}Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`],
  [
    "a length and a transfer coding",
    `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ["a length that is no number", `${POST}Content-Length: +4\r\n\r\nabcd`],
  ["a negative length", `${POST}Content-Length: -1\r\n\r\n${SMUGGLED}`],
  ["a transfer coding nobody knows", `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ["chunked twice", `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`],
  ["a chunk's size that is none", `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
  ["a chunk that is longer than its size", `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n`],
  ["a space before a header's colon", `${POST}Content-Length : 4\r\n\r\nabcd`],
  ["a header without a name", `${POST}: x\r\n\r\n`],
  ["a folded header", `${POST}X: a\r\n b\r\n\r\n`],
  ["a NUL in a header", `${POST}X: a\u0000b\r\n\r\n`],
  ["a bare CR in a header", `${POST}X: a\rTransfer-Encoding: chunked\r\n\r\n`],
  ["no host", "GET /healthz HTTP/1.1\r\n\r\n"],
  ["two hosts", "GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"],
  ["a version that is none", "GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n"],
  ["a method that is none", "G\u0000T /healthz HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["very long headers", `${POST}X: ${"a".repeat(100_000)}\r\n\r\n`],
  ["very many headers", `${POST}${Array.from({ length: 5_000 }, (_, n) => `X${n}: a\r\n`).join("")}\r\n`],
  ["a very long address", `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ["an address that cannot be decoded", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["TLS on a plain port", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"],
];

describe("fuzzing: HTTP", function () {
  this.timeout(limitMs(40_000));
  let server: HttpServer;
  let port: number;
  let smuggled = 0;
  let url = "";

  before(async () => {
    const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
    server = createHttpServer({
      config: { host: "127.0.0.1", port: 0, trustProxy: false, tls: null, metrics: "here" },
      limits: { ...HTTP_LIMITS, bodyBytes: 1_000 },
      log,
      readiness: () => ({ ready: true, checks: {} }),
      metrics: new Registry(),
    });
    server.mount("a test", (scope) => {
      scope.post("/take", async () => "taken");
      scope.get("/smuggled", async () => {
        smuggled += 1;
        return "smuggled";
      });
    });
    ({ port, url } = await server.start());
  });
  after(() => server.stop());

  /** Sends it, ends, and gives all that comes back. */
  function speak(bytes: string): Promise<string> {
    return within(
      10_000,
      "the end of the connection",
      new Promise((resolve) => {
        let answer = "";
        const socket = createConnection(port, "127.0.0.1", () => socket.end(Buffer.from(bytes, "latin1")));
        socket.on("data", (chunk) => {
          answer += chunk.toString("latin1");
        });
        socket.on("error", () => {}); // cut off is an answer too
        socket.on("close", () => resolve(answer));
      }),
    );
  }

  for (const [what, request] of REFUSED) {
    it(`refuses ${what}`, async () => {
      const answer = await speak(request);
      expect(answer, "its status").to.match(/^(?:HTTP\/1\.1 (?:4\d\d|505) |$)/u);
      // Behind a request that was answered may stand nonsense, which is answered too; never another request.
      const further = [...answer.matchAll(/HTTP\/1\.1 (\d\d\d)/gu)].slice(1).map(([, status]) => status);
      expect(further.filter((status) => status !== "400")).to.deep.equal([]);
      expect(smuggled).to.equal(0);
    });
  }

  it("stands whatever is said to it", async () => {
    const pieces = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.constantFrom(
        "GET ",
        "POST ",
        "/take",
        "/healthz",
        " HTTP/1.1",
        "\r\n",
        "Host: x\r\n",
        "\r\n\r\n",
        "Upgrade: websocket\r\n",
      ),
      fc.constantFrom(
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "5\r\nhello\r\n0\r\n\r\n",
        "Connection: upgrade\r\n",
      ),
      fc.constantFrom(
        "Content-Type: application/json\r\n",
        '{"__proto__":1}',
        "Expect: 100-continue\r\n",
        "%2e%2e/",
        "\u0000",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 12 }), async (said) => {
        const answer = await speak(said.join(""));
        expect(answer).not.to.match(/^HTTP\/1\.1 5(?!05)/u);
      }),
      runs(100),
    );
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
    expect(smuggled).to.equal(0);
  });
});
