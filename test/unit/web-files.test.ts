/** Files on the web network: brought by HTTP, said in a line, shown by the page; and everything that is not taken. */
import { request as httpRequest } from "node:http";
import { expect } from "chai";
import { web } from "../../adapters/web/index.ts";
import type { ServerFrameOf } from "../../adapters/web/pages/protocol.ts";
import type { Adapter } from "../../src/adapter.ts";
import { fileWords, type HostedFile, type InboundOf, type OutboundOf } from "../../src/core/model.ts";
import type { FileLimits, Files } from "../../src/files.ts";
import { TestContext } from "../support/adapter-context.ts";
import { shelve } from "../support/file-shelf.ts";
import { picture, TELLTALE } from "../support/pictures.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until, within } from "../support/wait.ts";
import { signIn, WebPerson } from "../support/web-person.ts";

const STEADY = new AbortController().signal;

interface Uploaded {
  readonly status: number;
  readonly id?: string;
  readonly error?: string;
  readonly file?: { readonly path: string; readonly kind: string };
}

describe("web files", function () {
  this.timeout(20_000);
  let context: TestContext;
  let adapter: Adapter;
  let folder: TemporaryFolder;
  let files: Files | null;
  const people: WebPerson[] = [];

  async function desk(limits: Partial<FileLimits> | null = {}, section: object = {}): Promise<void> {
    context = new TestContext({ network: "web", handles: ["support"], desk: "desk", alias: null });
    context.passwords.set("ada", "correct-horse");
    folder = temporaryFolder("web-files");
    files = limits === null ? null : shelve(context, folder.path, limits);
    adapter = web.create(web.parseConfig(section), context);
    await files?.start();
    await context.listen();
    await adapter.start(STEADY);
  }
  afterEach(async () => {
    for (const person of people.splice(0)) person.close();
    files?.stop();
    await adapter.stop();
    await context.close();
    folder.remove();
  });

  async function visitor(options: { cookie?: string; csr?: boolean } = {}): Promise<WebPerson> {
    const person = await WebPerson.open({ url: `${context.url}/`, desk: "support", ...options });
    people.push(person);
    return person;
  }
  async function upload(
    person: WebPerson | null,
    body: Uint8Array,
    more: Record<string, string> = {},
  ): Promise<Uploaded> {
    const answer = await fetch(`${context.url}/${more.path ?? "upload"}`, {
      method: "POST",
      headers: {
        "content-type": "application/octet-stream",
        "x-file-name": encodeURIComponent("my bill.png"),
        origin: more.origin ?? context.url,
        cookie: person?.cookie ?? "",
      },
      body: body as Uint8Array<ArrayBuffer>,
    });
    return { status: answer.status, ...((await answer.json()) as object) };
  }
  const say = (person: WebPerson, file: string | null, text = "") =>
    person.send({ kind: "line", desk: "support", text, choice: null, file });
  const heard = async (): Promise<InboundOf<"message">> => await context.next("message");

  it("are cleaned, and said by their line, with words or alone", async () => {
    await desk();
    const person = await visitor();
    expect(person.welcome?.fileBytes).to.equal(1_000_000);
    expect(person.welcome?.fileTypes).to.include("image/png");
    const first = await upload(person, picture());
    expect(first).to.deep.include({ status: 200 });
    say(person, first.id ?? "");
    await person.next("ack");
    const alone = await heard();
    expect(alone.file).to.deep.include({ name: "my bill.png", type: "image/png", kind: "image", width: 1, height: 1 });
    expect(alone.text).to.equal(fileWords(alone.file as HostedFile));
    const kept = await (await fetch(alone.file?.url ?? "")).bytes();
    expect(Buffer.from(kept).toString("latin1")).not.to.contain(TELLTALE);
    say(person, first.id ?? "", "Here it is:");
    expect((await heard()).text).to.match(/^Here it is:\nmy bill\.png \(69 bytes\): http/u);
  });
  it("are shown in the person's other windows, and to whoever is sent one", async () => {
    await desk();
    const person = await visitor();
    const second = await visitor({ cookie: person.cookie });
    const { id = "", file } = await upload(person, picture());
    say(person, id);
    const own = await second.next("own");
    expect(own.file).to.deep.include({ path: file?.path, said: 0 });
    const said = await heard();
    const outbound: OutboundOf<"message"> = {
      ...{ kind: "message", key: "k-1-1", from: "support", to: said.from, device: null, conversation: null },
      ...{ text: said.text, file: said.file ?? null, choices: [], replyTo: null, sentAt: 1, nick: null },
      ...{ language: null, notice: false },
    };
    void adapter.send(outbound, STEADY);
    const line: ServerFrameOf<"line"> = await person.next("line");
    expect(line.file).to.deep.include({ kind: "image", path: file?.path, said: 0, voice: false });
  });
  it("can be said again after the answer was lost, and by nobody else", async () => {
    await desk();
    const [person, stranger] = [await visitor(), await visitor()];
    const { id = "" } = await upload(person, picture());
    say(stranger, id);
    expect(await stranger.next("refused")).to.deep.include({ reason: "item-not-found" });
    const line = say(person, id);
    await person.next("ack");
    person.link.send({ kind: "line", id: line, desk: "support", text: "", choice: null, file: id });
    await person.next("ack");
    expect(context.inbounds.all.filter(({ kind }) => kind === "message")).to.have.length(1);
  });
  it("are brought by CSRs to a door of their own", async () => {
    await desk();
    const { cookie } = await signIn(`${context.url}/`, "ada", "correct-horse");
    const ada = await visitor({ cookie: cookie ?? "", csr: true });
    expect((await upload(ada, picture(), { path: "csr/upload" })).status).to.equal(200);
    expect((await upload(ada, picture())).status, "as a visitor").to.equal(401);
  });

  describe("are not taken, and it is said why:", () => {
    it("from foreign pages, from who has no page open, without a name", async () => {
      await desk();
      const person = await visitor();
      expect((await upload(person, picture(), { origin: "https://evil.example" })).status).to.equal(403);
      expect((await upload(null, picture())).status).to.equal(401);
      const nameless = await fetch(`${context.url}/upload`, {
        method: "POST",
        headers: { "content-type": "application/octet-stream", origin: context.url, cookie: person.cookie },
        body: "x",
      });
      expect(nameless.status).to.equal(400);
    });
    it("when they are too large, however long they go on", async () => {
      await desk({ fileBytes: 1_000 });
      const person = await visitor();
      const large = await upload(person, Buffer.alloc(100_000));
      expect(large.status).to.equal(413);
      const status = await within(
        5_000,
        "an answer",
        new Promise<number>((resolve, reject) => {
          const endless = httpRequest(`${context.url}/upload`, {
            method: "POST",
            headers: {
              ...{ "content-type": "application/octet-stream", "x-file-name": "a", origin: context.url },
              ...{ cookie: person.cookie, "transfer-encoding": "chunked" },
            },
          });
          endless.on("response", (answer) => {
            resolve(answer.statusCode ?? 0);
            endless.destroy();
          });
          endless.on("error", reject);
          for (let n = 0; n < 5; n += 1) endless.write(Buffer.alloc(400));
        }),
      );
      expect(status).to.equal(413);
    });
    it("when they are of another kind", async () => {
      await desk();
      const answer = await upload(await visitor(), Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"));
      expect(answer).to.deep.include({ status: 415 });
      expect(answer.error).to.contain("JPEG, PNG");
    });
    it("when one person sends too many, at once or in an hour", async () => {
      await desk({ filesPerHour: 3 }, { uploadsAtOnce: 1 });
      const person = await visitor();
      const [first, second] = await Promise.all([upload(person, picture()), upload(person, picture())]);
      expect([first.status, second.status].sort()).to.deep.equal([200, 503]);
      await upload(person, picture());
      await upload(person, picture());
      const last = await upload(person, picture());
      expect(last).to.deep.include({ status: 413 });
      expect(last.error).to.contain("at most 3 files an hour");
    });
    it("when too many come from one place", async () => {
      await desk({}, { uploadsPerMinute: 2 });
      const [one, other] = [await visitor(), await visitor()];
      await upload(one, picture());
      await upload(other, picture());
      expect(await upload(await visitor(), picture())).to.deep.include({ status: 429 });
    });
    it("when too many come from one place slowly, and not any more once they have ended", async () => {
      await desk({}, { uploadsPerClient: 1 });
      const [slow, other] = [await visitor(), await visitor()];
      const held = httpRequest(`${context.url}/upload`, {
        method: "POST",
        headers: {
          ...{ "content-type": "application/octet-stream", "x-file-name": "a", origin: context.url },
          ...{ cookie: slow.cookie, "content-length": "50000" },
        },
      });
      held.on("error", () => undefined);
      held.write(picture());
      await until("the other to wait", async () => (await upload(other, picture())).status === 429);
      held.destroy();
      await until("its turn", async () => (await upload(other, picture())).status === 200);
    });
    it("when this desk takes none", async () => {
      await desk(null);
      const person = await visitor();
      expect(person.welcome?.fileBytes).to.equal(0);
      expect(await upload(person, new Uint8Array(0))).to.deep.include({ error: "Files are not taken here." });
    });
  });

  it("leave nothing behind when they are cancelled on the way", async () => {
    await desk();
    const person = await visitor();
    const cancelled = httpRequest(`${context.url}/upload`, {
      method: "POST",
      headers: {
        ...{ "content-type": "application/octet-stream", "x-file-name": "a", origin: context.url },
        ...{ cookie: person.cookie, "content-length": "50000" },
      },
    });
    cancelled.on("error", () => undefined);
    cancelled.write(picture());
    await until("the request to be under way", () => cancelled.socket !== null && !cancelled.socket.connecting);
    cancelled.destroy();
    await until("the end of it", () => context.logs.some(({ event }) => event === "web.upload.cancelled"));
    expect([...context.stored.keys()].filter((key) => key.startsWith("upload/"))).to.deep.equal([]);
    expect((await upload(person, picture())).status).to.equal(200);
  });
});
