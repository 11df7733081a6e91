import { expect } from "chai";
import type { LogRecord } from "../../src/log.ts";
import { settle } from "../support/virtual-clock.ts";
import { JULIET, says } from "./echo-desk.ts";
import { setUp } from "./engine-setup.ts";

/** The records that a search for that text would find, as "event network". */
function grep(records: readonly LogRecord[], text: string): string[] {
  const found = records.filter(({ fields }) => JSON.stringify(fields).includes(`"${text}"`));
  return found.map(({ event, fields }) => `${event} ${fields.network ?? ""}`.trim());
}

describe("engine: the log", () => {
  it("lets one search follow a message from its arrival to its mark, by its key and by its conversation", async () => {
    const { engine, clock, log, networks } = await setUp();
    networks.rule = null;
    await engine.receive(says("hello"));
    await engine.receive(says("again"));
    networks.sent[0]?.answer({ kind: "deferred", reason: "remote-server-timeout" });
    networks.sent[1]?.answer({ kind: "deferred", reason: "remote-server-timeout" });
    await settle();
    networks.rule = () => ({ kind: "accepted", id: null });
    await clock.advance(5_000);
    const way = ["event.stepped xmpp", "send.committed web", "send.deferred web", "send.accepted web", "send.marked"];
    expect(grep(log.records, "e-1-1")).to.deep.equal(way);
    expect(grep(log.records, "e-2-1")).to.deep.equal(way);
    expect(grep(log.records, "c1")).to.have.members([...way, ...way]);
    expect(
      new Set(log.records.filter(({ event }) => event.startsWith("send.")).map(({ level }) => level)),
    ).to.have.all.keys("debug");
  });

  it("says why a send failed for good, and what was recognised as a repeat", async () => {
    const { engine, log, networks } = await setUp();
    networks.rule = () => ({ kind: "rejected", reason: "item-not-found" });
    await engine.receive(says("hello", { redelivery: "r1", from: JULIET }));
    await settle();
    await engine.receive(says("hello", { redelivery: "r1", from: JULIET }));
    expect(grep(log.records, "e-1-1")).to.deep.equal([
      "event.stepped web",
      "send.committed xmpp",
      "send.rejected xmpp",
      "event.stepped xmpp",
      "send.marked",
    ]);
    expect(grep(log.records, "r1")).to.deep.equal(["event.stepped web", "event.repeated web"]);
    expect(log.records.find(({ event }) => event === "send.rejected")?.fields.reason).to.equal("item-not-found");
  });

  it("finds the receipt of a message by its key", async () => {
    const { engine, log } = await setUp();
    await engine.receive(says("hello"));
    const base = { redelivery: null, from: JULIET, device: null, to: "desk" };
    await engine.receive({ ...base, kind: "receipt", of: "e-1-1", state: "read" });
    expect(grep(log.records, "e-1-1").at(-1)).to.equal("event.stepped web");
    expect(log.records.at(-1)?.fields).to.include({ kind: "receipt", of: "e-1-1", conversation: "c1" });
  });

  it("quotes nobody on the way", async () => {
    const { engine, clock, log } = await setUp();
    await engine.receive(says("my card is 4111"));
    await clock.advance(100);
    expect(JSON.stringify(log.records)).not.to.include("4111");
  });
});
