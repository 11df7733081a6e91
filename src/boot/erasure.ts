/** Erasure of one customer at the running desk: refused while they have an open conversation, and done in an order that can be repeated. */
import type { AdapterHost } from "../adapter-host.ts";
import type { Audit } from "../audit.ts";
import type { Asker, EraseReport } from "../control/protocol.ts";
import type { Address } from "../core/model.ts";
import { recordedVisit } from "../core/visit.ts";
import type { Engine } from "../engine.ts";
import type { Files } from "../files.ts";
import type { Store } from "../store/store.ts";

export interface ErasureParts {
  readonly engine: Pick<Engine, "submit">;
  readonly store: Pick<Store, "conversationsOf" | "erase" | "facts" | "transcript">;
  readonly files: Pick<Files, "forget">;
  readonly host: Pick<AdapterHost, "capabilities" | "forget">;
  readonly audit: Pick<Audit, "record">;
}

/** Lines of one conversation that are looked through for files. */
const LINES = 100_000;

/**
 * `isWanted` false: only says what there is. The audit log is told how much it was, and of the person the network alone. What was done is
 * done though a later step fails; asked again, the rest is done.
 */
export async function eraseCustomer(
  { engine, store, files, host, audit }: ErasureParts,
  person: Address,
  isWanted: boolean,
  by: Asker,
): Promise<EraseReport> {
  if (host.capabilities(person.network) === null) {
    return {
      kind: "missing",
      text: `There is no network ${JSON.stringify(person.network)}; \`frontdesk status\` lists them.`,
    };
  }
  const conversations = await store.conversationsOf(person);
  const urls = await filesIn(store, conversations);
  const detail = { network: person.network, conversations: conversations.length, files: urls.length };
  if (!isWanted) {
    await audit.record({ action: "customer.looked-up", ...by, detail });
    return { kind: "found", conversations, files: urls.length };
  }
  const customers = await customersIn(store, conversations);
  const command = { kind: "forget", person, conversations, customers } as const;
  const verdict = await engine.submit({ kind: "command", command });
  if (verdict.kind === "refused") {
    await audit.record({ action: "customer.erased", ...by, outcome: "refused", detail });
    return { kind: "refused", text: `Nothing was erased: ${verdict.text}` };
  }
  // Recorded before it is done: of what was erased nothing else tells any more.
  await audit.record({ action: "customer.erased", ...by, detail });
  const forgotten = await files.forget(urls);
  // Who has come back meanwhile keeps their room, or their place on the web: a conversation goes on there.
  const again = await engine.submit({ kind: "command", command });
  if (again.kind === "accepted") await host.forget(person);
  const erased = await store.erase(person, conversations);
  return again.kind === "accepted"
    ? { kind: "erased", conversations: conversations.length, files: forgotten, ...erased }
    : {
        kind: "refused",
        text:
          `What there was is erased, but they have come back meanwhile: ${again.text}, and erase them once more. ` +
          `Until then ${person.network} keeps what it needs to reach them.`,
      };
}

/** Entries of the directory that they were taken for in them: by an account number, whatever they wrote from. */
async function customersIn(store: ErasureParts["store"], conversations: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const conversation of conversations) {
    for (const fact of await store.facts(conversation)) {
      const customer = recordedVisit(fact)?.customer ?? null;
      if (customer !== null) found.add(customer);
    }
  }
  return [...found];
}

/** Addresses of all files that were said in them, by either side. */
async function filesIn(store: ErasureParts["store"], conversations: readonly string[]): Promise<readonly string[]> {
  const urls: string[] = [];
  for (const conversation of conversations) {
    for (const { content } of await store.transcript(conversation, LINES)) {
      if (content.kind === "message" && content.file != null) urls.push(content.file.url);
    }
  }
  return urls;
}
