/** Files between a homeserver and the desk: what is fetched, what is refused and in which words, what is brought. */
import { createCipheriv, createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { decryptAttachment, encryptAttachment, encryption } from "../../adapters/matrix/attachments.ts";
import type { SentFile } from "../../adapters/matrix/codec-file.ts";
import { Media } from "../../adapters/matrix/media.ts";
import type { FileShelf, TakenFile } from "../../src/adapter.ts";
import { TestContext } from "../support/adapter-context.ts";

const ANNA = { network: "matrix", id: "@anna:x" };
const FILE: SentFile = { name: "cat.jpg", server: "x", media: "m", encryption: null, voice: false };
const HOSTED = { name: "cat.jpg", type: "image/jpeg", bytes: 3, url: "https://desk/files/t/cat.jpg" };

describe("encrypted attachments", () => {
  const bytes = Buffer.from("a cat");
  const { kept, encryption: told } = encryptAttachment(bytes);
  const key = encryption.parse(told);

  it("are read with the key of their event", () => {
    expect(kept).not.to.deep.equal(bytes);
    expect(decryptAttachment(key, kept)).to.deep.equal(bytes);
  });
  it("are read as the specification has them", () => {
    const secret = Buffer.alloc(32, 7);
    const counter = Buffer.alloc(16, 1);
    const cipher = createCipheriv("aes-256-ctr", secret, counter);
    const wire = Buffer.concat([cipher.update(bytes), cipher.final()]);
    const unpadded = (raw: Buffer) => raw.toString("base64").replaceAll("=", "");
    const event = {
      v: "v2",
      key: { kty: "oct", alg: "A256CTR", k: secret.toString("base64url"), ext: true, key_ops: ["decrypt"] },
      iv: unpadded(counter),
      hashes: { sha256: unpadded(createHash("sha256").update(wire).digest()) },
    };
    expect(decryptAttachment(encryption.parse(event), wire)).to.deep.equal(bytes);
  });
  for (const [what, spoilt] of [
    ["another hash", { ...key, hashes: { sha256: key.iv } }],
    ["a short key", { ...key, key: { ...key.key, k: "AAAA" } }],
    ["a short counter", { ...key, iv: "AAAA" }],
  ] as const) {
    it(`are nothing with ${what}`, () => expect(decryptAttachment(spoilt, kept)).to.equal(null));
  }
  it("are nothing when somebody changed them", () => {
    expect(decryptAttachment(key, Buffer.concat([kept, kept]))).to.equal(null);
  });
});

describe("files of a homeserver", () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let media: Media;
  let context: TestContext;
  let url: string;
  const taken: { readonly name: string; readonly bytes: Buffer; readonly voice: boolean }[] = [];
  const server = createServer((request, response) => answer(request, response));
  const shelf: FileShelf = {
    maxBytes: 100,
    types: [],
    take: async ({ name, voice = false }, chunks) => {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      taken.push({ name, bytes: Buffer.concat(parts), voice });
      return { kind: "taken", file: HOSTED, words: "words" };
    },
    open: async ({ url: kept }) => (kept === HOSTED.url ? one(Buffer.from("cat")) : null),
  };
  async function* one(bytes: Buffer): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const opened = (files: FileShelf | undefined, seconds = 5): Media => {
    const options = { network: "matrix", handles: [], desk: "desk", alias: null };
    context = new TestContext(options);
    Object.assign(context, files === undefined ? {} : { files });
    return new Media({ context, homeserver: url, token: () => "secret", seconds });
  };
  const said = (result: TakenFile): string => (result.kind === "refused" ? result.text : result.kind);
  const signal = new AbortController().signal;

  before((done) => {
    server.listen(0, "127.0.0.1", () => {
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    taken.length = 0;
    media = opened(shelf);
    answer = (_request, response) => response.end("bytes");
  });
  afterEach(() => media.close());

  it("are fetched as the desk and given to it under their name", async () => {
    let asked: IncomingMessage | null = null;
    answer = (request, response) => {
      asked = request;
      response.end("bytes");
    };
    expect(said(await media.take({ ...FILE, voice: true }, ANNA))).to.equal("taken");
    expect(taken).to.deep.equal([{ name: "cat.jpg", bytes: Buffer.from("bytes"), voice: true }]);
    const { headers, url: path } = asked as unknown as IncomingMessage;
    expect(headers.authorization).to.equal("Bearer secret");
    expect(path).to.match(/^\/_matrix\/client\/v1\/media\/download\/x\/m\?/u);
  });
  it("are decrypted on the way", async () => {
    const { kept, encryption: told } = encryptAttachment(Buffer.from("a cat"));
    answer = (_request, response) => response.end(kept);
    expect(said(await media.take({ ...FILE, encryption: encryption.parse(told) }, ANNA))).to.equal("taken");
    expect(taken[0]?.bytes.toString()).to.equal("a cat");
    answer = (_request, response) => response.end("something else");
    expect(said(await media.take({ ...FILE, encryption: encryption.parse(told) }, ANNA))).to.contain("decrypted");
  });

  const REFUSED: readonly (readonly [what: string, answered: typeof answer, words: string])[] = [
    ["gone", (_request, response) => response.writeHead(404).end(), "could not be fetched"],
    ["elsewhere", (_request, response) => response.writeHead(302, { location: "/x" }).end(), "could not be fetched"],
    [
      "cut off",
      (_request, response) =>
        void response.writeHead(200, { "content-length": 9 }).write("x", () => response.destroy()),
      "could not be fetched",
    ],
  ];
  for (const [what, answered, words] of REFUSED) {
    it(`are refused in words when they are ${what}`, async () => {
      answer = answered;
      expect(said(await media.take(FILE, ANNA))).to.contain(words);
    });
  }
  it("are refused in words where the desk takes none", async () => {
    for (const none of [undefined, { ...shelf, maxBytes: 0 }]) {
      expect(said(await opened(none).take(FILE, ANNA))).to.contain("cannot be passed on");
    }
  });
  it("that never end are given up, and whoever sends two of them waits before the next is tried", async () => {
    const slow = opened(shelf, 0.2);
    let asked = 0;
    answer = (_request, response) => {
      asked += 1;
      response.write("x");
    };
    for (const _each of [1, 2, 3]) expect(said(await slow.take(FILE, ANNA))).to.contain("in time");
    expect(asked).to.equal(2);
    answer = (_request, response) => response.end("bytes");
    expect(said(await slow.take(FILE, { ...ANNA, id: "@ben:x" }))).to.equal("taken");
    slow.close();
  });
  it("are refused in words when the desk's own disk fails, and the log says why", async () => {
    const broken = opened({ ...shelf, take: () => Promise.reject(new Error("disk full")) });
    expect(said(await broken.take(FILE, ANNA))).to.contain("could not be kept");
    expect(context.logs.map(({ level, event }) => `${level} ${event}`)).to.deep.equal(["error matrix.file.unkept"]);
  });

  it("of the desk are brought once, however often they are shown", async () => {
    const uploads: (string | undefined)[] = [];
    answer = (request, response) => {
      uploads.push(request.headers["content-type"]);
      request.resume().on("end", () => response.end(JSON.stringify({ content_uri: "mxc://x/new" })));
    };
    for (const _each of [1, 2]) {
      const placed = await media.place(HOSTED, false, signal);
      expect(placed).to.deep.equal({ kind: "placed", place: { url: "mxc://x/new" } });
    }
    expect(uploads).to.deep.equal(["image/jpeg"]);
    const hidden = await media.place(HOSTED, true, signal);
    expect(hidden).to.have.nested.property("place.file.url", "mxc://x/new");
    expect(uploads).to.deep.equal(["image/jpeg", "application/octet-stream"]);
  });
  it("of the desk stay words where its own disk does not give them", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("c");
      throw new Error("EIO");
    }
    const unread = opened({ ...shelf, open: async () => broken() });
    expect((await unread.place(HOSTED, false, signal)).kind).to.equal("unplaced");
  });
  it("of the desk stay words where nobody answers time and again when they are brought", async () => {
    answer = (request) => request.socket.destroy();
    const kinds: string[] = [];
    for (const _each of [1, 2, 3]) kinds.push((await media.place(HOSTED, false, signal)).kind);
    expect(kinds).to.deep.equal(["failed", "failed", "unplaced"]);
  });
  it("of the desk stay words where the homeserver will not have them, and wait where it is away", async () => {
    const refuse = (status: number) => () => {
      answer = (_request, response) =>
        response
          .writeHead(status, { "content-type": "application/json" })
          .end(JSON.stringify({ errcode: "M_TOO_LARGE", error: "no" }));
      return media.place(HOSTED, false, signal);
    };
    expect((await refuse(413)()).kind).to.equal("unplaced");
    expect((await refuse(502)()).kind).to.equal("failed");
    answer = (_request, response) => response.writeHead(413, { "content-type": "text/html" }).end("<h1>413</h1>");
    expect((await media.place(HOSTED, false, signal)).kind, "a proxy before it").to.equal("unplaced");
    expect((await media.place({ ...HOSTED, url: "https://desk/files/gone/x" }, false, signal)).kind).to.equal(
      "unplaced",
    );
  });
});
