/** A speaker's name goes with the first message to somebody, and is told again before it could be missed. */
import { expect } from "chai";
import { ToldNames } from "../../adapters/xmpp/told-names.ts";

const MINUTES = 60_000;

function make(pairs = 100) {
  let now = 1_700_000_000_000;
  const names = new ToldNames({ now: () => now }, pairs);
  const pass = (ms: number): void => {
    now += ms;
  };
  return { names, pass };
}

describe("XMPP: names that were told", () => {
  it("go without saying from the second message on, for that speaker and that hearer alone", () => {
    const { names } = make();
    expect(names.knows("k3v9", "anna@im.test", "Eva")).to.equal(false);
    expect(names.knows("k3v9", "anna@im.test", "Eva")).to.equal(true);
    expect(names.knows("k3v9", "anna@im.test/phone", "Eva")).to.equal(false);
    expect(names.knows("x7x7", "anna@im.test", "Eva")).to.equal(false);
  });
  it("are told again when they change, after ten minutes, and when the link was cut", () => {
    const { names, pass } = make();
    names.knows("k3v9", "anna@im.test", "Eva");
    expect(names.knows("k3v9", "anna@im.test", "Max"), "another name").to.equal(false);
    pass(9 * MINUTES);
    expect(names.knows("k3v9", "anna@im.test", "Max"), "soon").to.equal(true);
    pass(2 * MINUTES);
    expect(names.knows("k3v9", "anna@im.test", "Max"), "later").to.equal(false);
    names.forget();
    expect(names.knows("k3v9", "anna@im.test", "Max"), "after a cut").to.equal(false);
  });
  it("are remembered of so many pairs; those longest silent are told again", () => {
    const { names } = make(2);
    for (const to of ["anna@im.test", "ben@im.test", "anna@im.test", "cleo@im.test"]) names.knows("k3v9", to, "Eva");
    expect(names.knows("k3v9", "anna@im.test", "Eva")).to.equal(true);
    expect(names.knows("k3v9", "ben@im.test", "Eva")).to.equal(false);
  });
});
