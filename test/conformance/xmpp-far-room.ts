/** Somebody's client in a room of its XMPP server (XEP-0045). */
import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import type { XmppClient } from "../support/xmpp-client.ts";
import type { FarRoom } from "./far-end.ts";

const MUC = "http://jabber.org/protocol/muc";

/** Joins under that name; resolves once the client is in. */
export async function enterXmppRoom(client: XmppClient, room: string, nick: string): Promise<FarRoom> {
  const isOfRoom = (stanza: Element) => String(stanza.attrs.from ?? "").startsWith(`${room}/`);
  const from = client.stanzas.all.length;
  await client.presence({ to: `${room}/${nick}` }, [xml("x", { xmlns: MUC })]);
  await client.next("to be in the room", (stanza) => stanza.is("presence") && isOfRoom(stanza) && isSelf(stanza));
  return {
    say: (text) => client.send(xml("message", { to: room, type: "groupchat" }, xml("body", {}, text))),
    hears: async (text) => {
      const isIt = (stanza: Element) => isOfRoom(stanza) && stanza.getChildText("body") === text;
      await client.next(`"${text}" in the room`, isIt);
    },
    ended: async () => {
      const isEnd = (stanza: Element) => stanza.is("presence") && stanza.attrs.type === "unavailable" && isSelf(stanza);
      await client.next("the room to end", isEnd);
    },
    given: () => client.stanzas.all.slice(from).map(String).join("\n"),
  };
}

/** XEP-0045 §15.6.2; a room that is destroyed says so instead (§10.9). */
function isSelf(stanza: Element): boolean {
  const user = stanza.getChild("x", `${MUC}#user`);
  const isMarked = (user?.getChildren("status") ?? []).some(({ attrs }) => attrs.code === "110");
  return isMarked || user?.getChild("destroy") !== undefined;
}
