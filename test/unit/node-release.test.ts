/** What is known to be wrong with Node itself: that it is said, and that the worst of it does not reach a desk. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { mendedNode } from "../../src/boot/node-release.ts";

describe("a release of Node with known holes", () => {
  const releases: readonly (readonly [version: string, take: string | null])[] = [
    ["v22.18.0", "22.23.4"],
    ["v22.23.3", "22.23.4"],
    ["v22.23.4", null],
    ["v22.24.0", null],
    ["v23.11.1", "24.22.1"],
    ["v24.21.0", "24.22.1"],
    ["v24.22.0", "24.22.1"],
    ["v24.22.1", null],
    ["v25.9.0", "26.12.1"],
    ["v26.12.0", "26.12.1"],
    ["v26.12.1", null],
    ["v27.0.0", null],
  ];
  for (const [version, take] of releases) {
    it(`${version}: ${take ?? "none known"}`, () => expect(mendedNode(version)).to.equal(take));
  }
});

describe("an answer in Brotli", () => {
  const asked: (string | undefined)[] = [];
  const CODED = { br: brotliCompressSync, gzip: gzipSync };
  let server: Server;
  let origin = "";

  beforeEach(async () => {
    asked.length = 0;
    server = createServer((request, response) => {
      asked.push(request.headers["accept-encoding"]);
      const coding = request.url === "/br" ? "br" : "gzip";
      response.writeHead(200, { "content-encoding": coding }).end(CODED[coding]("hello"));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => server.close());

  /** In a process of its own, as it is done to a whole process. */
  async function fetched(path: string, init: RequestInit = {}): Promise<string> {
    const module = fileURLToPath(new URL("../../src/boot/brotli.ts", import.meta.url));
    const script = `
      const { refuseBrotli } = await import(${JSON.stringify(module)});
      refuseBrotli();
      const zlib = await import("node:zlib");
      if (zlib.createBrotliDecompress !== zlib.default.createBrotliDecompress) throw new Error("two decoders");
      const answer = await fetch(${JSON.stringify(origin + path)}, ${JSON.stringify(init)});
      console.log(answer.status, await answer.text().catch((error) => "unread: " + (error.cause ?? error).message));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said = text(child.stdout);
    const [code] = await once(child, "exit");
    expect(code).to.equal(0);
    return (await said).trim();
  }

  it("is not asked for, and not decoded when it comes all the same", async () => {
    expect(await fetched("/br")).to.equal("200 unread: the answer is compressed by Brotli, which was not asked for");
    expect(asked).to.deep.equal(["gzip, deflate"]);
  });

  it("is all that is refused: gzip is read, and who asks for something else is heard", async () => {
    expect(await fetched("/gzip", { headers: { "accept-encoding": "identity" } })).to.equal("200 hello");
    expect(asked).to.deep.equal(["identity"]);
  });
});
