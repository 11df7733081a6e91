/**
 * The group `routing-server`: a decision made by a routing server in a process of its own, over a real connection, beside the same engine asked in this
 * process. To the server it is a conversation that comes, is assigned, taken and ends, each told in a sealed frame; to the engine the same calls.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createRoutingEngine } from "../../src/core/routing/engine.ts";
import { Random } from "../../test/simulation/random.ts";
import { type Group, inTurn, median, percentile, type Row } from "./measure.ts";
import { enterDesk, type RemoteDesk } from "./routing-desk.ts";
import { type Constant, constantOf, drawCsrs, drawRequest, stateOf, waitingOf } from "./routing-people.ts";

const RUNS = 3;
const CSRS = 1_000;
const REQUESTS = 5_000;
/** Of one run, one after the other. */
const DECISIONS = 500;
/** Of one run, and how many of them are under way at once. */
const AT_FULL_SPEED = 2_000;
const UNDER_WAY = 100;
const DESK = { name: "bench", secret: "a secret of the bench" } as const;
const AGAINST = "the same engine in this process";

/** Milliseconds that each decision took, or decisions in a second. */
interface Side {
  delays(): Promise<readonly number[]>;
  perSecond(): Promise<number>;
}

export const routingServer: Group = {
  name: "routing-server",
  async *run(say) {
    say(`routing-server: decisions for one of ${CSRS} CSRs, ${RUNS} runs of each side in turn`);
    const random = new Random(CSRS);
    const csrs = drawCsrs(random, CSRS).map((csr) => ({ ...csr, load: 0 }));
    const requests = Array.from({ length: REQUESTS }, (_, number) => waitingOf(drawRequest(random, number, csrs)));
    const staff = csrs.map((csr) => ({ constant: constantOf(csr), state: stateOf(constantOf(csr), csr) }));
    const child = fork(new URL("routing-server-process.ts", import.meta.url), [DESK.name, DESK.secret]);
    try {
      const [url] = (await once(child, "message")) as [string];
      const desk = await enterDesk(
        { url, ...DESK },
        staff.map(({ state }) => state),
      );
      const sides = { server: remote(desk, requests), engine: local(staff, requests) };
      await inTurn(1, { server: sides.server.perSecond, engine: sides.engine.perSecond });
      const speeds = await inTurn(RUNS, { server: sides.server.perSecond, engine: sides.engine.perSecond });
      const delays = await inTurn(RUNS, { server: sides.server.delays, engine: sides.engine.delays });
      desk.leave();
      yield {
        id: "routing-server.decisions",
        unit: "decisions/s",
        ours: median(speeds.server),
        theirs: median(speeds.engine),
        against: AGAINST,
        goal: null,
      };
      yield delayRow("p50", 0.5, delays);
      yield delayRow("p99", 0.99, delays);
    } finally {
      child.disconnect();
    }
  },
};

type Runs = readonly (readonly number[])[];

function delayRow(
  name: string,
  share: number,
  { server, engine }: { readonly server: Runs; readonly engine: Runs },
): Row {
  const delay = (runs: Runs): number => median(runs.map((run) => percentile(run, share)));
  const id = `routing-server.${name}`;
  return { id, unit: "ms", ours: delay(server), theirs: delay(engine), against: AGAINST, goal: null };
}

type Requests = readonly ReturnType<typeof waitingOf>[];

function remote(desk: RemoteDesk, requests: Requests): Side {
  let next = 0;
  const decideOne = async (): Promise<void> => {
    next += 1;
    const request = requests[next % requests.length];
    if (request !== undefined) await desk.decide({ ...request, conversation: `c${next}`, turnAt: next });
  };
  return {
    async delays() {
      const delays: number[] = [];
      for (let decision = 0; decision < DECISIONS; decision += 1) {
        const began = performance.now();
        await decideOne();
        delays.push(performance.now() - began);
      }
      return delays;
    },
    async perSecond() {
      let left = AT_FULL_SPEED;
      const work = async (): Promise<void> => {
        for (; left > 0; left -= 1) await decideOne();
      };
      const began = performance.now();
      await Promise.all(Array.from({ length: UNDER_WAY }, work));
      return (AT_FULL_SPEED * 1_000) / (performance.now() - began);
    },
  };
}

function local(
  staff: readonly { readonly constant: Constant; readonly state: ReturnType<typeof stateOf> }[],
  requests: Requests,
): Side {
  const engine = createRoutingEngine();
  const states = new Map(staff.map(({ state }) => [state.id, state]));
  for (const state of states.values()) engine.putCsr(state);
  let next = 0;
  const decideOne = (): void => {
    next += 1;
    const request = requests[next % requests.length];
    if (request === undefined) return;
    engine.putWaiting({ ...request, conversation: `c${next}`, turnAt: next });
    const match = engine.match();
    engine.removeWaiting(`c${next}`);
    const state = states.get(match?.csr ?? "");
    if (state === undefined) throw new Error(`Nobody was found for ${JSON.stringify(request)}.`);
    engine.putCsr({ ...state, load: state.load + 1 });
    engine.putCsr(state);
  };
  return {
    async delays() {
      return Array.from({ length: DECISIONS }, () => {
        const began = performance.now();
        decideOne();
        return performance.now() - began;
      });
    },
    async perSecond() {
      const began = performance.now();
      for (let decision = 0; decision < AT_FULL_SPEED; decision += 1) decideOne();
      return (AT_FULL_SPEED * 1_000) / (performance.now() - began);
    },
  };
}
