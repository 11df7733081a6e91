/** What goes wrong in a schedule, and when: on a day every kind by its own chance and again and again, in an episode a few kinds. */
import { administer } from "./admins.ts";
import type { Random } from "./random.ts";
import type { Scene } from "./scene.ts";
import type { Shape } from "./shape.ts";

interface Fault {
  /** Mean time between two of them on a day, and how many of all days have them. */
  readonly everyMs: number;
  readonly share: number;
  strike(scene: Scene, random: Random): void;
}

const MINUTE = 60_000;

const FAULTS: Readonly<Record<string, Fault>> = {
  cut: { everyMs: 5 * MINUTE, share: 0.6, strike: cut },
  crash: { everyMs: 6 * MINUTE, share: 0.6, strike: ({ office }) => office.crash() },
  crossing: {
    everyMs: 6 * MINUTE,
    share: 0.2,
    strike: ({ office }, random) => office.crossings.dieLater(random.between(1, 60)),
  },
  restart: { everyMs: 10 * MINUTE, share: 0.2, strike: ({ office }) => void office.close() },
  clock: { everyMs: 8 * MINUTE, share: 0.3, strike: setClock },
  write: {
    everyMs: 8 * MINUTE,
    share: 0.2,
    strike: ({ disk }, random) => disk.failNext(random.pick(["write-failed", "write-torn"])),
  },
  full: { everyMs: 15 * MINUTE, share: 0.1, strike: fill },
  slowDisk: { everyMs: 10 * MINUTE, share: 0.2, strike: slowDown },
  slowConsumer: {
    everyMs: 5 * MINUTE,
    share: 0.3,
    strike: ({ networks }, random) => random.pick(networks).slowDown(random.between(20_000, 120_000)),
  },
  decider: {
    everyMs: 4 * MINUTE,
    share: 1,
    strike: ({ decider }, random) => (random.chance(0.7) ? decider?.lose() : decider?.die()),
  },
  poison: { everyMs: 5 * MINUTE, share: 0.2, strike: ({ office }) => office.poison() },
};

/** Weather is a matter of the network's and lasts; a few kinds of it are drawn with the other faults. */
const WEATHERS = ["defer", "reject", "loseAnswer", "repeat", "reorder", "bounce"] as const;

/** `administers`: whether admins do something, too. */
export function scheduleFaults(scene: Scene, shape: Shape, random: Random): void {
  if (shape.faults === null) {
    for (const { everyMs, share, strike } of Object.values(FAULTS)) {
      if (random.chance(share)) times(scene, shape, random, everyMs, () => strike(scene, random));
    }
    times(scene, shape, random, 2 * MINUTE, () => void scene.office.compareAnew());
    if (random.chance(0.3)) times(scene, shape, random, 2 * MINUTE, () => administer(scene, random));
    return;
  }
  const kinds = [...Object.keys(FAULTS), ...WEATHERS];
  for (let left = random.between(shape.faults.least, shape.faults.most); left > 0; left -= 1) {
    const kind = random.pick(kinds);
    const fault = FAULTS[kind];
    if (fault === undefined)
      scene.networks.forEach((network) => void network.worsen(kind as (typeof WEATHERS)[number]));
    else
      for (let count = random.between(1, 3); count > 0; count -= 1) {
        scene.timeline.after(random.between(0, shape.busyMs), () => fault.strike(scene, random));
      }
  }
  if (random.chance(0.4)) scene.timeline.after(random.between(0, shape.busyMs), () => administer(scene, random));
  scene.timeline.after(random.between(0, shape.busyMs), () => void scene.office.compareAnew());
}

function times({ timeline }: Scene, { busyMs }: Shape, random: Random, meanMs: number, act: () => void): void {
  for (let at = random.delay(meanMs); at < busyMs; at += random.delay(meanMs)) timeline.after(at, act);
}

function cut({ networks, timeline, ledger }: Scene, random: Random): void {
  const network = random.pick(networks);
  ledger.coverage.met("link cut");
  network.lower();
  timeline.after(random.delay(10_000), () => network.raise());
}

function setClock({ ledger, timeline }: Scene, random: Random): void {
  const byMs = random.between(-5 * MINUTE, 5 * MINUTE);
  ledger.coverage.met("clock set");
  ledger.note(() => `the clock is set by ${byMs} ms`);
  timeline.setClock(byMs);
}

function fill({ disk, timeline }: Scene, random: Random): void {
  disk.fill(true);
  timeline.after(random.delay(20_000), () => disk.fill(false));
}

function slowDown({ disk, ledger, timeline }: Scene, random: Random): void {
  ledger.coverage.met("slow disk");
  disk.slowness = random.pick([10, 100, 1_000]);
  timeline.after(random.delay(20_000), () => {
    disk.slowness = 1;
  });
}
