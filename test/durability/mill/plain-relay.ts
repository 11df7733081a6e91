/**
 * A relay as one would write it with @xmpp/component, as a process of its own: one component towards customers, one towards CSRs. It
 * confirms a message (XEP-0184) when the other component's library says that it was sent. Started with one argument, a `PlainRelayTable`
 * in JSON; says `ready` on stdout once both components are online. After a cut the library connects again by itself.
 */
import { component } from "@xmpp/component";
import xml, { type Element } from "@xmpp/xml";
import { type PlainRelayTable, READY } from "./plain-table.ts";

/** What is used of @xmpp/component, which brings no types. */
interface StockComponent {
  on(event: string, listener: (argument: never) => void): unknown;
  start(): Promise<unknown>;
  send(stanza: Element): Promise<unknown>;
}

interface Passed {
  readonly from: string;
  readonly to: string;
}

const RECEIPTS = "urn:xmpp:receipts";

async function run(table: PlainRelayTable): Promise<void> {
  const [outside, inside] = [table.customers, table.csrs].map(({ domain, port }) => {
    const entity = component({ service: `xmpp://127.0.0.1:${port}`, domain, password: table.secret }) as StockComponent;
    // It connects again by itself, and tells of each attempt that failed.
    entity.on("error", () => {});
    return entity;
  });
  if (outside === undefined || inside === undefined) return;
  const toCsr = new Map(table.talks.map(({ customer, csr, alias }) => [customer, { from: alias, to: csr }]));
  const toCustomer = new Map(table.talks.map(({ customer, handle, alias }) => [alias, { from: handle, to: customer }]));
  outside.on("stanza", (stanza: Element) => void pass(stanza, outside, inside, toCsr.get(bare(stanza.attrs.from))));
  inside.on("stanza", (stanza: Element) => void pass(stanza, inside, outside, toCustomer.get(bare(stanza.attrs.to))));
  await Promise.all([outside.start(), inside.start()]);
  process.stdout.write(`${READY}\n`);
}

async function pass(stanza: Element, near: StockComponent, far: StockComponent, passed?: Passed): Promise<void> {
  const body = stanza.getChildText("body");
  if (passed === undefined || body === null || stanza.attrs.type === "error") return;
  const { id, from, to } = stanza.attrs;
  try {
    await far.send(xml("message", { ...passed, type: "chat", id: String(id) }, xml("body", {}, body)));
    const received = xml("received", { xmlns: RECEIPTS, id: String(id) });
    await near.send(xml("message", { from: String(to), to: String(from) }, received));
  } catch {
    // A link is down. Such a relay keeps nothing, so there is nothing it could do: no receipt goes out.
  }
}

function bare(address: unknown): string {
  return String(address).replace(/\/.*$/u, "");
}

const [argument] = process.argv.slice(2);
if (argument !== undefined) await run(JSON.parse(argument) as PlainRelayTable);
