/** Nothing of either side reaches the other's client through real servers; `node scripts/leaks.ts --servers 300` does it at length. */
import { expect } from "chai";
import { LEAK_ROWS, type RealPlan, runOnServers } from "../leaks/real-servers.ts";
import { requires } from "../support/requires.ts";

const ACTS = 40;
const LIMIT_MS = 400_000;

const rows = (...names: readonly string[]) => LEAK_ROWS.filter(({ name }) => names.includes(name));
/** Adds to all that is relayed what that makes of the author's address. */
const adding =
  (words: (id: string) => string): NonNullable<RealPlan["fault"]> =>
  (outbound, heard) =>
    outbound.kind === "message" && !outbound.notice && heard !== null && !/fence/u.test(outbound.text)
      ? { ...outbound, text: `${outbound.text} ${words(heard.from.id)}` }
      : outbound;

describe("leaks through real servers", function () {
  this.timeout(LIMIT_MS);
  requires("prosody", "ngircd");
  it("there are none between web, XMPP, IRC and programs", async () => {
    const { leaks, pairs, done, files } = await runOnServers({
      rows: rows("web", "xmpp", "xmpp-account", "irc", "irc-link", "webhook"),
      acts: ACTS,
      seed: 7,
    });
    expect(leaks).to.deep.equal([]);
    expect(pairs).to.equal(36);
    expect(done, "what could be done").to.be.greaterThan((pairs * ACTS) / 3);
    expect(files, "files").to.be.greaterThan(0);
  });

  for (const [what, network, fault] of [
    ["an address at the end of a text", "xmpp", adding((id) => id)],
    ["an address in base 64", "xmpp", adding((id) => Buffer.from(`from ${id}`).toString("base64"))],
    ["one in the request to a program", "webhook", adding((id) => id)],
  ] as const) {
    it(`and ${what} would be found`, async () => {
      const { leaks } = await runOnServers({ rows: rows("web", network), acts: ACTS, seed: 1, fault });
      expect(leaks.map(({ of }) => of)).to.include.members(["customer", "csr"]);
    });
  }
});

describe("leaks through a real homeserver, in encrypted chats", function () {
  this.timeout(LIMIT_MS);
  requires("synapse");
  const plan = { rows: rows("web", "matrix-encrypted"), pairs: new Set(["web:matrix-encrypted"]), acts: ACTS, seed: 3 };

  it("there are none", async () => {
    const { leaks, done } = await runOnServers(plan);
    expect(leaks).to.deep.equal([]);
    expect(done, "what could be done").to.be.greaterThan(ACTS / 3);
  });

  it("and one would be found in what the reader's client can read", async () => {
    const { leaks } = await runOnServers({ ...plan, fault: adding((id) => id) });
    expect(leaks.filter(({ of, csr }) => of === "customer" && csr === "matrix-encrypted")).to.have.length.above(0);
  });
});
