/** API tokens: for programs that ask the desk. Shown once when they are made; only a hash is kept, with what the token may do. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { AdapterState, Clock } from "../adapter.ts";
import { isScope, type Scope } from "./roles.ts";

/** A token as it is listed: everything but the token. Times in milliseconds since the epoch. */
export interface ApiToken {
  readonly id: string;
  /** What it is for, as its maker named it. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly createdBy: string;
  /** Null: never. */
  readonly expiresAt: number | null;
  /** To the minute; null: never. */
  readonly lastUsedAt: number | null;
}

export interface TokenWish {
  readonly name: string;
  readonly scopes: readonly string[];
  /** Days for which it is good; null: until it is revoked. */
  readonly days: number | null;
}

export type TokenMade =
  | { readonly kind: "made"; readonly token: string; readonly entry: ApiToken }
  | { readonly kind: "refused"; readonly text: string };

export interface ApiTokens {
  make(wish: TokenWish, by: string): Promise<TokenMade>;
  /** By name. */
  list(): Promise<readonly ApiToken[]>;
  /** By its id, or by its name when no other has it. Null: there is no such token. */
  revoke(idOrName: string): Promise<ApiToken | null>;
  /** Whose token that is, when it is one and not over. */
  verify(token: string): Promise<ApiToken | null>;
}

interface Stored extends ApiToken {
  /** SHA-256 of the secret part. It has 256 bits of its own, so there is nothing that a slower hash would protect. */
  readonly hash: string;
}

/** So that a search of repositories for leaked secrets can find them. */
const PREFIX = "frontdesk";
const SHAPE = /^frontdesk_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;
const STATE_PREFIX = "token/";
const MOST_TOKENS = 500;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u;
const LONGEST_DAYS = 3_650;
const DAY_MS = 86_400_000;
const USED_MS = 60_000;
/** Tokens that were revoked last are remembered while a request that found them good may still write. */
const REVOKED = 10_000;

export function createTokenStore(state: AdapterState, clock: Clock): ApiTokens {
  const revoked = new LRUCache<string, true>({ max: REVOKED });

  async function all(): Promise<readonly Stored[]> {
    const keys = await state.keys(STATE_PREFIX);
    const found = await Promise.all(keys.map((key) => state.get(key)));
    return found.flatMap((value) => asStored(value) ?? []).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  return {
    async make(wish, by) {
      const known = await all();
      const fault = faultOf(wish, known);
      if (fault !== null) return { kind: "refused", text: fault };
      const id = randomId();
      const secret = randomBytes(32).toString("base64url");
      const createdAt = clock.now();
      const entry = {
        id,
        name: wish.name,
        scopes: [...new Set(wish.scopes.filter(isScope))].sort(),
        createdAt,
        createdBy: by,
        expiresAt: wish.days === null ? null : createdAt + wish.days * DAY_MS,
        lastUsedAt: null,
      };
      await state.set(STATE_PREFIX + id, { ...entry, hash: hashOf(secret) });
      return { kind: "made", token: `${PREFIX}_${id}_${secret}`, entry };
    },
    list: async () => (await all()).map(listed),
    async revoke(idOrName) {
      const found = (await all()).find(({ id, name }) => id === idOrName || name === idOrName);
      if (found === undefined) return null;
      revoked.set(found.id, true);
      await state.set(STATE_PREFIX + found.id, undefined);
      return listed(found);
    },
    async verify(token) {
      const [, id = "", secret = ""] = SHAPE.exec(token) ?? [];
      const stored = id === "" ? null : asStored(await state.get(STATE_PREFIX + id));
      const now = clock.now();
      if (stored === null || revoked.has(id) || !isSame(hashOf(secret), stored.hash)) return null;
      if (stored.expiresAt !== null && stored.expiresAt <= now) return null;
      if (now - (stored.lastUsedAt ?? 0) >= USED_MS) await state.set(STATE_PREFIX + id, { ...stored, lastUsedAt: now });
      return revoked.has(id) ? null : listed(stored);
    },
  };
}

function faultOf({ name, scopes, days }: TokenWish, known: readonly Stored[]): string | null {
  const unknown = scopes.find((scope) => !isScope(scope));
  if (!NAME.test(name)) return "A token needs a name: 1 to 64 letters, digits, spaces, dots or dashes.";
  if (known.some((other) => other.name === name)) return `There is a token named ${JSON.stringify(name)} already.`;
  if (scopes.length === 0) return "A token needs at least one scope.";
  if (unknown !== undefined) return `There is no scope ${JSON.stringify(unknown)}.`;
  if (days !== null && !(Number.isInteger(days) && days >= 1 && days <= LONGEST_DAYS)) {
    return `A token is good for 1 to ${LONGEST_DAYS} days.`;
  }
  return known.length >= MOST_TOKENS ? `There are ${MOST_TOKENS} tokens already; revoke one first.` : null;
}

function randomId(): string {
  return Array.from(randomBytes(12), (byte) => (byte % 36).toString(36)).join("");
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function listed({ hash: _hash, ...entry }: Stored): ApiToken {
  return entry;
}

function asStored(value: unknown): Stored | null {
  // Written by `make` and `verify` alone, so a record that is there is whole.
  return typeof value === "object" && value !== null && "hash" in value ? (value as Stored) : null;
}
