/** An imagined customer at the desk as it is now. The desk is left as it was. */
import type { Memory, Turn } from "../turn.ts";
import { type Decision, type ImaginedCustomer, imagine } from "./imagined.ts";

/** `present`: a turn of the running desk, between two steps. Throws when there is no such queue. */
export function imagineNow(present: Turn, now: number, customer: ImaginedCustomer): Decision {
  const clock = { now };
  let last = 0;
  const next = (): number => {
    last += 1;
    return last;
  };
  const turn: Turn = {
    ...present,
    world: {
      get now() {
        return clock.now;
      },
      token: () => `imagined${next()}`,
      nextLine: next,
      epoch: "imagined",
      capabilities: (network) => present.world.capabilities(network),
    },
    memory: copied(present.memory),
    lines: [],
    outbounds: [],
    timers: [],
    facts: [],
    queries: [],
    stirred: new Set(),
  };
  try {
    return imagine(turn, clock, customer);
  } finally {
    turn.tables.discard();
  }
}

/** Maps that somebody who waits may be written into; the rest is only read. Everybody is taken to have been heard of. */
function copied(memory: Memory): Memory {
  return { ...memory, heardAt: 0, activity: new Map(memory.activity), atWork: new Map(memory.atWork) };
}
