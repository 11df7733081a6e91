/** Secrets planted everywhere a desk has some, and looked for everywhere it says something. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { adapters } from "../../adapters/index.ts";
import { loadConfiguration } from "../../src/config/load.ts";
import { said as frontdesk } from "../support/command-line.ts";
import { makeToken, type StaffDesk, staffCookie, startStaffDesk } from "../support/staff-desk.ts";

/** Written into the file, taken from the environment, and from a file of their own. */
const PLANTED = {
  inFile: "planted-in-the-file-8d1c",
  inEnvironment: "planted-in-the-environment-51fa",
  ofItsOwn: "planted-in-a-file-of-its-own-77b0",
} as const;

const NETWORKS = `  xmpp:
    adapter: xmpp
    mode: component
    domain: desk.test
    host: 127.0.0.1
    port: 1
    secret: ${PLANTED.inFile}
    handles: {}
  irc:
    adapter: irc
    mode: client
    host: 127.0.0.1
    port: 1
    tls: false
    nick: desk
    sasl: {account: desk, password: {env: PLANTED_SECRET}}
    handles:
      support: {name: Support, dialog: welcome}
`;
const CONSOLE = `console:
  openid:
    title: Example
    issuer: http://127.0.0.1:1
    clientId: frontdesk
    clientSecret: {file: secret.txt}
`;

describe("planted secrets", function () {
  this.timeout(40_000);
  let desk: StaffDesk;
  const secrets: string[] = Object.values(PLANTED);
  const said: string[] = [];

  async function command(...words: readonly string[]): Promise<void> {
    const { out, err } = await frontdesk(...words, "-c", desk.configFolder, "--data", desk.dataFolder);
    said.push(`${out}\n${err}`);
  }
  async function fetched(path: string, init: RequestInit = {}): Promise<void> {
    const answer = await fetch(desk.url + path, init);
    said.push(`${JSON.stringify([...answer.headers])}\n${await answer.text()}`);
  }

  before(async () => {
    process.env.PLANTED_SECRET = PLANTED.inEnvironment;
    desk = await startStaffDesk({
      networks: NETWORKS,
      more: CONSOLE,
      prepare: (folder) => writeFileSync(join(folder, "secret.txt"), `${PLANTED.ofItsOwn}\n`),
    });
    const token = await makeToken(desk, "planted", ["status:read", "audit:read"]);
    const cookie = await staffCookie(desk, "katherine");
    secrets.push(token, token.split("_")[2] ?? "?", cookie.split("=")[1] ?? "?");
    for (const login of ["ada", "katherine"]) secrets.push(desk.password(login));
    const authorization = `Bearer ${token}`;
    for (const path of ["/status", "/audit", "/openapi.json", "/csrs"]) {
      await fetched(`/api/v1${path}`, { headers: { authorization } });
    }
    // What somebody may do to find some: wrong questions, a wrong password beside the right one, an address with a secret in it.
    await fetched(`/api/v1/status?token=${token}`);
    await fetched(`/desk/openid`, { redirect: "manual" });
    const json = { origin: desk.url, "content-type": "application/json" };
    const wrong = JSON.stringify({ login: desk.password("ada"), password: desk.password("katherine") });
    await fetched("/desk/sign-in", { method: "POST", headers: json, body: wrong });
    await fetched("/desk/sign-in", { method: "POST", headers: json, body: `{"password": "${desk.password("ada")}"` });
    for (const words of [["status"], ["status", "--json"], ["audit", "--json"], ["token", "list", "--json"]]) {
      await command(...words);
    }
    await command("check", "--json");
    desk.edit("frontdesk.yaml", "port: 1\n    secret", "prot: 1\n    secret");
    await command("check", "--json");
    await command("reload", "--json");
  });
  after(async () => {
    delete process.env.PLANTED_SECRET;
    await desk.stop();
  });

  it("are in use, so that they could be found", () => {
    desk.edit("frontdesk.yaml", "prot: 1\n    secret", "port: 1\n    secret");
    const { settings } = loadConfiguration(desk.configFolder, adapters);
    const used = JSON.stringify([
      settings?.console,
      ...[...(settings?.networks.values() ?? [])].map(({ config }) => config),
    ]);
    for (const secret of Object.values(PLANTED)) expect(used).to.contain(secret);
  });

  it("are in no log, at any level", () => {
    const logged = JSON.stringify(desk.log.records);
    expect(logged).to.contain("link.").and.to.contain("sign-in.failed").and.to.contain("openid.unreachable");
    for (const secret of secrets) expect(logged).to.not.contain(secret);
  });

  it("are in no answer: status, audit, API, errors of sign-in, check and reload", () => {
    expect(said.length).to.be.greaterThan(12);
    const everything = said.join("\n");
    expect(everything).to.contain("prot");
    for (const secret of secrets) expect(everything).to.not.contain(secret);
  });

  it("are not in the store, but for what networks themselves keep: of passwords, sessions and tokens there are hashes", async () => {
    const { default: Database } = await import("better-sqlite3");
    const database = new Database(join(desk.dataFolder, "frontdesk.sqlite"), { readonly: true });
    const rows = [
      ...database.prepare("SELECT key, value FROM adapter_state").all(),
      ...database.prepare("SELECT * FROM audit").all(),
      ...database.prepare("SELECT * FROM facts").all(),
    ];
    database.close();
    expect(rows.length).to.be.greaterThan(8);
    for (const secret of secrets) expect(JSON.stringify(rows)).to.not.contain(secret);
  });
});
