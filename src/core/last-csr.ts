/** Who talked with a customer last: remembered over conversations, for a while and for so many customers. */
import { customerOf } from "./legs.ts";
import { limitOf } from "./limits.ts";
import { type Address, addressKey } from "./model.ts";
import type { ConversationRow } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Rows that one step gives up at most. */
const FORGOTTEN_AT_ONCE = 8;
const REMEMBERED_MS = 90 * 86_400_000;

/** Rows of the table `desk` that are about this begin so. */
export const LAST_CSR = "last ";

/** Of somebody at that address, and of that one of the directory (null: of none). */
export function lastCsrKeys(address: Address, customer: string | null): readonly string[] {
  const known = customer === null ? [] : [`${LAST_CSR}customer ${customer}`];
  return [...known, `${LAST_CSR}${addressKey(address)}`];
}

/** A customer the directory knows is the same wherever they write from. */
function keyOf(row: ConversationRow): string {
  const [key = ""] = lastCsrKeys(customerOf(row).address, row.facts.customer);
  return key;
}

/** Null when nobody did, or they are no CSR any more, or it is long ago. */
export function lastCsrOf(turn: Turn, row: ConversationRow): string | null {
  const last = turn.tables.desk.get(keyOf(row));
  if (last === null || !("csr" in last) || turn.world.now - last.at > REMEMBERED_MS) return null;
  return turn.rules.csrs.has(last.csr) ? last.csr : null;
}

export function rememberCsr(turn: Turn, row: ConversationRow, csr: string): void {
  const { desk } = turn.tables;
  const key = keyOf(row);
  // The few rows that the desk has of its own in this table count as well.
  let beyond = desk.get(key) === null ? desk.size + 1 - limitOf(turn, "rememberedCustomers") : 0;
  if (beyond > 0) {
    // More than one only after the limit was lowered, and then few at a time: each is a row of the store.
    beyond = Math.min(beyond, FORGOTTEN_AT_ONCE);
    for (const id of desk.keys()) {
      if (!id.startsWith(LAST_CSR)) continue;
      desk.delete(id);
      beyond -= 1;
      if (beyond === 0) break;
    }
  }
  desk.put(key, { csr, at: turn.world.now });
}
