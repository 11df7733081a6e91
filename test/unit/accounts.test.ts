import { expect } from "chai";
import { createTokenStore } from "../../src/accounts/tokens.ts";
import { createAccounts, SCRYPT_COST, type StaffAccounts } from "../../src/accounts.ts";
import type { AdapterState } from "../../src/adapter.ts";
import type { AuditEvent } from "../../src/audit.ts";
import { createVirtualClock, type VirtualClock } from "../support/virtual-clock.ts";

/** Cheap enough for a test, the same code. */
const COST = { N: 1024, r: 8, p: 1 };

interface Office {
  readonly accounts: StaffAccounts;
  readonly state: AdapterState;
  readonly stored: Map<string, unknown>;
  readonly clock: VirtualClock;
  readonly noted: AuditEvent[];
  /** Done after a state was read and before it is given. */
  onRead: (key: string) => Promise<unknown>;
}

function open(stored = new Map<string, unknown>(), cost = COST): Office {
  const clock = createVirtualClock();
  const noted: AuditEvent[] = [];
  const set = async (key: string, value: unknown) => {
    if (value === undefined) stored.delete(key);
    else stored.set(key, JSON.parse(JSON.stringify(value)));
  };
  const state = {
    async get(key: string) {
      const found = stored.get(key);
      await office.onRead(key);
      return found;
    },
    set,
    setAll: async (entries: ReadonlyMap<string, unknown>) => {
      for (const [key, value] of entries) await set(key, value);
    },
    keys: async (prefix: string) => [...stored.keys()].filter((key) => key.startsWith(prefix)),
  };
  const record = async (event: AuditEvent) => void noted.push(event);
  const signIns = { perClient: 3, perLogin: 2 };
  const note = (event: AuditEvent) => void noted.push(event);
  const accounts = createAccounts({ state, clock, idleHours: 8, signIns, note, record, cost });
  const office: Office = { accounts, state, stored, clock, noted, onRead: async () => {} };
  return office;
}

describe("staff accounts", () => {
  it("make a readable password for each new login, once", async () => {
    const { accounts, stored } = open();
    const made = await accounts.ensure(["anna", "ben"]);
    expect(made.map(({ login }) => login)).to.deep.equal(["anna", "ben"]);
    for (const { password } of made) {
      expect(password).to.match(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
      expect(JSON.stringify([...stored])).to.not.contain(password);
    }
    expect(await accounts.ensure(["anna", "ben"])).to.deep.equal([]);
    expect(await accounts.ensure(["anna", "ben", "cleo"])).to.have.length(1);
  });

  it("verify the right password alone, whatever the case of the login", async () => {
    const { accounts } = open();
    const [anna] = await accounts.ensure(["Anna", "ben"]);
    const password = anna?.password ?? "";
    expect(await accounts.verify("Anna", password)).to.equal("Anna");
    expect(await accounts.verify("aNNa", password)).to.equal("Anna");
    for (const [login, wrong] of [
      ["Anna", ""],
      ["Anna", `${password} `],
      ["Anna", password.toUpperCase()],
      ["ben", password],
      ["nobody", password],
      ["", password],
      ["__proto__", password],
      ["Anna", password + "x".repeat(1000)],
    ] as const) {
      expect(await accounts.verify(login, wrong), `${login}`).to.equal(null);
    }
  });

  it("survive a restart, and refuse who is no longer staff", async () => {
    const first = open();
    const [anna] = await first.accounts.ensure(["anna"]);
    const second = open(first.stored);
    expect(await second.accounts.verify("anna", anna?.password ?? ""), "before ensure").to.equal(null);
    expect(await second.accounts.ensure(["anna"])).to.deep.equal([]);
    expect(await second.accounts.verify("anna", anna?.password ?? "")).to.equal("anna");
    await second.accounts.ensure(["ben"]);
    expect(await second.accounts.verify("anna", anna?.password ?? "")).to.equal(null);
    expect(await second.accounts.changedAt("anna")).to.equal(null);
  });

  it("end a session for good, also while a request that found it alive is under way", async () => {
    const { accounts, stored, clock } = open();
    await accounts.ensure(["anna"]);
    const { token, session } = await accounts.sessions.begin({ login: "anna", hours: 1, by: "password", origin: null });
    await clock.advance(61_000);
    const get = stored.get.bind(stored);
    let ending: Promise<void> | null = null;
    // The account is the last that is looked at before the sign of life is written.
    stored.get = (key) => {
      if (key.startsWith("account/")) ending ??= accounts.sessions.end(session, null);
      return get(key);
    };
    expect(await accounts.sessions.find(token)).to.equal(null);
    await ending;
    expect(await accounts.sessions.find(token), "afterwards").to.equal(null);
    expect([...stored.keys()].filter((key) => key.startsWith("session/"))).to.deep.equal([]);
  });

  it("reset a password, and say when", async () => {
    const { accounts, clock } = open();
    const [anna] = await accounts.ensure(["anna"]);
    const before = await accounts.changedAt("anna");
    await clock.advance(1_000);
    const reset = await accounts.reset("ANNA");
    expect(reset?.login).to.equal("anna");
    expect(await accounts.verify("anna", anna?.password ?? "")).to.equal(null);
    expect(await accounts.verify("anna", reset?.password ?? "")).to.equal("anna");
    expect(await accounts.changedAt("anna")).to.equal((before ?? 0) + 1_000);
    expect(await accounts.reset("nobody")).to.equal(null);
  });

  it("reset a password while the old one is looked at: the old one is refused, and not written again in a dearer hash", async () => {
    const first = open();
    await first.accounts.ensure(["anna"]);
    const second = open(first.stored, { ...COST, N: COST.N * 4 });
    await second.accounts.ensure(["anna"]);
    const before = (await first.accounts.reset("anna"))?.password ?? "";
    let after = "";
    // What verify reads is what was there before the reset, all of which happens in between.
    second.onRead = async () => {
      second.onRead = async () => {};
      after = (await second.accounts.reset("anna"))?.password ?? "";
    };
    expect(await second.accounts.verify("anna", before)).to.equal(null);
    expect(await second.accounts.verify("anna", before), "the old one").to.equal(null);
    expect(await second.accounts.verify("anna", after), "the new one").to.equal("anna");
  });

  it("forget who is gone for an hour; who is named again before keeps the password and no session", async () => {
    const { accounts, stored, clock } = open();
    const [anna] = await accounts.ensure(["anna", "ben"]);
    const begin = () => accounts.sessions.begin({ login: "anna", hours: 100, by: "password", origin: null });
    const { token } = await begin();
    await accounts.ensure(["ben"]);
    await clock.advance(1_000);
    expect(await accounts.ensure(["anna", "ben"]), "a slip").to.deep.equal([]);
    expect(await accounts.verify("anna", anna?.password ?? "")).to.equal("anna");
    expect(await accounts.sessions.find(token)).to.equal(null);
    const again = await begin();
    await accounts.ensure(["ben"]);
    await clock.advance(3_600_000);
    const [other] = await accounts.ensure(["anna", "ben"]);
    expect(other?.login).to.equal("anna");
    expect(await accounts.verify("anna", anna?.password ?? "")).to.equal(null);
    expect(await accounts.verify("anna", other?.password ?? "")).to.equal("anna");
    expect(await accounts.sessions.find(again.token)).to.equal(null);
    await accounts.ensure(["ben"]);
    await clock.advance(3_600_000);
    await accounts.ensure(["ben"]);
    expect([...stored.keys()].filter((key) => key.startsWith("account/"))).to.deep.equal(["account/ben"]);
  });

  it("give a login to the first person of the company's sign-in who comes with it, and never an old password back", async () => {
    const office = open();
    const { accounts } = office;
    const [anna] = await accounts.ensure(["anna"]);
    const both = await Promise.all(["one", "two"].map((subject) => accounts.isSubject("ANNA", subject)));
    expect(both).to.deep.equal([true, false]);
    expect(await accounts.isSubject("anna", "one")).to.equal(true);
    expect(await accounts.isSubject("nobody", "one")).to.equal(false);
    const [reset, isHers] = await Promise.all([accounts.reset("anna"), accounts.isSubject("anna", "one")]);
    expect(isHers).to.equal(true);
    expect(await accounts.verify("anna", anna?.password ?? ""), "the old one").to.equal(null);
    expect(await accounts.verify("anna", reset?.password ?? "")).to.equal("anna");
    expect(await accounts.isSubject("anna", "two"), "free again").to.equal(true);
  });

  it("count attempts of all pages together, by place and by login", async () => {
    const { accounts } = open();
    const admitted = (login: string, ip: string) => accounts.admit(login, ip) === 0;
    expect([1, 2, 3].map(() => admitted("anna", "192.0.2.1"))).to.deep.equal([true, true, false]);
    expect(admitted("ANNA", "192.0.2.2"), "from elsewhere").to.equal(false);
    expect(admitted("ben", "192.0.2.1"), "a fourth from there").to.equal(false);
    expect(accounts.admit("ben", "192.0.2.1")).to.be.within(9_000, 10_000);
    expect(admitted("ben", "192.0.2.3")).to.equal(true);
  });

  it("refuse logins that are none, or that differ in case alone", async () => {
    const { accounts } = open();
    for (const logins of [["a b"], [""], ["anna", "Anna"], ["x".repeat(129)], ["a\u0000"]]) {
      const fault = await accounts.ensure(logins).then(
        () => null,
        (error: unknown) => error,
      );
      expect(fault, JSON.stringify(logins)).to.be.instanceOf(Error);
    }
  });

  it("hash an unknown login's password as long as a known one's", async () => {
    const { accounts } = open();
    await accounts.ensure(["anna"]);
    const timed = async (login: string): Promise<number> => {
      const samples: number[] = [];
      for (let sample = 0; sample < 15; sample += 1) {
        const start = performance.now();
        await accounts.verify(login, "wrong");
        samples.push(performance.now() - start);
      }
      return samples.sort((a, b) => a - b)[7] ?? 0;
    };
    const [known, unknown] = [await timed("anna"), await timed("nobody")];
    expect(unknown).to.be.greaterThan(known / 4);
  });

  it("let a rush of sign-ins wait for their turn", async () => {
    const { accounts } = open();
    const [anna] = await accounts.ensure(["anna"]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => accounts.verify("anna", anna?.password ?? "")));
    expect(answers.every((login) => login === "anna")).to.equal(true);
  });

  it("make a hash anew when hashing became dearer, without ending anybody's session", async () => {
    const first = open();
    const [anna] = await first.accounts.ensure(["anna"]);
    const dearer = { ...COST, N: COST.N * 2 };
    const second = open(first.stored, dearer);
    await second.accounts.ensure(["anna"]);
    const since = await second.accounts.changedAt("anna");
    const costs = () => JSON.stringify(first.stored.get("account/anna"));
    expect(await second.accounts.verify("anna", "wrong")).to.equal(null);
    expect(costs()).to.contain(`"N":${COST.N}`);
    expect(await second.accounts.verify("anna", anna?.password ?? "")).to.equal("anna");
    expect(costs()).to.contain(`"N":${dearer.N}`);
    expect(await second.accounts.verify("anna", anna?.password ?? "")).to.equal("anna");
    expect(await second.accounts.changedAt("anna")).to.equal(since);
  });

  it("tell of attempts that failed, and name a login only when there is one", async () => {
    const { accounts, noted } = open();
    await accounts.ensure(["anna"]);
    await accounts.verify("anna", "wrong", "192.0.2.1");
    await accounts.verify("my-secret-typed-into-the-wrong-field", "x", "192.0.2.1");
    expect(noted.map(({ action, subject, origin }) => [action, subject, origin])).to.deep.equal([
      ["sign-in.failed", "anna", "192.0.2.1"],
      ["sign-in.failed", null, "192.0.2.1"],
    ]);
    expect(JSON.stringify(noted)).to.not.contain("my-secret");
  });

  it("hash as OWASP recommends for scrypt", () => {
    const { N, r, p } = SCRYPT_COST;
    // Password Storage Cheat Sheet: the least of each equally strong setting.
    const recommended = [
      [2 ** 17, 8, 1],
      [2 ** 16, 8, 2],
      [2 ** 15, 8, 3],
      [2 ** 14, 8, 5],
      [2 ** 13, 8, 10],
    ];
    expect(recommended.some(([n = 0, size = 0, times = 0]) => N >= n && r >= size && p >= times)).to.equal(true);
  });
});

describe("sessions of staff", () => {
  const ANNA = { login: "anna", hours: 12, by: "password", origin: "192.0.2.1" } as const;
  const HOUR = 3_600_000;

  async function signedIn(): Promise<Office & { readonly token: string }> {
    const office = open();
    await office.accounts.ensure(["anna"]);
    const { token } = await office.accounts.sessions.begin(ANNA);
    return { ...office, token };
  }

  it("are found by their token alone, of which only a hash is kept", async () => {
    const { accounts, stored, token, noted } = await signedIn();
    expect(JSON.stringify([...stored])).to.not.contain(token);
    expect((await accounts.sessions.find(token))?.login).to.equal("anna");
    for (const wrong of [null, "", "x", token.slice(1), `${token}x`, token.toLowerCase(), "A".repeat(43)]) {
      expect(await accounts.sessions.find(wrong), String(wrong)).to.equal(null);
    }
    expect(noted[0]).to.deep.include({ action: "sign-in", actor: "staff:anna", detail: { by: "password" } });
  });

  it("are not begun when that cannot be recorded", async () => {
    const { state, clock, stored } = open();
    const record = () => Promise.reject(new Error("the disk is full"));
    const signIns = { perClient: 3, perLogin: 2 };
    const accounts = createAccounts({ state, clock, idleHours: 8, signIns, note: () => {}, record, cost: COST });
    expect(String(await accounts.sessions.begin(ANNA).catch(String))).to.include("the disk is full");
    expect([...stored.keys()]).to.deep.equal([]);
  });

  it("are over after hours without a sign of life, and after their time however lively", async () => {
    const { accounts, clock, token } = await signedIn();
    const { sessions } = accounts;
    await clock.advance(7 * HOUR);
    expect(await sessions.find(token), "a sign of life").to.not.equal(null);
    await clock.advance(4 * HOUR);
    expect(await sessions.find(token), "another").to.not.equal(null);
    await clock.advance(HOUR);
    expect(await sessions.find(token), "its time").to.equal(null);
    const idle = await sessions.begin(ANNA);
    await clock.advance(8 * HOUR);
    expect(await sessions.find(idle.token), "idleness").to.equal(null);
  });

  it("stay while a page is open that says nothing", async () => {
    const { accounts, clock } = await signedIn();
    const { session, token } = await accounts.sessions.begin({ ...ANNA, hours: 100 });
    for (let hour = 0; hour < 20; hour += 1) {
      await clock.advance(HOUR);
      await accounts.sessions.touch(session);
    }
    expect(await accounts.sessions.find(token)).to.not.equal(null);
  });

  it("end by sign-out, by a new password, and with the account; one that the company's sign-in vouches for needs none", async () => {
    const { accounts, clock, token, noted } = await signedIn();
    const { sessions } = accounts;
    const other = await sessions.begin(ANNA);
    await sessions.end(other.session, "192.0.2.1");
    expect(await sessions.find(other.token)).to.equal(null);
    expect(await sessions.isAlive(other.session)).to.equal(false);
    expect(noted.at(-1)).to.include({ action: "sign-out", actor: "staff:anna" });
    await clock.advance(1_000);
    await accounts.reset("anna");
    expect(await sessions.find(token)).to.equal(null);
    const vouched = { login: "grace@example.com", grant: { name: "Grace", role: "admin" }, by: "openid" } as const;
    const { token: third } = await sessions.begin({ ...ANNA, ...vouched });
    expect((await sessions.find(third))?.grant?.role).to.equal("admin");
    const nobody = await sessions.begin({ ...ANNA, login: "nobody" });
    expect(await sessions.find(nobody.token)).to.equal(null);
  });

  it("are swept away when they are over, also those of another version", async () => {
    const { accounts, clock, stored } = await signedIn();
    const kept = () => [...stored.keys()].filter((key) => key.startsWith("session/")).length;
    stored.set("session/old", { login: "anna" });
    accounts.sessions.start();
    await clock.advance(1);
    expect(kept()).to.equal(1);
    await clock.advance(9 * HOUR);
    expect(kept()).to.equal(0);
    accounts.sessions.stop();
  });
});

describe("tokens of programs", () => {
  it("end for good when they are revoked, also while a request that found one good is under way", async () => {
    const office = open();
    const { state, stored, clock } = office;
    const tokens = createTokenStore(state, clock);
    const made = await tokens.make({ name: "nightly", scopes: ["status:read"], days: null }, "command line:root");
    const token = made.kind === "made" ? made.token : "";
    await clock.advance(61_000);
    office.onRead = async () => {
      office.onRead = async () => {};
      await tokens.revoke("nightly");
    };
    expect(await tokens.verify(token)).to.equal(null);
    expect(await tokens.verify(token)).to.equal(null);
    expect([...stored.keys()]).to.deep.equal([]);
  });
});
