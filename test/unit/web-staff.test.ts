/** CSRs on the web network: sign-in, sessions, presence, contacts. */
import { expect } from "chai";
import { WebSocket } from "ws";
import { web } from "../../adapters/web/index.ts";
import { CLOSE, PROTOCOL_VERSION } from "../../adapters/web/pages/protocol.ts";
import { AccountsBusy, type Adapter } from "../../src/adapter.ts";
import { TestContext } from "../support/adapter-context.ts";
import { until } from "../support/wait.ts";
import { signIn, WebPerson } from "../support/web-person.ts";

const STEADY = new AbortController().signal;
const ADDRESS = { network: "web", id: "ada" };
const PASSWORD = "correct-horse";

describe("web staff", function () {
  this.timeout(20_000);
  let context: TestContext;
  let adapter: Adapter;
  let url: string;
  const consoles: WebPerson[] = [];

  async function desk(section: object = {}, stored = new Map<string, unknown>()): Promise<void> {
    context = new TestContext({ network: "web", handles: ["support"], desk: "desk", alias: "k3v9x2p8q7w4m5na" });
    for (const [key, value] of stored) {
      context.stored.set(key, value);
    }
    context.passwords.set("ada", PASSWORD);
    context.passwords.set("visitor-ada", PASSWORD);
    adapter = web.create(web.parseConfig({ graceSeconds: 1, ...section }), context);
    await context.listen();
    await adapter.start(STEADY);
    url = `${context.url}/`;
  }
  async function restart(section: object = {}): Promise<void> {
    const { stored } = context;
    await adapter.stop();
    await context.close();
    await desk(section, stored);
  }
  async function openConsole(cookie: string | null): Promise<WebPerson> {
    const person = await WebPerson.open({ url, csr: true, cookie: cookie ?? "" });
    consoles.push(person);
    return person;
  }
  const signedIn = async (): Promise<string> => (await signIn(url, "ada", PASSWORD)).cookie ?? "";
  async function session(cookie: string): Promise<string | null> {
    const answer = await fetch(new URL("csr/session", url), { headers: { cookie } });
    return ((await answer.json()) as { login: string | null }).login;
  }
  const presence = (state: string) =>
    context.inbounds.next(`presence ${state}`, (inbound) => inbound.kind === "presence" && inbound.state === state);
  const reported = (): readonly string[] =>
    context.inbounds.all.flatMap((inbound) => (inbound.kind === "presence" ? [inbound.state] : []));

  beforeEach(() => desk());
  afterEach(async () => {
    for (const open of consoles.splice(0)) {
      open.close();
    }
    await adapter.stop();
    await context.close();
  });

  describe("sign-in", () => {
    it("gives a cookie that scripts cannot read and other sites cannot send", async () => {
      const { status, setCookie } = await signIn(url, "ada", PASSWORD);
      expect(status).to.equal(200);
      expect(setCookie).to.match(/^frontdesk_staff=[\w-]{43}; Path=\/; Max-Age=57600; SameSite=Strict; HttpOnly$/);
    });
    it("refuses a wrong password and an unknown login in the same words", async () => {
      for (const [login, password] of [
        ["ada", "wrong"],
        ["nobody", PASSWORD],
        ["visitor-ada", PASSWORD],
      ] as const) {
        const answer = await signIn(url, login, password);
        expect([answer.status, answer.cookie], login).to.deep.equal([401, null]);
      }
    });
    it("refuses other sites, other types, and what is no login", async () => {
      const { origin } = new URL(url);
      const post = async (headers: Record<string, string>, body: string): Promise<number> =>
        (await fetch(new URL("csr/sign-in", url), { method: "POST", headers, body })).status;
      const right = JSON.stringify({ login: "ada", password: PASSWORD });
      const json = { "content-type": "application/json" };
      expect(await post({ ...json, origin: "https://evil.example" }, right)).to.equal(403);
      expect(await post({ ...json, origin: "null" }, right)).to.equal(403);
      expect(await post({ origin, "content-type": "application/x-www-form-urlencoded" }, "login=ada")).to.equal(415);
      for (const body of [
        "{}",
        '{"login":7,"password":{}}',
        '{"login":"ada"}',
        JSON.stringify({ login: "a".repeat(300), password: "x" }),
      ]) {
        expect(await post({ ...json, origin }, body), body.slice(0, 30)).to.equal(400);
      }
      expect(await post({ ...json, origin }, right)).to.equal(200);
    });
    it("is limited for each login, however it is written, and says how long to wait", async () => {
      for (let attempt = 0; attempt < 10; attempt += 1) {
        await signIn(url, attempt % 2 === 0 ? "ada" : "ADA", "wrong");
      }
      expect((await signIn(url, "ada", PASSWORD)).status).to.equal(429);
      expect((await signIn(url, "grace", "wrong")).status, "another login").to.equal(401);
    });
    it("is limited for each login, whichever way its letters are put together", async () => {
      for (let attempt = 0; attempt < 10; attempt += 1) {
        await signIn(url, attempt % 2 === 0 ? "zo\u00eb" : "zoe\u0308", "wrong");
      }
      expect((await signIn(url, "zo\u00eb", "wrong")).status).to.equal(429);
    });
    it("is limited for each place", async () => {
      for (let attempt = 0; attempt < 20; attempt += 1) {
        await signIn(url, `login${attempt}`, "wrong");
      }
      expect((await signIn(url, "ada", PASSWORD)).status).to.equal(429);
    });
    it("writes neither password nor token into the log", async () => {
      const cookie = await signedIn();
      await signIn(url, "ada", "my-secret-typo");
      const logs = context.logs.map(({ text }) => text).join("\n");
      expect(logs).to.contain("web.sign-in");
      for (const secret of [PASSWORD, "my-secret-typo", cookie.split("=")[1] ?? "?"]) {
        expect(logs).to.not.contain(secret);
      }
    });
  });

  it("is asked to come again when too many sign in at once", async () => {
    context.accounts.verify = () => Promise.reject(new AccountsBusy(7));
    const answer = await fetch(new URL("csr/sign-in", url), {
      method: "POST",
      headers: { origin: new URL(url).origin, "content-type": "application/json" },
      body: JSON.stringify({ login: "ada", password: PASSWORD }),
    });
    expect([answer.status, answer.headers.get("retry-after")]).to.deep.equal([503, "7"]);
  });

  describe("sessions", () => {
    it("open a console, and nothing else does", async () => {
      const cookie = await signedIn();
      const { origin } = new URL(url);
      const knock = (headers: Record<string, string>): Promise<number | undefined> =>
        new Promise((resolve) => {
          const socket = new WebSocket(`${url.replace("http", "ws")}csr/socket`, { headers });
          socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
          socket.on("open", () => resolve(101));
        });
      expect(await knock({ origin })).to.equal(401);
      expect(await knock({ origin, cookie: `frontdesk_staff=${"a".repeat(43)}` })).to.equal(401);
      expect(await knock({ origin, cookie: cookie.replace("frontdesk_staff", "frontdesk_visitor") })).to.equal(401);
      expect(await knock({ origin: "https://evil.example", cookie })).to.equal(403);
      expect((await openConsole(cookie)).welcome).to.include({ role: "csr", self: "ada", desk: "desk", token: null });
    });
    it("survive a restart of the desk, by a hash of the token", async () => {
      const cookie = await signedIn();
      expect(JSON.stringify([...context.stored])).to.not.contain(cookie.split("=")[1]);
      await restart();
      expect(await session(cookie)).to.equal("ada");
      expect((await openConsole(cookie)).welcome?.self).to.equal("ada");
    });
    it("end with sign-out, in every window", async () => {
      const cookie = await signedIn();
      const other = await signedIn();
      const [first, second, third] = [await openConsole(cookie), await openConsole(cookie), await openConsole(other)];
      const { origin } = new URL(url);
      await fetch(new URL("csr/sign-out", url), {
        method: "POST",
        headers: { cookie, origin: "https://evil.example" },
      });
      expect(await session(cookie)).to.equal("ada");
      await fetch(new URL("csr/sign-out", url), { method: "POST", headers: { cookie, origin } });
      await until("both consoles to be signed out", () =>
        [first, second].every(({ link }) => link.state === "signed-out"),
      );
      expect([await session(cookie), await session(other)]).to.deep.equal([null, "ada"]);
      expect(third.link.state).to.equal("online");
    });
    it("end with time", async () => {
      const cookie = await signedIn();
      const [key] = [...context.stored.keys()].filter((name) => name.startsWith("session/"));
      context.stored.set(key ?? "", { ...(context.stored.get(key ?? "") as object), expiresAt: Date.now() - 1 });
      expect(await session(cookie)).to.equal(null);
    });
    it("are one to a browser: whoever signs in there ends the one before, whose console is told", async () => {
      context.passwords.set("grace", PASSWORD);
      const ada = await openConsole(await signedIn());
      const signedOut = await fetch(new URL("csr/sign-in", url), {
        method: "POST",
        headers: { cookie: ada.cookie, origin: new URL(url).origin, "content-type": "application/json" },
        body: JSON.stringify({ login: "grace", password: PASSWORD }),
      });
      expect(signedOut.status).to.equal(200);
      await until("ada to be signed out", () => ada.link.state === "signed-out");
      expect(await session(ada.cookie)).to.equal(null);
    });
    it("are one to a browser: whoever signs in again goes on in the new one, and the one before is over", async () => {
      const ada = await openConsole(await signedIn());
      const again = await fetch(new URL("csr/sign-in", url), {
        method: "POST",
        headers: { cookie: ada.cookie, origin: new URL(url).origin, "content-type": "application/json" },
        body: JSON.stringify({ login: "ada", password: PASSWORD }),
      });
      expect(again.status).to.equal(200);
      expect(await session(ada.cookie), "the one before").to.equal(null);
      // A browser has the new cookie by now, so its console may come back by itself: it is not told that it is signed out.
      await until("the console to have been closed", () => ada.link.state !== "online");
      expect(ada.link.state).not.to.equal("signed-out");
      const [cookie = ""] = (again.headers.get("set-cookie") ?? "").split(";");
      expect(await session(cookie)).to.equal("ada");
    });
    it("are not continued by a page that believes to be somebody else", async () => {
      const cookie = await signedIn();
      const socket = new WebSocket(new URL("csr/socket", url), { headers: { cookie, origin: new URL(url).origin } });
      const ended = new Promise<number>((resolve) => socket.once("close", resolve));
      socket.once("open", () =>
        socket.send(JSON.stringify({ kind: "hello", version: PROTOCOL_VERSION, language: null, self: "grace" })),
      );
      expect(await ended).to.equal(CLOSE.signedOut);
    });
    it("end with a new password, also where a console is open", async () => {
      await restart({ silenceSeconds: 3 });
      const cookie = await signedIn();
      const person = await openConsole(cookie);
      Object.assign(context.accounts, { changedAt: async () => Date.now() + 1_000 });
      expect(await session(cookie)).to.equal(null);
      await until("the console to be signed out", () => person.link.state === "signed-out");
    });
  });

  describe("presence", () => {
    it("is an open console, and ends a little after the last one", async () => {
      const cookie = await signedIn();
      const first = await openConsole(cookie);
      const { from, to } = await presence("available");
      expect([from, to]).to.deep.equal([ADDRESS, "desk"]);
      const second = await openConsole(cookie);
      first.close();
      second.say("desk", "/status");
      await second.next("ack");
      const closed = performance.now();
      second.close();
      await presence("offline");
      expect(performance.now() - closed, "the grace").to.be.at.least(950);
      expect(reported().filter((state) => state === "offline")).to.have.length(1);
    });
    it("does not flicker for a reload", async () => {
      const due = new Set<() => void>();
      const { after } = context.clock;
      context.clock.after = (delayMs, callback) => {
        // The grace alone is held in the test's hand.
        if (delayMs !== 1_000) {
          return after(delayMs, callback);
        }
        due.add(callback);
        return () => due.delete(callback);
      };
      const cookie = await signedIn();
      const first = await openConsole(cookie);
      first.close();
      await until("the console to be missed", () => due.size === 1);
      const missed = [...due];
      await openConsole(cookie);
      expect(due.size, "departures still to be reported").to.equal(0);
      for (const callback of missed) {
        callback();
      }
      expect(reported()).to.deep.equal(["available", "available"]);
    });
    it("is told when the desk asks, absent staff after the grace", async () => {
      await adapter.send(
        { kind: "watch", key: "w-1-0", from: "desk", to: ADDRESS, device: null, conversation: null },
        STEADY,
      );
      await presence("offline");
    });
  });

  describe("contacts", () => {
    it("are told at first and when they change, with the running conversations", async () => {
      const line = {
        id: "e-1-0",
        own: false,
        text: "from before",
        edited: false,
        retracted: false,
        nick: "Maya",
        notice: false,
      } as const;
      context.histories.set("k3v9x2p8q7w4m5na", [{ ...line, choices: [], at: 1, state: "received" }]);
      const person = await openConsole(await signedIn());
      expect(person.welcome?.contacts.map(({ kind }) => kind).sort()).to.deep.equal(["alias", "desk", "handle"]);
      const history = await person.next("history", ({ desk: name }) => name === "k3v9x2p8q7w4m5na");
      expect(history.lines.map(({ text }) => text)).to.deep.equal(["from before"]);
      context.identities.delete("k3v9x2p8q7w4m5na");
      person.say("desk", "/status");
      const told = await person.next("contacts");
      expect(told.contacts.map(({ kind }) => kind).sort()).to.deep.equal(["desk", "handle"]);
    });
  });
});
