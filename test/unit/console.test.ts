/** The console's routes of a real desk: sessions, who may change what, and the stream of what is new. */
import { expect } from "chai";
import { waitingFirst } from "../../src/console/live.ts";
import { sentenceOf } from "../../src/console/pages/faults.ts";
import { makeToken, type StaffDesk, staffCookie, startStaffDesk } from "../support/staff-desk.ts";
import { until, within } from "../support/wait.ts";

interface Session {
  readonly login: string;
  readonly role: string;
  readonly csrf: string;
}

describe("the console", function () {
  this.timeout(30_000);
  let desk: StaffDesk;
  let origin: string;
  before(async () => {
    desk = await startStaffDesk({ limits: "  signInsPerLogin: 4" });
    ({ origin } = new URL(desk.url));
  });
  after(() => desk.stop());

  const post = (path: string, headers: Record<string, string>, body?: string) =>
    fetch(desk.url + path, { method: "POST", headers, ...(body === undefined ? {} : { body }) });
  async function signIn(login: string, password: string, headers: Record<string, string> = {}): Promise<Response> {
    const json = { origin, "content-type": "application/json", ...headers };
    return await post("/desk/sign-in", json, JSON.stringify({ login, password }));
  }
  const cookieOf = (answer: Response): string => (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  async function session(cookie: string): Promise<Session | null> {
    const answer = await fetch(`${desk.url}/desk/session`, { headers: { cookie } });
    return answer.ok ? ((await answer.json()) as Session) : null;
  }

  it("signs in with a new token each time, and ends the session that the browser had", async () => {
    const first = await signIn("katherine", desk.password("katherine"));
    expect(first.headers.get("set-cookie")).to.match(
      /^frontdesk_staff=[\w-]{43}; Path=\/; Max-Age=43200; SameSite=Strict; HttpOnly$/,
    );
    const cookie = cookieOf(first);
    expect(await session(cookie)).to.include({ login: "katherine", role: "admin" });
    const second = cookieOf(await signIn("katherine", desk.password("katherine"), { cookie }));
    expect(second).to.not.equal(cookie);
    expect([await session(cookie), (await session(second))?.login]).to.deep.equal([null, "katherine"]);
    // A token that somebody else chose is none.
    expect(await session(`frontdesk_staff=${"A".repeat(43)}`)).to.equal(null);
  });

  it("marks the cookie for HTTPS alone when people come by HTTPS", async () => {
    const secure = await startStaffDesk({ http: "  publicUrl: https://desk.example.com" });
    const headers = { origin: "https://desk.example.com", "content-type": "application/json" };
    const body = JSON.stringify({ login: "katherine", password: secure.password("katherine") });
    const answer = await fetch(`${secure.url}/desk/sign-in`, { method: "POST", headers, body });
    expect(answer.headers.get("set-cookie")).to.match(/^__Host-frontdesk_staff=.*; HttpOnly; Secure$/);
    await secure.stop();
  });

  it("refuses a sign-in from elsewhere, and too many with one login", async () => {
    const password = desk.password("margaret");
    expect((await signIn("margaret", password, { origin: "https://evil.example" })).status).to.equal(403);
    expect((await signIn("margaret", password, { "sec-fetch-site": "cross-site" })).status).to.equal(403);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) statuses.push((await signIn("margaret", "wrong")).status);
    expect(statuses).to.deep.equal([401, 401, 401, 401, 429, 429]);
    expect((await signIn("margaret", password)).status, "the right password").to.equal(429);
    const { body } = await desk.ask("POST", "/audit", { action: "sign-in.limited" });
    expect((body as { readonly entries: readonly object[] }).entries.length).to.be.greaterThan(0);
  });

  it("sends so many from one place to the company's sign-in, and hears of so many that come back", async () => {
    const more = `console:\n  openid: {title: Account, issuer: "http://127.0.0.1:1", clientId: desk, clientSecret: secret}\n`;
    const limited = await startStaffDesk({ limits: "  signInsPerClient: 3", more });
    const faults: string[] = [];
    for (const path of ["/desk/openid", "/desk/openid/return", "/desk/openid", "/desk/openid", "/desk/openid/return"]) {
      const answer = await fetch(limited.url + path, { redirect: "manual" });
      faults.push(decodeURIComponent(answer.headers.get("location") ?? ""));
    }
    const [unreachable, late, limit] = ["unreachable", "late", "limited"].map((fault) => `/desk#fault=${fault}`);
    expect(faults).to.deep.equal([unreachable, late, unreachable, limit, limit]);
    await limited.stop();
  });

  it("takes changes from the desk's own pages alone", async () => {
    const cookie = await staffCookie(desk, "katherine");
    const csrf = (await session(cookie))?.csrf ?? "";
    const change = (headers: Record<string, string>) => post("/api/v1/csrs/ada/back", { cookie, ...headers });
    for (const [what, headers] of [
      ["neither origin nor proof", {}],
      ["an origin without proof", { origin }],
      ["a proof without origin", { "x-frontdesk-csrf": csrf }],
      ["another origin", { origin: "https://evil.example", "x-frontdesk-csrf": csrf }],
      ["a page of a sibling domain", { origin, "x-frontdesk-csrf": csrf, "sec-fetch-site": "same-site" }],
      ["another session's proof", { origin, "x-frontdesk-csrf": [...csrf].reverse().join("") }],
    ] as const) {
      expect((await change(headers)).status, what).to.equal(403);
    }
    const own = { origin, "x-frontdesk-csrf": csrf, "sec-fetch-site": "same-origin" };
    expect((await change(own)).status).to.equal(200);
    expect((await post("/desk/sign-out", { cookie, origin })).status, "sign-out without proof").to.equal(403);
    expect((await post("/desk/sign-out", { cookie, ...own })).status).to.equal(204);
    expect(await session(cookie)).to.equal(null);
    // A token is no browser's, so nothing can be done in its name by a page.
    const token = await makeToken(desk, "nightly", ["csrs:write"]);
    expect((await post("/api/v1/csrs/ada/back", { authorization: `Bearer ${token}` })).status).to.equal(200);
  });

  it("streams what is new to each by their role, and ends with the session", async () => {
    const cookie = await staffCookie(desk, "katherine");
    const csrf = (await session(cookie))?.csrf ?? "";
    const stop = new AbortController();
    const streamed = async (by: string): Promise<() => string> => {
      const answer = await fetch(`${desk.url}/desk/live`, { headers: { cookie: by }, signal: stop.signal });
      expect(answer.headers.get("content-type")).to.contain("text/event-stream");
      expect(answer.headers.get("x-content-type-options")).to.equal("nosniff");
      let text = "";
      const decoder = new TextDecoder();
      const reading = async () => {
        for await (const chunk of answer.body ?? []) text += decoder.decode(chunk);
        text += "THE END";
      };
      reading().catch(() => undefined);
      return () => text;
    };
    const [admin, csr] = [await streamed(cookie), await streamed(await staffCookie(desk, "ada"))];
    const own = { cookie, origin, "x-frontdesk-csrf": csrf };
    await until("the first look", () => admin().includes("event: listCsrs") && csr().includes("event: listQueues"));
    await post("/api/v1/csrs/grace/away", own);
    await until("the news", () => /event: listCsrs\ndata: [^\n]*"grace"[^\n]*"away"/.test(admin()));
    await post("/api/v1/csrs/grace/back", own);
    expect(csr()).to.not.contain("listCsrs").and.to.not.contain("listConversations");
    await post("/desk/sign-out", own);
    await within(
      25_000,
      "the end of the stream",
      until("it", () => admin().endsWith("THE END"), 24_000),
    );
    expect(admin()).to.contain("event: signedOut");
    expect((await fetch(`${desk.url}/desk/live`, { headers: { cookie } })).status).to.equal(401);
    stop.abort();
  });

  it("streams to so many windows of one person, and to others all the same", async () => {
    const [cookie, other] = [await staffCookie(desk, "mary"), await staffCookie(desk, "grace")];
    const stop = new AbortController();
    const open = async (by: string) =>
      (await fetch(`${desk.url}/desk/live`, { headers: { cookie: by }, signal: stop.signal })).status;
    const statuses: number[] = [];
    for (let window = 0; window < 12; window += 1) statuses.push(await open(cookie));
    expect(statuses).to.deep.equal([...Array<number>(10).fill(200), 429, 429]);
    expect(await open(other)).to.equal(200);
    stop.abort();
    await until("the windows to be closed", async () => {
      const again = new AbortController();
      const { status } = await fetch(`${desk.url}/desk/live`, { headers: { cookie }, signal: again.signal });
      again.abort();
      return status === 200;
    });
  });

  it("has sentences for what the company's sign-in comes back with, and shows nothing of other words", () => {
    expect(sentenceOf("late")).to.contain("too long");
    for (const word of ["", "Call +1 555 and tell us your password", "__proto__", "toString", "LATE"])
      expect(sentenceOf(word), word).to.equal("");
  });

  it("shows those who wait longest first", () => {
    const row = (openedAt: number, waitingSince: number | null) => ({ openedAt, waitingSince });
    const rows = [row(1, null), row(2, 20), row(3, null), row(4, 10)];
    expect(waitingFirst(rows).map(({ openedAt }) => openedAt)).to.deep.equal([4, 2, 3, 1]);
    expect(waitingFirst([])).to.deep.equal([]);
  });

  it("gives out its assets, and its document filled in, and nothing else of its folder", async () => {
    const page = await (await fetch(`${desk.url}/desk`)).text();
    expect(page).to.contain('data-company="Example"').and.to.not.contain("{{");
    for (const [file, status] of [
      ["desk.js", 200],
      ["library-preact.js", 200],
      ["base.css", 200],
      ["desk.html", 404],
      ["tsconfig.json", 404],
      ["..%2fserver.ts", 404],
    ] as const) {
      expect((await fetch(`${desk.url}/desk/assets/${file}`)).status, file).to.equal(status);
    }
  });
});
