/** Visitors of the web network, over real WebSockets: who they are, their windows, what they may not do. */
import { expect } from "chai";
import { WebSocket } from "ws";
import { web } from "../../adapters/web/index.ts";
import { CLOSE } from "../../adapters/web/pages/protocol.ts";
import type { Adapter, HistoryLine } from "../../src/adapter.ts";
import { ACCEPTED, type Address, type Outbound } from "../../src/core/model.ts";
import { TestContext } from "../support/adapter-context.ts";
import { until, within } from "../support/wait.ts";
import { visitorCookie, WebPerson } from "../support/web-person.ts";

const STEADY = new AbortController().signal;

describe("web visitors", function () {
  this.timeout(20_000);
  let context: TestContext;
  let adapter: Adapter;
  let url: string;
  const people: WebPerson[] = [];
  let keys = 0;

  async function desk(section: object = {}): Promise<void> {
    context = new TestContext({ network: "web", handles: ["support", "billing"], desk: "desk", alias: null });
    adapter = web.create(web.parseConfig(section), context);
    await context.listen();
    await adapter.start(STEADY);
    url = `${context.url}/`;
  }
  async function visitor(options: { cookie?: string; desk?: string; token?: string } = {}): Promise<WebPerson> {
    const person = await WebPerson.open({ url, desk: "support", ...options });
    people.push(person);
    return person;
  }
  const addressOf = (person: WebPerson): Address => ({ network: "web", id: person.welcome?.self ?? "" });
  function message(to: Address, text: string, more: object = {}): Outbound {
    keys += 1;
    const base = {
      key: `t-${keys}-0`,
      from: "support",
      to,
      device: null,
      conversation: null,
      kind: "message",
    } as const;
    return { ...base, text, choices: [], replyTo: null, sentAt: 1, nick: null, language: null, notice: false, ...more };
  }
  /** Every socket that knocks with these headers: the status it is answered with, or "open". */
  function knock(path: string, headers: Record<string, string>): Promise<number | "open"> {
    const socket = new WebSocket(new URL(path, url).href.replace("http", "ws"), { headers });
    return new Promise((resolve) => {
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
      socket.on("error", () => resolve(0));
      socket.on("open", () => {
        socket.terminate();
        resolve("open");
      });
    });
  }

  beforeEach(() => desk());
  afterEach(async () => {
    for (const person of people.splice(0)) {
      person.close();
    }
    await adapter.stop();
    await context.close();
  });

  describe("who they are", () => {
    it("is a token that scripts cannot read, and an address that is not the token", async () => {
      const answer = await fetch(new URL("chat", url));
      expect(answer.headers.getSetCookie()[0]).to.match(
        /^frontdesk_visitor=[\w-]{43}; Path=\/; Max-Age=2592000; SameSite=Lax; HttpOnly$/,
      );
      const person = await visitor();
      expect(person.welcome?.self).to.match(/^visitor-[a-z2-7]{20}$/);
      expect(person.welcome).to.include({ role: "visitor", desk: "support", token: null });
      expect(person.cookie).to.not.contain(person.welcome?.self ?? "?");
    });
    it("stays the same over a reload, and is another for another browser", async () => {
      const first = await visitor();
      const again = await visitor({ cookie: first.cookie });
      const other = await visitor();
      expect(again.welcome?.self).to.equal(first.welcome?.self);
      expect(other.welcome?.self).to.not.equal(first.welcome?.self);
      const answer = await fetch(new URL("chat", url), { headers: { cookie: first.cookie } });
      expect(answer.headers.getSetCookie()[0]).to.contain(first.cookie);
    });
    it("is a token of the page where the browser takes no cookie, as in a foreign frame", async () => {
      const first = await visitor({ cookie: "" });
      const token = first.welcome?.token ?? "";
      expect(token).to.match(/^[\w-]{43}$/);
      const again = await visitor({ cookie: "", token });
      expect(again.welcome).to.include({ self: first.welcome?.self, token: null });
    });
    it("leaves nothing behind for looking, and no secret for talking", async () => {
      const person = await visitor();
      expect([...context.stored.keys()]).to.deep.equal([]);
      person.say("support", "hello");
      await person.next("ack");
      const stored = JSON.stringify([...context.stored]);
      expect(stored).to.contain(person.welcome?.self);
      expect(stored).to.not.contain(person.cookie.split("=")[1]);
    });
    it("is told to the desk with their software and language", async () => {
      const person = await visitor();
      person.send({ kind: "open", desk: "support" });
      const { software } = await context.next("software", addressOf(person));
      expect(software).to.include({ protocol: "web", name: "Chrome", os: "Linux" });
      expect(await context.next("arrival", addressOf(person))).to.include({ to: "support", language: "en" });
      person.send({ kind: "end", desk: "support" });
      expect(await context.next("departure", addressOf(person))).to.include({ to: "support" });
    });
  });

  describe("an invitation", () => {
    const token = "abcdefgh234567ab";

    it("leads to the chat without being used by whoever merely looks at the link", async () => {
      for (const [path, target] of [
        [`continue/${token}`, `/chat#continue=${token}`],
        ["continue/..%2f..%2fcsr", "/chat"],
      ] as const) {
        const answer = await fetch(new URL(path, url), { redirect: "manual" });
        expect([answer.status, answer.headers.get("location")], path).to.deep.equal([302, target]);
      }
      expect(context.stored.size, "nothing is left behind").to.equal(0);
    });

    it("is brought to the desk by the page, which then shows what was said elsewhere", async () => {
      const person = await visitor();
      await person.next("history");
      const id = person.send({ kind: "continue", desk: "support", token });
      expect(await context.next("arrival", addressOf(person))).to.include({ to: "support", token });
      expect(await person.next("ack")).to.include({ id });
      expect(await person.next("history")).to.include({ desk: "support" });
    });
  });

  it("get of a long history the newest that their connection can hold, so that a slow one is not cut for it", async () => {
    await adapter.stop();
    await context.close();
    await desk({ bufferedBytes: 65_536 });
    const line = (n: number): HistoryLine => ({
      id: `line-${n}`,
      own: false,
      text: "x".repeat(10_000),
      edited: false,
      retracted: false,
      nick: null,
      notice: false,
      choices: [],
      at: n,
      state: "received",
    });
    context.histories.set(
      "support",
      Array.from({ length: 20 }, (_, n) => line(n)),
    );
    const { lines } = await (await visitor()).next("history");
    expect(JSON.stringify(lines).length).to.be.below(65_536 / 2);
    expect(lines.map(({ id }) => id)).to.deep.equal(["line-17", "line-18", "line-19"]);
  });

  describe("several windows", () => {
    it("show the same, whichever was written in", async () => {
      const first = await visitor();
      const second = await visitor({ cookie: first.cookie });
      const id = first.say("support", "typed in the first");
      await first.next("ack");
      expect(await second.next("own")).to.include({ id, text: "typed in the first" });
      await adapter.send(message(addressOf(first), "to both"), STEADY);
      for (const window of [first, second]) {
        expect((await window.next("line")).text).to.equal("to both");
      }
      first.send({ kind: "edit", desk: "support", of: id, text: "changed" });
      expect(await second.next("edit")).to.include({ key: null, of: id, text: "changed" });
      expect(first.frames.some(({ kind }) => kind === "own" || kind === "edit")).to.equal(false);
    });
    it("of another handle are not told", async () => {
      const support = await visitor();
      const billing = await visitor({ cookie: support.cookie, desk: "billing" });
      await adapter.send(message(addressOf(support), "from support"), STEADY);
      await adapter.send(message(addressOf(support), "from billing", { from: "billing" }), STEADY);
      expect((await billing.next("line")).text).to.equal("from billing");
      expect(billing.frames.all.filter(({ kind }) => kind === "line")).to.have.length(1);
    });
    it("count as reached when one of them has it, and it is delivered once", async () => {
      const first = await visitor();
      const second = await visitor({ cookie: first.cookie });
      second.acknowledges = false;
      const outbound = message(addressOf(first), "hello");
      expect(await adapter.send(outbound, STEADY)).to.deep.equal({ kind: "accepted", id: null });
      const receipt = await context.next("receipt", addressOf(first));
      expect(receipt).to.include({ of: outbound.key, state: "delivered" });
      second.link.send({ kind: "got", key: outbound.key });
      second.say("support", "fence");
      await second.next("ack");
      expect(context.inbounds.all.filter(({ kind }) => kind === "receipt")).to.have.length(1);
    });
    it("that open while a line is unanswered get it too", async () => {
      const first = await visitor();
      first.acknowledges = false;
      const sending = adapter.send(message(addressOf(first), "are you there?"), STEADY);
      await first.next("line");
      const second = await visitor({ cookie: first.cookie });
      expect((await second.next("line")).text).to.equal("are you there?");
      expect((await sending).kind).to.equal("accepted");
    });
    it("are limited; the oldest one gives way", async () => {
      await adapter.stop();
      await context.close();
      await desk({ connectionsPerPerson: 2 });
      const first = await visitor();
      await visitor({ cookie: first.cookie });
      await visitor({ cookie: first.cookie });
      await until("the first window to sleep", () => first.link.state === "elsewhere");
    });
  });

  describe("lines", () => {
    it("wait while nobody is here, and go when somebody is", async () => {
      const person = await visitor();
      person.say("support", "hello");
      await person.next("ack");
      person.cut();
      await until("the window to be gone", async () => {
        const outcome = await adapter.send(message(addressOf(person), "later"), STEADY);
        return outcome.kind === "deferred" && outcome.reason === "recipient-unavailable";
      });
      const before = context.reached.all.length;
      person.heal();
      await until("the desk to know that they are back", () => context.reached.all.length > before);
      expect((await adapter.send(message(addressOf(person), "now"), STEADY)).kind).to.equal("accepted");
    });
    it("that were sent again because the answer was lost are heard once and answered again", async () => {
      const person = await visitor();
      const id = person.say("support", "only once");
      await person.next("ack");
      person.link.send({ kind: "line", id, desk: "support", text: "only once", choice: null, file: null });
      await person.next("ack");
      expect(context.inbounds.all.filter(({ kind }) => kind === "message")).to.have.length(1);
    });
    it("of a person keep their order however long the desk takes", async () => {
      const release = context.hold();
      const person = await visitor();
      for (const text of ["1", "2", "3"]) {
        person.say("support", text);
      }
      await context.next("message");
      release();
      await until("all three", () => context.inbounds.all.filter(({ kind }) => kind === "message").length === 3);
      const heard = context.inbounds.all.flatMap((inbound) => (inbound.kind === "message" ? [inbound.text] : []));
      expect(heard).to.deep.equal(["1", "2", "3"]);
    });
    it("keep their order when the desk cannot take one of them", async () => {
      const taken: string[] = [];
      let failures = 1;
      context.judge(async (inbound) => {
        if (failures > 0) {
          failures -= 1;
          throw new Error("disk full");
        }
        taken.push(inbound.kind === "message" ? inbound.text : "");
        return ACCEPTED;
      });
      const person = await visitor();
      person.say("support", "1");
      await context.next("message");
      const last = ["2", "3"].map((text) => person.say("support", text)).at(-1);
      await person.next("ack", ({ id }) => id === last);
      expect(taken).to.deep.equal(["1", "2", "3"]);
    });
    it("that are too long, empty, or too many are refused in a sentence", async () => {
      await adapter.stop();
      await context.close();
      await desk({ maxTextBytes: 256, lineBurst: 2, linesPerMinute: 1 });
      const person = await visitor();
      const long = person.say("support", "€".repeat(100));
      expect(await person.next("refused")).to.include({ id: long, reason: "not-acceptable" });
      const nothing = person.say("support", " \n ");
      expect(await person.next("refused")).to.include({ id: nothing, reason: "bad-request" });
      for (const text of ["one", "two"]) {
        person.say("support", text);
        await person.next("ack");
      }
      person.say("support", "three");
      const refused = await person.next("refused");
      expect(refused.reason).to.equal("policy-violation");
      expect(refused.text).to.match(/wait \d+ s/);
      expect(context.inbounds.all.filter(({ kind }) => kind === "message")).to.have.length(2);
    });
    it("for a handle that does not exist go to the first one", async () => {
      const person = await visitor({ desk: "nowhere" });
      expect(person.welcome?.desk).to.equal("support");
    });
  });

  describe("doors", () => {
    it("open to pages of this server alone", async () => {
      const cookie = await visitorCookie(url);
      const { origin, host } = new URL(url);
      expect(await knock("socket", { cookie, origin })).to.equal("open");
      expect(await knock("socket", { cookie, origin: `https://${host}` })).to.equal("open");
      for (const foreign of ["https://evil.example", "null", "", `http://${host}.evil.example`, "file://"]) {
        expect(await knock("socket", { cookie, origin: foreign }), foreign).to.equal(403);
      }
      expect(await knock("socket", { cookie }), "no origin").to.equal(403);
    });
    it("are shut before the start, after the stop, and when the house is full", async () => {
      const { origin } = new URL(url);
      await adapter.stop();
      expect(await knock("socket", { origin })).to.equal(503);
      await context.close();
      await desk({ connectionsPerClient: 1 });
      await visitor();
      expect(await knock("socket", { origin: new URL(url).origin })).to.equal(429);
    });
    it("are closed to who says no hello, says it twice, floods, or sends what is none", async () => {
      const { origin } = new URL(url);
      const hello = '{"kind":"hello","version":1,"desk":null,"token":null,"language":null}';
      const ends = (frames: readonly string[]): Promise<number> => {
        const socket = new WebSocket(`${url.replace("http", "ws")}socket`, { origin });
        socket.on("open", () => {
          for (const frame of frames) {
            socket.send(frame);
          }
        });
        return new Promise((resolve) => socket.on("close", resolve));
      };
      const table: readonly (readonly [string, readonly string[], number])[] = [
        ["no hello", ['{"kind":"got","key":"x"}'], CLOSE.protocol],
        ["two hellos", [hello, hello], CLOSE.protocol],
        ["an old page", [hello.replace("1", "0")], CLOSE.outdated],
        ["garbage", [hello, ...Array<string>(10).fill("{")], CLOSE.protocol],
        ["a flood", [hello, ...Array<string>(1_000).fill('{"kind":"got","key":"x"}')], CLOSE.protocol],
        ["a giant", [hello, `"${"x".repeat(600_000)}"`], 1009],
      ];
      for (const [what, frames, code] of table) {
        expect(await within(5_000, `the end of ${what}`, ends(frames)), what).to.equal(code);
      }
      expect(context.inbounds.all).to.deep.equal([]);
    });
    it("shut on who does not listen", async () => {
      await adapter.stop();
      await context.close();
      await desk({ silenceSeconds: 3 });
      const { origin } = new URL(url);
      const socket = new WebSocket(`${url.replace("http", "ws")}socket`, { origin });
      socket.on("open", () => socket.send('{"kind":"hello","version":1,"desk":null,"token":null,"language":null}'));
      await within(10_000, "a silent connection to be cut", new Promise((resolve) => socket.on("close", resolve)));
    });
    it("shut on who reads nothing of what they are sent", async () => {
      await adapter.stop();
      await context.close();
      await desk({ bufferedBytes: 65_536, maxTextBytes: 32_768, ackSeconds: 600 });
      const person = await visitor();
      person.acknowledges = false;
      person.deafen();
      const outcomes: Promise<unknown>[] = [];
      // More than the kernel's buffers take; the adapter must not keep the rest in memory.
      for (let line = 0; line < 600; line += 1) {
        outcomes.push(adapter.send(message(addressOf(person), "x".repeat(32_000)), STEADY));
      }
      const settled = await within(10_000, "all sends to be given back", Promise.all(outcomes));
      expect(settled).to.deep.include({ kind: "deferred", reason: "recipient-unavailable" });
      expect(context.logs.some(({ event }) => event === "web.socket.slow")).to.equal(true);
    });
    it("lead to pages with a strict policy, framed by whom the configuration names", async () => {
      await adapter.stop();
      await context.close();
      await desk({ embedOrigins: ["https://shop.example"], samplePage: false });
      const chat = await fetch(new URL("chat", url));
      const policy = chat.headers.get("content-security-policy") ?? "";
      expect(policy).to.contain("frame-ancestors 'self' https://shop.example").and.to.not.contain("unsafe");
      expect(await chat.text()).to.not.match(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
      const staff = await fetch(new URL("csr", url));
      expect(staff.headers.get("content-security-policy")).to.contain("frame-ancestors 'none'");
      expect((await fetch(url, { redirect: "manual" })).headers.get("location")).to.equal("/chat");
      for (const path of [
        "assets/../index.ts",
        "assets/..%2Findex.ts",
        "assets/sample.html",
        "assets/tsconfig.json",
        "assets/",
      ]) {
        expect((await fetch(new URL(path, url))).status, path).to.equal(404);
      }
      const asset = await fetch(new URL("assets/client.js", url));
      expect(asset.headers.get("content-type")).to.contain("text/javascript");
      const etag = asset.headers.get("etag") ?? "";
      expect((await fetch(new URL("assets/client.js", url), { headers: { "if-none-match": etag } })).status).to.equal(
        304,
      );
    });
  });
});
