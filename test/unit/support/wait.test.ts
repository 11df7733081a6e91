import { expect } from "chai";
import { ServerProcess } from "../../support/server-process.ts";
import { Arrivals, START_LIMIT_MS, until, within } from "../../support/wait.ts";

describe("waiting in tests", () => {
  it("gives what arrived before the wait began, and each item to one wait only", async () => {
    const arrivals = new Arrivals<number>();
    [1, 2, 3].forEach((item) => void arrivals.push(item));
    expect(await arrivals.next("an odd number", (item) => item % 2 === 1)).to.equal(1);
    expect(await arrivals.next("an odd number", (item) => item % 2 === 1)).to.equal(3);
    expect(arrivals.all).to.deep.equal([1, 2, 3]);
  });

  it("gives what arrives later to the first wait that it matches", async () => {
    const arrivals = new Arrivals<number>();
    const even = arrivals.next("an even number", (item) => item % 2 === 0);
    const any = arrivals.next("a number", () => true);
    arrivals.push(1);
    arrivals.push(2);
    expect(await Promise.all([even, any])).to.deep.equal([2, 1]);
  });

  it("says after the limit what did not arrive, and what did", async () => {
    const arrivals = new Arrivals<string>();
    arrivals.push("hello");
    const message = await reason(arrivals.next("a good-bye", (text) => text === "bye", 10));
    expect(message).to.match(/10 ms in vain for a good-bye\. Arrived \(the last 1 of 1\):\n {2}hello$/);
  });

  it("says after the limit with which error the last attempt failed", async () => {
    const probe = () => {
      throw new Error("not yet");
    };
    expect(await reason(until("the impossible", probe, 10))).to.contain(
      "the impossible. The last attempt failed: not yet",
    );
    expect(await reason(within(10, "nothing", new Promise(() => undefined)))).to.contain("in vain for nothing");
  });

  for (const [what, left, how, says] of [
    [
      "ends whoever is kept running by something left open, with failure and what it was",
      "createServer().listen(0);",
      1,
      /TCPServerWrap/u,
    ],
    ["leaves whoever is done alone", "", 0, /^$/u],
  ] as const) {
    it(what, async () => {
      const script = `import { createServer } from "node:net";
        import { endAfter } from ${JSON.stringify(new URL("../../support/wait.ts", import.meta.url))};
        ${left} endAfter(20);`;
      const args = ["--input-type=module", "-e", script];
      const running = new ServerProcess({ name: "a run", program: process.execPath, args });
      expect(await running.wait(START_LIMIT_MS)).to.equal(`ended with exit code ${how}`);
      expect(running.output).to.match(says);
    });
  }
});

async function reason(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
