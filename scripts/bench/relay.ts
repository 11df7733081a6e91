/**
 * The group `relay`: messages from customers on XMPP to CSRs on XMPP. One side is the real daemon, every message synced to the disk
 * before it is passed on; the others are bare relays that keep nothing (bare-relay.ts). Through Prosody, through ejabberd, and through a
 * component listener with no server behind it.
 */
import { startEjabberd } from "../../test/support/ejabberd.ts";
import { type Group, inTurn, type Row } from "./measure.ts";
import { withFields } from "./relay-fields.ts";
import { throughProsody } from "./relay-prosody.ts";
import { cpuOf, cpuRow, JOURNAL, PARSER, STOCK, speedRow } from "./relay-rows.ts";
import { COMPONENTS, CONVERSATIONS, fullSpeed, openField, openStubField } from "./xmpp-field.ts";
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

export const relay: Group = {
  name: "relay",
  async *run(say) {
    say(`relay: ${CONVERSATIONS} conversations XMPP to XMPP, five runs and more of each side in turn`);
    for (const part of [throughEjabberd, throughStub, () => throughProsody()]) yield* await part();
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
