/**
 * Reactions (m.annotation) as whole sets: the homeserver keeps single events and is asked which there are. Of one that was taken back it
 * tells no more what it belonged to, so that is remembered.
 */
import { z } from "zod";
import type { AdapterState, Outcome } from "../../src/adapter.ts";
import { outcomeOf } from "./codec-outbound.ts";
import type { Ghosts } from "./ghosts.ts";
import type { Homeserver } from "./homeserver.ts";
import type { Ledger } from "./ledger.ts";
import { type Room, reactionsKey } from "./rooms.ts";

const MOST = 100;
/** Reactions of one room of which it is remembered what they belong to: what is taken back is seldom older. */
const REMEMBERED = 200;
const remembered = z.array(z.tuple([z.string(), z.string()]));
const annotation = z.object({
  event_id: z.string(),
  sender: z.string(),
  content: z.object({
    "m.relates_to": z.object({ key: z.string() }),
    shortcode: z.string().optional().catch(undefined),
    "com.beeper.reaction.shortcode": z.string().optional().catch(undefined),
  }),
});
/** MSC4027: a picture at its sender's homeserver instead of a character; what it is called, if anything, says it elsewhere. */
const PICTURE = /^mxc:\/\//iu;
const SHORTCODE = /^:?([\w+-]{1,40}):?$/u;
const NAMELESS_PICTURE = "🖼️";

export type Shown =
  | { readonly kind: "shown"; readonly reactions: readonly { readonly event: string; readonly key: string }[] }
  | { readonly kind: "failed"; readonly outcome: Outcome };

export class Reactions {
  readonly #homeserver: Homeserver;
  readonly #ghosts: Ghosts;
  readonly #ledger: Ledger;
  readonly #state: AdapterState;

  constructor(homeserver: Homeserver, ghosts: Ghosts, ledger: Ledger, state: AdapterState) {
    this.#homeserver = homeserver;
    this.#ghosts = ghosts;
    this.#ledger = ledger;
    this.#state = state;
  }

  /** That event of a person is a reaction to the message `of`. Durable when it resolves. */
  async remember(room: Room, event: string, of: string): Promise<void> {
    this.#ledger.reaction(event, of);
    const known = await this.#remembered(room);
    if (!known.some(([reaction]) => reaction === event)) {
      await this.#state.set(reactionsKey(room.room), [...known, [event, of]].slice(-REMEMBERED));
    }
  }

  /** The message that reaction belongs to; null when it is no reaction that is known. */
  async reactedTo(room: Room, event: string): Promise<string | null> {
    const known = this.#ledger.reactedTo(event);
    return known ?? (await this.#remembered(room)).find(([reaction]) => reaction === event)?.[1] ?? null;
  }

  async #remembered(room: Room): Promise<readonly (readonly [event: string, of: string])[]> {
    return remembered.safeParse(await this.#state.get(reactionsKey(room.room))).data ?? [];
  }

  /** What that sender's reactions to that message are now, oldest first, at most 100. */
  async of(room: Room, message: string, sender: string, signal?: AbortSignal): Promise<Shown> {
    const path = ["v1", "rooms", room.room, "relations", message, "m.annotation", "m.reaction"];
    const as = this.#ghosts.id(room.local);
    const abort = signal === undefined ? {} : { signal };
    const answer = await this.#homeserver.request({
      method: "GET",
      path,
      as,
      query: { limit: String(MOST) },
      ...abort,
    });
    if (answer.kind !== "ok") {
      return { kind: "failed", outcome: outcomeOf(answer) };
    }
    const chunk: readonly unknown[] = Array.isArray(answer.body.chunk) ? answer.body.chunk : [];
    const reactions = chunk.flatMap((event) => {
      const parsed = annotation.safeParse(event);
      if (!parsed.success || parsed.data.sender !== sender) {
        return [];
      }
      const { event_id, content } = parsed.data;
      this.#ledger.reaction(event_id, message);
      return [{ event: event_id, key: inWords(content) }];
    });
    return { kind: "shown", reactions: reactions.reverse() };
  }

  async redact(room: Room, event: string, transaction: string, signal: AbortSignal): Promise<Outcome> {
    const path = ["v3", "rooms", room.room, "redact", event, transaction];
    const answer = await this.#homeserver.request({
      method: "PUT",
      path,
      as: this.#ghosts.id(room.local),
      body: {},
      signal,
    });
    return answer.kind === "ok" ? { kind: "accepted", id: null } : outcomeOf(answer);
  }
}

/** What stands for a reaction on every network. */
function inWords(content: z.output<typeof annotation>["content"]): string {
  const { key } = content["m.relates_to"];
  if (!PICTURE.test(key)) {
    return key.toWellFormed();
  }
  const name = SHORTCODE.exec(content.shortcode ?? content["com.beeper.reaction.shortcode"] ?? "")?.[1];
  return name === undefined ? NAMELESS_PICTURE : `:${name}:`;
}
