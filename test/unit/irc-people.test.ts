/** The IRC adapter's people: who is expected back, and what their software says of itself, on a clock of their own. */
import { expect } from "chai";
import { Returns } from "../../adapters/irc/returns.ts";
import { Versions } from "../../adapters/irc/versions.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

describe("who is expected back on IRC", () => {
  const begin = () => {
    const clock = createVirtualClock();
    return { clock, returns: new Returns({ clock, forMs: 90_000, people: 100 }) };
  };
  const isAwaited = (returns: Returns) => returns.absent("anna", "Anna").kind === "deferred";

  it("a stranger is not, and the sender is told their nick", () => {
    const outcome = begin().returns.absent("anna", "Anna");
    expect(outcome).to.deep.equal({
      kind: "rejected",
      reason: "recipient-unavailable",
      text: "Nobody has the nick Anna now.",
    });
  });

  it("whoever was there is, for a while, and is then not waited for a second time", async () => {
    const { clock, returns } = begin();
    expect(returns.present("anna")).to.equal(false);
    expect(isAwaited(returns)).to.equal(true);
    await clock.advance(89_000);
    expect(isAwaited(returns)).to.equal(true);
    await clock.advance(2_000);
    expect([isAwaited(returns), isAwaited(returns)]).to.deep.equal([false, false]);
  });

  it("whoever is to be told what was said before the desk was started is, for it may have been everybody's restart", async () => {
    const { clock, returns } = begin();
    await clock.advance(1_000);
    returns.begun();
    returns.addressed("anna", clock.now() - 1);
    returns.addressed("ben", clock.now());
    expect(isAwaited(returns)).to.equal(true);
    expect(returns.absent("ben", "Ben").kind).to.equal("rejected");
    await clock.advance(91_000);
    expect(isAwaited(returns)).to.equal(false);
    returns.addressed("anna", 0);
    expect(isAwaited(returns), "a second time").to.equal(false);
  });

  it("whoever comes back was missed, and may go missing again", async () => {
    const { clock, returns } = begin();
    returns.present("anna");
    expect(isAwaited(returns)).to.equal(true);
    await clock.advance(80_000);
    expect([returns.present("anna"), returns.present("anna")]).to.deep.equal([true, false]);
    await clock.advance(80_000);
    expect(isAwaited(returns)).to.equal(true);
  });

  it("whoever left is not", () => {
    const { returns } = begin();
    returns.present("anna");
    returns.left("anna");
    expect(isAwaited(returns)).to.equal(false);
  });

  it("everybody is after an outage, and nobody any more once its time is over", async () => {
    const { clock, returns } = begin();
    returns.everybody();
    expect(isAwaited(returns)).to.equal(true);
    await clock.advance(90_000);
    expect(isAwaited(returns)).to.equal(false);
  });

  it("is looked for less and less often", async () => {
    const { clock, returns } = begin();
    returns.present("anna");
    const pauses: (number | undefined)[] = [];
    for (;;) {
      const outcome = returns.absent("anna", "anna");
      if (outcome.kind !== "deferred") break;
      pauses.push(outcome.retryAfterMs);
      await clock.advance(outcome.retryAfterMs ?? 0);
    }
    expect(pauses.slice(0, 3)).to.deep.equal([2_000, 2_000, 2_000]);
    expect(pauses.at(-1)).to.equal(30_000);
    expect(pauses).to.have.length.within(6, 12);
  });
});

describe("what software somebody on IRC writes from", () => {
  const begin = (limits: { readonly perMinute?: number } = {}) => {
    const clock = createVirtualClock();
    const told: string[] = [];
    const versions = new Versions({
      clock,
      perMinute: limits.perMinute ?? 20,
      requestMs: 30_000,
      people: 100,
      ask: (nick, desk) => told.push(`${desk} asks ${nick}`) > 0,
      found: (id, desk, { name, version }) => told.push(`${desk} knows that ${id} has ${name} ${version}`),
      skipped: (nick) => told.push(`${nick} is not asked`),
      unasked: (nick) => told.push(`${nick} was not asked`),
    });
    return { clock, told, versions };
  };

  it("is taken from a client that answers after ten seconds, from the first answer alone", async () => {
    const { clock, told, versions } = begin();
    versions.notice("Anna", "anna", "support");
    await clock.advance(10_000);
    versions.answered("Anna", "anna", "irssi v1.4.3");
    versions.answered("Anna", "anna", "something else 1");
    expect(told).to.deep.equal(["support asks Anna", "support knows that anna has irssi 1.4.3", "Anna was not asked"]);
  });

  it("is not taken from an answer that is too late, or to no question", async () => {
    const { clock, told, versions } = begin();
    versions.answered("Ben", "ben", "irssi v1.4.3");
    versions.notice("Anna", "anna", "support");
    await clock.advance(30_001);
    versions.answered("Anna", "anna", "irssi v1.4.3");
    expect(told).to.deep.equal(["Ben was not asked", "support asks Anna", "Anna was not asked"]);
  });

  it("is asked once in hours, and again of whoever bears the nick next", () => {
    const { told, versions } = begin();
    versions.notice("Anna", "anna", "support");
    versions.notice("Anna", "anna", "support");
    versions.forget("anna");
    versions.notice("Anna", "anna", "billing");
    expect(told).to.deep.equal(["support asks Anna", "billing asks Anna"]);
  });

  it("is asked of no more people in a minute than may be", async () => {
    const { clock, told, versions } = begin({ perMinute: 2 });
    for (const nick of ["a", "b", "c"]) versions.notice(nick, nick, "support");
    await clock.advance(30_000);
    versions.notice("c", "c", "support");
    expect(told).to.deep.equal(["support asks a", "support asks b", "c is not asked", "support asks c"]);
  });
});
