import { expect } from "chai";
import { createAccounts, type StaffAccounts } from "../../src/accounts.ts";

/** Cheap enough for a test, the same code. */
const COST = { N: 1024, r: 8, p: 1 };

function open(stored = new Map<string, unknown>()): {
  accounts: StaffAccounts;
  stored: Map<string, unknown>;
  tick: () => void;
} {
  let now = 1_000;
  const state = {
    get: async (key: string) => stored.get(key),
    set: async (key: string, value: unknown) => void stored.set(key, JSON.parse(JSON.stringify(value))),
  };
  const accounts = createAccounts({ state, now: () => now, cost: COST });
  return {
    accounts,
    stored,
    tick: () => {
      now += 1_000;
    },
  };
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

  it("reset a password, and say when", async () => {
    const { accounts, tick } = open();
    const [anna] = await accounts.ensure(["anna"]);
    const before = await accounts.changedAt("anna");
    tick();
    const reset = await accounts.reset("ANNA");
    expect(reset?.login).to.equal("anna");
    expect(await accounts.verify("anna", anna?.password ?? "")).to.equal(null);
    expect(await accounts.verify("anna", reset?.password ?? "")).to.equal("anna");
    expect(await accounts.changedAt("anna")).to.equal((before ?? 0) + 1_000);
    expect(await accounts.reset("nobody")).to.equal(null);
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
});
