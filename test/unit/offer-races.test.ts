/** Offers to several CSRs at once, with everything happening at the same moment; `npm run bench -- offers` runs a hundred thousand. */
import { expect } from "chai";
import { Random } from "../simulation/random.ts";
import { race } from "./offer-races.ts";

describe("offers to several CSRs at once, whatever happens in the same moment", () => {
  it("have one winner each, who has room; the others are told and lose nothing", () => {
    const { parallel, offers, taken, late } = race(new Random(20), 3_000);
    expect(parallel).to.be.at.least(3_000);
    expect(offers, "offers").to.be.greaterThan(2 * parallel);
    expect(taken, "taken").to.be.greaterThan(parallel / 2);
    expect(late, "accepted a moment too late").to.be.greaterThan(parallel / 2);
  }).timeout(120_000);
});
