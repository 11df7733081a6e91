/**
 * The group `irc`: XMPP to IRC and back. One side is the real daemon between a real Prosody and a real ngIRCd, every message synced to the disk
 * before it is passed on; the other is biboumi, the gateway that people run for this, in channels, which it archives, and from person to
 * person, which it does not. What IRC servers and biboumi do against floods is off.
 */
import { startNgircd } from "../../test/support/ngircd.ts";
import { startProsody } from "../../test/support/prosody.ts";
import { CONVERSATIONS, openBiboumi, openDesk, type Talks } from "./irc-sides.ts";
import { type Group, inTurn, median, percentile, type Row } from "./measure.ts";
import { fullSpeed, paced, type Talk } from "./xmpp-field.ts";

const RUNS = 3;
type Kind = "desk" | "archive" | "bare";
/** Of one run at full speed: about a second's worth. */
const MESSAGES: Readonly<Record<Kind, number>> = { desk: 10_000, archive: 1_200, bare: 20_000 };
/** There and back before anything counts: at first V8 spends as much on compiling the desk as on running it. */
const WARM_UP_MESSAGES: Readonly<Record<Kind, number>> = { desk: 20_000, archive: 1_200, bare: 20_000 };
const PACE_PER_SECOND = 100;
const PACED_MESSAGES = 200;

const ARCHIVE = "biboumi with its archive";
const BARE = "biboumi without its archive, nothing kept";
type Way = keyof Talks;
/** What is asked of each way: 0.5 is of the delay. */
const LEAST: Readonly<Record<Way, { readonly archive: number; readonly bare: number | null }>> = {
  out: { archive: 8, bare: 1 },
  back: { archive: 8, bare: 1 },
  round: { archive: 8, bare: null },
};

export const irc: Group = {
  name: "irc",
  async *run(say) {
    say(`irc: ${CONVERSATIONS} conversations XMPP to IRC and back, ${RUNS} runs of each side in turn`);
    // A Prosody for each: its collector goes through all the sessions it holds, so sides that share one slow each other down.
    const [server, other, network] = await Promise.all([
      startProsody({ isLean: true, components: ["gw"] }),
      startProsody({ isLean: true, components: ["irc"] }),
      startNgircd(),
    ]);
    const sides: { stop(): Promise<void> }[] = [];
    try {
      const desk = await openDesk(server, network);
      sides.push(desk);
      const biboumi = await openBiboumi(other, network, "irc");
      sides.push(biboumi);
      yield* await measure({ ...desk.talks, ...biboumi.talks });
    } finally {
      for (const side of sides) await side.stop();
      await Promise.all([server.remove(), other.remove(), network.remove()]);
    }
  },
};

async function measure(talks: Readonly<Record<Kind, Talks>>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const kind of ["desk", "archive", "bare"] as const) {
    await fullSpeed({ crowd: talks[kind].round }, WARM_UP_MESSAGES[kind]);
  }
  for (const way of ["out", "back", "round"] as const) {
    const { desk, archive, bare } = await inTurn(RUNS, sidesOf(talks, way, speed));
    const row = (against: string, theirs: readonly number[], least: number | null, of: string): Row => {
      const goal = least === null ? null : { atLeast: least };
      return {
        id: `irc.${way}.throughput-${of}`,
        unit: "msg/s",
        ours: median(desk),
        theirs: median(theirs),
        against,
        goal,
      };
    };
    rows.push(row(ARCHIVE, archive, LEAST[way].archive, "archive"), row(BARE, bare, LEAST[way].bare, "bare"));
  }
  const { desk, archive, bare } = await inTurn(RUNS, sidesOf(talks, "round", delays));
  const p50 = (runs: readonly (readonly number[])[]): number => median(runs.map((run) => percentile(run, 0.5)));
  const row = (against: string, theirs: readonly (readonly number[])[], of: string): Row => {
    const goal = { atMost: 0.5 };
    return {
      id: `irc.round.p50-${of}-at-${PACE_PER_SECOND}`,
      unit: "ms",
      ours: p50(desk),
      theirs: p50(theirs),
      against,
      goal,
    };
  };
  return [...rows, row(ARCHIVE, archive, "archive"), row(BARE, bare, "bare")];
}

function sidesOf<Result>(
  talks: Readonly<Record<Kind, Talks>>,
  way: Way,
  run: (talk: Talk, kind: Kind) => Promise<Result>,
): Readonly<Record<Kind, () => Promise<Result>>> {
  return {
    desk: () => run(talks.desk[way], "desk"),
    archive: () => run(talks.archive[way], "archive"),
    bare: () => run(talks.bare[way], "bare"),
  };
}

async function speed(crowd: Talk, kind: Kind): Promise<number> {
  return (await fullSpeed({ crowd }, MESSAGES[kind])).perSecond;
}

function delays(crowd: Talk): Promise<readonly number[]> {
  return paced({ crowd }, PACED_MESSAGES, PACE_PER_SECOND);
}
