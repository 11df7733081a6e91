/** How long it will take: told once it is known, again only when it was wrong, and whenever somebody asks. */
import { expect } from "chai";
import { rollJob } from "../../src/estimates/job.ts";
import { createEstimates, ESTIMATE_LIMITS } from "../../src/estimates.ts";
import { play, type Stage } from "../support/play.ts";
import { company } from "../support/play-rules.ts";

const MINUTE = 60_000;

/** The estimator says so of everybody who waits, in minutes. */
function estimated(low: number, mean: number, high: number | null) {
  return async ({ desk }: Stage): Promise<void> => {
    const of = desk.engine
      .desk()
      .conversations()
      .filter(({ state }) => state === "waiting")
      .map(({ id }) => ({
        conversation: id,
        low: low * MINUTE,
        mean: mean * MINUTE,
        high: high === null ? null : high * MINUTE,
      }));
    await desk.engine.submit({ kind: "estimates", at: desk.clock.now(), of });
    await desk.settle();
  };
}

describe("waiting time", () => {
  it("is told as a range, once it is known", () =>
    play(company(), [
      "anna@web: hello",
      "anna sees: next for billing",
      estimated(2.2, 4, 6.5),
      "anna sees: wait for 2 to 7 min",
      estimated(2, 4, 6.5),
      "anna sees nothing",
    ]));

  it("stands in the presence of the handle, always as it is known, without a message for it", () =>
    play(company(), [
      "anna@xmpp: hello",
      "anna sees: next for billing",
      estimated(2.2, 4, 6.5),
      "anna sees: wait for 2 to 7 min",
      "anna sees at the handle: Billing: about 2 to 7 min to wait",
      "1 minute passes",
      estimated(8, 9, 10),
      "anna sees nothing",
      "anna sees at the handle: Billing: about 8 to 10 min to wait",
      "ada is available",
      "ada offered: for billing",
      "ada: /accept",
      "anna sees at the handle: Example",
    ]));

  it("and is the handle's own again for whoever leaves", () =>
    play(company(), [
      "anna@xmpp: hello",
      estimated(2.2, 4, 6.5),
      "anna sees at the handle: Billing: about 2 to 7 min to wait",
      "anna: stop",
      "anna sees at the handle: Example",
    ]));

  it("is not told where it is hardly worth it, and told where it can only be said to be long", () =>
    play(company(), [
      "anna@web: hello",
      "anna sees: next for billing",
      estimated(0, 0.3, 0.8),
      "anna sees nothing",
      estimated(40, 90, null),
      "anna sees: more than 40 min",
    ]));

  it("is told again when it turns out otherwise, not earlier than after five minutes", () =>
    play(company(), [
      "anna@web: hello",
      "anna sees: next for billing",
      estimated(2, 4, 7),
      "anna sees: 2 to 7 min",
      "1 minute passes",
      estimated(18, 20, 25),
      "anna sees nothing",
      "4 minutes pass",
      estimated(18, 20, 25),
      "anna sees: has changed: it will probably take 15 to 25 min",
      "5 minutes pass",
      estimated(12, 15, 20),
      "anna sees nothing",
    ]));

  it("is told not more often than six times without asking", () =>
    play(company(), [
      "anna@web: hello",
      "anna sees: next for billing",
      ...[2, 30, 60, 90, 120, 150].flatMap((low) => [
        estimated(low, low + 3, low + 5),
        "anna sees: min",
        "6 minutes pass",
      ]),
      estimated(1, 2, 3),
      "anna sees nothing",
    ]));

  it("is told to whoever asks, less what has passed since; what is old is not told", () =>
    play(company(), [
      "anna@web: hello",
      "anna sees: next for billing",
      estimated(3, 5, 8),
      "anna sees: 3 to 8 min",
      "2 minutes pass",
      "anna: status",
      "anna sees: number 1 in the queue for billing. You have been waiting for 2 minutes; it will probably take 1 to 6 min more.",
      "5 minutes pass",
      "anna: status",
      "anna sees: Still number 1 for billing, waiting 7 minutes.",
    ]));

  it("is told only to those who ask, where the admin wishes so", () =>
    play(company({ limits: { estimateTellSeconds: 0 } }), [
      "anna@web: hello",
      "anna sees: next for billing",
      estimated(2, 4, 7),
      "anna sees nothing",
      "anna: status",
      "anna sees: 2 to 7 min more",
    ]));

  it("is told as a limit where it may be over at once", () =>
    play(company(), [
      "anna@web: hello",
      "anna sees: next for",
      estimated(0.4, 4, 8.2),
      "anna sees: wait for up to 9 min",
    ]));

  it("is not told again after a restart of the desk", () =>
    play(company(), [
      "anna@web: hello",
      "anna sees: next for billing",
      estimated(2, 4, 7),
      "anna sees: 2 to 7 min",
      "the desk restarts",
      estimated(2, 4, 7),
      "anna sees nothing",
    ]));

  it("is worked out from the state of the desk, and compared with what it was", async () => {
    await play(company(), [
      "ada is available",
      "anna@web: hello",
      "ada offered: billing",
      "ada: /accept",
      "ada sees: You talk with",
      "berta@web: hello",
      "berta sees: next for billing",
      async ({ desk }) => {
        const kept = new Map<string, unknown>();
        const state = {
          get: async (key: string) => kept.get(key),
          keys: async (prefix: string) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
          set: async (key: string, value: unknown) => void kept.set(key, value),
          setAll: async (values: ReadonlyMap<string, unknown>) => {
            for (const [key, value] of values) kept.set(key, value);
          },
        };
        const roller = { roll: async (job: Parameters<typeof rollJob>[0]) => rollJob(job), stop: async () => {} };
        const estimates = createEstimates({ clock: desk.clock, log: desk.log, roller });
        await estimates.start(desk.engine, state);
        const factsOf = async (who: number) => desk.store.facts(desk.engine.desk().conversations()[who]?.id ?? "");
        const step = {
          verdict: { kind: "accepted" },
          changes: [],
          lines: [],
          outbounds: [],
          timers: [],
          queries: [],
        } as const;
        estimates.stepped({ ...step, facts: [...(await factsOf(0)), ...(await factsOf(1))] });
        await desk.pass(ESTIMATE_LIMITS.soonMs + 1);
        const waiting = desk.engine.desk().conversations()[1]?.id ?? "";
        const at = desk.clock.now() + 3 * MINUTE;
        const accepted = { at, conversation: waiting, csr: "ada", event: "offer.accepted", detail: {} };
        estimates.stepped({ ...step, facts: [accepted] });
        await estimates.stop();
        const [report] = estimates.report(["billing"]);
        expect(report?.estimates).to.equal(1);
        expect(report?.meanWaitMs).to.be.within(3 * MINUTE, 3 * MINUTE + 1_000);
        const again = createEstimates({ clock: desk.clock, log: desk.log, roller });
        await again.start(desk.engine, state);
        const [after] = again.report(["billing"]);
        expect(after?.estimates, "after a restart").to.equal(1);
        expect(after?.meanWaitMs).to.be.closeTo(report?.meanWaitMs ?? 0, 1);
        await again.stop();
      },
      "berta sees: You will probably have to wait for",
    ]);
  });
});
