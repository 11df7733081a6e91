/** Encryption of what is kept of the account's keys: AES-256-GCM under keys made from the configured secret (scrypt, HKDF). */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, scrypt } from "node:crypto";

/** scrypt at 32 MB: about a tenth of a second, once a start. */
const COST = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1_024 * 1_024 };
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NAME_CHARACTERS = 32;

export class Seal {
  readonly #records: Buffer;
  readonly #names: Buffer;
  /** 32 bytes for the key store itself. */
  readonly storeKey: Uint8Array;

  private constructor(secret: Buffer) {
    const derived = (use: string) => Buffer.from(hkdfSync("sha256", secret, "", use, KEY_BYTES));
    this.#records = derived("records");
    this.#names = derived("names");
    this.storeKey = new Uint8Array(derived("store"));
  }

  static salt(): string {
    return randomBytes(KEY_BYTES).toString("base64");
  }

  static async derive(secret: string, salt: string): Promise<Seal> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const done = (error: Error | null, key: Buffer) => (error === null ? resolve(key) : reject(error));
    scrypt(secret.normalize("NFC"), Buffer.from(salt, "base64"), KEY_BYTES, COST, done);
    return new Seal(await promise);
  }

  /** A name that tells nothing of what it stands for. */
  name(of: string): string {
    return createHmac("sha256", this.#names).update(of).digest("hex").slice(0, NAME_CHARACTERS);
  }

  /** `about` is bound to it: what was sealed as one thing cannot be passed off as another. */
  close(bytes: Uint8Array, about: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#records, nonce).setAAD(Buffer.from(about));
    const sealed = [nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(sealed).toString("base64");
  }

  /** Null when it was sealed with another secret, as something else, or changed since. */
  open(sealed: string, about: string): Uint8Array | null {
    const bytes = Buffer.from(sealed, "base64");
    if (bytes.length < NONCE_BYTES + TAG_BYTES) {
      return null;
    }
    const decipher = createDecipheriv("aes-256-gcm", this.#records, bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch {
      return null;
    }
  }
}
