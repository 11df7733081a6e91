/** What the desk gives the adapter, until the adapter is stopped: from then on it hears and keeps nothing of it. */
import type { AdapterContext } from "../../src/adapter.ts";
import type { Inbound, Verdict } from "../../src/core/model.ts";
import { NotTaken } from "./hand.ts";

/** The same context; once stopped it takes nothing (NotTaken), so that the homeserver tells it again, and logs and counts nothing. */
export function quietOnceStopped(context: AdapterContext, isStopped: () => boolean): AdapterContext {
  const running = <Arguments extends readonly unknown[], Result>(call: (...all: Arguments) => Promise<Result>) => {
    return async (...all: Arguments): Promise<Result> => {
      if (isStopped()) {
        throw new NotTaken("the adapter was stopped");
      }
      return await call(...all);
    };
  };
  const unlessStopped =
    <Arguments extends readonly unknown[]>(call: (...all: Arguments) => void) =>
    (...all: Arguments): void => {
      if (!isStopped()) {
        call(...all);
      }
    };
  const { state, log } = context;
  return {
    ...context,
    receive: running((inbound: Inbound): Promise<Verdict> => context.receive(inbound)),
    count: unlessStopped((event: string, reason: string, from?: string) => context.count(event, reason, from)),
    state: {
      get: running((key: string) => state.get(key)),
      set: running((key: string, value: unknown) => state.set(key, value)),
      setAll: running((entries: ReadonlyMap<string, unknown>) => state.setAll(entries)),
      keys: running((prefix: string) => state.keys(prefix)),
    },
    log: {
      error: unlessStopped(log.error),
      warn: unlessStopped(log.warn),
      info: unlessStopped(log.info),
      debug: unlessStopped(log.debug),
    },
  };
}
