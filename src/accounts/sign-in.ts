/** One attempt to sign in with a password: limited by place and by login, checked, and told apart in words for whoever tried. */
import { type Accounts, AccountsBusy } from "../adapter.ts";
import { placeOf, RateLimit } from "../http/rate-limit.ts";

export interface SignInLimits {
  /** Attempts at once from one place, and with one login from anywhere. */
  readonly perClient: number;
  readonly perLogin: number;
}

export type SignInAttempt =
  | { readonly kind: "right"; readonly login: string }
  /** `status` as HTTP has it; `retryAfter`: seconds. */
  | {
      readonly kind: "refused";
      readonly status: 400 | 401 | 429 | 503;
      readonly error: string;
      readonly retryAfter?: number;
    };

/** After those at once, one each so many milliseconds. */
const CLIENT_EVERY_MS = 10_000;
const LOGIN_EVERY_MS = 30_000;
const COUNTED = 10_000;
const FIELD_CHARACTERS = 256;

/** The count of all attempts at a desk: several pages to sign in at are no further attempts. See `Accounts.admit`. */
export function createAdmission({ perClient, perLogin }: SignInLimits): Accounts["admit"] {
  const clients = new RateLimit({ burst: perClient, everyMs: CLIENT_EVERY_MS }, COUNTED);
  const logins = new RateLimit({ burst: perLogin, everyMs: LOGIN_EVERY_MS }, COUNTED);
  return (login, ip) => {
    const now = performance.now();
    const client = clients.take(placeOf(ip), now);
    // Whoever is limited already takes no attempt away from the login's owner.
    const limit = client.taken ? logins.take(login.normalize("NFC").toLowerCase(), now) : client;
    return limit.taken ? 0 : limit.waitMs;
  };
}

/** `body`: what a page sent, `{login, password}`; `ip`: from where. */
export async function attemptSignIn(accounts: Accounts, body: unknown, ip: string): Promise<SignInAttempt> {
  const [login, password] = [fieldOf(body, "login")?.trim() ?? null, fieldOf(body, "password")];
  if (login === null || password === null) {
    return { kind: "refused", status: 400, error: "Please give a login and a password." };
  }
  const waitMs = accounts.admit(login, ip);
  if (waitMs > 0) {
    const retryAfter = Math.ceil(waitMs / 1_000);
    accounts.limited(ip);
    const error = `Too many attempts. Please wait ${retryAfter} s and try again.`;
    return { kind: "refused", status: 429, error, retryAfter };
  }
  try {
    const found = await accounts.verify(login, password, ip);
    return found === null
      ? { kind: "refused", status: 401, error: "That login and password do not match." }
      : { kind: "right", login: found };
  } catch (error) {
    if (!(error instanceof AccountsBusy)) throw error;
    const text = "Many people are signing in just now. Please try again in a moment.";
    return { kind: "refused", status: 503, error: text, retryAfter: error.retryAfterSeconds };
  }
}

function fieldOf(body: unknown, name: string): string | null {
  const value: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : null;
  return typeof value === "string" && value.length > 0 && value.length <= FIELD_CHARACTERS ? value : null;
}
