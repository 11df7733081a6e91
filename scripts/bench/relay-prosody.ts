/** The rows `relay.prosody.*`: through a real Prosody, the desk beside bare relays. */
import { inTurn, type Row } from "./measure.ts";
import { withFields } from "./relay-fields.ts";
import { cpuOf, cpuRow, delayRow, JOURNAL, PACE_PER_SECOND, PARSER, type Runs, STOCK, speedRow } from "./relay-rows.ts";
import {
  COMPONENTS,
  fullSpeed,
  openDirect,
  openField,
  openServed,
  paced,
  type ServedField,
  type Speed,
} from "./xmpp-field.ts";
import type { RelayKind } from "./xmpp-relays.ts";

/**
 * A fresh Prosody for each side, and all of them anew in each round: what it spends on a message grows with the sessions that it holds,
 * since its collector goes through all of them again and again, so sides that share one slow each other down; and one Prosody differs from the next.
 */
const ROUNDS = 2;
const RUNS = 5;
/** Of one run at full speed: two seconds' worth, since filling the pipe and emptying it counts, too. */
const SPEED_MESSAGES = 12_000;
const PACED_MESSAGES = 2_000;

/** The whole of it takes four minutes; `count`: rounds, where fewer will do. */
export async function throughProsody(count = ROUNDS): Promise<readonly Row[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < count; round += 1) rounds.push(await withFields(SIDES, measure));
  const speeds = (kind: Keeper) => rounds.flatMap((round) => round.speeds[kind]);
  const delays = (kind: Side) => rounds.flatMap((round) => round.delays[kind]);
  const [desk, parser, journal] = [speeds("desk"), speeds("parser"), speeds("journal")];
  return [
    speedRow("relay.prosody.throughput", desk, parser, PARSER, 0.95),
    speedRow("relay.prosody.throughput-one-row", desk, journal, JOURNAL, null),
    delayRow("relay.prosody.p50", 0.5, delays("desk"), delays("parser"), PARSER, 1.6),
    delayRow("relay.prosody.p99", 0.99, delays("desk"), delays("parser"), PARSER, 1.25),
    delayRow("relay.prosody.p50-one-row", 0.5, delays("desk"), delays("journal"), JOURNAL, null),
    delayRow("relay.prosody.p99-one-row", 0.99, delays("desk"), delays("journal"), JOURNAL, null),
    delayRow("relay.prosody.p50-stock", 0.5, delays("desk"), delays("stock"), STOCK, 0.5),
    delayRow("relay.prosody.p50-nothing-between", 0.5, delays("direct"), delays("stock"), STOCK, null),
    cpuRow("relay.prosody.cpu", cpuOf(desk, 0), cpuOf(desk, 1), "what Prosody spends on it", 0.25),
    cpuRow("relay.prosody.cpu-one-row", cpuOf(desk, 0), cpuOf(journal, 0), JOURNAL, null),
  ];
}

type Side = RelayKind | "direct";
/** Whose speed is compared: @xmpp/component's is of interest where no server holds it back (`relay.stub`). */
type Keeper = Exclude<RelayKind, "stock">;

interface Round {
  readonly speeds: Readonly<Record<Keeper, readonly Speed[]>>;
  readonly delays: Readonly<Record<Side, Runs>>;
}

const openAtProsody = (kind: RelayKind) => openServed([COMPONENTS[kind]], (server) => openField(kind, server));

const SIDES = {
  desk: openAtProsody,
  parser: openAtProsody,
  journal: openAtProsody,
  stock: openAtProsody,
  direct: () => openServed([COMPONENTS.desk], openDirect),
};

async function measure(sides: Readonly<Record<Side, ServedField>>): Promise<Round> {
  const speed = (side: ServedField) => () => fullSpeed(side, SPEED_MESSAGES, [side.pid, side.serverPid]);
  const delay = (side: ServedField) => () => paced(side, PACED_MESSAGES, PACE_PER_SECOND);
  const { desk, parser, journal, stock, direct } = sides;
  return {
    speeds: await inTurn(RUNS, {
      desk: speed(desk),
      parser: speed(parser),
      journal: speed(journal),
    }),
    delays: await inTurn(RUNS, {
      desk: delay(desk),
      parser: delay(parser),
      journal: delay(journal),
      stock: delay(stock),
      direct: delay(direct),
    }),
  };
}
