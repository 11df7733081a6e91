/** The desk's words outside any conversation: the desk contact, closed aliases, messages that never arrived. */
import type { Address } from "./model.ts";
import { partsOf } from "./parts.ts";
import { looseKey, type PhraseValues, say, type Turn } from "./turn.ts";

/** To whom, and as which of the desk's own addresses. */
export interface Aside {
  readonly to: Address;
  /** The desk's local name it is said from. */
  readonly from: string;
  readonly language: string | null;
}

/** Says it as it is: it belongs to no line, so nothing can be answered to it by reference. */
export function sayAside(turn: Turn, aside: Aside, key: string, values: PhraseValues = {}): void {
  const capabilities = turn.world.capabilities(aside.to.network);
  if (capabilities === null) return;
  const whole = looseKey(turn, "desk");
  const parts = partsOf(
    say(turn, key, aside.language, values),
    capabilities.maxTextBytes,
    capabilities.features.includes("multiline"),
  );
  parts.forEach((text, position) => {
    turn.outbounds.push({
      key: position === parts.length - 1 ? whole : `${whole}.${position + 1}`,
      from: aside.from,
      to: aside.to,
      device: null,
      conversation: null,
      kind: "message",
      text,
      choices: [],
      replyTo: null,
      sentAt: turn.world.now,
      nick: turn.rules.company,
      language: aside.language,
      notice: true,
    });
  });
}
