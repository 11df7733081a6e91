/** The XMPP network: its protocol name, its configuration, its adapter. README.md lists the standards it speaks. */
import type { Adapter, AdapterContext, AdapterModule } from "../../src/adapter.ts";
import { accountAttachment } from "./account.ts";
import { XmppAdapter } from "./adapter.ts";
import { componentAttachment } from "./component.ts";
import type { XmppConfig } from "./config.ts";
import { checkHandles, xmppDescription } from "./description.ts";
import { keepParsed, parseJid } from "./jid.ts";
import type { Join } from "./rooms.ts";

export type { XmppConfig } from "./config.ts";

export const xmpp: AdapterModule<XmppConfig> = { ...xmppDescription, create };

/** Rooms and handles were checked with the configuration. */
function joinsOf(config: XmppConfig, context: AdapterContext): readonly Join[] {
  return config.joins.flatMap(({ room, handle, nick }) => {
    const jid = parseJid(room);
    return jid === null ? [] : [{ room: jid, desk: handle ?? context.handles[0] ?? context.desk, nick }];
  });
}

/** Throws ConfigProblem when an ordinary account is to stand for more than one handle. */
function create(config: XmppConfig, context: AdapterContext): Adapter {
  keepParsed(config.limits.addresses);
  if (config.mode === "component") {
    return new XmppAdapter(
      componentAttachment(config),
      config.limits,
      context,
      joinsOf(config, context),
      config.trustedUploads,
      config.roomService ?? null,
    );
  }
  checkHandles(config, context.handles);
  const [handle] = context.handles;
  const attachment = accountAttachment(config, handle ?? context.desk);
  return new XmppAdapter(attachment, config.limits, context, joinsOf(config, context), config.trustedUploads);
}
