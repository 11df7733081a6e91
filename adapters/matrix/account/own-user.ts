/** The one user that the desk is on the homeserver: whatever name of the desk speaks, this user is who people see. */
import type { Outcome } from "../../../src/adapter.ts";
import { outcomeOf } from "../codec-outbound.ts";
import type { Ghosts } from "../ghosts.ts";
import type { Homeserver } from "../homeserver.ts";
import { displayName, type Namespace } from "../identifiers.ts";

export class OwnUser implements Ghosts, Namespace {
  readonly #userId: string;
  readonly #handle: string;
  readonly #homeserver: Homeserver;
  #name: string | null = null;
  #isPrepared = false;

  /** `handle`: the name of the desk that the account stands for. */
  constructor(userId: string, handle: string, homeserver: Homeserver) {
    this.#userId = userId;
    this.#handle = handle;
    this.#homeserver = homeserver;
  }

  id(): string {
    return this.#userId;
  }

  local(userId: string): string | null {
    return userId === this.#userId ? this.#handle : null;
  }

  /** A homeserver may forbid its users to rename themselves: the name it gave is then the name. */
  async prepare(_local: string, name: string | null, signal?: AbortSignal): Promise<Outcome | null> {
    const shown = displayName(name);
    if (shown === null || shown === this.#name) {
      this.#isPrepared = true;
      return null;
    }
    const path = ["v3", "profile", this.#userId, "displayname"];
    const abort = signal === undefined ? {} : { signal };
    const answer = await this.#homeserver.request({ method: "PUT", path, body: { displayname: shown }, ...abort });
    const outcome = answer.kind === "ok" ? null : outcomeOf(answer);
    if (outcome?.kind === "deferred") {
      return outcome;
    }
    this.#name = shown;
    this.#isPrepared = true;
    return null;
  }

  isPrepared(): boolean {
    return this.#isPrepared;
  }
}
