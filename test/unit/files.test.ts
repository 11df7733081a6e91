/** What becomes of files that people send: cleaned, kept under their content, handed out under addresses nobody can guess. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fastify, { type FastifyInstance } from "fastify";
import { createTokens } from "../../src/engine/tokens.ts";
import { cleanWebp } from "../../src/files/chunks.ts";
import { examine } from "../../src/files/examine.ts";
import { FILE_TYPES } from "../../src/files/formats.ts";
import { cleanJpeg } from "../../src/files/jpeg.ts";
import { createFiles, type Files } from "../../src/files.ts";
import { createMemoryLog } from "../../src/log.ts";
import { photo, picture, TELLTALE, webp } from "../support/pictures.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

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
    const parts = { folder: folder.path, limits, types, clock, log: createMemoryLog(), token: createTokens() };
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
});
