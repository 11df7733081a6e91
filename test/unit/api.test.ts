/** The HTTP API of a real desk: who may ask what, and that it answers as its OpenAPI document says. */
import { expect } from "chai";
import { ALL_SCOPES, ROLE_SCOPES, type Scope } from "../../src/accounts/roles.ts";
import { API_ROUTES, type ApiRoute } from "../../src/api/routes.ts";
import { makeToken, type StaffDesk, staffCookie, startStaffDesk } from "../support/staff-desk.ts";
import { until } from "../support/wait.ts";
import { WebPerson } from "../support/web-person.ts";

interface Entry {
  readonly action: string;
  readonly actor: string;
  readonly subject: string | null;
  readonly outcome: string;
  readonly origin: string | null;
}

describe("the HTTP API", function () {
  this.timeout(30_000);
  let desk: StaffDesk;
  let conversation = "";
  let customer: WebPerson;

  before(async () => {
    desk = await startStaffDesk();
    customer = await WebPerson.open({ url: `${desk.url}/`, desk: "support" });
    customer.say("support", "hello");
    const open = async () => ((await desk.ask("GET", "/conversations")).body as readonly { id: string }[])[0]?.id;
    conversation = await until("the conversation", open);
  });
  after(async () => {
    customer.close();
    await desk.stop();
  });

  const call = (method: string, path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${desk.url}/api/v1${path}`, { method, headers });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const pathOf = ({ path }: ApiRoute): string => path.replace(":id", path.startsWith("/csrs") ? "ada" : conversation);
  /** Those that change nothing first, so that there is something to change. */
  const inOrder = [...API_ROUTES].sort(
    (a, b) => Number(a.name === "closeConversation") - Number(b.name === "closeConversation"),
  );
  const entries = async (wish: object = {}): Promise<readonly Entry[]> =>
    ((await desk.ask("POST", "/audit", wish)).body as { readonly entries: readonly Entry[] }).entries;

  it("is described by a document that anybody of the staff's network may read", async () => {
    const document = (await (await call("GET", "/openapi.json")).json()) as {
      readonly openapi: string;
      readonly paths: object;
    };
    expect(document.openapi).to.equal("3.1.0");
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const mounted = desk.routes().filter(({ path }) => path.startsWith("/api/v1/") && !path.endsWith("openapi.json"));
    const written = mounted.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    expect(described.sort()).to.deep.equal(written.filter((one) => !one.startsWith("HEAD")).sort());
  });

  it("refuses whoever shows no token, a wrong one, or one in the address", async () => {
    const token = await makeToken(desk, "right", ["status:read"]);
    for (const [path, headers] of [
      ["/status", {}],
      ["/status", bearer("frontdesk_aaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")],
      ["/status", bearer(`${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`)],
      ["/status", { authorization: `Basic ${token}` }],
      [`/status?token=${token}`, {}],
    ] as const) {
      const answer = await call("GET", path, headers);
      expect([answer.status, answer.headers.get("www-authenticate")], path).to.deep.equal([
        401,
        'Bearer realm="Frontdesk"',
      ]);
    }
    expect((await call("GET", "/status", bearer(token))).status).to.equal(200);
  });

  describe("answers each route as described, to a token with its scope alone", () => {
    for (const route of inOrder) {
      it(`${route.method} ${route.path} needs ${route.scope}`, async () => {
        const others = ALL_SCOPES.filter((scope) => scope !== route.scope);
        const [right, wrong] = [
          await makeToken(desk, `${route.name} right`, [route.scope]),
          await makeToken(desk, `${route.name} wrong`, others),
        ];
        const refused = await call(route.method, pathOf(route), bearer(wrong));
        expect([refused.status, await refused.json()]).to.deep.equal([
          403,
          { error: `This needs the scope ${route.scope}.` },
        ]);
        const answer = await call(route.method, pathOf(route), bearer(right));
        const body: unknown = await answer.json();
        expect(answer.status, JSON.stringify(body)).to.equal(200);
        expect(route.answers.parse(body)).to.deep.equal(body);
        const [newest] = await entries({ actor: `token:${route.name} wrong`, limit: 1 });
        expect(newest).to.include({ action: "access.refused", outcome: "refused", origin: "127.0.0.1" });
      });
    }
  });

  it("answers what is not there, and what makes no sense, in words", async () => {
    const token = bearer(await makeToken(desk, "everything", [...ALL_SCOPES]));
    for (const [method, path, status, said] of [
      ["POST", "/conversations/nobody/close", 404, "nobody"],
      ["GET", "/conversations/nobody/transcript", 404, "nobody"],
      ["POST", "/csrs/nobody/away", 404, "nobody"],
      ["GET", "/audit?limit=0", 400, "limit"],
      ["GET", "/audit?since=yesterday", 400, "since"],
      ["GET", "/audit?colour=red", 400, "colour"],
      ["GET", "/nothing", 404, "nothing here"],
    ] as const) {
      const answer = await call(method, path, token);
      expect(answer.status, path).to.equal(status);
      expect(JSON.stringify(await answer.json()), path).to.contain(said);
    }
    desk.edit("routing.yaml", "name: Support", "nome: Support");
    const refused = await call("POST", "/reload", token);
    expect([refused.status, JSON.stringify(await refused.json()).includes("routing.yaml")]).to.deep.equal([422, true]);
    desk.edit("routing.yaml", "nome: Support", "name: Support");
  });

  it("ends with the token: revoked, or after its days", async () => {
    const token = await makeToken(desk, "short", ["status:read"]);
    expect((await call("GET", "/status", bearer(token))).status).to.equal(200);
    const listed = (await desk.ask("GET", "/tokens")).body as readonly Record<string, unknown>[];
    expect(JSON.stringify(listed)).to.not.contain(token.split("_")[2]);
    expect(listed.find(({ name }) => name === "short")?.lastUsedAt).to.be.a("number");
    expect((await desk.ask("POST", "/tokens/short/revoke")).status).to.equal(200);
    expect((await call("GET", "/status", bearer(token))).status).to.equal(401);
    expect((await desk.ask("POST", "/tokens/short/revoke")).status).to.equal(404);
    expect((await entries({ subject: "short" })).map(({ action }) => action)).to.deep.equal([
      "token.revoked",
      "token.made",
    ]);
  });

  it("records who read and did what, from where", async () => {
    const token = await makeToken(desk, "auditor", ["transcripts:read", "csrs:write"]);
    await call("GET", `/conversations/${conversation}/transcript`, bearer(token));
    await call("POST", "/csrs/ada/away", bearer(token));
    await call("POST", "/csrs/ada/back", bearer(token));
    const found = (await entries({ actor: "token:auditor" })).map(({ action, subject, origin }) => [
      action,
      subject,
      origin,
    ]);
    expect(found).to.deep.equal([
      ["csr.back", "ada", "127.0.0.1"],
      ["csr.away", "ada", "127.0.0.1"],
      ["transcript.read", conversation, "127.0.0.1"],
    ]);
    expect((await desk.ask("POST", "/audit/verify")).body).to.include({ kind: "whole" });
  });

  describe("for people who are signed in", () => {
    for (const [login, role] of [
      ["ada", "csr"],
      ["margaret", "supervisor"],
      ["katherine", "admin"],
    ] as const) {
      it(`allows ${login}, a ${role}, exactly what the role may`, async () => {
        const cookie = await staffCookie(desk, login);
        for (const route of API_ROUTES.filter(({ method }) => method === "GET")) {
          const { status } = await call("GET", pathOf(route), { cookie });
          const mayRead = ROLE_SCOPES[role].includes(route.scope);
          // The conversation may be closed by now; what was said in it stays.
          expect(status, route.path).to.equal(mayRead ? 200 : 403);
        }
      });
    }

    it("shows a supervisor of some queues those alone, and takes a role away with the next reload", async () => {
      const cookie = await staffCookie(desk, "mary");
      const visitor = await WebPerson.open({ url: `${desk.url}/`, desk: "billing" });
      visitor.say("billing", "hello");
      const listed = async () =>
        (await (await call("GET", "/conversations", { cookie })).json()) as readonly { queue: string }[];
      await until("the billing conversation", async () => (await listed()).some(({ queue }) => queue === "billing"));
      expect((await listed()).every(({ queue }) => queue === "billing")).to.equal(true);
      expect((await call("GET", `/conversations/${conversation}/transcript`, { cookie })).status).to.equal(404);
      const named = async (path: string, name: string) =>
        ((await (await call("GET", path, { cookie })).json()) as readonly Record<string, unknown>[]).map(
          (row) => row[name],
        );
      expect(await named("/csrs", "id"), "who can serve billing").to.deep.equal(["grace"]);
      expect((await named("/report", "queue")).filter((queue) => queue !== "billing")).to.deep.equal([]);
      const session = (await (await fetch(`${desk.url}/desk/session`, { headers: { cookie } })).json()) as {
        csrf: string;
      };
      const headers = { cookie, origin: desk.url, "x-frontdesk-csrf": session.csrf };
      expect((await call("POST", "/csrs/ada/away", headers)).status).to.equal(404);
      expect((await call("POST", "/csrs/grace/away", headers)).status).to.equal(200);
      expect((await call("POST", "/csrs/grace/back", headers)).status).to.equal(200);
      desk.edit("people.yaml", "  mary: {name: Mary, role: supervisor, queues: [billing]}\n", "");
      await desk.ask("POST", "/reload");
      expect((await call("GET", "/conversations", { cookie })).status).to.equal(401);
      visitor.close();
    });
  });

  it("takes so many requests a minute and says when the next is taken", async () => {
    const limited = await startStaffDesk({ limits: "  apiRequestsPerMinute: 20" });
    const ask = (token: string) => fetch(`${limited.url}/api/v1/status`, { headers: bearer(token) });
    const [token, other] = [
      await makeToken(limited, "one", ["status:read"]),
      await makeToken(limited, "two", ["status:read"]),
    ];
    const statuses: number[] = [];
    for (let request = 0; request < 22; request += 1) statuses.push((await ask(token)).status);
    expect(statuses.filter((status) => status === 200).length).to.be.within(20, 21);
    const last = await ask(token);
    expect([last.status, Number(last.headers.get("retry-after"))]).to.deep.equal([429, 3]);
    expect((await ask(other)).status, "another token").to.equal(200);
    // A tenth of that for whoever guesses.
    expect([(await ask("x")).status, (await ask("y")).status, (await ask("z")).status]).to.deep.equal([401, 401, 429]);
    await limited.stop();
  });

  it("names no scope that nothing needs", () => {
    const used = new Set<Scope>(API_ROUTES.map(({ scope }) => scope));
    expect([...used].sort()).to.deep.equal([...ALL_SCOPES].sort());
  });
});
