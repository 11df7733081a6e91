/** Ports of tests: no two test processes that run beside each other are ever given the same one. */
import { expect } from "chai";
import { freePorts } from "../support/ports.ts";
import { ServerProcess } from "../support/server-process.ts";
import { Arrivals } from "../support/wait.ts";

/** More than a block has. */
const PORTS = 150;
const PROCESSES = 4;
const SCRIPT = `import { freePorts } from ${JSON.stringify(new URL("../support/ports.ts", import.meta.url))};
  process.stdout.write(JSON.stringify(await freePorts(${PORTS})) + "\\n");
  process.stdin.resume();`;

describe("free ports", () => {
  it("are below the kernel's own, and each another", async () => {
    const ports = await freePorts(PORTS);
    expect(new Set(ports).size).to.equal(PORTS);
    expect(Math.min(...ports)).to.be.at.least(12_000);
    expect(Math.max(...ports)).to.be.below(32_768);
  });

  it("are not given to another process while the first one lives, although nobody listens at them", async () => {
    const drawn = new Arrivals<readonly number[]>();
    const others = Array.from({ length: PROCESSES }, (_, index) => {
      const args = ["--input-type=module", "-e", SCRIPT];
      const other = new ServerProcess({ name: `process ${index}`, program: process.execPath, args });
      other.onLine((line) => drawn.push(JSON.parse(line)));
      return other;
    });
    try {
      drawn.push(await freePorts(PORTS));
      for (let count = 0; count <= PROCESSES; count += 1) await drawn.next("the ports of one process", () => true);
      expect(new Set(drawn.all.flat()).size).to.equal((PROCESSES + 1) * PORTS);
    } finally {
      await Promise.all(others.map((other) => other.kill()));
    }
  });
});
