/** What XMPP can carry, and what looks cost there. */
import type { Feature } from "../../src/core/model.ts";

/** What the marks around a stretch take (XEP-0393): a preformatted block has two lines of three signs. */
export const MARK_BYTES = 8;
/** What this adapter carries, both ways, each by the standard README.md names. */
export const FEATURES: readonly Feature[] = [
  "formatting",
  "edit",
  "retraction",
  "reaction",
  "reply",
  "typing",
  "delivered",
  "read",
  "presence",
  "multiline",
  "choices",
];
