/** What is known of the XMPP network without its code: its settings, its handles, its rooms. */
import { type AdapterDescription, ConfigProblem } from "../../src/adapter.ts";
import type { ServerRooms } from "../../src/core/model.ts";
import { configSchema, parseConfig, type XmppConfig } from "./config.ts";
import { canonicalJid } from "./jid.ts";

export const xmppDescription: AdapterDescription<XmppConfig> = {
  protocol: "xmpp",
  parseConfig,
  configSchema,
  canonicalAddress: canonicalJid,
  checkHandles,
  continuation: (config) =>
    config.mode === "component" ? { link: `xmpp:{}@${config.domain}`, place: `xmpp:{}@${config.domain}` } : null,
  rooms,
};

function rooms(config: XmppConfig): ServerRooms | string {
  if (config.mode === "account") return "an ordinary account makes no rooms; attach the desk as a component";
  const { roomService } = config;
  if (roomService === undefined) return '"roomService" does not say where its rooms are made';
  return { place: `xmpp:{}@${roomService}?join`, showsAddresses: false };
}

/** Throws ConfigProblem when an ordinary account is to stand for more than one handle, or a room is of a handle that is none. */
export function checkHandles(config: XmppConfig, handles: readonly string[]): void {
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
