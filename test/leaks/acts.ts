/** What people do in a conversation, drawn at random: every kind of thing that any network has a word for. */
import type { PresenceState, TypingState } from "../../src/core/model.ts";
import type { Random } from "../simulation/random.ts";

/** A message as the person's client knows it: their own `number`th, or what they were sent under a key of the desk. */
export type Named =
  | { readonly kind: "own"; readonly number: number }
  | { readonly kind: "shown"; readonly key: string };

/** How a client quotes what is answered: in the part that is marked as a quote, or in a text that is nothing else. */
export type Quote = "none" | "marked" | "all";

/** `number` counts what that person did, so that ids made of it are theirs alone. */
export type Act = { readonly number: number } & (
  | {
      readonly kind: "message";
      readonly text: string;
      readonly answers: Named | null;
      readonly quote: Quote;
      /** With looks, as rich clients write them, names of people as links among them. */
      readonly rich: boolean;
      /** Says something of what they do (`/me`), not with their own words alone. */
      readonly action: boolean;
    }
  | { readonly kind: "file"; readonly name: string; readonly caption: string }
  | { readonly kind: "edit"; readonly of: Named; readonly text: string; readonly quote: Quote }
  | { readonly kind: "retraction"; readonly of: Named }
  | { readonly kind: "reaction"; readonly of: Named; readonly emoji: string; readonly custom: boolean }
  | { readonly kind: "typing"; readonly state: TypingState }
  | { readonly kind: "receipt"; readonly of: Named; readonly state: "delivered" | "read" }
  | { readonly kind: "presence"; readonly state: PresenceState }
  | { readonly kind: "software" }
  | { readonly kind: "subscription" }
  | { readonly kind: "bounce"; readonly of: Named }
);
export type ActKind = Act["kind"];

const WORDS =
  "the invoice of März is wrong 😀 and my order “seven” did not come; please look <again> & call_me *soon*".split(" ");
const NAMES = ["photo.jpg", "invoice 7.pdf", "voice.ogg", "Rechnung März.pdf"];
const EMOJI = ["👍", "❤️", "😂", "1️⃣"];

export function words(random: Random): string {
  const text = Array.from({ length: random.between(1, 12) }, () => random.pick(WORDS)).join(" ");
  return random.chance(0.15) ? `${text}\n> ${random.pick(WORDS)}\n${text}` : text;
}

interface Drawn {
  readonly random: Random;
  readonly number: number;
  named(): Named;
}

const KINDS: readonly (readonly [weight: number, draw: (drawn: Drawn) => Act])[] = [
  [
    10,
    ({ random, number, named }) => {
      const answers = random.chance(0.4) ? named() : null;
      return {
        kind: "message",
        number,
        text: words(random),
        answers,
        quote: answers === null ? "none" : random.pick(["none", "marked", "marked", "all"] as const),
        rich: random.chance(0.4),
        action: random.chance(0.1),
      };
    },
  ],
  [
    2,
    ({ random, number }) => ({
      kind: "file",
      number,
      name: random.pick(NAMES),
      caption: random.chance(0.3) ? words(random) : "",
    }),
  ],
  [
    3,
    ({ random, number, named }) => ({
      kind: "edit",
      number,
      of: named(),
      text: words(random),
      quote: random.pick(["none", "marked"] as const),
    }),
  ],
  [1, ({ number, named }) => ({ kind: "retraction", number, of: named() })],
  [
    2,
    ({ random, number, named }) => ({
      kind: "reaction",
      number,
      of: named(),
      emoji: random.pick(EMOJI),
      custom: random.chance(0.3),
    }),
  ],
  [1, ({ random, number }) => ({ kind: "typing", number, state: random.pick(["composing", "paused"] as const) })],
  [
    2,
    ({ random, number, named }) => ({
      kind: "receipt",
      number,
      of: named(),
      state: random.pick(["delivered", "read"] as const),
    }),
  ],
  [1, ({ random, number }) => ({ kind: "presence", number, state: random.pick(["available", "chat"] as const) })],
  [1, ({ number }) => ({ kind: "software", number })],
  [0.3, ({ number }) => ({ kind: "subscription", number })],
  [1, ({ number, named }) => ({ kind: "bounce", number, of: named() })],
];
const TOTAL = KINDS.reduce((sum, [weight]) => sum + weight, 0);

/** The `number`th act of a person who knows of these messages. */
export function act(random: Random, number: number, known: readonly Named[]): Act {
  const named = (): Named => (known.length === 0 ? { kind: "own", number: 0 } : random.pick(known));
  let place = random.next() * TOTAL;
  for (const [weight, draw] of KINDS) {
    place -= weight;
    if (place < 0) return draw({ random, number, named });
  }
  return { kind: "software", number };
}
