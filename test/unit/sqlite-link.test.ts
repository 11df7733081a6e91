import { Worker } from "node:worker_threads";
import { expect } from "chai";
import { createLink } from "../../src/store/sqlite-link.ts";
import { StoreFault } from "../../src/store/store.ts";
import { within } from "../support/wait.ts";

/** A thread that answers every question with one cell, ends when asked to close, and dies of the question "seen". */
const THREAD = `
  const { parentPort } = require("node:worker_threads");
  parentPort.on("message", (requests) => {
    if (requests.some(({ ask }) => ask.kind === "seen")) process.exit(7);
    parentPort.postMessage(requests.map(({ id }) => ({ id, cells: [id] })));
    if (requests.some(({ ask }) => ask.kind === "close")) parentPort.close();
  });`;

function setUp() {
  const worker = new Worker(THREAD, { eval: true });
  const { promise, resolve } = Promise.withResolvers<StoreFault>();
  const lost: StoreFault[] = [];
  const link = createLink(worker, "/data/frontdesk.sqlite", (fault) => {
    lost.push(fault);
    resolve(fault);
  });
  return { worker, link, lost, whenLost: within(5_000, "the loss to be told", promise) };
}

const DEADLY = { kind: "seen", network: "web", redelivery: "1" } as const;

describe("the way to the store's thread", () => {
  it("answers each question, and closes without alarm", async () => {
    const { link, lost } = setUp();
    const answers = await Promise.all([
      link.ask({ kind: "load-outbox", after: 0 }),
      link.ask({ kind: "load-counters" }),
    ]);
    expect(answers).to.deep.equal([[1], [2]]);
    await link.close();
    await link.close();
    expect(lost).to.deep.equal([]);
  });

  it("rejects what was asked of a thread that dies, and everything after", async () => {
    const { link, whenLost } = setUp();
    const asked = link.ask(DEADLY).catch((error: unknown) => error);
    const fault = await whenLost;
    expect(fault).to.be.instanceOf(StoreFault);
    expect(fault).to.include({ kind: "disk" });
    expect(fault.message).to.equal(
      "The thread that writes /data/frontdesk.sqlite ended by itself (7). Start again; nothing confirmed is lost.",
    );
    expect(await asked).to.equal(fault);
    expect(await link.ask({ kind: "load-outbox", after: 0 }).catch((error: unknown) => error)).to.equal(fault);
  });

  it("takes a question that cannot cross to the thread for a fault of that question's data", async () => {
    const { link } = setUp();
    const wrong = { ...DEADLY, kind: "reference", person: "anna", id: (() => "an id") as unknown as string } as const;
    const fault = await within(5_000, "its refusal", link.ask(wrong)).catch((error: unknown) => error);
    expect(fault).to.include({ kind: "data" });
    expect(await link.ask({ kind: "load-outbox", after: 0 })).to.have.length(1);
    await link.close();
  });

  it("tells of a thread that ends while nobody asks anything", async () => {
    const { worker, lost, whenLost } = setUp();
    await worker.terminate();
    await whenLost;
    expect(lost).to.have.length(1);
  });
});
