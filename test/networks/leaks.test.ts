/** Nothing of either side reaches the other's client through real servers; `node scripts/leaks.ts --servers 300` does it at length. */
import { expect } from "chai";
import { CROSSING_ROWS } from "../conformance/crossing/networks.ts";
import { runOnServers } from "../leaks/real-servers.ts";
import { requires } from "../support/requires.ts";

const ACTS = 40;
const LIMIT_MS = 240_000;

describe("leaks through real servers", function () {
  this.timeout(LIMIT_MS);
  requires("prosody", "ngircd");
  const rows = (...names: readonly string[]) => CROSSING_ROWS.filter(({ name }) => names.includes(name));

  it("there are none between web, XMPP and IRC", async () => {
    const { leaks, pairs, done, files } = await runOnServers({
      rows: rows("web", "xmpp", "xmpp-account", "irc", "irc-link"),
      acts: ACTS,
      seed: 7,
    });
    expect(leaks).to.deep.equal([]);
    expect(pairs).to.equal(25);
    expect(done, "what could be done").to.be.greaterThan((pairs * ACTS) / 3);
    expect(files, "files").to.be.greaterThan(0);
  });

  for (const [what, text] of [
    ["an address at the end of a text", (text: string, id: string) => `${text} ${id}`],
    ["an address in base 64", (text: string, id: string) => `${text} ${Buffer.from(`from ${id}`).toString("base64")}`],
  ] as const) {
    it(`and ${what} would be found`, async () => {
      const { leaks } = await runOnServers({
        rows: rows("web", "xmpp"),
        acts: ACTS,
        seed: 1,
        fault: (outbound, heard) =>
          outbound.kind === "message" && !outbound.notice && heard !== null && !/fence/u.test(outbound.text)
            ? { ...outbound, text: text(outbound.text, heard.from.id) }
            : outbound,
      });
      expect(leaks.map(({ of }) => of)).to.include.members(["customer", "csr"]);
    });
  }
});
