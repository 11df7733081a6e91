/** The web network: Frontdesk's own chat page, its widget, and the CSR's console, over a WebSocket. See README.md. */
import type { AdapterModule } from "../../src/adapter.ts";
import type { WebConfig } from "./config.ts";
import { webDescription } from "./description.ts";
import { Routes } from "./routes.ts";
import { WebNetwork } from "./web-network.ts";

export const web: AdapterModule<WebConfig> = {
  ...webDescription,
  create(config, context) {
    const network = new WebNetwork(config, context);
    const routes = new Routes(config, context, network);
    context.http.mount((server) => routes.mount(server));
    return network;
  },
};
