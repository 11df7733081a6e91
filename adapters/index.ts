/**
 * The table of adapters this build speaks: one line a protocol. A new network is a folder beside this file and a line here. What is known of all
 * of them (settings, schemas) is loaded at once; the code that speaks one only when a network of it is started.
 */
import type { AdapterDescription, AdapterModule, ListedAdapter } from "../src/adapter.ts";
import { ircDescription } from "./irc/description.ts";
import { matrixDescription } from "./matrix/description.ts";
import { webDescription } from "./web/description.ts";
import { webhookDescription } from "./webhook/description.ts";
import { xmppDescription } from "./xmpp/description.ts";

export const adapters: readonly ListedAdapter[] = [
  listed(webDescription, async () => (await import("./web/index.ts")).web),
  listed(xmppDescription, async () => (await import("./xmpp/index.ts")).xmpp),
  listed(matrixDescription, async () => (await import("./matrix/index.ts")).matrix),
  listed(ircDescription, async () => (await import("./irc/index.ts")).irc),
  listed(webhookDescription, async () => (await import("./webhook/index.ts")).webhook),
];

function listed<Config>(
  description: AdapterDescription<Config>,
  load: () => Promise<AdapterModule<Config>>,
): ListedAdapter {
  return { ...description, load };
}
