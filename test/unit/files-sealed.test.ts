/** Files on a disk that somebody stole: with a key they are sealed piece by piece, under names that say nothing. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync, truncateSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import fastify, { type FastifyInstance } from "fastify";
import type { HostedFile } from "../../src/core/model.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import { createFolder, PIECE_BYTES } from "../../src/files/folder.ts";
import { FILE_TYPES } from "../../src/files/formats.ts";
import { createFiles, type Files } from "../../src/files.ts";
import { createMemoryLog } from "../../src/log.ts";
import { createSealing, NO_KEYS, SEAL_BYTES, SealingFault, type SealingKeys } from "../../src/sealing.ts";
import { FILE_LIMITS } from "../support/file-shelf.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";
import { until } from "../support/wait.ts";

const newKey = () => randomBytes(32).toString("base64");
const sealedWith = (current: string | null, ...former: string[]): SealingKeys => ({ current, former });
const ORIGIN = "https://chat.example";
const NAME = "letter to Verona";
/** Three pieces and a bit, and no stretch of it like another. */
const TEXT = Array.from({ length: 20_000 }, (_, line) => `Wherefore art thou, ${line}?`).join("\n");
const BYTES = Buffer.from(TEXT);

/** How many files below it this process has open, where the system tells. */
function openFiles(folder: string): number {
  const listed = "/proc/self/fd";
  if (!existsSync(listed)) return 0;
  return readdirSync(listed).filter((name) => {
    try {
      return readlinkSync(join(listed, name)).startsWith(folder);
    } catch {
      return false; // closed by now
    }
  }).length;
}

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

describe("files that are sealed", () => {
  let folder: TemporaryFolder;
  let files: Files;
  let server: FastifyInstance;
  let log: ReturnType<typeof createMemoryLog>;
  const clock = createVirtualClock(Date.UTC(2026, 2, 2, 12));

  const close = async () => {
    files.stop();
    await server.close();
  };
  const open = async (keys: SealingKeys): Promise<void> => {
    log = createMemoryLog();
    const limits = { ...FILE_LIMITS, fileBytes: 20_000_000 };
    const parts = { folder: folder.path, limits, types: FILE_TYPES, clock, log, token: createTokens() };
    files = createFiles({ ...parts, keys, origin: () => ORIGIN });
    server = fastify();
    files.routes(server);
    await files.start();
  };
  const reopen = async (keys: SealingKeys): Promise<void> => {
    await close();
    await open(keys);
  };
  beforeEach(() => {
    folder = temporaryFolder("files-sealed");
  });
  afterEach(async () => {
    await close();
    folder.remove();
  });

  const take = async (text = TEXT, name = NAME): Promise<HostedFile> => {
    const taken = await files.take(
      { name },
      (async function* () {
        yield Buffer.from(text);
      })(),
    );
    if (taken.kind === "refused") throw new Error(taken.text);
    return taken.file;
  };
  const get = (file: HostedFile, range?: string) =>
    server.inject({ url: file.url.replace(ORIGIN, ""), headers: range === undefined ? {} : { range } });
  const names = (room: "content" | "links") => readdirSync(join(folder.path, room));
  const pathOf = (room: "content" | "links", at = 0) => join(folder.path, room, names(room)[at] ?? "");
  const resealAll = async (): Promise<number> => {
    for (let records = 0, step = 0; step < 100; step += 1) {
      const told = await files.reseal();
      records += told.records;
      if (told.share === 1) return records;
    }
    throw new Error("Sealing anew did not come to an end.");
  };
  /** What a thief of the disk finds of it: bytes, name, type, address. */
  const traces = (file: HostedFile): readonly string[] => {
    const token = /\/files\/([a-z2-7]+)\//u.exec(file.url)?.[1] ?? "";
    const all = readdirSync(folder.path, { recursive: true, withFileTypes: true });
    const read = all.map((one) => {
      const bytes = one.isFile() ? readFileSync(join(one.parentPath, one.name), "latin1") : "";
      return `${one.name} ${bytes}`;
    });
    return ["Wherefore", "Verona", "text/plain", token].filter((word) => read.some((text) => text.includes(word)));
  };

  it("are handed out as they were, and on the disk nothing tells of them", async () => {
    await open(NO_KEYS);
    expect(traces(await take())).to.have.lengthOf(4);
    await close();
    folder.remove();
    folder = temporaryFolder("files-sealed");
    await open(sealedWith(newKey()));
    const file = await take();
    expect(traces(file)).to.deep.equal([]);
    const answer = await get(file);
    expect(answer.rawPayload.equals(BYTES)).to.equal(true);
    expect(answer.headers).to.include({
      "content-length": String(BYTES.length),
      "content-type": "text/plain; charset=utf-8",
    });
    const brought = await files.open(file);
    expect(brought !== null && (await gathered(brought)).equals(BYTES)).to.equal(true);
  });

  it("are kept once, and gone when forgotten", async () => {
    await open(sealedWith(newKey()));
    const [one, two] = [await take(), await take(TEXT, "another name")];
    expect([names("content").length, names("links").length]).to.deep.equal([1, 2]);
    expect(await files.forget([one.url])).to.equal(1);
    expect([(await get(one)).statusCode, (await get(two)).statusCode]).to.deep.equal([404, 200]);
    expect(await files.forget([two.url])).to.equal(1);
    expect([...names("content"), ...names("links")]).to.deep.equal([]);
  });

  it("are read in parts, wherever those begin and end", async () => {
    await open(sealedWith(newKey()));
    const file = await take();
    const places = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES, BYTES.length - 1];
    for (const start of places) {
      for (const end of places.filter((place) => place >= start)) {
        const answer = await get(file, `bytes=${start}-${end}`);
        expect(answer.statusCode).to.equal(206);
        expect(answer.rawPayload.equals(BYTES.subarray(start, end + 1)), `${start}-${end}`).to.equal(true);
      }
    }
  });

  it("are told of without being opened, and closed again when whoever fetches them leaves", async () => {
    await open(sealedWith(newKey()));
    const file = await take(TEXT.repeat(20));
    await server.listen({ port: 0, host: "127.0.0.1" });
    const { port } = server.server.address() as AddressInfo;
    for (const method of ["HEAD", "GET"]) {
      const socket = connect(port, "127.0.0.1");
      socket.write(`${method} ${file.url.replace(ORIGIN, "")} HTTP/1.1\r\nHost: chat.example\r\n\r\n`);
      const [first] = (await once(socket, "data")) as [Buffer];
      expect(first.toString("latin1")).to.match(new RegExp(`^HTTP/1.1 200 .*content-length: ${file.bytes}\r\n`, "su"));
      if (method === "HEAD") expect(openFiles(folder.path)).to.equal(0);
      socket.destroy();
      await until("it to be closed", () => openFiles(folder.path) === 0);
    }
  });

  it("have the length they had, at every border of a piece", async () => {
    const room = createFolder(join(folder.path, "room"), createSealing(sealedWith(newKey())), "");
    await room.start();
    await open(NO_KEYS);
    for (const length of [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES]) {
      const bytes = randomBytes(length);
      await room.write(`n${length}`, bytes, 0);
      expect(await room.size(`n${length}`)).to.equal(length);
      expect((await room.read(`n${length}`))?.equals(bytes), `${length}`).to.equal(true);
    }
  });

  it("are refused when they were changed, cut, put together otherwise, or are another one", async () => {
    await open(NO_KEYS);
    const path = join(folder.path, "room");
    const room = createFolder(path, createSealing(sealedWith(newKey())), "");
    await room.start();
    for (const name of ["one", "other"]) await room.write(name, BYTES, 0);
    const [one = "", other = ""] = ["one", "other"].map((name) => join(path, room.entriesOf(name)[0] ?? ""));
    const whole = readFileSync(one);
    const pieces = [0, 1, 2].map((at) =>
      whole.subarray(at * (PIECE_BYTES + SEAL_BYTES), (at + 1) * (PIECE_BYTES + SEAL_BYTES)),
    );
    const [first = whole, second = whole] = pieces;
    const changed = Buffer.from(whole);
    changed[100] = (changed[100] ?? 0) ^ 1;
    for (const [what, bytes] of [
      ["changed in a byte", changed],
      ["cut at the border of a piece", Buffer.concat(pieces)],
      ["cut within a piece", whole.subarray(0, -1)],
      ["cut to almost nothing", whole.subarray(0, 10)],
      ["put together otherwise", Buffer.concat([second, first, whole.subarray(first.length + second.length)])],
      ["another one", readFileSync(other)],
    ] as const) {
      writeFileSync(one, bytes);
      const first10 = async () => gathered(room.stream("one", { start: 0, end: 9 }));
      for (const read of [() => room.read("one"), first10]) {
        expect(await read().catch((error: unknown) => error), what).to.be.instanceOf(SealingFault);
      }
    }
    writeFileSync(one, whole);
    expect((await room.read("one"))?.equals(BYTES)).to.equal(true);
  });

  it("are no answer when they are broken, and the log says which", async () => {
    await open(sealedWith(newKey()));
    const [file, whole] = [await take(), await take("as it was")];
    const path = pathOf(
      "content",
      names("content").findIndex((_, at) => readFileSync(pathOf("content", at)).length > 1_000),
    );
    truncateSync(path, 2 * (PIECE_BYTES + SEAL_BYTES));
    const answer = await get(file);
    expect([answer.statusCode, answer.json()]).to.deep.equal([500, { error: "This file cannot be read any more." }]);
    expect(log.records.map(({ event }) => event)).to.deep.equal(["files.broken"]);
    expect((await get(whole)).payload).to.equal("as it was");
  });

  it("keep the desk from starting without their key, which is named, and stay as they are", async () => {
    const key = newKey();
    await open(sealedWith(key));
    const file = await take();
    const before = [...names("content"), ...names("links")];
    for (const keys of [NO_KEYS, sealedWith(newKey()), sealedWith(newKey(), newKey())]) {
      await close();
      const outcome = await open(keys).catch((error: unknown) => error);
      expect(outcome).to.be.instanceOf(SealingFault);
      expect(String(outcome)).to.match(
        new RegExp(`sealed with the key ${createSealing(sealedWith(key)).current}, which`, "u"),
      );
    }
    await reopen(sealedWith(key));
    expect([...names("content"), ...names("links")]).to.deep.equal(before);
    expect((await get(file)).statusCode).to.equal(200);
  });

  it("are brought under a new key one by one, can be fetched all the while, and need the former key no more", async () => {
    const [first, second] = [newKey(), newKey()];
    await open(NO_KEYS);
    const all = [await take(), await take("a second one", "Verona 2"), await take(TEXT, "Verona 3")];
    const expectAll = async () => {
      for (const [at, file] of all.entries()) {
        expect((await get(file)).payload).to.equal(at === 1 ? "a second one" : TEXT);
        expect((await get(file, "bytes=2-5")).payload).to.equal((at === 1 ? "a second one" : TEXT).slice(2, 6));
      }
    };
    for (const [keys, alone] of [
      [sealedWith(first), sealedWith(first)],
      [sealedWith(second, first), sealedWith(second)],
      [sealedWith(null, second), NO_KEYS],
    ] as const) {
      await reopen(keys);
      await expectAll();
      expect((await files.reseal()).share).to.be.within(0.1, 0.9);
      await expectAll();
      await reopen(keys);
      expect(await resealAll()).to.equal(4);
      expect(await resealAll()).to.equal(0);
      await reopen(alone);
      await expectAll();
    }
    expect(traces(all[0] as HostedFile)).to.have.lengthOf(4);
  });

  it("are forgotten in the middle of that, under whichever key they are", async () => {
    const [first, second] = [newKey(), newKey()];
    await open(sealedWith(first));
    const [one, two] = [await take(), await take("a second one")];
    await reopen(sealedWith(second, first));
    await files.reseal();
    await files.reseal();
    expect(await files.forget([one.url, two.url])).to.equal(2);
    await resealAll();
    expect([...names("content"), ...names("links")]).to.deep.equal([]);
  });

  it("are looked through and forgotten when they are too old, whatever key they have", async () => {
    const [first, second] = [newKey(), newKey()];
    await open(sealedWith(first));
    const old = await take();
    clock.advanceNow(FILE_LIMITS.fileDays * 86_400_000);
    await reopen(sealedWith(second, first));
    const young = await take("a second one");
    expect((await get(old)).statusCode).to.equal(404);
    await reopen(sealedWith(second, first));
    expect([names("content").length, names("links").length]).to.deep.equal([2, 1]);
    expect((await get(young)).statusCode).to.equal(200);
  });
});
