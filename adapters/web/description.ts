/** What is known of the web network without its code: its settings, its pages, and how people are led to it. */
import type { AdapterDescription } from "../../src/adapter.ts";
import { parseWebConfig, WEB_CONFIG_SCHEMA, type WebConfig } from "./config.ts";

export const webDescription: AdapterDescription<WebConfig> = {
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
};
