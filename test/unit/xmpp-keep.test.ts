/** How the XMPP link keeps itself: when it tries again soon, and when it leaves the server alone for longer. */
import { expect } from "chai";
import { Link } from "../../adapters/xmpp/link.ts";
import type { XmppStream } from "../../adapters/xmpp/stream.ts";
import { StreamFailure } from "../../adapters/xmpp/stream-failure.ts";
import type { AdapterContext } from "../../src/adapter.ts";
import { until } from "../support/wait.ts";

const MINUTE_MS = 60_000;
const CONFLICT = StreamFailure.ofCondition("conflict", null);

describe("the XMPP link, session after session", () => {
  /** Logins that each last `lastsMs`, on a clock that runs only with them; gives the numbers of the tries. */
  async function attemptsOf(sessions: readonly number[], end: Error = CONFLICT): Promise<readonly number[]> {
    const attempts: number[] = [];
    let now = 0;
    let made = 0;
    const write = () => undefined;
    const context = {
      network: "xmpp",
      clock: {
        now: () => now,
        after: (delayMs: number, callback: () => void) => {
          // The time that a login may take never runs out here; pauses are over at once.
          const timer = delayMs === MINUTE_MS ? undefined : setImmediate(callback);
          return () => clearImmediate(timer);
        },
      },
      backoffMs: (attempt: number) => {
        attempts.push(attempt);
        return 1;
      },
      status: write,
      log: { error: write, warn: write, info: write, debug: write },
    } as unknown as AdapterContext;
    const link = new Link(context, MINUTE_MS, {
      make: async () => {
        const lastsMs = sessions[made] ?? 0;
        made += 1;
        const ended = Promise.withResolvers<Error | null>();
        const stream = {
          open: async () => undefined,
          close: async () => undefined,
          destroy: () => ended.resolve(null),
          get ended() {
            return ended.promise;
          },
        };
        setImmediate(() => {
          now += lastsMs;
          ended.resolve(end);
        });
        return stream as unknown as XmppStream;
      },
      online: async () => undefined,
      offline: write,
    });
    await link.start(new AbortController().signal);
    await until("all sessions to be over", () => attempts.length >= sessions.length);
    await link.stop();
    return attempts.slice(0, sessions.length);
  }

  it("backs off further when each login is thrown out again at once, as by a rival with the same name", async () => {
    expect(await attemptsOf([10, 10, 10, 10])).to.deep.equal([0, 1, 2, 3]);
  });
  it("comes back soon when the link was cut", async () => {
    expect(await attemptsOf([10, 10, 10], new Error("reset by peer"))).to.deep.equal([0, 0, 0]);
  });
  it("begins anew after a session that lasted", async () => {
    expect(await attemptsOf([10, 10, MINUTE_MS, 10])).to.deep.equal([0, 1, 0, 1]);
  });
});
