/** What becomes of files that people send: cleaned, kept under their content, handed out under addresses nobody can guess. */
import { readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fastify, { type FastifyInstance } from "fastify";
import type { TakenFile } from "../../src/adapter.ts";
import type { Address } from "../../src/core/model.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import { cleanWebp } from "../../src/files/chunks.ts";
import { examine } from "../../src/files/examine.ts";
import { FILE_TYPES } from "../../src/files/formats.ts";
import { cleanJpeg } from "../../src/files/jpeg.ts";
import { createFiles, type Files } from "../../src/files.ts";
import { createMemoryLog, type MemoryLogger } from "../../src/log.ts";
import { mp3 } from "../support/media.ts";
import { photo, picture, TELLTALE, webp } from "../support/pictures.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";
import { until } from "../support/wait.ts";

const NOON = Date.UTC(2026, 2, 2, 12);
const DAY_MS = 86_400_000;

describe("a file that is taken", () => {
  it("is a PNG without texts, Exif, time, and what stands behind its end", () => {
    const examined = examine(Buffer.from(picture()));
    expect(examined?.type).to.equal("image/png");
    const text = examined?.bytes.toString("latin1") ?? "";
    for (const word of [TELLTALE, "tEXt", "eXIf", "tIME"]) expect(text).not.to.contain(word);
    for (const word of ["IHDR", "IDAT", "IEND"]) expect(text).to.contain(word);
    expect(examine(examined?.bytes ?? Buffer.alloc(0))?.bytes.equals(examined?.bytes ?? Buffer.alloc(0))).to.equal(
      true,
    );
  });
  it("is a JPEG without Exif, XMP, IPTC, comments, and what stands behind its end", () => {
    const examined = examine(photo(1));
    expect(examined?.type).to.equal("image/jpeg");
    const text = examined?.bytes.toString("latin1") ?? "";
    for (const word of [TELLTALE, "Exif", "xap", "Photoshop"]) expect(text).not.to.contain(word);
    for (const word of ["JFIF", "ICC_PROFILE", "\u00124\u00ff\u0000\u00ff\u00d0Vx"]) expect(text).to.contain(word);
    expect(examined?.bytes.subarray(-2).toString("hex")).to.equal("ffd9");
  });
  it("is a JPEG that still knows which side is up", () => {
    const cleaned = cleanJpeg(photo(6))?.bytes ?? Buffer.alloc(0);
    const exif = cleaned.indexOf("Exif\0\0");
    expect(cleaned.subarray(exif + 6, exif + 8).toString()).to.equal("MM");
    expect(cleaned.readUInt16BE(exif + 6 + 18)).to.equal(6);
    expect(cleaned.toString("latin1")).not.to.contain(TELLTALE);
    expect(cleanJpeg(cleaned)?.bytes.equals(cleaned)).to.equal(true);
  });
  it("is a WebP without Exif and XMP", () => {
    const flags = Buffer.from([0x0c | 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const told = Buffer.from(TELLTALE);
    const examined = examine(
      webp([
        ["VP8X", flags],
        ["ALPH", Buffer.from("a")],
        ["VP8 ", told.subarray(0, 3)],
        ["EXIF", told],
        ["XMP ", told],
        ["????", told],
      ]),
    );
    expect(examined?.type).to.equal("image/webp");
    expect(
      examined?.bytes.equals(
        webp([
          ["VP8X", Buffer.from([0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
          ["ALPH", Buffer.from("a")],
          ["VP8 ", told.subarray(0, 3)],
        ]),
      ),
    ).to.equal(true);
  });
  for (const [what, bytes, type] of [
    ["PDF", "%PDF-1.7\n", "application/pdf"],
    ["plain text", "two lines\nof “words”", "text/plain"],
  ] as const) {
    it(`is ${what}`, () => expect(examine(Buffer.from(bytes))?.type).to.equal(type));
  }
  for (const [what, bytes] of [
    ["SVG", "<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ["HTML", "\uFEFF \n<!doctype html><script>1</script>"],
    ["a program", "\u007fELF\u0001\u0000"],
    ["an archive", "PK\u0003\u0004"],
    ["nothing", ""],
  ] as const) {
    it(`is not ${what}`, () => expect(examine(Buffer.from(bytes))).to.equal(null));
  }
  it("is not half a picture, wherever it is cut", () => {
    for (const whole of [photo(6).subarray(0, -TELLTALE.length), webp([["VP8 ", Buffer.from("abc")]])]) {
      for (let end = 0; end < whole.length - 1; end += 1) {
        expect([cleanJpeg, cleanWebp].map((clean) => clean(whole.subarray(0, end)))).to.deep.equal([null, null]);
      }
    }
    const png = Buffer.from(picture()).subarray(0, -TELLTALE.length);
    for (let end = 8; end < png.length; end += 1) expect(examine(png.subarray(0, end))).to.equal(null);
  });
});

describe("the desk's files", () => {
  let folder: TemporaryFolder;
  let files: Files;
  let log: MemoryLogger;
  let server: FastifyInstance;
  const clock = createVirtualClock(NOON);
  const LIMITS = {
    fileBytes: 1_000,
    fileStoreMegabytes: 1,
    fileDays: 10,
    filesAtOnce: 2,
    filesPerHour: 5,
    fileMegabytesPerHour: 1,
    fileDiskReserveMegabytes: 0,
  };

  const open = async (types = FILE_TYPES, limits = LIMITS) => {
    log = createMemoryLog();
    const parts = { folder: folder.path, limits, types, clock, log, token: createTokens() };
    files = createFiles({ ...parts, origin: () => "https://chat.example" });
    await files.start();
    server = fastify();
    files.routes(server);
  };
  beforeEach(async () => {
    folder = temporaryFolder("files");
    await open();
  });
  afterEach(async () => {
    files.stop();
    await server.close();
    folder.remove();
  });

  async function* inPieces(bytes: Uint8Array) {
    for (let start = 0; start < bytes.length; start += 7) yield bytes.subarray(start, start + 7);
  }
  const take = async (name: string, bytes: Uint8Array = picture()) => {
    const taken = await files.take({ name }, inPieces(bytes));
    if (taken.kind === "refused") throw new Error(taken.text);
    return taken;
  };
  const get = (url: string) => server.inject({ url: url.replace("https://chat.example", "") });

  it("are handed out to be saved, not to be shown or run", async () => {
    const { file, words } = await take("my bill.png");
    expect(words).to.equal(`my bill.png (69 bytes): ${file.url}`);
    expect(file.url).to.match(/^https:\/\/chat\.example\/files\/[a-z2-7]{32}\/my%20bill\.png$/u);
    const answer = await get(file.url);
    expect(answer.statusCode).to.equal(200);
    expect(answer.rawPayload.length).to.equal(file.bytes);
    expect(answer.headers).to.include({
      "content-type": "image/png",
      "content-disposition": "attachment; filename*=UTF-8''my%20bill.png",
      "content-security-policy": "sandbox; default-src 'none'",
    });
  });
  it("are there without their name as well, which may say too much", async () => {
    const { file } = await take("card 4111.png");
    const answer = await get(file.url.replace("card%204111.png", "file.png"));
    expect(answer.statusCode).to.equal(200);
    expect(answer.headers["content-disposition"]).to.equal("attachment; filename*=UTF-8''file.png");
    expect((await get(file.url.replace("card%204111.png", "file.jpg"))).statusCode).to.equal(404);
  });
  it("are not there under another name or token", async () => {
    const { file } = await take("a.png");
    for (const url of [
      file.url.replace("a.png", "b.png"),
      file.url.replace(/[a-z2-7]{32}/u, "a".repeat(32)),
      "/files/..%2Flinks/a.png",
      "/files/__proto__/a.png",
    ]) {
      expect((await get(url)).statusCode).to.equal(404);
    }
  });
  it("bear a name that deceives nobody, with the ending of what they are", async () => {
    for (const [claimed, name] of [
      ["../../etc/passwd", "etc passwd.png"],
      ["photo\u202egnp.exe", "photo gnp.png"],
      ["<b>.svg", "b.png"],
      ["", "file.png"],
      [`${"x".repeat(300)}.png`, `${"x".repeat(80)}.png`],
    ] as const) {
      expect((await take(claimed)).file.name).to.equal(name);
    }
  });
  it("are kept once, with an address for each sending", async () => {
    const [one, two] = [await take("a.png"), await take("a.png")];
    expect(one.file.url).not.to.equal(two.file.url);
    expect(readdirSync(join(folder.path, "content"))).to.have.lengthOf(1);
  });
  it("are refused in words when too large, without reading on", async () => {
    let read = 0;
    async function* endless() {
      for (;;) {
        read += 400;
        yield Buffer.alloc(400);
      }
    }
    const taken = await files.take({ name: "a" }, endless());
    expect(taken).to.deep.include({ kind: "refused", reason: "policy-violation" });
    expect(read).to.equal(1_200);
  });
  it("are refused in words when of another kind", async () => {
    const taken = await files.take({ name: "a.svg" }, inPieces(Buffer.from("<svg/>")));
    expect(taken).to.deep.include({ kind: "refused", reason: "not-acceptable" });
    expect(readdirSync(join(folder.path, "content"))).to.deep.equal([]);
  });
  it("outlive a restart, and are forgotten when too old", async () => {
    const { file } = await take("a.png");
    files.stop();
    await server.close();
    await open();
    expect((await get(file.url)).statusCode).to.equal(200);
    files.stop();
    await server.close();
    clock.advanceNow(11 * DAY_MS);
    await open();
    expect((await get(file.url)).statusCode).to.equal(404);
    expect(readdirSync(join(folder.path, "links"))).to.deep.equal([]);
  });
  it("are looked through again after a time when that failed; what is just being written is left alone", async () => {
    const { file } = await take("a.png");
    const links = join(folder.path, "links");
    renameSync(links, `${links}-away`);
    await clock.advance(7 * 3_600_000);
    await until("the sweep has failed", () => log.records.some(({ event }) => event === "files.sweep.failed"));
    renameSync(`${links}-away`, links);
    const part = `${"a".repeat(32)}.json.x.part`;
    writeFileSync(join(links, part), "{");
    const now = new Date(clock.now() + 1_000 * DAY_MS);
    utimesSync(join(links, part), now, now);
    await clock.advance(11 * DAY_MS);
    await until("the old link is forgotten", async () => {
      await clock.advance(7 * 3_600_000);
      return (await get(file.url)).statusCode === 404;
    });
    expect(readdirSync(links)).to.deep.equal([part]);
  });
  it("are not there when their content was lost", async () => {
    const { file } = await take("a.png");
    rmSync(join(folder.path, "content"), { recursive: true });
    expect((await get(file.url)).statusCode).to.equal(404);
  });
  it("know what they are shown as, and that a sound is a voice message", async () => {
    files.stop();
    await server.close();
    await open(FILE_TYPES, { ...LIMITS, fileBytes: 10_000 });
    const sound = await files.take({ name: "note", voice: true }, inPieces(mp3()));
    expect(sound.kind === "taken" && sound.file).to.deep.include({ kind: "audio", durationMs: 261, voice: true });
    const taken = await files.take({ name: "a.png", voice: true }, inPieces(picture()));
    expect(taken.kind === "taken" && taken.file).to.deep.include({ kind: "image", width: 1, height: 1 });
    expect(taken.kind === "taken" && taken.file).not.to.have.property("voice");
  });
  it("are given to networks that bring them on, as long as they are kept", async () => {
    const { file } = await take("a.png");
    const parts: Uint8Array[] = [];
    for await (const part of (await files.open(file)) ?? []) parts.push(part);
    expect(Buffer.concat(parts).length).to.equal(file.bytes);
    expect(await files.open({ ...file, url: file.url.replace(/[a-z2-7]{32}/u, "a".repeat(32)) })).to.equal(null);
    expect(await files.open({ ...file, url: "https://elsewhere.example/a.png" })).to.equal(null);
  });
  it("are handed out in the parts that players ask for", async () => {
    const { file } = await take("a.png");
    const path = file.url.replace("https://chat.example", "");
    for (const [range, status, told] of [
      ["bytes=0-9", 206, "bytes 0-9/69"],
      ["bytes=60-", 206, "bytes 60-68/69"],
      ["bytes=-9", 206, "bytes 60-68/69"],
      ["bytes=60-100", 206, "bytes 60-68/69"],
      ["bytes=69-", 416, "bytes */69"],
      ["bytes=0-1,5-6", 200, undefined],
      ["lines=1", 200, undefined],
    ] as const) {
      const answer = await server.inject({ url: path, headers: { range } });
      expect([answer.statusCode, answer.headers["content-range"]], range).to.deep.equal([status, told]);
      const expected = status === 206 ? (range === "bytes=0-9" ? 10 : 9) : status === 200 ? 69 : 0;
      expect(answer.rawPayload.length, range).to.equal(expected);
    }
  });

  describe("are refused in words", () => {
    const from = { network: "web", id: "anna" };
    const reopen = async (...how: Parameters<typeof open>) => {
      files.stop();
      await server.close();
      await open(...how);
    };
    const send = (who: Address | null = from) =>
      files.take({ name: "a.png", ...(who === null ? {} : { from: who }) }, inPieces(picture()));
    const told = async (taking: Promise<TakenFile>) => {
      const taken = await taking;
      return taken.kind === "refused" ? `${taken.reason}: ${taken.text}` : "taken";
    };

    it("when one person sends too many in an hour, and not when others do", async () => {
      for (let n = 0; n < 5; n += 1) expect(await told(send())).to.equal("taken");
      expect(await told(send())).to.match(/^policy-violation: .* at most 5 files an hour\. .* in 60 min\.$/u);
      expect(await told(send({ network: "web", id: "bert" }))).to.equal("taken");
      clock.advanceNow(3_600_000);
      expect(await told(send())).to.equal("taken");
    });
    it("when one person sends too much in an hour, taken or not", async () => {
      await reopen(FILE_TYPES, { ...LIMITS, fileBytes: 1_000_000, filesPerHour: 100 });
      const large = Buffer.alloc(600_000);
      await files.take({ name: "a", from }, inPieces(large));
      await files.take({ name: "a", from }, inPieces(large));
      expect(await told(send())).to.contain("at most 1 MB an hour");
    });
    it("when the shelf is full, however many come at once", async () => {
      await reopen(FILE_TYPES, { ...LIMITS, fileBytes: 1_000_000, filesAtOnce: 10 });
      const text = (n: number) => Buffer.from(String(n).repeat(400_000));
      const all = await Promise.all([1, 2, 3, 4].map((n) => told(files.take({ name: "a" }, inPieces(text(n))))));
      expect(all.filter((one) => one === "taken").length).to.equal(2);
      expect(all.find((one) => one !== "taken")).to.match(/^resource-constraint: There is no room/u);
    });
    it("when the disk has no more to spare", async () => {
      await reopen(FILE_TYPES, { ...LIMITS, fileDiskReserveMegabytes: 1_000_000_000 });
      expect(await told(send())).to.match(/^resource-constraint: There is no room/u);
    });
    it("when many arrive at the same time", async () => {
      const gate = Promise.withResolvers<void>();
      async function* slow() {
        await gate.promise;
        yield picture();
      }
      const first = [files.take({ name: "a" }, slow()), files.take({ name: "b" }, slow())];
      expect(await told(send())).to.match(/^resource-constraint: Many files/u);
      gate.resolve();
      expect((await Promise.all(first)).map(({ kind }) => kind)).to.deep.equal(["taken", "taken"]);
      expect(await told(send())).to.equal("taken");
    });
    it("when this desk does not take their kind, which is named", async () => {
      await reopen(["image/jpeg", "application/pdf"]);
      expect(await told(send(null))).to.match(/^not-acceptable: .* These are: JPEG, PDF\.$/u);
    });
    it("when this desk takes none at all", async () => {
      await reopen([]);
      expect(files.maxBytes).to.equal(0);
    });
  });
});
