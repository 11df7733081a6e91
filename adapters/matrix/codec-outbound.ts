/** What the desk says, as contents of room events. Pure; built anew from neutral content, nothing is copied. */
import type { Outcome } from "../../src/adapter.ts";
import type {
  Condition,
  Feature,
  Formatting,
  HostedFile,
  Outbound,
  OutboundOf,
  PresenceState,
} from "../../src/core/model.ts";
import { encodeFile, type Place } from "./codec-file.ts";
import type { Answer } from "./homeserver.ts";
import { toHtml } from "./html-outbound.ts";

/** Where an event of the desk bears its key, so that it is found again by it (edits, replies, a send without an answer). */
export const KEY_FIELD = "io.frontdesk.key";

type Content = Readonly<Record<string, unknown>>;
/** Said explicitly: no word in a text, "@room" least of all, is to make a client ring for everybody. */
const NOBODY_IS_MENTIONED = { "m.mentions": {} };

/** m.room.message. The desk's own words are notices: other automatic clients do not answer them. */
export function encodeMessage(message: OutboundOf<"message">, replyTo: string | null): Content {
  const { text, notice, formatting, key } = message;
  return { ...words(text, notice, formatting), ...answering(replyTo), [KEY_FIELD]: key };
}

/** The same where the file it brings lies at the homeserver. */
export function encodeFileMessage(
  { text, key }: OutboundOf<"message">,
  file: HostedFile,
  place: Place,
  replyTo: string | null,
): Content {
  const content = encodeFile(file, text.toWellFormed(), place);
  return { ...content, ...NOBODY_IS_MENTIONED, ...answering(replyTo), [KEY_FIELD]: key };
}

/** m.replace, with the text once more for clients that do not know it. */
export function encodeEdit({ text, formatting, key }: OutboundOf<"edit">, of: string): Content {
  const mark = "* ";
  const behind = formatting?.map((span) => ({
    ...span,
    start: span.start + mark.length,
    end: span.end + mark.length,
  }));
  return {
    ...words(mark + text, false, behind),
    "m.new_content": words(text, false, formatting),
    "m.relates_to": { rel_type: "m.replace", event_id: of },
    [KEY_FIELD]: key,
  };
}

export function encodeReaction(reaction: string, of: string): Content {
  return { "m.relates_to": { rel_type: "m.annotation", event_id: of, key: reaction.toWellFormed() } };
}

/** A sentence of the adapter itself, perhaps about one message. */
export function encodeNotice(text: string, replyTo: string | null): Content {
  return { ...words(text, true), ...answering(replyTo) };
}

/** That content without its looks, for where both are too large for one event. */
export function withoutLooks(content: Content): Content {
  const { format: _format, formatted_body: _html, ...plain } = content;
  const newer = plain["m.new_content"];
  return typeof newer === "object" && newer !== null
    ? { ...plain, "m.new_content": withoutLooks(newer as Content) }
    : plain;
}

function words(text: string, notice: boolean, formatting: Formatting = []): Content {
  const body = text.toWellFormed();
  const html = toHtml(body, formatting);
  return {
    msgtype: notice ? "m.notice" : "m.text",
    body,
    ...(html === null ? {} : { format: "org.matrix.custom.html", formatted_body: html }),
    ...NOBODY_IS_MENTIONED,
  };
}

function answering(replyTo: string | null): Content {
  return replyTo === null ? {} : { "m.relates_to": { "m.in_reply_to": { event_id: replyTo } } };
}

/** Matrix has three words for presence. */
export function encodePresence(state: PresenceState): "online" | "unavailable" | "offline" {
  switch (state) {
    case "chat":
    case "available":
      return "online";
    case "away":
    case "xa":
    case "dnd":
      return "unavailable";
    case "offline":
      return "offline";
  }
}

/** Which feature a kind needs; null where every network carries it. */
function neededFeature(outbound: Exclude<Outbound, { kind: "room" }>): Feature | null {
  switch (outbound.kind) {
    case "message":
      return null;
    case "edit":
    case "retraction":
    case "reaction":
    case "typing":
    case "presence":
      return outbound.kind;
    case "receipt":
      return outbound.state;
    case "subscription":
    case "watch":
      return "presence";
  }
}

type Rejected = Extract<Outcome, { kind: "rejected" }>;

/** Why that will never be carried, or null. Decided before anything is on the wire. `hostsRooms`: whether the desk makes rooms there. */
export function refusal(
  outbound: Outbound,
  features: readonly Feature[],
  textBytes: number,
  hostsRooms = false,
): Rejected | null {
  const feature = outbound.kind === "room" ? null : neededFeature(outbound);
  if ((outbound.kind === "room" && !hostsRooms) || (feature !== null && !features.includes(feature))) {
    return { kind: "rejected", reason: "feature-not-implemented", text: `This network carries no ${outbound.kind}.` };
  }
  const bytes = "text" in outbound && outbound.text !== null ? Buffer.byteLength(outbound.text) : 0;
  if (bytes > textBytes) {
    const text = `The text has ${bytes} bytes; this network carries ${textBytes} at most.`;
    return { kind: "rejected", reason: "policy-violation", text };
  }
  return null;
}

/** The homeserver's errors (client-server API, "Standard error response") that will not go away by themselves. */
const REASONS: ReadonlyMap<string, Condition> = new Map([
  ["M_FORBIDDEN", "forbidden"],
  ["M_NOT_FOUND", "item-not-found"],
  ["M_TOO_LARGE", "policy-violation"],
  ["M_BAD_JSON", "bad-request"],
  ["M_NOT_JSON", "bad-request"],
  ["M_INVALID_PARAM", "bad-request"],
  ["M_USER_DEACTIVATED", "gone"],
  ["M_EXCLUSIVE", "not-allowed"],
  ["M_UNSUPPORTED_ROOM_VERSION", "not-acceptable"],
]);
/** These say that nobody on this link will get anything done now. */
const LINK_FAULTS: ReadonlySet<string> = new Set(["M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"]);

/** What became of a request that was not answered with 2xx. */
export function outcomeOf(answer: Exclude<Answer, { kind: "ok" }>): Outcome {
  if (answer.kind === "unreachable") {
    return { kind: "deferred", reason: "remote-server-timeout" };
  }
  const { status, errcode, text, retryAfterMs } = answer;
  if (errcode === "M_LIMIT_EXCEEDED" || status === 429) {
    const wait: Outcome = { kind: "deferred", reason: "resource-constraint" };
    return retryAfterMs === null ? wait : { ...wait, retryAfterMs };
  }
  if (status >= 500 || LINK_FAULTS.has(errcode)) {
    return { kind: "deferred", reason: "remote-server-timeout" };
  }
  const known =
    REASONS.get(errcode) ?? (status === 413 ? "policy-violation" : status === 404 ? "item-not-found" : null);
  return { kind: "rejected", reason: known ?? "undefined-condition", text };
}
