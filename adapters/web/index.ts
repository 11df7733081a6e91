/** The web network: Frontdesk's own chat page, its widget, and the CSR's console, over a WebSocket. See README.md. */
import type { Adapter, AdapterContext, AdapterModule } from "../../src/adapter.ts";
import { parseWebConfig, WEB_CONFIG_SCHEMA, type WebConfig } from "./config.ts";

export const web: AdapterModule<WebConfig> = {
  protocol: "web",
  parseConfig: parseWebConfig,
  configSchema: WEB_CONFIG_SCHEMA,
  create: (_config: WebConfig, _context: AdapterContext): Adapter => {
    throw new Error("not built yet");
  },
};
