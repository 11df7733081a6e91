/**
 * The words every room of Frontdesk shares: addresses, software, neutral content, and the two unions that cross the
 * adapter contract, `Inbound` (network to desk) and `Outbound` (desk to network). Plain data throughout: whatever is
 * here can be written as JSON, so it can be stored, replayed, and one day sent to another machine.
 *
 * A new feature is a new union member or a new field, never a new method of the contract.
 */

/** The stanza error conditions of RFC 6120 §8.3.3: the one vocabulary of failure, whatever the network. */
export const CONDITIONS = [
  "bad-request",
  "conflict",
  "feature-not-implemented",
  "forbidden",
  "gone",
  "internal-server-error",
  "item-not-found",
  "jid-malformed",
  "not-acceptable",
  "not-allowed",
  "not-authorized",
  "policy-violation",
  "recipient-unavailable",
  "redirect",
  "registration-required",
  "remote-server-not-found",
  "remote-server-timeout",
  "resource-constraint",
  "service-unavailable",
  "subscription-required",
  "undefined-condition",
  "unexpected-request",
] as const;
export type Condition = (typeof CONDITIONS)[number];

/**
 * Where a person is on a network. `network` is a key of `networks:` in the configuration; `id` is that network's
 * canonical identity of the person without device (XMPP bare JID after PRECIS/lower-casing, web visitor id or CSR login).
 * Two addresses are the same person's place exactly when both fields are equal, so adapters must canonicalise.
 */
export interface Address {
  readonly network: string;
  readonly id: string;
}

/** What a person's software, or a network, can show or send. The core asks for these, never for a network's name. */
export const FEATURES = [
  "formatting",
  "edit",
  "retraction",
  "reaction",
  "reply",
  "file",
  "typing",
  "delivered",
  "read",
  "presence",
  "multiline",
  "choices",
] as const;
export type Feature = (typeof FEATURES)[number];

/** What a party writes from, as far as the network tells. Unknown parts are null, never guessed. */
export interface Software {
  /** The protocol the person's client speaks to its own server: "xmpp", "web", "irc" … */
  readonly protocol: string;
  readonly name: string | null;
  readonly version: string | null;
  readonly os: string | null;
  /** The features this software announced (XEP-0030/0115), or null when it announced nothing. */
  readonly features: readonly Feature[] | null;
  /** The gateway it came through (disco identity category "gateway", or a bridge's user namespace), if any. */
  readonly gateway: { readonly type: string; readonly name: string | null } | null;
}

/** One answer a person can pick. `value` is what the desk understands, `label` what the person reads. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

export type TypingState = "active" | "composing" | "paused" | "inactive" | "gone";
/** `chat` and `available` mean "may be disturbed"; the rest are RFC 6121 §4.7.2.1's words. `offline`: no device left. */
export type PresenceState = "chat" | "available" | "away" | "xa" | "dnd" | "offline";
/** Passed on as what it is, never as more. `received` is said by the adapter itself, after the commit. */
export type ReceiptState = "delivered" | "read";

/** How a file is shown: as a picture, a sound, a film, or as a document that is opened elsewhere. */
export const FILE_KINDS = ["image", "audio", "video", "document"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/**
 * A file that the desk keeps and hands out itself, cleaned of what was written about it. `url` is an address of the desk's
 * own and cannot be guessed; where the file came from is nowhere in it. All but name, type, bytes and url may be left out:
 * then nothing is known of it.
 */
export interface HostedFile {
  readonly name: string;
  /** Media type, found out from the bytes. */
  readonly type: string;
  readonly bytes: number;
  readonly url: string;
  readonly kind?: FileKind;
  /** Pixels of a picture or film as it is shown, so of the right side up. */
  readonly width?: number;
  readonly height?: number;
  /** How long a sound or film lasts, in milliseconds. */
  readonly durationMs?: number;
  /** Recorded to be heard as a message; its sender's client said so. */
  readonly voice?: true;
}

/** A file in words, for whoever can show no more: `bill.pdf (34 kB): https://…` */
export function fileWords({ name, bytes, url }: HostedFile): string {
  const size =
    bytes < 1_000
      ? `${bytes} bytes`
      : bytes < 1_000_000
        ? `${Math.round(bytes / 1_000)} kB`
        : `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${name} (${size}): ${url}`;
}

/** What a file is called whose own name is not to be told: `file.jpg`. The desk hands it out under that name too. */
export function namelessFile(name: string): string {
  return `file${/\.[A-Za-z0-9]{1,8}$/u.exec(name)?.[0] ?? ""}`;
}

/**
 * How a stretch of a text looks. `preformatted` and `quote` are whole lines. Headings, lists and tables have no style of their own:
 * the text says them ("- one"), and so it does where a link leads ("the form (https://…)").
 */
export const STYLES = ["strong", "emphasis", "underline", "strike", "code", "preformatted", "quote"] as const;
export type Style = (typeof STYLES)[number];

/** One stretch of a text, in UTF-16 code units: from `start` up to, not including, `end`. Never inside a surrogate pair. */
export interface Span {
  readonly style: Style;
  readonly start: number;
  readonly end: number;
}

/**
 * The looks of one text: sorted by `start`, the longer first; stretches may overlap, and the same one twice is a quote within a
 * quote. The text reads the same without them, so where a network has no formatting nothing is lost but looks, and
 * `core/styling-writer.ts` writes those as people type them (`*so*`).
 */
export type Formatting = readonly Span[];
/** Stretches of one text; beyond that the text stays and its looks go. */
export const MAX_SPANS = 1_000;

/** A text and its looks; absent: it has none. Messages and edits are such. */
export interface FormattedText {
  readonly text: string;
  readonly formatting?: Formatting;
}

/** What a message or an edit says, and nothing else of it. No list of looks where there are none, so that plain texts take no room for it. */
export function wordsOf({ text, formatting }: FormattedText): FormattedText {
  return formatting === undefined || formatting.length === 0 ? { text } : { text, formatting };
}

interface InboundBase {
  /**
   * The id under which the network itself would deliver this very event again (Matrix event id, a web client's resend
   * number scoped by its session, XEP-0359 stanza-id set by the desk's own server); null where the network never
   * redelivers. The inbox de-duplicates by (network, redelivery) and by nothing else, least of all by a client's id.
   */
  readonly redelivery: string | null;
  readonly from: Address;
  /** Which of the person's devices (XMPP resource, web session), or null. Answers may be sent to it; routing never keys on it. */
  readonly device: string | null;
  /** The desk's own name that was written to: a handle or an alias, local to the network (XMPP localpart). */
  readonly to: string;
}

export type Inbound = InboundBase &
  (
    | {
        readonly kind: "message";
        /** The sender's id of this message: what a later edit, receipt or reply names. Unique at best per sender. */
        readonly id: string | null;
        readonly text: string;
        /** Absent: plain, or the network says nothing of looks. Marks of the wire (`*so*`, `<b>`) are not in `text` any more. */
        readonly formatting?: Formatting;
        /** The file it brings, taken in by `AdapterContext.files`; `text` says all without it (`fileWords`). Null or absent: none. */
        readonly file?: HostedFile | null;
        /** The value of a `Choice` the person picked by button or form, where the network tells it apart from text. */
        readonly choice: string | null;
        /** Network id (or the desk's key) of the message this replies to. */
        readonly replyTo: string | null;
        /** When it was written, if the network delayed it (XEP-0203); milliseconds since the epoch. */
        readonly sentAt: number | null;
        /** BCP 47 tag the network carries for the text or session (xml:lang, Accept-Language). */
        readonly language: string | null;
        /** The name the sender's network shows for them (XEP-0172); a claim, never an identity. */
        readonly nick: string | null;
      }
    | {
        readonly kind: "edit";
        readonly id: string | null;
        readonly of: string;
        readonly text: string;
        readonly formatting?: Formatting;
      }
    | { readonly kind: "retraction"; readonly of: string }
    /** The whole set of this person's reactions to that message, so that a repeat changes nothing. */
    | { readonly kind: "reaction"; readonly of: string; readonly reactions: readonly string[] }
    | { readonly kind: "typing"; readonly state: TypingState }
    | { readonly kind: "receipt"; readonly of: string; readonly state: ReceiptState }
    | {
        readonly kind: "presence";
        readonly state: PresenceState;
        readonly text: string | null;
        /** True when this is the state of all devices together; false when of `device` alone. */
        readonly all: boolean;
      }
    | { readonly kind: "software"; readonly software: Software; readonly language: string | null }
    /** A contact request or its end (RFC 6121 §3). The desk answers with an Outbound of the same kind. */
    | { readonly kind: "subscription"; readonly state: "subscribe" | "subscribed" | "unsubscribe" | "unsubscribed" }
    /** The person opened contact without a word yet (web chat opened). Repeats are harmless. */
    | {
        readonly kind: "arrival";
        readonly language: string | null;
        readonly nick: string | null;
        /** The token of the invitation they came by (a link the desk gave them elsewhere); left out: none. */
        readonly token?: string;
      }
    /** The person ended contact in the network's own way (web "end chat"). */
    | { readonly kind: "departure" }
    /**
     * Of a room in which the desk introduces two people (`Outbound` of the same kind): `ready`: it is there and both were invited,
     * reported once for the customer; `entered` and `left`: that person; `declined`: they will not come. Repeats are harmless.
     */
    | { readonly kind: "room"; readonly room: string; readonly state: RoomState }
    /** A message accepted earlier came back (XMPP error stanza). Never answered with an error (RFC 6120 §8.3.1). */
    | { readonly kind: "bounce"; readonly of: string; readonly reason: Condition; readonly text: string | null }
  );
export type RoomState = "ready" | "entered" | "left" | "declined";
export type InboundKind = Inbound["kind"];
export type InboundOf<K extends InboundKind> = Extract<Inbound, { kind: K }>;

/** Somebody whom the desk introduces to another in a room of their IM server. */
export interface RoomParty {
  readonly address: Address;
  /** The name they are asked to take there, where people choose one at joining; never a part of their address. */
  readonly nick: string;
  /** What the invitation says to them. */
  readonly invitation: string;
}

/**
 * What the desk does with a room that its IM server hosts: makes one that nobody but the desk rules, and invites those who are named, the
 * customer first (not after `until`, milliseconds); invites one more; says what is to be said and steps out; or closes it, because they
 * did not come. Where rooms show addresses (`ServerRooms`) nobody is named at first: each is invited once they, and who is in, may be seen.
 */
export type RoomAct =
  | {
      readonly kind: "introduce";
      readonly nick: string;
      readonly subject: string;
      readonly parties: readonly RoomParty[];
      readonly until: number;
    }
  | { readonly kind: "invite"; readonly party: RoomParty }
  | { readonly kind: "hand-over"; readonly lines: readonly string[] }
  | { readonly kind: "dissolve"; readonly text: string };

interface OutboundBase {
  /** The same on every retry, unique for ever: XMPP stanza id, Matrix txnId. Receipts and bounces name it. */
  readonly key: string;
  /** The desk's own name it is said from: a handle or an alias, local to the network. */
  readonly from: string;
  readonly to: Address;
  /** One device of the person when only that one is meant (a form for the client that can show it); else null. */
  readonly device: string | null;
  /** For logs alone. */
  readonly conversation: string | null;
}

export type Outbound = OutboundBase &
  (
    | {
        readonly kind: "message";
        readonly text: string;
        /** Only where network and recipient can show it; else `text` has it as people type it. */
        readonly formatting?: Formatting;
        /** The file of which the text tells, where the recipient can be shown files; else null or absent. */
        readonly file?: HostedFile | null;
        /** Buttons, where they can be shown; the text always says the same in words (law 7). */
        readonly choices: readonly Choice[];
        /** The network's own id of the message this replies to, as the recipient's side knows it; or null. */
        readonly replyTo: string | null;
        /** When it was written; adapters mark it as delayed when much later than that (XEP-0203). */
        readonly sentAt: number;
        /** The name to show for the sender, where the network can (XEP-0172). */
        readonly nick: string | null;
        readonly language: string | null;
        /** True for the desk's own words (bot, notices), false for a relayed person's. */
        readonly notice: boolean;
      }
    /** `of` is the `key` of the message as it was sent to this recipient. */
    | {
        readonly kind: "edit";
        readonly of: string;
        readonly text: string;
        readonly formatting?: Formatting;
        readonly nick: string | null;
      }
    | { readonly kind: "retraction"; readonly of: string }
    | { readonly kind: "reaction"; readonly of: string; readonly reactions: readonly string[] }
    | { readonly kind: "typing"; readonly state: TypingState }
    /** `of` is the id the recipient themselves gave that message. */
    | { readonly kind: "receipt"; readonly of: string; readonly state: ReceiptState }
    /** How a handle or alias appears to this person. `offline` also when an alias is released. */
    | {
        readonly kind: "presence";
        readonly state: PresenceState;
        readonly text: string | null;
        readonly nick: string | null;
      }
    | {
        readonly kind: "subscription";
        readonly state: "subscribe" | "subscribed" | "unsubscribe" | "unsubscribed";
        readonly nick: string | null;
      }
    /** Ask the network for this person's presence, now and from now on (RFC 6121 §3.1 and §4.3). */
    | { readonly kind: "watch" }
    /** `room` is the token of the room: a name that cannot be guessed, the same for all acts. `to` is the customer, or who is invited. */
    | { readonly kind: "room"; readonly room: string; readonly act: RoomAct }
  );
export type OutboundKind = Outbound["kind"];
export type OutboundOf<K extends OutboundKind> = Extract<Outbound, { kind: K }>;

/**
 * Kinds that are worth no disk write: they are said again by themselves, or are stale a minute later. They travel a
 * bounded lane of their own, newest wins, and are dropped when the link is down. Everything else is committed first.
 */
export const VOLATILE_INBOUND: ReadonlySet<InboundKind> = new Set(["typing", "presence"]);
export const VOLATILE_OUTBOUND: ReadonlySet<OutboundKind> = new Set(["typing", "presence", "watch"]);

/** What the desk says of an inbound event once it is committed: taken, or refused with the protocol's own condition. */
export type Verdict =
  | { readonly kind: "accepted" }
  | {
      readonly kind: "refused";
      readonly reason: Condition;
      readonly text: string;
      /** With `redirect` and `gone`: the URI of where to write instead, where there is one. */
      readonly uri?: string;
      /** The very same would be taken a while later (RFC 6120 §8.3.2, "wait"). */
      readonly wait?: boolean;
    };
export const ACCEPTED: Verdict = { kind: "accepted" };

/** What a network, as configured, can do. Fixed for the life of an adapter. */
export interface Capabilities {
  /** `virtual`: every alias is an address of its own. `fixed`: the desk has one address; conversations need labels. */
  readonly identity: "virtual" | "fixed";
  readonly features: readonly Feature[];
  /** Largest text of one message in UTF-8 bytes; `send` rejects longer ones, rendering splits before. */
  readonly maxTextBytes: number;
  /** How many of those bytes one stretch of formatting takes at most, on each of its lines; absent: none. */
  readonly markBytes?: number;
  /** How many sends to one recipient may be unanswered at once without endangering their order; 1 or more. */
  readonly window: number;
  /** Whether the network shows the same key twice only once. */
  readonly deduplicates: boolean;
  /** Whether a name of the desk can show each viewer a presence text of their own; left out: it cannot. */
  readonly presenceTexts?: boolean;
}

/** URI templates for an address that the desk hosts itself. */
export interface Continuation {
  /** Of the invitation; `{}` stands for its token. */
  readonly link: string;
  /** Of the place where somebody who came continues; `{}` stands for the desk's name that they write to there. */
  readonly place: string;
}

/** Rooms of the IM server in which the desk can introduce two people to each other. */
export interface ServerRooms {
  /** Where one is, as people are told it; `{}` stands for its token. */
  readonly place: string;
  /** Whether everybody in it sees everybody's address. */
  readonly showsAddresses: boolean;
}

/** How a handle or alias is to appear to one viewer. Null from `identity` means: to this viewer it does not exist. */
export interface DeskIdentity {
  readonly kind: "handle" | "alias" | "desk";
  readonly name: string;
  readonly state: PresenceState;
  readonly text: string | null;
}

/** `"network id"`, the key under which maps and tables hold an address. A network's name has no space. */
export function addressKey(address: Address): string {
  return `${address.network} ${address.id}`;
}
