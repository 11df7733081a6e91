/** Requests of the logged-in account. Before a login, and after the end, nobody is reachable. */
import { type Answer, type Homeserver, HomeserverClient, type Request } from "../homeserver.ts";

export interface ConnectionOptions {
  readonly homeserver: string;
  readonly requestMs: number;
  /** How long the homeserver may hold a question for news, on top of `requestMs`. */
  readonly pollMs: number;
  /** The homeserver does not take the token any more. `isGone`: the device is gone too. */
  tokenLost(isGone: boolean): void;
}

const OFFLINE: Answer = { kind: "unreachable", text: "the account is not logged in" };

export class Connection implements Homeserver {
  readonly #options: ConnectionOptions;
  #requests: HomeserverClient | null = null;
  #polls: HomeserverClient | null = null;
  #token = "";

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** The token of the last login; empty before the first. */
  get token(): string {
    return this.#token;
  }

  /** From now on requests bear that token. */
  login(token: string): void {
    const { homeserver, requestMs, pollMs } = this.#options;
    this.close();
    this.#token = token;
    this.#requests = new HomeserverClient({ homeserver, token, requestMs });
    this.#polls = new HomeserverClient({ homeserver, token, requestMs: requestMs + pollMs });
  }

  /** An account is nobody but itself: `as` is left out. */
  async request({ as: _as, ...request }: Request): Promise<Answer> {
    return this.#checked((await this.#requests?.request(request)) ?? OFFLINE);
  }

  /** The same for a question that the homeserver may hold. */
  async poll(request: Request): Promise<Answer> {
    return this.#checked((await this.#polls?.request(request)) ?? OFFLINE);
  }

  /** Requests under way end as unreachable, and so does every later one. */
  close(): void {
    this.#requests?.close();
    this.#polls?.close();
    this.#requests = null;
    this.#polls = null;
  }

  #checked(answer: Answer): Answer {
    if (answer.kind === "error" && answer.errcode === "M_UNKNOWN_TOKEN") {
      this.#options.tokenLost(answer.body?.soft_logout !== true);
    }
    return answer;
  }
}
