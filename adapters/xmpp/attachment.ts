/** What differs between the two ways of being attached to an XMPP server; component.ts and account.ts each make one. */
import type { Jid } from "./jid.ts";
import type { StreamHandlers, XmppStream } from "./stream.ts";
import type { Resumption } from "./stream-management.ts";

/** Whom a stanza is for: a name of the desk, the component's domain itself, or nobody here. */
export type Addressee =
  | { readonly kind: "desk"; readonly name: string }
  | { readonly kind: "domain" }
  | { readonly kind: "nobody" };

export interface Attachment {
  /** As in Capabilities: whether every alias has an address of its own. */
  readonly identity: "virtual" | "fixed";
  /** Bare address of the message archive whose stanza ids can be believed, or null. */
  readonly archive: string | null;
  /** A fresh stream to the server, which continues a former one where both can (XEP-0198). */
  open(handlers: StreamHandlers, resumption: Resumption | null): Promise<XmppStream>;
  /** Whom the `to` of a stanza names; null when the stanza has none. */
  addressee(to: Jid | null): Addressee;
  /** The sender of a stanza without `from`: the server itself speaking for the account; null where that is malformed. */
  readonly unnamedSender: Jid | null;
  /** Whether that address is the desk's own, so that nothing of it is taken in and nothing sent there. */
  isOwn(jid: Jid): boolean;
  /** The full address that a name of the desk speaks from; null where the server writes it. */
  speaker(desk: string): string | null;
  /** The address of a name of the desk as others see it, for service discovery. */
  publicAddress(desk: string): string;
  /** The request that goes behind messages as their fence, as XML. */
  fence(id: string): string;
  /** What has to be said at every login before anything else, as XML. */
  greeting(): string;
}
