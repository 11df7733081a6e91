/**
 * The homeserver, as the rest of the adapter sees it: what is said in an encrypted room goes out encrypted, and what is looked up
 * there comes back readable. Reactions and redactions are not encrypted by anybody's client, since homeservers count them.
 */
import { decodeRoomEvents } from "../codec-inbound.ts";
import { outcomeOf } from "../codec-outbound.ts";
import type { Answer, Homeserver, Request } from "../homeserver.ts";
import type { Encryption } from "./encryption.ts";

export interface EncryptedHomeserverParts {
  readonly homeserver: Homeserver;
  /** Null while there is none: nobody is logged in, or it is not configured. */
  encryption(): Encryption | null;
  /** Whether there is to be one. */
  readonly isConfigured: boolean;
  /** With whom the desk talks in that room; null when it is none of the desk's. */
  personIn(room: string): Promise<string | null>;
}

const PLAIN_TYPES: ReadonlySet<string> = new Set(["m.reaction", "m.room.encrypted"]);
/** What is done in a room otherwise when it is encrypted. */
const HELD: ReadonlySet<string> = new Set(["send", "join"]);
const NOT_NOW: Answer = {
  kind: "error",
  status: 429,
  errcode: "M_LIMIT_EXCEEDED",
  text: "The keys for this chat could not be exchanged now.",
  retryAfterMs: 2_000,
};
const NOBODY: Answer = {
  kind: "error",
  status: 403,
  errcode: "M_FORBIDDEN",
  text: "This encrypted chat is none of the desk's.",
  retryAfterMs: null,
};

export class EncryptedHomeserver implements Homeserver {
  readonly #parts: EncryptedHomeserverParts;

  constructor(parts: EncryptedHomeserverParts) {
    this.#parts = parts;
  }

  async request(request: Request): Promise<Answer> {
    const encryption = this.#parts.encryption();
    const [, first, room, action] = request.path;
    if (encryption === null) {
      // Between two logins nobody knows which rooms are encrypted, and no word may go out in the clear because of that.
      const isHeld = this.#parts.isConfigured && (first === "createRoom" || HELD.has(action ?? ""));
      return isHeld ? NOT_NOW : await this.#parts.homeserver.request(request);
    }
    if (first === "createRoom") {
      return await this.#create(request, encryption);
    }
    if (first === "rooms" && room !== undefined) {
      switch (action) {
        case "send":
          return await this.#send(request, room, encryption);
        case "join":
          return await this.#join(request, room, encryption);
        case "messages":
          return await this.#messages(request, encryption);
      }
    }
    return await this.#parts.homeserver.request(request);
  }

  async #send(request: Request, room: string, encryption: Encryption): Promise<Answer> {
    const { homeserver, personIn } = this.#parts;
    const [version, rooms, , send, type, transaction] = request.path;
    if (PLAIN_TYPES.has(type ?? "") || !(await encryption.isEncrypted(room))) {
      return await homeserver.request(request);
    }
    const person = await personIn(room);
    if (person === null) {
      return NOBODY;
    }
    const encrypted = await encryption.encrypt(room, person, type ?? "", request.body ?? {});
    if (encrypted.kind === "not now") {
      return NOT_NOW;
    }
    const path = [version, rooms, room, send, "m.room.encrypted", transaction].map(String);
    return await homeserver.request({ ...request, path, body: encrypted.content });
  }

  /** Of a room that was just joined the news tell only later whether it is encrypted. */
  async #join(request: Request, room: string, encryption: Encryption): Promise<Answer> {
    const { homeserver } = this.#parts;
    const answer = await homeserver.request(request);
    if (answer.kind === "ok") {
      const path = ["v3", "rooms", room, "state", "m.room.encryption", ""];
      const state = await homeserver.request({ method: "GET", path });
      if (state.kind === "ok") {
        await encryption.encrypts(room, state.body);
      } else if (outcomeOf(state).kind === "deferred") {
        // Joining again does nothing; but whoever is greeted before that is known is greeted in the clear.
        return NOT_NOW;
      }
    }
    return answer;
  }

  /** A room for somebody who can read what is encrypted is encrypted from the beginning. */
  async #create(request: Request, encryption: Encryption): Promise<Answer> {
    const { homeserver } = this.#parts;
    const body = (request.body ?? {}) as {
      readonly invite?: readonly string[];
      readonly initial_state?: readonly object[];
    };
    const [person] = body.invite ?? [];
    if (person === undefined || !(await encryption.canRead(person))) {
      return await homeserver.request(request);
    }
    const content = { algorithm: "m.megolm.v1.aes-sha2" };
    const state = { type: "m.room.encryption", state_key: "", content };
    const encrypted = { ...body, initial_state: [...(body.initial_state ?? []), state] };
    const answer = await homeserver.request({ ...request, body: encrypted });
    if (answer.kind === "ok" && typeof answer.body.room_id === "string") {
      await encryption.encrypts(answer.body.room_id, content);
    }
    return answer;
  }

  async #messages(request: Request, encryption: Encryption): Promise<Answer> {
    const answer = await this.#parts.homeserver.request(request);
    if (answer.kind !== "ok" || !Array.isArray(answer.body.chunk)) {
      return answer;
    }
    const chunk = await Promise.all(
      decodeRoomEvents(answer.body.chunk).map(async (event) => {
        const read = event.type === "m.room.encrypted" ? await encryption.decrypt(event) : null;
        return read?.kind === "clear" ? read.event : event;
      }),
    );
    return { ...answer, body: { ...answer.body, chunk } };
  }
}
