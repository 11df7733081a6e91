/** A customer is to be forgotten: what the core still knows of them once their conversations are over. */
import { lastCsrKeys } from "./last-csr.ts";
import { type Address, addressKey, type Verdict } from "./model.ts";
import { cancelTimer, fact, type Turn } from "./turn.ts";

/** Their resting aliases, the name of their labels, who talked with them last, what they write from. Refused while a conversation of theirs is open. */
export function forgetCustomer(
  turn: Turn,
  person: Address,
  conversations: readonly string[],
  customers: readonly string[],
): Verdict {
  const { tables, memory } = turn;
  const key = addressKey(person);
  if (memory.csrOf.has(key)) {
    const text = "this is the address of a CSR; CSRs are in people.yaml";
    return { kind: "refused", reason: "not-allowed", text };
  }
  for (const [id, row] of tables.conversation.entries()) {
    const [customer] = row.legs;
    const isTheirs = customer !== undefined && addressKey(customer.address) === key;
    if (isTheirs || conversations.includes(id) || row.former?.some((contact) => contact.startsWith(`${key} `))) {
      const text = `their conversation ${id} is open; close it first: frontdesk conversations close ${id}`;
      return { kind: "refused", reason: "unexpected-request", text };
    }
  }
  for (const [id, alias] of [...tables.alias.entries()]) {
    if (!conversations.includes(alias.conversation)) continue;
    if (alias.label !== null) {
      // It rests to the end, bearing nobody's name: its CSR may be writing to it still, and it must not be another customer's yet.
      tables.alias.put(id, { ...alias, name: turn.rules.company });
      continue;
    }
    tables.alias.delete(id);
    cancelTimer(turn, `rest ${id}`);
  }
  for (const id of [...tables.contact.keys()]) {
    if (id.startsWith(`${key} `)) tables.contact.delete(id);
  }
  for (const customer of [turn.rules.directory.byAddress(person)?.id ?? null, ...customers]) {
    for (const last of lastCsrKeys(person, customer)) tables.desk.delete(last);
  }
  for (const known of [memory.software, memory.floods]) known.delete(key);
  for (const conversation of conversations) memory.activity.delete(conversation);
  fact(turn, "customer.forgotten", {}, { network: person.network, conversations: conversations.length });
  return { kind: "accepted" };
}
