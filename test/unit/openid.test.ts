/** Staff signing in by the company's own accounts, at a real OpenID provider. */
import { expect } from "chai";
import { sentenceOf } from "../../src/console/pages/faults.ts";
import { FormBrowser, type OpenIdProvider, startOpenIdProvider } from "../support/openid-provider.ts";
import { freePort } from "../support/ports.ts";
import { type StaffDesk, startStaffDesk } from "../support/staff-desk.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const PEOPLE = {
  "sub-1": { preferred_username: "katherine", name: "Katherine", groups: ["nobody-special"] },
  "sub-2": { preferred_username: "ada", name: "Ada", groups: ["desk-admins"] },
  "sub-3": { preferred_username: "dorothy@example.com", name: "Dorothy", groups: ["x", "desk-supervisors"] },
  "sub-4": { preferred_username: "eve@example.com", name: "Eve", groups: ["desk"] },
  "sub-5": { name: "Nobody" },
  "sub-6": { preferred_username: "barbara", groups: ["desk-admins"] },
  "sub-7": { preferred_username: "mallory", email: "boss@example.com" },
  "sub-9": { preferred_username: "katherine", name: "Another Katherine" },
  "sub-10": { preferred_username: "kath\nerine", groups: ["desk-admins"] },
  "sub-11": { preferred_username: "joan@example.com", name: "Jo\u202ean\u0007", groups: ["desk-admins"] },
  "sub-8": { preferred_username: "frances", email: "boss@example.com", email_verified: true },
};

describe("sign-in by OpenID Connect", function () {
  this.timeout(40_000);
  let desk: StaffDesk;
  let provider: OpenIdProvider;
  let url: string;

  const rule = (claim: string, contains: string, role: string) =>
    `      - {claim: ${claim}, contains: "${contains}", role: ${role}}\n`;
  const ADMINS = rule("groups", "desk-admins", "admin") + rule("email", "boss@example.com", "admin");
  const SUPERVISORS = rule("groups", "desk-supervisors", "supervisor");

  interface Opening {
    readonly passwords?: boolean;
    readonly roles?: string;
    /** Where the desk is kept, to be opened again. */
    readonly folder?: TemporaryFolder;
    readonly loginClaim?: string;
  }
  async function open(where: "token" | "userinfo", opening: Opening = {}): Promise<void> {
    const { passwords = true, roles = ADMINS + SUPERVISORS, folder, loginClaim = "preferred_username" } = opening;
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    provider = await startOpenIdProvider(PEOPLE, `${url}/desk/openid/return`, where);
    const more = `console:
  passwords: ${passwords}
  openid:
    title: Example account
    issuer: ${provider.issuer}
    clientId: ${provider.clientId}
    clientSecret: ${provider.clientSecret}
    loginClaim: ${loginClaim}
    roles:
${roles}`;
    const limits = "  signInsPerClient: 100";
    desk = await startStaffDesk({ more, port, limits, ...(folder === undefined ? {} : { folder }) });
  }
  before(() => open("token"));
  after(async () => {
    await desk.stop();
    await provider.stop();
  });

  interface Session {
    readonly login?: string;
    readonly role?: string;
    readonly name?: string;
  }
  async function session(browser: FormBrowser): Promise<Session> {
    return (await (await browser.ask(`${url}/desk/session`)).json()) as Session;
  }
  async function signedIn(login: string, to = ""): Promise<{ browser: FormBrowser; ended: string }> {
    const browser = new FormBrowser();
    const ended = await browser.signIn(`${url}/desk/openid${to}`, login);
    return { browser, ended };
  }
  const faultIn = (address: string): string =>
    sentenceOf(new URLSearchParams(new URL(address).hash.slice(1)).get("fault") ?? "");

  it("offers it by its name to whoever is not signed in", async () => {
    const answer = await fetch(`${url}/desk/session`);
    expect([answer.status, await answer.json()]).to.deep.equal([
      401,
      { error: "Not signed in.", passwords: true, openid: "Example account" },
    ]);
  });

  it("lets in whom people.yaml names, as what it names them, whatever their groups say", async () => {
    const { browser, ended } = await signedIn("sub-1");
    expect(ended).to.equal(`${url}/desk`);
    expect(await session(browser)).to.include({ login: "katherine", role: "admin" });
    const csr = await signedIn("sub-2", "?to=/csr");
    expect(csr.ended).to.equal(`${url}/csr`);
    expect(await session(csr.browser)).to.include({ login: "ada", role: "csr" });
    // One session for all pages of the desk.
    const page = await csr.browser.ask(`${url}/csr/session`);
    const elsewhere = { title: "Example account", path: "/desk/openid" };
    expect(await page.json()).to.deep.equal({ login: "ada", elsewhere });
  });

  it("gives others the role of their groups, and nobody else any", async () => {
    const dorothy = await signedIn("sub-3");
    expect(await session(dorothy.browser)).to.include({
      login: "dorothy@example.com",
      role: "supervisor",
      name: "Dorothy",
    });
    const transcripts = await dorothy.browser.ask(`${url}/api/v1/audit`);
    expect(transcripts.status).to.equal(403);
    for (const [sub, said] of [
      ["sub-4", "this desk does not know you"],
      ["sub-5", "did not say who you are"],
    ] as const) {
      const { browser, ended } = await signedIn(sub);
      expect(faultIn(ended), sub).to.contain(said);
      expect((await session(browser)).login, sub).to.equal(undefined);
    }
    const refused = (await desk.ask("POST", "/audit", { action: "sign-in.failed" })).body as {
      readonly entries: readonly object[];
    };
    expect(refused.entries[0]).to.deep.include({ outcome: "refused", origin: "127.0.0.1" });
  });

  it("believes an e-mail address that the provider has verified, and no other", async () => {
    const mallory = await signedIn("sub-7");
    expect(faultIn(mallory.ended)).to.contain("this desk does not know you");
    expect((await session(mallory.browser)).login).to.equal(undefined);
    expect(await session((await signedIn("sub-8")).browser)).to.include({ login: "frances", role: "admin" });
  });

  it("lets in nobody who has come to bear the name of somebody else, until the login gets a new password", async () => {
    expect(await session((await signedIn("sub-1")).browser)).to.include({ login: "katherine" });
    const other = await signedIn("sub-9");
    expect(faultIn(other.ended)).to.contain("Somebody else");
    expect((await session(other.browser)).login).to.equal(undefined);
    expect(await session((await signedIn("sub-1")).browser), "the first one").to.include({ login: "katherine" });
    expect((await desk.ask("POST", "/csrs/katherine/password")).status).to.equal(200);
    expect(await session((await signedIn("sub-9")).browser)).to.include({ login: "katherine" });
    expect(faultIn((await signedIn("sub-1")).ended)).to.contain("Somebody else");
    await desk.ask("POST", "/csrs/katherine/password");
  });

  it("takes no login with signs that nobody sees, and leaves them out of names", async () => {
    expect(faultIn((await signedIn("sub-10")).ended)).to.contain("did not say who you are");
    expect(await session((await signedIn("sub-11")).browser)).to.include({ login: "joan@example.com", name: "Joan" });
  });

  it("sends nobody elsewhere afterwards than to a page of the desk", async () => {
    for (const to of ["//evil.example", "https://evil.example", "/desk/../api", "/\\evil", "/csr?x=1"]) {
      const { ended } = await signedIn("sub-1", `?to=${encodeURIComponent(to)}`);
      expect(ended, to).to.equal(`${url}/desk`);
    }
  });

  describe("refuses", () => {
    /** The address at which the provider sent the browser back, with its code, not yet visited. */
    async function returning(): Promise<{ readonly browser: FormBrowser; readonly back: string }> {
      const browser = new FormBrowser();
      const ended = await browser.signIn(`${url}/desk/openid`, "sub-1");
      const back = browser.seen.find((address) => address.includes("/desk/openid/return")) ?? "";
      expect([ended, new URL(back).searchParams.has("code")]).to.deep.equal([`${url}/desk`, true]);
      return { browser, back };
    }
    it("a code that was used, in the same browser and in another", async () => {
      const { browser, back } = await returning();
      const flow = browser.given.find((pair) => /^frontdesk_openid=./.test(pair)) ?? "";
      expect(flow).to.not.equal("");
      // Whoever kept the cookie of that flow, and whoever has none.
      for (const cookie of [flow, ""]) {
        const answer = await fetch(back, { headers: { cookie }, redirect: "manual" });
        expect(faultIn(new URL(answer.headers.get("location") ?? "", url).href)).to.contain("began in another browser");
        expect(answer.headers.get("set-cookie") ?? "").to.not.match(/frontdesk_staff=\w/);
      }
    });
    it("a state that is not its own, and an answer without a code", async () => {
      for (const query of ["?code=x&state=forged", "?error=access_denied&state=x", ""]) {
        const browser = new FormBrowser();
        await browser.ask(`${url}/desk/openid`);
        const answer = await browser.ask(`${url}/desk/openid/return${query}`);
        expect(faultIn(new URL(answer.headers.get("location") ?? "", url).href), query).to.contain("did not confirm");
        expect((await session(browser)).login).to.equal(undefined);
      }
    });
  });

  it("writes neither secret, code nor token into the log, nor gives the cookie to scripts or other sites", async () => {
    const { browser } = await signedIn("sub-1");
    const back = new URL(browser.seen.find((address) => address.includes("/openid/return")) ?? "");
    const logs = JSON.stringify(desk.log.records);
    const secrets = [provider.clientSecret, back.searchParams.get("code"), back.searchParams.get("state")];
    for (const secret of [
      ...secrets,
      ...browser
        .cookies(url)
        .split("; ")
        .map((pair) => pair.split("=")[1]),
    ]) {
      expect(logs).to.not.contain(secret ?? "?");
    }
  });

  describe("with another provider", () => {
    it("asks the provider for claims that are not in the ID token, and takes no password where none is to be taken", async () => {
      await desk.stop();
      await provider.stop();
      await open("userinfo", { passwords: false });
      const { browser } = await signedIn("sub-3");
      expect(await session(browser)).to.include({ login: "dorothy@example.com", role: "supervisor" });
      const headers = { origin: url, "content-type": "application/json" };
      const body = JSON.stringify({ login: "katherine", password: desk.password("katherine") });
      expect((await fetch(`${url}/desk/sign-in`, { method: "POST", headers, body })).status).to.equal(403);
    });

    it("takes no unverified e-mail address as a login", async () => {
      await desk.stop();
      await provider.stop();
      await open("userinfo", { loginClaim: "email" });
      expect(faultIn((await signedIn("sub-7")).ended)).to.contain("not confirmed");
      const { browser } = await signedIn("sub-8");
      expect(await session(browser)).to.include({ login: "boss@example.com", role: "admin" });
    });

    it("gives nobody more than people.yaml and the rules give now, whatever they were when the session began", async () => {
      await desk.stop();
      await provider.stop();
      const folder = temporaryFolder("openid");
      await open("token", { folder });
      const barbara = (await signedIn("sub-6")).browser;
      const dorothy = (await signedIn("sub-3")).browser;
      expect(await session(barbara)).to.include({ login: "barbara", role: "admin" });
      desk.edit("people.yaml", "staff:", "staff:\n  barbara: {name: Barbara, role: supervisor}");
      await desk.ask("POST", "/reload");
      expect(await session(barbara)).to.include({ login: "barbara", role: "supervisor" });
      await desk.stop();
      await provider.stop();
      const cookies = [barbara, dorothy].map((browser) => browser.cookies(url));
      await open("token", { folder, roles: SUPERVISORS });
      const roles = cookies.map(async (cookie) => {
        const answer = await fetch(`${url}/desk/session`, { headers: { cookie } });
        return ((await answer.json()) as Session).role;
      });
      expect(await Promise.all(roles)).to.deep.equal([undefined, "supervisor"]);
      await desk.stop();
      folder.remove();
      await provider.stop();
      await open("token");
    });

    it("says so when the provider cannot be reached", async () => {
      await desk.stop();
      await provider.stop();
      await open("token");
      await provider.stop();
      const answer = await fetch(`${url}/desk/openid`, { redirect: "manual" });
      expect(faultIn(new URL(answer.headers.get("location") ?? "", url).href)).to.contain("cannot be reached");
      expect(desk.log.records.some(({ event }) => event === "openid.unreachable")).to.equal(true);
    });
  });
});
