/** The table of adapters this build speaks: one line a protocol. A new network is a folder beside this file and a line here. */
import type { AdapterModule } from "../src/adapter.ts";
import { irc } from "./irc/index.ts";
import { matrix } from "./matrix/index.ts";
import { web } from "./web/index.ts";
import { webhook } from "./webhook/index.ts";
import { xmpp } from "./xmpp/index.ts";

export const adapters: readonly AdapterModule<unknown>[] = [web, xmpp, matrix, irc, webhook];
