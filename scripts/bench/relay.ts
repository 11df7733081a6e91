/**
 * The group `relay`: messages from customers on XMPP to CSRs on XMPP. One side is the real daemon, every message synced to the disk
 * before it is passed on; the others are bare relays that keep nothing (bare-relay.ts). Through Prosody, through ejabberd, and through a
 * component listener with no server behind it.
 */
import { startEjabberd } from "../../test/support/ejabberd.ts";
import { startProsody } from "../../test/support/prosody.ts";
import type { XmppServer } from "../../test/support/xmpp-server.ts";
import { type Group, inTurn, median, percentile, type Row } from "./measure.ts";
import {
  COMPONENTS,
  CONVERSATIONS,
  type Field,
  fullSpeed,
  openDirect,
  openField,
  openStubField,
  paced,
  type Speed,
} from "./xmpp-field.ts";
import type { RelayKind } from "./xmpp-relays.ts";

const RUNS = 5;
/** Of one run at full speed: about a second's worth. */
const SERVER_MESSAGES = 6_000;
const STUB_MESSAGES: Readonly<Record<RelayKind, number>> = {
  desk: 15_000,
  parser: 50_000,
  journal: 40_000,
  stock: 40_000,
};
const PACE_PER_SECOND = 1_000;
const PACED_MESSAGES = 2_000;
/** Until V8 has compiled what runs most: at first it spends as much on compiling the desk as on running it. */
const WARM_UP_MESSAGES = 20_000;

const PARSER = "a bare relay on the same parser and socket, nothing kept";
const JOURNAL = "a bare relay that writes one synced row of each message, in groups, and keeps nothing else";
const STOCK = "a bare relay on @xmpp/component as published, nothing kept";

export const relay: Group = {
  name: "relay",
  async *run(say) {
    say(`relay: ${CONVERSATIONS} conversations XMPP to XMPP, ${RUNS} runs of each side in turn`);
    for (const part of [throughEjabberd, throughStub, throughProsody]) yield* await part();
  },
};

const openStub = (kind: RelayKind) => openStubField(kind);

async function throughStub(): Promise<readonly Row[]> {
  return withFields({ desk: openStub, parser: openStub, journal: openStub, stock: openStub }, async (fields) => {
    const { desk, parser, journal, stock } = await inTurn(RUNS, {
      desk: () => fullSpeed(fields.desk, STUB_MESSAGES.desk, [fields.desk.pid]),
      parser: () => fullSpeed(fields.parser, STUB_MESSAGES.parser, [fields.parser.pid]),
      journal: () => fullSpeed(fields.journal, STUB_MESSAGES.journal, [fields.journal.pid]),
      stock: () => fullSpeed(fields.stock, STUB_MESSAGES.stock, [fields.stock.pid]),
    });
    return [
      speedRow("relay.stub.throughput-stock", desk, stock, STOCK, 1.25),
      speedRow("relay.stub.throughput-parser", desk, parser, PARSER, 0.25),
      cpuRow("relay.stub.cpu-parser", cpuOf(desk, 0), cpuOf(parser, 0), PARSER, null),
      speedRow("relay.stub.throughput-one-row", desk, journal, JOURNAL, null),
      cpuRow("relay.stub.cpu-one-row", cpuOf(desk, 0), cpuOf(journal, 0), JOURNAL, null),
    ];
  });
}

async function throughProsody(): Promise<readonly Row[]> {
  const server = await startProsody({ isLean: true, components: Object.values(COMPONENTS) });
  const open = (kind: RelayKind) => openField(kind, server);
  const direct = await openDirect(server);
  try {
    return await withFields({ desk: open, parser: open, journal: open, stock: open }, async (fields) => {
      const speeds = await inTurn(RUNS, {
        desk: () => fullSpeed(fields.desk, SERVER_MESSAGES, pids(fields.desk, server)),
        parser: () => fullSpeed(fields.parser, SERVER_MESSAGES, pids(fields.parser, server)),
        journal: () => fullSpeed(fields.journal, SERVER_MESSAGES, pids(fields.journal, server)),
      });
      const delays = await inTurn(RUNS, {
        desk: () => paced(fields.desk, PACED_MESSAGES, PACE_PER_SECOND),
        parser: () => paced(fields.parser, PACED_MESSAGES, PACE_PER_SECOND),
        journal: () => paced(fields.journal, PACED_MESSAGES, PACE_PER_SECOND),
        stock: () => paced(fields.stock, PACED_MESSAGES, PACE_PER_SECOND),
        direct: () => paced(direct, PACED_MESSAGES, PACE_PER_SECOND),
      });
      return [
        speedRow("relay.prosody.throughput", speeds.desk, speeds.parser, PARSER, 0.95),
        speedRow("relay.prosody.throughput-one-row", speeds.desk, speeds.journal, JOURNAL, null),
        delayRow("relay.prosody.p50", 0.5, delays.desk, delays.parser, PARSER, 1.6),
        delayRow("relay.prosody.p99", 0.99, delays.desk, delays.parser, PARSER, 1.25),
        delayRow("relay.prosody.p50-one-row", 0.5, delays.desk, delays.journal, JOURNAL, null),
        delayRow("relay.prosody.p99-one-row", 0.99, delays.desk, delays.journal, JOURNAL, null),
        delayRow("relay.prosody.p50-stock", 0.5, delays.desk, delays.stock, STOCK, 0.5),
        delayRow("relay.prosody.p50-nothing-between", 0.5, delays.direct, delays.stock, STOCK, null),
        cpuRow("relay.prosody.cpu", cpuOf(speeds.desk, 0), cpuOf(speeds.desk, 1), "what Prosody spends on it", 0.25),
        cpuRow("relay.prosody.cpu-one-row", cpuOf(speeds.desk, 0), cpuOf(speeds.journal, 0), JOURNAL, null),
      ];
    });
  } finally {
    await direct.stop();
    await server.remove();
  }
}

async function throughEjabberd(): Promise<readonly Row[]> {
  const server = await startEjabberd({ isLean: true, components: Object.values(COMPONENTS) });
  const open = (kind: RelayKind) => openField(kind, server);
  try {
    return await withFields({ desk: open, parser: open }, async (fields) => {
      const { desk, parser } = await inTurn(RUNS, {
        desk: () => fullSpeed(fields.desk, SERVER_MESSAGES),
        parser: () => fullSpeed(fields.parser, SERVER_MESSAGES),
      });
      return [speedRow("relay.ejabberd.throughput", desk, parser, PARSER, 0.7)];
    });
  } finally {
    await server.remove();
  }
}

/** Opens one field after the other, lets each warm up, and stops all of them in the end. */
async function withFields<Kind extends RelayKind>(
  open: Readonly<Record<Kind, (kind: RelayKind) => Promise<Field>>>,
  measure: (fields: Readonly<Record<Kind, Field>>) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const kinds = Object.keys(open) as Kind[];
  const fields: Partial<Record<Kind, Field>> = {};
  try {
    for (const kind of kinds) {
      const field = await open[kind](kind);
      fields[kind] = field;
      await fullSpeed(field, WARM_UP_MESSAGES);
    }
    return await measure(fields as Record<Kind, Field>);
  } finally {
    for (const kind of kinds) await fields[kind]?.stop();
  }
}

function pids(field: Field, server: XmppServer): readonly number[] {
  return [field.pid, server.pid ?? 0];
}

function cpuOf(speeds: readonly Speed[], index: number): readonly number[] {
  return speeds.map(({ cpu }) => cpu[index] ?? Number.NaN);
}

function speedRow(
  id: string,
  ours: readonly Speed[],
  theirs: readonly Speed[],
  against: string,
  least: number | null,
): Row {
  const speed = (speeds: readonly Speed[]) => median(speeds.map(({ perSecond }) => perSecond));
  const goal = least === null ? null : { atLeast: least };
  return { id, unit: "msg/s", ours: speed(ours), theirs: speed(theirs), against, goal };
}

function cpuRow(
  id: string,
  ours: readonly number[],
  theirs: readonly number[],
  against: string,
  most: number | null,
): Row {
  const goal = most === null ? null : { atMost: most };
  return { id, unit: "µs CPU a message", ours: median(ours), theirs: median(theirs), against, goal };
}

type Runs = readonly (readonly number[])[];

function delayRow(id: string, share: number, ours: Runs, theirs: Runs, against: string, most: number | null): Row {
  const delay = (runs: Runs) => median(runs.map((run) => percentile(run, share)));
  return {
    id: `${id}-at-${PACE_PER_SECOND}`,
    unit: "ms",
    ours: delay(ours),
    theirs: delay(theirs),
    against,
    goal: most === null ? null : { atMost: most },
  };
}
