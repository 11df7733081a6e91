/**
 * A person at a homeserver, with the client-server API alone. Client libraries keep a part of a room's timeline, and after an outage
 * leave out what was before it; here nothing may be left out, and the machine is not to be spent on a client.
 */
import type { Synapse } from "../../support/synapse.ts";
import { Arrivals, until } from "../../support/wait.ts";
import type { Answers, Heard, MillPerson } from "./people.ts";

interface Event {
  readonly type: string;
  readonly sender: string;
  readonly event_id: string;
  readonly state_key?: string;
  readonly content: { readonly body?: string; readonly msgtype?: string; readonly membership?: string };
}

interface Room {
  readonly timeline?: { readonly events: readonly Event[]; readonly limited?: boolean };
  readonly state?: { readonly events: readonly Event[] };
}

interface Sync {
  readonly next_batch: string;
  readonly rooms?: { readonly join?: Readonly<Record<string, Room>> };
}

/** What Synapse gives at once at most; what is beyond it would be missing. */
const MOST_AT_ONCE = 100;
const FILTER = encodeURIComponent(
  JSON.stringify({ room: { timeline: { limit: MOST_AT_ONCE } }, presence: { types: [] }, account_data: { types: [] } }),
);
const LONG_POLL_MS = 5_000;
const JOIN_MS = 30_000;

export async function matrixPerson(synapse: Synapse, name: string, answers: Answers): Promise<MillPerson> {
  const { userId, accessToken } = await synapse.register(name, "a password nobody has");
  const person = new MatrixPerson(synapse.url, { userId, accessToken }, answers);
  person.begin();
  return { name, heard: person.heard, write: person.write, stop: person.stop };
}

class MatrixPerson {
  readonly heard = new Arrivals<Heard>(JSON.stringify);
  readonly #url: string;
  readonly #account: { readonly userId: string; readonly accessToken: string };
  readonly #answers: Answers;
  /** By the user written to: the room with them. */
  readonly #rooms = new Map<string, string>();
  /** `user in room`. */
  readonly #joined = new Set<string>();
  /** Rooms that were heard of: the first of each is always a part of what there is. */
  readonly #known = new Set<string>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #broken: string | null = null;

  constructor(url: string, account: { readonly userId: string; readonly accessToken: string }, answers: Answers) {
    this.#url = url;
    this.#account = account;
    this.#answers = answers;
  }

  begin(): void {
    this.#running = this.#follow().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#broken = String(error);
    });
  }

  readonly write = async (to: string, text: string, id: string): Promise<void> => {
    const room = this.#rooms.get(to) ?? (await this.#roomWith(to));
    await this.#ask("PUT", `rooms/${encodeURIComponent(room)}/send/m.room.message/${id}`, {
      msgtype: "m.text",
      body: text,
    });
    this.#answers.receipted(id);
  };

  readonly stop = async (): Promise<void> => {
    this.#stopping.abort();
    await this.#running;
  };

  async #roomWith(user: string): Promise<string> {
    const asked = { is_direct: true, invite: [user], preset: "trusted_private_chat" };
    const { room_id: room } = (await this.#ask("POST", "createRoom", asked)) as { readonly room_id: string };
    this.#rooms.set(user, room);
    await until(`${user} to join`, () => this.#joined.has(`${user} in ${room}`), JOIN_MS);
    return room;
  }

  async #follow(): Promise<void> {
    let since: string | null = null;
    while (!this.#stopping.signal.aborted) {
      const position: string = since === null ? "" : `&since=${encodeURIComponent(since)}`;
      const news = (await this.#ask("GET", `sync?timeout=${LONG_POLL_MS}&filter=${FILTER}${position}`)) as Sync;
      since = news.next_batch;
      for (const [id, { timeline, state }] of Object.entries(news.rooms?.join ?? {})) {
        if (timeline?.limited === true && this.#known.has(id)) throw new Error(`Over ${MOST_AT_ONCE} events at once.`);
        this.#known.add(id);
        for (const event of [...(state?.events ?? []), ...(timeline?.events ?? [])]) this.#take(id, event);
      }
    }
  }

  #take(room: string, { type, sender, event_id, state_key, content }: Event): void {
    if (type === "m.room.member" && content.membership === "join") this.#joined.add(`${state_key} in ${room}`);
    if (type === "m.room.message" && sender !== this.#account.userId) {
      this.heard.push({ from: sender, text: content.body ?? "", id: event_id });
    }
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    if (this.#broken !== null) throw new Error(this.#broken);
    const answer = await fetch(`${this.#url}/_matrix/client/v3/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#account.accessToken}` },
      signal: this.#stopping.signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: HTTP ${answer.status} ${said}`);
    return JSON.parse(said);
  }
}
