/** The web network: Frontdesk's own chat page, its widget, and the CSR's console, over a WebSocket. See README.md. */
import type { AdapterModule } from "../../src/adapter.ts";
import { parseWebConfig, WEB_CONFIG_SCHEMA, type WebConfig } from "./config.ts";
import { Routes } from "./routes.ts";
import { WebNetwork } from "./web-network.ts";

export const web: AdapterModule<WebConfig> = {
  protocol: "web",
  parseConfig: parseWebConfig,
  configSchema: WEB_CONFIG_SCHEMA,
  signsInStaff: true,
  pages: ({ path, samplePage }) => [
    { path: samplePage ? path : `${path}chat`, title: "Chat for customers" },
    { path: `${path}csr`, title: "Console for CSRs" },
  ],
  continuation: ({ path }, origin) => ({
    link: `${origin}${path}continue/{}`,
    place: `${origin}${path}chat?to={}`,
  }),
  create(config, context) {
    const network = new WebNetwork(config, context);
    const routes = new Routes(config, context, network);
    context.http.mount((server) => routes.mount(server));
    return network;
  },
};
