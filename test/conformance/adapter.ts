/**
 * The adapter conformance suite: the law that every adapter keeps. Each network supplies a far end (far-end.ts) and calls
 * `adapterSuite` in a test file of its own. The tests are in adapter/, by what they are about.
 */
import { expect } from "chai";
import type { Inbound } from "../../src/core/model.ts";
import type { LogRecord } from "../support/adapter-context.ts";
import { deliveryTests } from "./adapter/delivery.ts";
import { featureTests } from "./adapter/features.ts";
import { lifecycleTests } from "./adapter/lifecycle.ts";
import { roomTests } from "./adapter/rooms.ts";
import type { ConformanceTest } from "./adapter/stage.ts";
import { Stage } from "./adapter/stage.ts";
import { textTests } from "./adapter/texts.ts";
import type { AdapterSubject, FarEnd } from "./far-end.ts";

export type {
  AdapterSubject,
  ConformanceException,
  FarEnd,
  FarEvent,
  FarPerson,
  OpenFarEnd,
  PersonName,
} from "./far-end.ts";

const MAX_EXCEPTIONS = 3;
/** One test, with a real server and on a busy machine. */
const TEST_LIMIT_MS = 400_000;

const TESTS: readonly ConformanceTest[] = [
  ...lifecycleTests,
  ...textTests,
  ...deliveryTests,
  ...featureTests,
  ...roomTests,
];

/** Declares the suite's tests for one adapter, in mocha. Throws when the subject asks for exceptions it may not have. */
export function adapterSuite(subject: AdapterSubject): void {
  checkExceptions(subject);
  describe(`adapter ${subject.name}`, function () {
    this.timeout(TEST_LIMIT_MS);
    const logs: LogRecord[] = [];
    let far: FarEnd;
    before(async () => {
      far = await subject.open();
    });
    after(async () => {
      await far?.close();
    });
    for (const test of TESTS) {
      const exception = subject.exceptions.find(({ test: title }) => title === test.title);
      if (exception !== undefined) {
        it(`${test.title} (exception: ${exception.reason})`);
        continue;
      }
      it(test.title, async function () {
        const ran = await runOn(far, test, logs);
        if (!ran) {
          this.skip();
        }
      });
    }
    it("no secret is in any log", () => {
      expect(logs.length, "log records in the whole suite").to.be.greaterThan(0);
      for (const secret of far.secrets) {
        const leaks = logs.filter(({ text }) => text.includes(secret));
        expect(
          leaks.map(({ event }) => event),
          "events that hold a secret",
        ).to.deep.equal([]);
      }
    });
  });
}

/** False when the test has nothing to test on this network. */
async function runOn(far: FarEnd, test: ConformanceTest, logs: LogRecord[]): Promise<boolean> {
  const stage = new Stage(far);
  try {
    if (test.needs === "started") {
      await stage.start();
    }
    if (test.applies?.(stage) === false) {
      return false;
    }
    await test.run(stage);
    for (const inbound of stage.context.inbounds.all) {
      expectWellFormed(inbound, far);
    }
    return true;
  } finally {
    await stage.end();
    logs.push(...stage.logs);
  }
}

/** What must hold of every inbound, in every test: it names this network, plain text, and a name of the desk. */
function expectWellFormed(inbound: Inbound, far: FarEnd): void {
  expect(inbound.from.network, "network of the sender").to.equal(far.network);
  expect(inbound.from.id, "id of the sender").not.to.equal("");
  expect(inbound.to, "name of the desk that was written to").not.to.equal("");
  if ("text" in inbound && inbound.text !== null) {
    expect(inbound.text.isWellFormed(), "text is well-formed Unicode").to.equal(true);
  }
}

function checkExceptions({ name, exceptions }: AdapterSubject): void {
  if (exceptions.length > MAX_EXCEPTIONS) {
    throw new Error(`Adapter ${name} asks for ${exceptions.length} exceptions; ${MAX_EXCEPTIONS} are the most.`);
  }
  for (const { test: title, reason } of exceptions) {
    const test = TESTS.find((one) => one.title === title);
    if (test === undefined) {
      throw new Error(`Adapter ${name} asks for an exception from "${title}", which is no test of the suite.`);
    }
    if (test.unexceptionable) {
      throw new Error(`Adapter ${name} asks for an exception from "${title}", from which there is none.`);
    }
    if (reason.trim() === "") {
      throw new Error(`Adapter ${name} gives no reason for its exception from "${title}".`);
    }
  }
}
