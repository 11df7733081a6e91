import { xml } from "@xmpp/client";
import type { Element } from "@xmpp/xml";
import type { XmppClient } from "./xmpp-client.ts";

/** A CSR's client says yes to whoever asks for its presence, as a person would once. */
export function approveContacts(client: XmppClient): void {
  client.stanzas.listen((stanza) => {
    if (!stanza.is("presence") || stanza.attrs.type !== "subscribe") return;
    void client.presence({ to: String(stanza.attrs.from), type: "subscribed" });
  });
}

export function bodyOf(stanza: Element): string {
  return stanza.getChildText("body") ?? "";
}

export function localpart(jid: string): string {
  return jid.slice(0, jid.indexOf("@"));
}

/** A conversation under way: where each side writes to. */
export interface Talk {
  /** What the customer writes to. */
  readonly handle: string;
  /** What the CSR writes to: the conversation's alias. */
  readonly alias: string;
}

/** From hello to a person: the customer answers the bot, the CSR accepts, both know that they talk. */
export async function talk(customer: XmppClient, csr: XmppClient, handle: string, name = "Anna"): Promise<Talk> {
  await customer.message(handle, "hello");
  await customer.nextMessage((message) => bodyOf(message).includes("your name"));
  await customer.message(handle, name);
  const offer = await csr.nextMessage(
    (message) => bodyOf(message).includes(name) && bodyOf(message).includes("/accept"),
    30_000,
  );
  const alias = String(offer.attrs.from).replace(/\/.*$/u, "");
  await csr.message(alias, "/accept");
  await csr.nextMessage((message) => bodyOf(message).includes("connected to"));
  await customer.nextMessage((message) => bodyOf(message).includes("connected to"));
  return { handle, alias };
}

/** Asks for a receipt (XEP-0184). */
export const RECEIPT_REQUEST = xml("request", { xmlns: "urn:xmpp:receipts" });

/** The id that a receipt confirms, or null. */
export function receiptOf(stanza: Element): string | null {
  const received = stanza.is("message") ? stanza.getChild("received", "urn:xmpp:receipts") : undefined;
  return received === undefined ? null : String(received.attrs.id);
}
