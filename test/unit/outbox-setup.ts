/** An outbox whose networks, clock and store the test holds in its hands. */
import type { Outcome } from "../../src/adapter.ts";
import type { Address, Condition } from "../../src/core/model.ts";
import { createMemoryLog } from "../../src/log.ts";
import { Outbox } from "../../src/outbox.ts";
import type { Mark, OutboxRow } from "../../src/store/store.ts";
import { createVirtualClock, settle } from "../support/virtual-clock.ts";
import { JULIET, message } from "./echo-desk.ts";
import { ACCEPT, FakeNetworks } from "./fake-networks.ts";

export function setUp(options: { outboxRows?: number; loaded?: readonly OutboxRow[] } = {}) {
  const clock = createVirtualClock();
  const log = createMemoryLog();
  const networks = new FakeNetworks();
  networks.rule = null;
  const marks: Mark[] = [];
  const undelivered: { id: number; reason: Condition; text: string | null }[] = [];
  const deliveries: string[] = [];
  const fetched: number[][] = [];
  let rooms = 0;
  const outbox = new Outbox(
    {
      clock,
      log,
      outboxRows: options.outboxRows ?? 10_000,
      sendSeconds: 30,
      undeliveredSeconds: 3_600,
      lateSeconds: 30,
      backoffMs: (attempt) => 1_000 * 2 ** attempt,
      capabilities: (network) => networks.capabilities(network),
      send: (outbound, signal) => networks.send(outbound, signal),
      fetch: async (ids) => {
        fetched.push([...ids]);
        return ids.map((id) => row(id));
      },
      onSent: (mark) => marks.push(mark),
      onDelivery: (conversation, to, state) => deliveries.push(`${conversation} ${to.id} ${state}`),
      onUndelivered: ({ id }, reason, text) => undelivered.push({ id, reason, text }),
      onRoom: () => {
        rooms += 1;
      },
    },
    options.loaded ?? [],
  );
  const row = (id: number, to: Address = JULIET): OutboxRow => {
    return { id, at: clock.now(), outbound: message(`e-${id}-1`, to, `text ${id}`, 0) };
  };
  const add = (...ids: number[]): void => outbox.add(ids.map((id) => row(id)));
  /** Answers the n-th send of all (from 0), and lets what follows from it happen. */
  const answer = async (index: number, outcome: Outcome = ACCEPT): Promise<void> => {
    networks.sent[index]?.answer(outcome);
    await settle();
  };
  return {
    clock,
    log,
    networks,
    marks,
    undelivered,
    deliveries,
    fetched,
    rooms: () => rooms,
    outbox,
    row,
    add,
    online: (network = JULIET.network) => outbox.link(network, true),
    answer,
    texts: () => networks.texts().map((text) => text.replace("text ", "")),
  };
}
