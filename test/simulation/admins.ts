/** What admins do while the desk runs: reload the rules, open and close queues, end conversations, send CSRs away, erase customers. */
import type { Random } from "./random.ts";
import type { Scene } from "./scene.ts";

const MINUTE = 60_000;

const DEEDS: Readonly<Record<string, (scene: Scene, random: Random) => void>> = {
  reload: ({ office, timeline }) =>
    office.tell({ kind: "rules", rules: { ...office.observer.rules, version: `at ${timeline.elapsed}` } }),
  hours: setHours,
  close: ({ office }, random) => {
    const conversations = [...office.observer.state.conversation.keys()];
    const conversation = conversations.length === 0 ? "c-none" : random.pick(conversations);
    office.tell({ kind: "command", command: { kind: "close", conversation } });
  },
  erase: ({ office, addresses }, random) => {
    if (addresses.length > 0) void office.erase(random.pick(addresses));
  },
  away: ({ office }, random) => {
    const csr = random.pick([...office.observer.rules.csrs.keys()]);
    office.tell({ kind: "command", command: { kind: "csr-away", csr, away: random.chance(0.5) } });
  },
};

export function administer(scene: Scene, random: Random): void {
  DEEDS[random.pick(Object.keys(DEEDS))]?.(scene, random);
}

function setHours({ office, timeline }: Scene, random: Random): void {
  const closed = random.pick([...office.observer.rules.queues.keys()]);
  const hours = (open: boolean): Record<string, boolean> => ({ [closed]: open });
  office.tell({ kind: "hours", open: hours(false), opens: { [closed]: "in a minute" } });
  timeline.after(MINUTE, () => office.tell({ kind: "hours", open: hours(true), opens: {} }));
}
