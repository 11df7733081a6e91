/** What an offer tells a CSR: who, why, since when, from which software, what will not come across, and what the bot learned. */
import { ruledText } from "./content-rule.ts";
import { customerOf, originOf } from "./legs.ts";
import { lossesInWords } from "./losses.ts";
import type { Software } from "./model.ts";
import { languageName } from "./phrases/languages.ts";
import { excerpt, featuresOf, legName, showsChoices } from "./rendering.ts";
import type { Queue } from "./rules.ts";
import type { ConversationRow, Leg, Offer } from "./state.ts";
import { customerName, tellText } from "./transcript.ts";
import { duration, languageOf, type PhraseValues, say, type Turn } from "./turn.ts";

/** Characters of the reason and of an answer that are shown; the whole is in the transcript, which /history shows. */
const REASON_LENGTH = 500;
const ANSWER_LENGTH = 200;

/**
 * "Conversations 2.13.4 (Android)", by way of a gateway where there is one; null when nothing is known. On one line, since a
 * client may call itself anything, a line of the desk's included.
 */
export function softwareInWords(software: Software | null): string | null {
  if (software === null || (software.name === null && software.gateway === null)) return null;
  const named = [software.name, software.version].filter((part) => part !== null).join(" ");
  const os = software.os === null ? "" : ` (${software.os})`;
  const gateway = software.gateway === null ? "" : ` ← ${software.gateway.name ?? software.gateway.type}`;
  return excerpt(`${named}${os}${gateway}`, ANSWER_LENGTH);
}

/**
 * Everything known of the customer, one fact a line; the offer and /who both show it. What the customer said takes one line
 * and is shortened, so that an offer fits any network and no customer can write a line of it.
 */
export function customerInWords(
  turn: Turn,
  row: ConversationRow,
  leg: Leg,
  head: "csr.offer.head" | "csr.who.head",
): readonly string[] {
  const language = languageOf(turn, row, leg);
  const { facts } = row;
  const lines = [
    say(turn, head, language, {
      name: customerName(turn, row, language),
      queue: turn.rules.queues.get(row.queue ?? "")?.name ?? "",
      network: originOf(turn, row),
    }),
  ];
  const software = softwareInWords(row.software) ?? say(turn, "software.unknown", language);
  lines.push(say(turn, "csr.offer.software", language, { software }));
  const losses = lossesInWords(turn, row, leg);
  if (losses !== null) lines.push(losses);
  const entry = facts.customer === null ? null : turn.rules.directory.byId(facts.customer);
  if (entry !== null) {
    const attributes = Object.entries(entry.attributes).map(([name, value]) => `${name}: ${value}`);
    const customer = [entry.name, entry.account ?? "", ...attributes].filter((part) => part !== "").join(", ");
    lines.push(say(turn, "csr.offer.recognised", language, { customer }));
  }
  if (row.handedOn != null)
    lines.push(
      say(turn, "csr.offer.handed-on", language, {
        csr: row.handedOn.by,
        reason: excerpt(row.handedOn.reason, REASON_LENGTH),
      }),
    );
  const reason = facts.reason ?? row.opening;
  // What the bot was told the CSR is told as the queue allows.
  const allowed = (words: string, length: number): string =>
    excerpt(ruledText(turn, row, customerOf(row), words), length);
  if (reason !== null) lines.push(say(turn, "csr.offer.reason", language, { reason: allowed(reason, REASON_LENGTH) }));
  if (row.waitingSince !== null) {
    const minutes = duration(turn, turn.world.now - row.waitingSince, language);
    lines.push(say(turn, "csr.offer.waited", language, { minutes }));
  }
  const spoken = facts.language ?? row.languageHint;
  if (spoken !== null)
    lines.push(say(turn, "csr.offer.language", language, { language: languageName(spoken, language ?? spoken) }));
  for (const [name, value] of Object.entries(facts.answers)) {
    lines.push(say(turn, "csr.offer.answer", language, { name, value: allowed(value, ANSWER_LENGTH) }));
  }
  return lines;
}

/**
 * The offer itself, as the first words of the alias; where that is more than the network can bring, the question alone. Gives the
 * number of its line; null when it could not be brought there.
 */
export function askToAccept(turn: Turn, row: ConversationRow, leg: Leg, queue: Queue): number | null {
  const language = languageOf(turn, row, leg);
  const customer = customerInWords(turn, row, leg, "csr.offer.head");
  const hint = leg.label === null ? [] : [say(turn, "label.hint", language, { label: leg.label })];
  const ask = say(turn, "csr.offer.ask", language, { seconds: queue.offerSeconds });
  const choices = [
    { value: "/accept", label: say(turn, "csr.offer.accept", language) },
    { value: "/decline", label: say(turn, "csr.offer.decline", language) },
  ];
  const isAsked =
    tellText(turn, row, leg, [...customer, ...hint, ask].join("\n"), { choices }) ||
    tellText(turn, row, leg, [...customer.slice(0, 1), ask].join("\n"), { choices });
  return isAsked ? (turn.lines.at(-1)?.line ?? null) : null;
}

/** The same to somebody who is not asked: a machine is told whom it has. */
export function introduce(turn: Turn, row: ConversationRow, leg: Leg): void {
  const customer = customerInWords(turn, row, leg, "csr.offer.head");
  if (!tellText(turn, row, leg, customer.join("\n"))) tellText(turn, row, leg, customer.slice(0, 1).join("\n"));
}

/**
 * An offer that is over must not look open. Who was shown buttons sees the question replaced by what became of it, or taken away,
 * where their software can; who was not has been told in words, as everybody.
 */
export function withdrawOffer(
  turn: Turn,
  row: ConversationRow,
  leg: Leg,
  { line: of }: Offer,
  key: string,
  values: PhraseValues = {},
): void {
  const features = featuresOf(turn, row, leg);
  const kind = features.includes("edit") ? "edit" : features.includes("retraction") ? "retraction" : null;
  if (of === null || kind === null || !showsChoices(turn, row, leg)) return;
  const line = turn.world.nextLine();
  const [head = ""] = customerInWords(turn, row, leg, "csr.offer.head");
  const text = [head, say(turn, key, languageOf(turn, row, leg), values)].join("\n");
  const labelled = leg.label === null ? text : text.replace(/^/gmu, `${leg.label} `);
  const content = kind === "edit" ? ({ kind, of, text } as const) : ({ kind, of } as const);
  const told = { author: null, from: null, desk: null, foreign: null, nick: leg.shown };
  turn.lines.push({ line, conversation: row.id, at: turn.world.now, viewers: [leg.index], ...told, content });
  const envelope = {
    key: legName(turn.world.epoch, line, leg.index),
    from: leg.desk,
    to: leg.address,
    device: null,
    conversation: row.id,
    of: legName(turn.world.epoch, of, leg.index),
  };
  turn.outbounds.push(kind === "edit" ? { ...envelope, kind, text: labelled, nick: leg.shown } : { ...envelope, kind });
}
