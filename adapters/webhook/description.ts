/** What is known of the webhook network without its code: its settings and its addresses. */
import type { AdapterDescription } from "../../src/adapter.ts";
import { BOT_ID, configSchema, parseConfig, type WebhookConfig } from "./config.ts";

export const webhookDescription: AdapterDescription<WebhookConfig> = {
  protocol: "webhook",
  parseConfig,
  configSchema,
  canonicalAddress: (id) => (BOT_ID.test(id) ? id : null),
};
