import { expect } from "chai";
import { createMemoryLog } from "../../src/log.ts";
import { createTally } from "../../src/tally.ts";

describe("tally", () => {
  it("counts each, and tells the log of the first, the tenth and the hundredth", () => {
    const log = createMemoryLog();
    const counted: string[] = [];
    const count = createTally(log, (event, reason) => counted.push(`${event} ${reason}`));
    for (let number = 0; number < 120; number += 1) count("stanza.ignored", "to nobody", "eve@example.org");
    expect(counted).to.have.length(120);
    const seen = log.records.filter((record) => record.level === "info").map((record) => record.fields.count);
    expect(seen).to.deep.equal([1, 10, 100]);
  });

  it("keeps who it was out of the log, but at debug", () => {
    const log = createMemoryLog();
    createTally(log, () => undefined)("stanza.ignored", "to nobody", "mallory@example.org");
    expect(JSON.stringify(log.records.filter((record) => record.level !== "debug"))).not.to.contain("mallory");
  });

  it("does not grow with what strangers make up", () => {
    const counted = new Set<string>();
    const count = createTally(createMemoryLog(), (event, reason) => counted.add(`${event} ${reason}`));
    for (let number = 0; number < 1_000; number += 1) count("stanza.ignored", `kind ${number}`);
    expect(counted.size).to.be.at.most(201);
  });
});
