import { expect } from "chai";
import { NETWORK_SENDS } from "../../src/outbox/network-lanes.ts";
import { settle } from "../support/virtual-clock.ts";
import { JULIET, ROMEO } from "./echo-desk.ts";
import { ACCEPT } from "./fake-networks.ts";
import { setUp } from "./outbox-setup.ts";

describe("outbox with very much to send", () => {
  it("keeps a bounded number of sends of one network unanswered, however many people are written to", async () => {
    const { outbox, networks, online, row, marks } = setUp();
    const people = NETWORK_SENDS + 500;
    const rows = Array.from({ length: people }, (_, index) => row(index + 1, { ...JULIET, id: `person ${index}` }));
    outbox.add(rows);
    online();
    expect(networks.sent).to.have.length(NETWORK_SENDS);
    outbox.link(ROMEO.network, true);
    outbox.add([row(people + 1, ROMEO)]);
    expect(networks.sent, "another network has places of its own").to.have.length(NETWORK_SENDS + 1);
    networks.rule = () => ACCEPT;
    networks.sent[0]?.answer(ACCEPT);
    await settle();
    for (const { answer } of networks.sent.slice(1)) answer(ACCEPT);
    await settle();
    expect(marks).to.have.length(people + 1);
    expect(outbox.status()).to.include({ rows: 0, inFlight: 0 });
  });

  it("gives a place that becomes free to who has waited longest, not to the longest lane", async () => {
    const { outbox, networks, online, row, answer } = setUp();
    networks.window = NETWORK_SENDS;
    const long = (index: number) => ({ ...JULIET, id: `long lane ${Math.floor(index / 200)}` });
    outbox.add(Array.from({ length: NETWORK_SENDS + 100 }, (_, index) => row(index + 1, long(index))));
    online();
    outbox.add([row(9_001, { ...JULIET, id: "nurse" }), row(9_002, { ...JULIET, id: "paris" })]);
    await answer(0);
    await answer(1);
    await answer(2);
    const later = networks.texts().slice(NETWORK_SENDS);
    expect(later).to.deep.equal([`text ${NETWORK_SENDS + 1}`, "text 9001", "text 9002"]);
  });

  it("forgets nobody whose place went to another who waited", async () => {
    const { outbox, networks, online, row, marks } = setUp();
    networks.window = 1;
    const twice = Array.from({ length: 2 * NETWORK_SENDS }, (_, index) =>
      row(index + 1, { ...JULIET, id: `person ${Math.floor(index / 2)}` }),
    );
    outbox.add([...twice, row(9_001, { ...JULIET, id: "nurse" })]);
    online();
    networks.rule = () => ACCEPT;
    for (const { answer } of [...networks.sent]) answer(ACCEPT);
    await settle();
    expect(marks).to.have.length(twice.length + 1);
    expect(outbox.status()).to.include({ rows: 0, inFlight: 0 });
  });

  it("tells the log once that it is full, and that there is room only when there is some to speak of", async () => {
    const { add, online, log, answer } = setUp({ outboxRows: 20 });
    add(...Array.from({ length: 25 }, (_, index) => index + 1));
    add(26);
    online();
    for (let index = 0; index < 8; index += 1) await answer(index);
    const told = () => log.records.filter(({ event }) => event.startsWith("outbox."));
    expect(told().map(({ level, event, fields }) => [level, event, fields.rows])).to.deep.equal([
      ["warn", "outbox.full", { [JULIET.network]: 25 }],
    ]);
    await answer(8);
    expect(told()[1]).to.deep.equal({ level: "info", event: "outbox.room", fields: { rows: 17, limit: 20 } });
  });

  it("sets no alarm after its end", async () => {
    const { outbox, add, online, clock } = setUp();
    add(1);
    await outbox.stop(0);
    add(2);
    online();
    expect(clock.waiting).to.equal(0);
  });
});
