/**
 * The plain message written straight as text: nearly all of what is relayed, and building a tree of elements for it costs more than
 * all else on its way out. What codec-outbound.ts would write, to the letter; a test compares them.
 */
import { escapeXML } from "@xmpp/xml";
import type { Outbound } from "../../src/core/model.ts";
import { MAY_BE_STYLED } from "../../src/core/styling-reader.ts";
import { DELAYED_MS, type OutboundFrame } from "./codec-outbound.ts";
import { xmlText } from "./elements.ts";
import { NS } from "./namespaces.ts";

const ACTIVE = `<active xmlns="${NS.chatStates}"/>`;
const TRACKED = `<request xmlns="${NS.receipts}"/><markable xmlns="${NS.chatMarkers}"/>`;

/** Null for all that is not plain, or that cannot be sent: that is for `encodeOutbound`. */
export function plainMessage(outbound: Outbound, frame: OutboundFrame): string | null {
  if (outbound.kind !== "message" || outbound.choices.length > 0 || outbound.replyTo !== null) {
    return null;
  }
  const { text, formatting, file, nick, language, key } = outbound;
  const isBare = !MAY_NEED_MORE.test(text);
  const isPlain =
    formatting === undefined && (file ?? null) === null && text !== "" && (isBare || !MAY_BE_STYLED.test(text));
  // A UTF-16 unit is three bytes at most; what might be too long is measured elsewhere.
  if (!isPlain || text.length * 3 > frame.textBytes || frame.now - outbound.sentAt > DELAYED_MS) {
    return null;
  }
  const from = frame.from === null ? "" : ` from="${quoted(frame.from)}"`;
  const lang = language === null ? "" : ` xml:lang="${quoted(xmlText(language))}"`;
  const named =
    nick === null || nick === "" || frame.isNameKnown === true
      ? ""
      : `<nick xmlns="${NS.nick}">${written(nick)}</nick>`;
  const head = `<message to="${quoted(frame.to.full)}" type="chat"${from} id="${quoted(key)}"${lang}>`;
  return `${head}<body>${isBare ? text : written(text)}</body>${named}${ACTIVE}${TRACKED}</message>`;
}

/** What may be a mark, or cannot stand between tags as it is: most texts have nothing of either, and are looked through once. */
const MAY_NEED_MORE = /[*_~`<>&\r]|[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]/;
/** What cannot stand in XML as it is, wherever that is; looked for first, since replacing it in nearly all texts replaces nothing. */
const SPECIAL = /[&<>"'\r]|[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]/;
const MEANT = /[&<>]/gu;
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Text between tags, where quotation marks stand for themselves. */
function written(text: string): string {
  return SPECIAL.test(text) ? xmlText(text).replace(MEANT, (character) => ENTITIES[character] ?? character) : text;
}

function quoted(text: string): string {
  return SPECIAL.test(text) ? escapeXML(text) : text;
}
