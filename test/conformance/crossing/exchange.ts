/** One way through a conversation: an author, a reader, and looking at what their two clients were given. */
import type { Capabilities } from "../../../src/core/model.ts";
import { until } from "../../support/wait.ts";
import type { FarEvent, FarEventOf, FarPerson } from "../far-end.ts";
import type { CrossingOutcome } from "./cell.ts";

/** One party of the conversation. */
export interface Side {
  readonly person: FarPerson;
  readonly capabilities: Capabilities;
  /** The desk's name they write to. */
  readonly to: string;
  /** `#1 `, where their lines need one; else nothing. */
  readonly label: string;
}

/** Reads an outcome from what both clients were given since the act; null: nothing to be seen of it yet. */
export type Reading = (reader: readonly FarEvent[], author: readonly FarEvent[]) => CrossingOutcome | null;

/** How long for something that is claimed to come, and for something that must not, after words have gone both ways. */
const PATIENCE_MS = 60_000;
const AFTER_FENCE_MS = 200;
const FENCE = /^fence \d+$/u;
/** The label and the speaker's name, on networks where several conversations share a window. */
const LABEL = /^#\d+ (?:(?:Anna|Ada): )?/gmu;

let words = 0;

export class Exchange {
  readonly author: Side;
  readonly reader: Side;

  constructor(author: Side, reader: Side) {
    this.author = author;
    this.reader = reader;
  }

  /** The other way through the same conversation. */
  turned(): Exchange {
    return new Exchange(this.reader, this.author);
  }

  /** The author says it; the id by which their client knows it. */
  say(text: string): Promise<string | null> {
    return this.author.person.say(this.author.to, this.author.label + text);
  }

  /** The author says words of their own and the reader hears them: both clients' names for them. */
  async heard(text: string): Promise<{ readonly sent: string | null; readonly shown: string }> {
    const sent = await this.say(text);
    const { id } = await hears(this.reader, text);
    return { sent, shown: id ?? "" };
  }

  /**
   * Does something and gives what became of it. When the outcome is not expected to be seen at all, words go both ways behind it
   * instead: whatever was to come has come by then.
   */
  async observe(act: () => Promise<unknown>, reading: Reading, expected: boolean): Promise<CrossingOutcome> {
    const { reader, author } = this;
    const before = [reader.person.received.all.length, author.person.received.all.length] as const;
    await act();
    if (!expected) await this.#fence();
    const look = () =>
      reading(
        content(reader.person.received.all.slice(before[0])),
        content(author.person.received.all.slice(before[1])),
      );
    const limitMs = expected ? PATIENCE_MS : AFTER_FENCE_MS;
    const first = await until("an outcome", look, limitMs).catch(() => ({ kind: "omitted" }) as const);
    if (first.kind === "native" || first.kind === "omitted") return first;
    // Words may take several messages.
    await this.#fence();
    return look() ?? first;
  }

  async #fence(): Promise<void> {
    words += 1;
    await this.heard(`fence ${words}`);
    await this.turned().heard(`fence ${words}`);
  }
}

/** That person hears exactly that, whatever label stands before it. */
async function hears({ person }: Side, text: string): Promise<FarEventOf<"message">> {
  const found = await person.received.next(
    `${person.address.id} to hear ${JSON.stringify(text)}`,
    (event) => event.kind === "message" && unlabelled(event.text) === text,
    PATIENCE_MS,
  );
  return found as FarEventOf<"message">;
}

/** A text without the labels that a network of fixed identity needs. */
export function unlabelled(text: string): string {
  return text.replace(LABEL, "");
}

function content(events: readonly FarEvent[]): readonly FarEvent[] {
  return events.filter((event) => event.kind !== "message" || !FENCE.test(unlabelled(event.text)));
}

/** What every feature may become where it is not native: words to the reader, or a sentence to the author, or both. */
export const inWords: Reading = (reader, author) => {
  const said = reader.flatMap((event) => (event.kind === "message" ? [unlabelled(event.text)] : []));
  const refusal = author.find((event) => event.kind === "refusal" || event.kind === "message");
  if (refusal !== undefined) {
    return { kind: "refused", said: [unlabelled(refusal.text ?? ""), ...said.map(inReadersWindow)].join("\n") };
  }
  return said.length > 0 ? { kind: "fallback", said: said.join("\n") } : null;
};

function inReadersWindow(said: string): string {
  return `the reader is told: ${said}`;
}
