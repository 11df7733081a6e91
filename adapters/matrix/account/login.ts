/**
 * Which device of the account the desk is, and its token. The device is kept, so that the desk is the same one after every start:
 * people's encrypted messages are written to devices. A token that came by password is kept too, for logins are few a minute.
 */
import { z } from "zod";
import type { AdapterContext } from "../../../src/adapter.ts";
import type { AccountConfig } from "../config.ts";
import { type Answer, HomeserverClient } from "../homeserver.ts";
import type { Attempt } from "../link.ts";

export interface Device {
  readonly id: string;
  readonly token: string;
}

export type LoggedIn =
  | { readonly kind: "device"; readonly device: Device; readonly isNew: boolean }
  | Exclude<Attempt, { readonly kind: "online" }>;

const STATE = "device";
const kept = z.object({ id: z.string(), token: z.string().nullable() });
const login = z.object({ user_id: z.string(), device_id: z.string(), access_token: z.string() });
const whoami = z.object({ user_id: z.string(), device_id: z.string().optional() });

export class Login {
  readonly #config: AccountConfig;
  readonly #context: AdapterContext;
  readonly #end = new AbortController();

  constructor(config: AccountConfig, context: AdapterContext) {
    this.#config = config;
    this.#context = context;
  }

  /** The device and a token that the homeserver takes. `isNew`: the homeserver knows nothing of it yet but its id. */
  async attempt(): Promise<LoggedIn> {
    const { accessToken, password } = this.#config;
    const known = kept.safeParse(await this.#context.state.get(STATE)).data ?? null;
    const token = accessToken ?? known?.token ?? null;
    if (token !== null) {
      const asked = await this.#whoami(token, known?.id ?? null);
      if (asked !== null) {
        return asked;
      }
    }
    if (password === undefined) {
      return { kind: "refused", reason: `${this.#config.homeserver} refuses the accessToken.` };
    }
    return await this.#password(password, known?.id ?? null);
  }

  /** The homeserver has taken the token back. `isGone`: and with it the device, so the next one is another. */
  async lost(isGone: boolean): Promise<void> {
    const known = kept.safeParse(await this.#context.state.get(STATE)).data;
    if (known !== undefined && this.#config.password !== undefined) {
      await this.#context.state.set(STATE, isGone ? undefined : { ...known, token: null });
    }
  }

  stop(): void {
    this.#end.abort();
  }

  /** Null when the token is none any more and a password may help. */
  async #whoami(token: string, device: string | null): Promise<LoggedIn | null> {
    const answer = await this.#client(token).request({ method: "GET", path: ["v3", "account", "whoami"] });
    if (answer.kind === "error" && answer.status === 401) {
      await this.lost(answer.body?.soft_logout !== true);
      return null;
    }
    if (answer.kind !== "ok") {
      return this.#failed(answer);
    }
    const { user_id, device_id } = whoami.parse(answer.body);
    const wrong = this.#otherUser(user_id);
    if (wrong !== null) {
      return wrong;
    }
    if (device_id === undefined) {
      return { kind: "refused", reason: "The accessToken belongs to no device; make one by a login." };
    }
    return { kind: "device", device: { id: device_id, token }, isNew: device_id !== device };
  }

  async #password(password: string, device: string | null): Promise<LoggedIn> {
    const { userId, deviceName } = this.#config;
    const body = {
      type: "m.login.password",
      identifier: { type: "m.id.user", user: userId },
      password,
      initial_device_display_name: deviceName,
      ...(device === null ? {} : { device_id: device }),
    };
    const path = ["v3", "login"];
    const answer = await this.#client(null).request({ method: "POST", path, body, signal: this.#end.signal });
    if (answer.kind !== "ok") {
      return this.#failed(answer);
    }
    const { user_id, device_id, access_token } = login.parse(answer.body);
    const wrong = this.#otherUser(user_id);
    if (wrong !== null) {
      return wrong;
    }
    await this.#context.state.set(STATE, { id: device_id, token: access_token });
    return { kind: "device", device: { id: device_id, token: access_token }, isNew: device_id !== device };
  }

  #otherUser(userId: string): LoggedIn | null {
    return userId === this.#config.userId
      ? null
      : { kind: "refused", reason: `To ${this.#config.homeserver} this is ${userId}, not ${this.#config.userId}.` };
  }

  #failed(answer: Exclude<Answer, { kind: "ok" }>): LoggedIn {
    const { homeserver, userId } = this.#config;
    const isRefused = answer.kind === "error" && (answer.status === 401 || answer.status === 403);
    const reason = `${homeserver} does not log ${userId} in: ${answer.text}`;
    return { kind: isRefused ? "refused" : "away", reason };
  }

  #client(token: string | null): HomeserverClient {
    const { homeserver, limits } = this.#config;
    return new HomeserverClient({ homeserver, token, requestMs: limits.requestSeconds * 1_000 });
  }
}
