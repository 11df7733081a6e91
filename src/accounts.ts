/**
 * Passwords of staff for every network that has no login of its own (the web console). Passwords are stored as scrypt
 * hashes (RFC 7914), never in configuration, and are printed once, when they are made.
 */
import type { Accounts, AdapterState } from "./adapter.ts";

/** A password that was just made; it exists nowhere else in readable form. */
export interface NewPassword {
  readonly login: string;
  readonly password: string;
}

export interface StaffAccounts extends Accounts {
  /**
   * Makes an account for every login that has none yet and returns those with their passwords, to be shown once.
   * From then on only these logins can sign in; accounts of others stay stored but are refused.
   */
  ensure(logins: readonly string[]): Promise<readonly NewPassword[]>;
  /** Gives that login a new password, ending its sessions; null when `ensure` did not name the login. */
  reset(login: string): Promise<NewPassword | null>;
}

export function createAccounts(_state: Pick<AdapterState, "get" | "set">, _now: () => number): StaffAccounts {
  throw new Error("not built yet");
}
