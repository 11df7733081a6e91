/** How fast lines leave, and what becomes of each message: the IRC adapter's pace and its fence, on a clock of their own. */
import { expect } from "chai";
import { Pacer, slower } from "../../adapters/irc/pacer.ts";
import { Sends, WINDOW } from "../../adapters/irc/sends.ts";
import type { Outcome } from "../../src/adapter.ts";
import { createVirtualClock } from "../support/virtual-clock.ts";

const STEADY = new AbortController().signal;

function link({ burst = 3, lineMs = 1_000, waitMs = 10_000, chatter = 2 } = {}) {
  const clock = createVirtualClock();
  const wire: string[] = [];
  const state = { isPaused: false, silences: 0 };
  const pacer = new Pacer({ clock, burst, lineMs, chatter, write: (line) => wire.push(line) });
  const sends = new Sends({
    clock,
    pacer,
    answerMs: 20_000,
    waitMs,
    fenceMs: 0,
    ping: (token) => `PING ${token}`,
    isPaused: () => state.isPaused,
    silent: () => {
      state.silences += 1;
    },
  });
  /** Answers the newest PING. */
  const pong = () => sends.pong(wire.findLast((line) => line.startsWith("PING "))?.slice("PING ".length) ?? "");
  /** Lines without the PINGs. */
  const said = () => wire.filter((line) => !line.startsWith("PING "));
  const outcomes = new Map<string, Outcome>();
  const send = (nick: string, signal = STEADY) => {
    const outcome = sends.send(nick, `to ${nick}`, signal);
    void Promise.resolve(outcome).then((one) => outcomes.set(nick, one));
  };
  const message = (line: string) => {
    const paced = { line, before: () => 0, writing: () => {} };
    pacer.message(paced);
    return paced;
  };
  return { clock, wire, state, pacer, message, sends, pong, said, outcomes, send };
}

describe("IRC pace", () => {
  it("lets a few lines go at once, then one at a time", async () => {
    const { clock, message, said } = link();
    for (const nick of ["a", "b", "c", "d", "e"]) message(nick);
    expect(said(), "with room for the PING behind them").to.deep.equal(["a", "b"]);
    await clock.advance(999);
    expect(said()).to.have.length(2);
    await clock.advance(1);
    expect(said()).to.have.length(3);
    await clock.advance(2_000);
    expect(said()).to.deep.equal(["a", "b", "c", "d", "e"]);
  });

  it("lets chatter go only when no message waits, and leaves out what is too much of it", async () => {
    const { clock, pacer, message, said } = link({ burst: 1 });
    message("first");
    expect(["x", "y", "z"].map((line) => pacer.chat(line))).to.deep.equal([true, true, false]);
    message("second");
    await clock.advance(3_000);
    expect(said()).to.deep.equal(["first", "second", "x", "y"]);
  });

  it("writes nothing that was taken back, or after the cut", async () => {
    const { clock, pacer, message, said } = link({ burst: 1 });
    message("first");
    pacer.takeBack(message("taken back"));
    message("late");
    pacer.cut();
    await clock.advance(10_000);
    pacer.urgent("PONG");
    expect([pacer.chat("chat"), ...said()]).to.deep.equal([false, "first"]);
  });

  it("is halved by a network that calls it a flood, and becomes slow where there was none", () => {
    expect(slower({ burst: 5, lineMs: 2_000, waitMs: 10_000 })).to.deep.equal({
      burst: 2,
      lineMs: 4_000,
      waitMs: 10_000,
    });
    expect(slower({ burst: 1_000, lineMs: 0, waitMs: 10_000 })).to.deep.equal({
      burst: 2,
      lineMs: 500,
      waitMs: 10_000,
    });
    expect(slower({ burst: 2, lineMs: 7_000, waitMs: 10_000 }).lineMs).to.equal(8_000);
    expect(slower({ burst: 2, lineMs: 60_000, waitMs: 10_000 }).lineMs, "configured slower").to.equal(60_000);
  });

  it("is not confused by a clock that jumps", async () => {
    const { clock, message, said } = link({ burst: 1 });
    message("first");
    clock.jump(-3_600_000);
    message("second");
    await clock.advance(2_000);
    expect(said()).to.deep.equal(["first", "second"]);
  });
});

describe("what becomes of a message on IRC", () => {
  it("is accepted when the PING behind it is answered, one for all that left together", async () => {
    const { clock, wire, outcomes, pong, send } = link({ burst: 9 });
    for (const nick of ["anna", "ben"]) send(nick);
    await clock.advance(0);
    expect(wire.map((line) => line.split(" ")[0])).to.deep.equal(["to", "to", "PING"]);
    send("cleo");
    await clock.advance(0);
    expect([...outcomes]).to.deep.equal([]);
    pong();
    await clock.advance(0);
    expect([...outcomes.keys()]).to.deep.equal(["anna", "ben"]);
    expect(outcomes.get("anna")).to.deep.equal({ kind: "accepted", id: null });
    expect(wire.at(-1)).to.match(/^PING /);
    pong();
    await clock.advance(0);
    expect(outcomes.get("cleo")?.kind).to.equal("accepted");
  });

  it("is a failure when the server names its recipient, and of that one alone", async () => {
    const { clock, sends, outcomes, pong, send } = link({ burst: 9 });
    for (const nick of ["anna", "ben"]) send(nick);
    await clock.advance(0);
    expect(sends.failed("ben", { kind: "rejected", reason: "recipient-unavailable" })).to.equal(true);
    expect(sends.failed("nobody", { kind: "rejected", reason: "recipient-unavailable" })).to.equal(false);
    pong();
    await clock.advance(0);
    expect([outcomes.get("anna")?.kind, outcomes.get("ben")?.kind]).to.deep.equal(["accepted", "rejected"]);
  });

  it("is not decided by the PONG of another", async () => {
    const { clock, sends, outcomes, send } = link();
    send("anna");
    await clock.advance(0);
    expect(sends.pong("something else")).to.equal(false);
    await clock.advance(0);
    expect(outcomes.size).to.equal(0);
  });

  it("is deferred when it would wait too long for the pace, with the time after which it would not", () => {
    const { sends } = link({ burst: 1, waitMs: 3_000 });
    for (const nick of ["a", "b", "c"]) void sends.send(nick, nick, STEADY);
    const outcome = sends.send("d", "d", STEADY);
    expect(outcome).to.deep.equal({ kind: "deferred", reason: "resource-constraint", retryAfterMs: 2_000 });
  });

  describe("with others to the same nick under way", () => {
    const AWAY: Outcome = { kind: "deferred", reason: "recipient-unavailable", retryAfterMs: 2_000 };
    const begun = async (count: number) => {
      const all = link({ burst: 100, lineMs: 0 });
      const outcomes: (Outcome | null)[] = Array.from({ length: count }, () => null);
      for (let number = 0; number < count; number += 1) {
        void Promise.resolve(all.sends.send("anna", `${number}`, STEADY)).then((outcome) => {
          outcomes[number] = outcome;
        });
      }
      await all.clock.advance(0);
      const tokens = all.wire.flatMap((line) => (line.startsWith("PING ") ? [line.slice("PING ".length)] : []));
      const kinds = () => outcomes.map((outcome) => outcome?.kind ?? "under way");
      return { ...all, outcomes, tokens, kinds };
    };

    it("has a PING of its own behind it, but for the last, whose PING waits for a PONG", async () => {
      const { wire, sends, tokens, clock, kinds } = await begun(3);
      expect(wire.map((line) => line.split(" ")[0])).to.deep.equal(["0", "PING", "1", "PING", "2"]);
      for (const token of tokens) sends.pong(token);
      await clock.advance(0);
      expect(kinds()).to.deep.equal(["accepted", "accepted", "under way"]);
      expect(wire.at(-1)).to.match(/^PING /u);
    });

    it("is the one that failed when the PONG before it has come and its own has not", async () => {
      const { sends, tokens, clock, outcomes, kinds } = await begun(3);
      sends.pong(tokens[0] ?? "");
      sends.failed("anna", { kind: "rejected", reason: "policy-violation", text: "no" });
      expect(sends.failed("anna", { kind: "rejected", reason: "policy-violation" }), "said twice of one").to.equal(
        false,
      );
      sends.pong(tokens[1] ?? "");
      await clock.advance(0);
      expect(kinds()).to.deep.equal(["accepted", "rejected", "under way"]);
      expect(outcomes[1]).to.include({ text: "no" });
    });

    it("is tried again together with those before it, in order", async () => {
      const { sends, tokens, clock, pong, kinds } = await begun(3);
      sends.failed("anna", AWAY);
      await clock.advance(0);
      expect(kinds(), "what becomes of the others is not known yet").to.deep.equal(Array(3).fill("under way"));
      sends.pong(tokens[0] ?? "");
      sends.failed("anna", AWAY);
      sends.pong(tokens[1] ?? "");
      sends.failed("anna", AWAY);
      await clock.advance(0);
      expect(kinds()).to.deep.equal(["deferred", "deferred", "deferred"]);
      pong();
      const again = Promise.resolve(sends.send("anna", "again", STEADY));
      await clock.advance(0);
      pong();
      expect((await again).kind, "nothing is left of them").to.equal("accepted");
    });

    it("makes one before it come back to its sender when it arrived and that did not: nothing overtakes", async () => {
      const { sends, tokens, clock, kinds, outcomes } = await begun(3);
      sends.failed("anna", AWAY);
      for (const token of tokens) sends.pong(token);
      await clock.advance(0);
      expect(kinds()).to.deep.equal(["rejected", "accepted", "under way"]);
      expect(outcomes[0]).to.include({ reason: "recipient-unavailable" });
    });

    it("does not leave any more when one before it could not be brought", async () => {
      const { clock, sends, said, outcomes, send } = link({ burst: 3 });
      send("anna");
      await clock.advance(0);
      const second = Promise.resolve(sends.send("anna", "second", STEADY));
      const third = Promise.resolve(sends.send("anna", "third", STEADY));
      expect(sends.failed("anna", AWAY)).to.equal(true);
      await clock.advance(20_000);
      expect(said()).to.deep.equal(["to anna"]);
      expect([outcomes.get("anna"), await second, await third]).to.deep.equal([AWAY, AWAY, AWAY]);
    });

    it("waits for its pace with room for the PING between them, too", async () => {
      const { clock, wire, sends } = link({ burst: 3 });
      for (const line of ["one", "two"]) void sends.send("anna", line, STEADY);
      await clock.advance(999);
      expect(wire.map((line) => line.split(" ")[0])).to.deep.equal(["one", "PING"]);
      await clock.advance(1);
      expect(wire.map((line) => line.split(" ")[0])).to.deep.equal(["one", "PING", "two"]);
    });

    it("waits in its lane beyond a number of them", () => {
      const { sends } = link({ burst: 1_000, lineMs: 0 });
      for (let number = 0; number < WINDOW; number += 1) void sends.send("anna", `${number}`, STEADY);
      expect(sends.send("anna", "more", STEADY)).to.deep.include({ kind: "deferred", reason: "resource-constraint" });
    });

    it("is not taken for one that was given up", async () => {
      const { clock, sends, wire, pong } = link({ burst: 100, lineMs: 0 });
      const giveUp = new AbortController();
      const first = Promise.resolve(sends.send("anna", "first", giveUp.signal));
      const second = Promise.resolve(sends.send("anna", "second", STEADY));
      giveUp.abort();
      sends.failed("anna", { kind: "rejected", reason: "policy-violation" });
      await clock.advance(0);
      for (const line of wire.slice()) sends.pong(line.slice("PING ".length));
      await clock.advance(0);
      pong();
      expect([(await first).kind, (await second).kind]).to.deep.equal(["deferred", "accepted"]);
    });
  });

  it("is deferred when it is given up, and does not leave later", async () => {
    const { clock, said, outcomes, send } = link({ burst: 1 });
    send("anna");
    const giveUp = new AbortController();
    send("ben", giveUp.signal);
    giveUp.abort();
    await clock.advance(10_000);
    expect([said(), outcomes.get("ben")?.kind]).to.deep.equal([["to anna"], "deferred"]);
  });

  it("is deferred when the link is cut, written or not", async () => {
    const { clock, sends, outcomes, send } = link({ burst: 1 });
    for (const nick of ["anna", "ben"]) send(nick);
    sends.cut();
    await clock.advance(0);
    expect([...outcomes.values()].map(({ kind }) => kind)).to.deep.equal(["deferred", "deferred"]);
    expect(sends.send("cleo", "x", STEADY)).to.include({ kind: "deferred" });
  });

  it("tells a dead link by its silence, but not one that the desk itself does not read", async () => {
    const { clock, state, send } = link();
    send("anna");
    state.isPaused = true;
    await clock.advance(60_000);
    expect(state.silences).to.equal(0);
    state.isPaused = false;
    await clock.advance(20_000);
    expect(state.silences).to.equal(1);
  });

  it("tells silence from the last answer on, however many came before", async () => {
    const { clock, state, send, pong } = link({ lineMs: 0 });
    for (const nick of ["anna", "ben", "cleo"]) {
      send(nick);
      await clock.advance(15_000);
      pong();
    }
    send("dora");
    await clock.advance(19_999);
    expect(state.silences, "before its time is over").to.equal(0);
    await clock.advance(1);
    expect(state.silences).to.equal(1);
  });
});
