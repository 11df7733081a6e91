/** Why conversations end, and what each side is told of it. */
import { customerOf, originOf } from "./legs.ts";
import type { WrapUpReason } from "./queue-rules.ts";
import type { ConversationRow } from "./state.ts";
import { fact, languageOf, type Turn } from "./turn.ts";

export type Ending =
  | "csr"
  | "customer"
  | "idle"
  | "desk"
  | "dialog"
  | "hours"
  | "full"
  | "unqualified"
  | "unreachable"
  | "room";

/** Null where the bot or the desk has already said why. */
export const CUSTOMER_IS_TOLD: Readonly<Record<Ending, string | null>> = {
  csr: "closed.by-csr",
  customer: "closed.by-customer",
  idle: "closed.idle",
  desk: "closed.by-desk",
  dialog: null,
  hours: null,
  full: null,
  unqualified: null,
  unreachable: null,
  room: "closed.in-room",
};
/** By which wrap-up time goes. */
export const WRAP_UP_AFTER: Readonly<Record<Ending, WrapUpReason>> = {
  csr: "closed",
  customer: "customer",
  idle: "idle",
  desk: "desk",
  dialog: "desk",
  hours: "desk",
  full: "desk",
  unqualified: "desk",
  unreachable: "customer",
  room: "room",
};
export const CSR_IS_TOLD: Readonly<Record<Ending, string | null>> = {
  csr: "csr.closed",
  customer: "csr.closed-by-customer",
  idle: "csr.closed-idle",
  desk: "csr.closed-by-desk",
  dialog: null,
  hours: null,
  full: null,
  unqualified: null,
  unreachable: "csr.customer-gone",
  room: "csr.closed-in-room",
};

/** What reports are to know of a conversation that is over. */
export function factOfEnding(turn: Turn, row: ConversationRow, why: Ending, csr: string): void {
  fact(
    turn,
    "conversation.closed",
    { conversation: row.id, csr },
    {
      why,
      from: row.state,
      handle: row.handle,
      network: row.network,
      origin: originOf(turn, row),
      customer: row.facts.name,
      queue: row.queue,
      about: row.facts.reason,
      language: languageOf(turn, row, customerOf(row)),
      software: row.software?.name ?? null,
      version: row.software?.version ?? null,
      openedAt: row.openedAt,
    },
  );
}
