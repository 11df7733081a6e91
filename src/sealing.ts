/**
 * Sealing: what is kept on disk, encrypted and bound to its place by AES-256-GCM. A record opens only with its key and where it was written;
 * moved to another place, changed or cut, it is refused.
 *
 *     1 byte    version of this form
 *     8 bytes   id of the key: the beginning of a hash of it
 *     12 bytes  nonce, random for each record (NIST SP 800-38D §8.2.2: good for 2^32 records of one key)
 *     ...       what was sealed, of the same length
 *     16 bytes  tag
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomFillSync,
} from "node:crypto";

const CIPHER = "aes-256-gcm";
/** Of a key. */
export const KEY_BYTES = 32;
const VERSION = 1;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NONCE_AT = 1 + KEY_ID_BYTES;
const SEALED_AT = NONCE_AT + NONCE_BYTES;
/** By how much a record is longer than what was sealed. */
export const SEAL_BYTES = SEALED_AT + TAG_BYTES;

/** The keys as an admin gave them; see `isKey`. Plain data, so that it can be given to another thread. Never logged. */
export interface SealingKeys {
  /** Seals what is written; null: it is written as it is. */
  readonly current: string | null;
  /** Open, beside the current one, what was sealed before. */
  readonly former: readonly string[];
}

export const NO_KEYS: SealingKeys = { current: null, former: [] };

/** A record that does not open; its message says why, and what to do. */
export class SealingFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SealingFault";
  }
}

export interface Sealing {
  /** Id of the key that seals, as 16 hex digits; null: nothing is sealed. */
  readonly current: string | null;
  /** Ids of all keys that open. */
  readonly ids: ReadonlySet<string>;
  /** Throws RangeError when there is no current key: whoever seals asks for it before. `place`: what the record is bound to. */
  seal(content: string | Uint8Array, place: string): Buffer;
  /** Throws SealingFault. */
  open(record: Uint8Array, place: string): Buffer;
  /**
   * A word as 64 hex digits that say nothing of it to whoever has no key: the same each time, so that what is sealed is found again.
   * `id`: of which key. Throws RangeError for one that was not given.
   */
  hash(word: string, id: string): string;
}

/** One step of sealing anew what another key, or none, wrote. */
export interface Resealed {
  /** Id of the key that seals now; null: none does. */
  readonly key: string | null;
  /** From 0 to 1; 1: nothing is left to do here, and former keys are not needed any more. */
  readonly share: number;
  /** Rows or files that this step sealed anew. */
  readonly records: number;
}

/** Something on the disk whose keys can be turned. */
export interface Resealable {
  /** A bounded step, which goes on where the last one ended, after a restart too. */
  reseal(): Promise<Resealed>;
}

/** Whether it is 32 bytes in base64 or hex, as `openssl rand -base64 32` writes them. */
export function isKey(text: string): boolean {
  return keyBytes(text) !== null;
}

function keyBytes(text: string): Buffer | null {
  const written = text.trim();
  if (/^[0-9a-f]{64}$/iu.test(written)) return Buffer.from(written, "hex");
  if (!/^[A-Za-z0-9+/_-]{43}=?$/u.test(written)) return null;
  const bytes = Buffer.from(written, "base64");
  return bytes.length === KEY_BYTES ? bytes : null;
}

/** Id of the key that sealed the record; null: it is none, or of a form that this version does not know. */
export function keyIdOf(record: Uint8Array): string | null {
  if (record.length < SEAL_BYTES || record[0] !== VERSION) return null;
  return Buffer.from(record.subarray(1, NONCE_AT)).toString("hex");
}

interface Key {
  readonly id: string;
  /** Given to the cipher as an object, which it takes eight times as fast as bytes. */
  readonly secret: KeyObject;
  /** Version and id, with which its records begin. */
  readonly head: Buffer;
  /** Made of the key for hashes alone: one key serves one purpose (NIST SP 800-57 part 1 §5.2). */
  readonly hashing: KeyObject;
}

/** Throws RangeError for what `isKey` refuses. */
export function createSealing({ current, former }: SealingKeys): Sealing {
  const sealer = current === null ? null : keyFrom(current);
  const keys = new Map([...former.map(keyFrom), ...(sealer === null ? [] : [sealer])].map((key) => [key.id, key]));
  const nonces = createNonces();
  return {
    current: sealer?.id ?? null,
    ids: new Set(keys.keys()),
    seal(content, place) {
      if (sealer === null) throw new RangeError("There is no key to seal with.");
      const nonce = nonces();
      const cipher = createCipheriv(CIPHER, sealer.secret, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(place));
      const sealed = typeof content === "string" ? cipher.update(content, "utf8") : cipher.update(content);
      return Buffer.concat([sealer.head, nonce, sealed, cipher.final(), cipher.getAuthTag()]);
    },
    open: (record, place) => open(keys, record, place),
    hash(word, id) {
      const key = keys.get(id);
      if (key === undefined) throw new RangeError(`The key ${id} was not given.`);
      return createHmac("sha256", key.hashing).update(word).digest("hex");
    },
  };
}

function open(keys: ReadonlyMap<string, Key>, record: Uint8Array, place: string): Buffer {
  const id = keyIdOf(record);
  if (id === null) throw new SealingFault(`The record ${place} is cut short, or was sealed by a newer Frontdesk.`);
  const key = keys.get(id);
  if (key === undefined) {
    throw new SealingFault(`The record ${place} was sealed with the key ${id}, which is not among the keys of store.`);
  }
  const nonce = record.subarray(NONCE_AT, SEALED_AT);
  const decipher = createDecipheriv(CIPHER, key.secret, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(record.subarray(-TAG_BYTES));
  const opened = decipher.update(record.subarray(SEALED_AT, -TAG_BYTES));
  try {
    decipher.final(); // of this mode it only checks the tag, and has nothing to add
    return opened;
  } catch {
    throw new SealingFault(
      `The record ${place} is not as it was sealed: it was changed, or moved here from another place. Put a backup in its place.`,
    );
  }
}

function keyFrom(text: string): Key {
  const bytes = keyBytes(text);
  if (bytes === null) throw new RangeError("A key is 32 bytes in base64 or hex.");
  const id = createHash("sha256")
    .update("frontdesk key\0")
    .update(bytes)
    .digest("hex")
    .slice(0, 2 * KEY_ID_BYTES);
  const hashing = createSecretKey(Buffer.from(hkdfSync("sha256", bytes, "", "frontdesk hashes", KEY_BYTES)));
  return { id, secret: createSecretKey(bytes), head: Buffer.from([VERSION, ...Buffer.from(id, "hex")]), hashing };
}

/** Random bytes are fetched for many nonces at a time: to fetch them one by one takes as long as to seal. */
const NONCES_AT_ONCE = 256;

function createNonces(): () => Buffer {
  const pool = Buffer.alloc(NONCES_AT_ONCE * NONCE_BYTES);
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += NONCE_BYTES;
    return pool.subarray(used - NONCE_BYTES, used);
  };
}
