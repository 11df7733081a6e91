/** The XMPP network: its protocol name, its configuration, its adapter. README.md lists the standards it speaks. */
import { type Adapter, type AdapterContext, type AdapterModule, ConfigProblem } from "../../src/adapter.ts";
import type { ServerRooms } from "../../src/core/model.ts";
import { accountAttachment } from "./account.ts";
import { XmppAdapter } from "./adapter.ts";
import { componentAttachment } from "./component.ts";
import { configSchema, parseConfig, type XmppConfig } from "./config.ts";
import { canonicalJid, keepParsed, parseJid } from "./jid.ts";
import type { Join } from "./rooms.ts";

export type { XmppConfig } from "./config.ts";

export const xmpp: AdapterModule<XmppConfig> = {
  protocol: "xmpp",
  parseConfig,
  configSchema,
  canonicalAddress: canonicalJid,
  checkHandles,
  continuation: (config) =>
    config.mode === "component" ? { link: `xmpp:{}@${config.domain}`, place: `xmpp:{}@${config.domain}` } : null,
  rooms,
  create,
};

function rooms(config: XmppConfig): ServerRooms | string {
  if (config.mode === "account") return "an ordinary account makes no rooms; attach the desk as a component";
  const { roomService } = config;
  if (roomService === undefined) return '"roomService" does not say where its rooms are made';
  return { place: `xmpp:{}@${roomService}?join`, showsAddresses: false };
}

function checkHandles(config: XmppConfig, handles: readonly string[]): void {
  if (config.mode === "account" && handles.length > 1) {
    const text = `An ordinary account has one address, so it can be one handle, not ${handles.length}; use a component.`;
    throw new ConfigProblem(["handles"], text);
  }
  config.joins.forEach(({ handle }, index) => {
    if (handle !== undefined && !handles.includes(handle)) {
      const known = handles.join(", ");
      throw new ConfigProblem(["joins", index, "handle"], `There is no handle "${handle}" on this network (${known}).`);
    }
  });
}

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
