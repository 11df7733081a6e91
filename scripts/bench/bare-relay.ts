/**
 * The least that can stand between customers and CSRs on XMPP, as a process of its own: it looks up who writes, and sends the message
 * on. Nothing is kept and nothing confirmed. Started with: kind, port, domain, secret, and the addresses of the CSRs.
 *
 * `parser`: this project's own socket and parser. `stock`: @xmpp/component as published. `journal`: as `parser`, but each message is first
 * written to a disk, a row and nothing else, those that come together in one synced transaction: the least that keeps what it takes.
 */
import { Worker } from "node:worker_threads";
import { component } from "@xmpp/component";
import xml, { type Element } from "@xmpp/xml";
import { componentAttachment } from "../../adapters/xmpp/component.ts";
import { parseConfig } from "../../adapters/xmpp/config.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";

/** Said on stdout once it can be written to. */
export const READY = "ready";

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

/** Who is written to in whose name: each customer has an alias and one CSR. */
function table(domain: string, csrs: readonly string[]): (from: string) => Passed {
  const known = new Map<string, Passed>();
  return (from) => {
    const slash = from.indexOf("/");
    const person = slash < 0 ? from : from.slice(0, slash);
    let passed = known.get(person);
    if (passed === undefined) {
      const number = known.size;
      passed = { from: `a${number}@${domain}`, to: csrs[number % csrs.length] ?? "" };
      known.set(person, passed);
    }
    return passed;
  };
}

/** Passes texts on as they come. */
type Pass = (text: string, write: (text: string) => void) => void;

async function withParser(
  port: number,
  domain: string,
  secret: string,
  csrs: readonly string[],
  send: Pass = (text, write) => write(text),
): Promise<void> {
  const config = parseConfig({ mode: "component", host: "127.0.0.1", port, domain, secret });
  if (config.mode !== "component") return;
  const pass = table(domain, csrs);
  const stream = await componentAttachment(config).open(
    {
      stanza: (stanza) => {
        if (stanza.name !== "message" || stanza.getChild("body") === undefined) return;
        Object.assign(stanza.attrs, pass(String(stanza.attrs.from)));
        send(stanza.toString(), (text) => stream.write(text));
      },
      refused: () => {},
      nonza: () => {},
    },
    null,
  );
  await stream.open();
  process.stdout.write(`${READY}\n`);
}

/** Passes texts on when they are on disk: what comes while the disk is written goes into the next transaction, as the desk does it. */
function journalled(): Pass {
  const folder = temporaryFolder("bench-journal").path;
  // A signal alone would end the process before the folder is removed.
  process.once("SIGTERM", () => process.exit());
  const worker = new Worker(new URL("./journal-worker.ts", import.meta.url), { workerData: { folder } });
  let gathered: string[] = [];
  let written: readonly string[] = [];
  let isScheduled = false;
  let onWritten: (text: string) => void = () => {};
  const begin = (): void => {
    isScheduled = false;
    if (written.length > 0 || gathered.length === 0) return;
    written = gathered;
    gathered = [];
    worker.postMessage(written);
  };
  worker.on("message", () => {
    const done = written;
    written = [];
    begin();
    for (const text of done) onWritten(text);
  });
  return (text, write) => {
    onWritten = write;
    gathered.push(text);
    if (!isScheduled) {
      isScheduled = true;
      queueMicrotask(begin);
    }
  };
}

async function stock(port: number, domain: string, password: string, csrs: readonly string[]): Promise<void> {
  const pass = table(domain, csrs);
  const entity = component({ service: `xmpp://127.0.0.1:${port}`, domain, password }) as StockComponent;
  entity.on("error", (error: unknown) => {
    throw error;
  });
  entity.on("stanza", (stanza: Element) => {
    if (!stanza.is("message") || stanza.getChild("body") === undefined) return;
    const { from, to } = pass(String(stanza.attrs.from));
    const attributes = { from, to, type: "chat", id: String(stanza.attrs.id) };
    void entity.send(xml("message", attributes, ...stanza.children));
  });
  await entity.start();
  process.stdout.write(`${READY}\n`);
}

const [kind, port, domain, secret, ...csrs] = process.argv.slice(2);
if (kind !== undefined && port !== undefined && domain !== undefined && secret !== undefined) {
  if (kind === "stock") await stock(Number(port), domain, secret, csrs);
  else await withParser(Number(port), domain, secret, csrs, kind === "journal" ? journalled() : undefined);
}
