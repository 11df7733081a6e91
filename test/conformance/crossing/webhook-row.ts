/** Programs behind HTTP addresses as a network of customers and CSRs: each with a real HTTP server of its own, on both sides of the desk. */
import { webhook } from "../../../adapters/webhook/index.ts";
import type { AdapterModule } from "../../../src/adapter.ts";
import { WebhookProgram } from "../../support/webhook-program.ts";
import type { CrossingDesk } from "../crossing/desk.ts";
import type { CrossingNetwork, CrossingPerson } from "../crossing.ts";
import { WebhookFarPerson } from "../webhook-far-person.ts";
import type { CrossingRow } from "./networks.ts";

const HANDLE = "support";
const CLERK = "clerk-of-programs";
/** Programs that may come as customers, one after the other: the desk's configuration names them all. */
const CUSTOMERS = 16;

/** No row of the crossing table: programs have texts alone. */
export const WEBHOOK_ROW: CrossingRow = {
  name: "webhook",
  title: "programs behind HTTP addresses",
  programs: [],
  open: () => openWebhook("webhook"),
};

async function openWebhook(name: string): Promise<CrossingNetwork> {
  const ids = [
    CLERK,
    ...Array.from({ length: CUSTOMERS }, (_none, index) => `qprogram-${"kxvwz"[index % 5]}q${index}zq`),
  ];
  const programs = new Map(ids.map((id) => [id, new WebhookProgram(`the secret of ${id}`)] as const));
  for (const program of programs.values()) await program.open();
  const fresh = ids.slice(1);
  const person = (desk: CrossingDesk, id: string | undefined): CrossingPerson => {
    const program = programs.get(id ?? "");
    if (id === undefined || program === undefined) throw new Error(`Only ${CUSTOMERS} programs can be customers here.`);
    const far = new WebhookFarPerson({ network: name, id }, program, () => `${desk.url}/webhook/${id}`);
    return { person: far, stop: async () => undefined };
  };
  const section = [...programs].map(([id, { url, secret }]) => `      ${id}: {url: "${url}", secret: "${secret}"}`);
  return {
    name,
    module: webhook as AdapterModule<unknown>,
    section: ["    adapter: webhook", "    bots:", ...section].join("\n"),
    handle: HANDLE,
    csrAddress: CLERK,
    csr: async (desk) => person(desk, CLERK),
    customer: async (desk) => person(desk, fresh.shift()),
    close: async () => void (await Promise.all([...programs.values()].map((program) => program.shut()))),
  };
}
