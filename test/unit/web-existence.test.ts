/** Sends wait to know whether their recipient exists; they must not overtake each other while they do. */

import { expect } from "chai";
import { Existence } from "../../adapters/web/existence.ts";
import { NO_ACCOUNTS } from "../../src/accounts/none.ts";

describe("web: whether somebody exists", () => {
  it("is answered in the order of asking, also when they come while it is looked up", async () => {
    const lookedUp = Promise.withResolvers<boolean>();
    let here = false;
    const context = { network: "web", accounts: NO_ACCOUNTS, contacts: () => [] };
    const existence = new Existence(context, { isHere: () => here }, { isKnown: () => lookedUp.promise });
    const order: string[] = [];
    const first = existence.of("visitor-a").then(() => order.push("first"));
    here = true;
    const second = existence.of("visitor-a").then(() => order.push("second"));
    await Promise.resolve();
    lookedUp.resolve(true);
    await Promise.all([first, second]);
    expect(order).to.deep.equal(["first", "second"]);
    expect(await existence.of("visitor-a"), "and no longer than that").to.equal(true);
  });
});
