/** The XMPP network: its protocol name, its configuration, its adapter. README.md lists the standards it speaks. */
import { type Adapter, type AdapterContext, type AdapterModule, ConfigProblem } from "../../src/adapter.ts";
import { accountAttachment } from "./account.ts";
import { XmppAdapter } from "./adapter.ts";
import { componentAttachment } from "./component.ts";
import { configSchema, parseConfig, type XmppConfig } from "./config.ts";
import { canonicalJid } from "./jid.ts";

export type { XmppConfig } from "./config.ts";

export const xmpp: AdapterModule<XmppConfig> = {
  protocol: "xmpp",
  parseConfig,
  configSchema,
  canonicalAddress: canonicalJid,
  checkHandles,
  create,
};

function checkHandles(config: XmppConfig, handles: readonly string[]): void {
  if (config.mode === "account" && handles.length > 1) {
    const text = `An ordinary account has one address, so it can be one handle, not ${handles.length}; use a component.`;
    throw new ConfigProblem(["handles"], text);
  }
}

/** Throws ConfigProblem when an ordinary account is to stand for more than one handle. */
function create(config: XmppConfig, context: AdapterContext): Adapter {
  if (config.mode === "component") {
    return new XmppAdapter(componentAttachment(config), config.limits, context);
  }
  checkHandles(config, context.handles);
  const [handle] = context.handles;
  return new XmppAdapter(accountAttachment(config, handle ?? context.desk), config.limits, context);
}
