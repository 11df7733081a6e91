/**
 * Encrypted attachments (client-server API, "Sending encrypted attachments"): AES-256 in counter mode, the key in the event and
 * the hash of what the homeserver keeps beside it. Pure but for the randomness of a new key.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";

const KEY_BYTES = 32;
const COUNTER_BYTES = 16;
/** The other half of the counter block counts. */
const NONCE_BYTES = 8;
const base64 = z.string().max(100);

/** `EncryptedFile` without its address. */
export const encryption = z.object({
  v: z.literal("v2"),
  key: z.object({ kty: z.literal("oct"), alg: z.literal("A256CTR"), k: base64 }),
  iv: base64,
  hashes: z.object({ sha256: base64 }),
});
export type Encryption = z.output<typeof encryption>;

/** Null when it is not what its sender encrypted, or the key is none. */
export function decryptAttachment({ key, iv, hashes }: Encryption, kept: Uint8Array): Buffer | null {
  const secret = Buffer.from(key.k, "base64url");
  const counter = Buffer.from(iv, "base64");
  const expected = Buffer.from(hashes.sha256, "base64");
  const actual = createHash("sha256").update(kept).digest();
  const isWhole = expected.length === actual.length && timingSafeEqual(expected, actual);
  if (!isWhole || secret.length !== KEY_BYTES || counter.length !== COUNTER_BYTES) {
    return null;
  }
  const cipher = createDecipheriv("aes-256-ctr", secret, counter);
  return Buffer.concat([cipher.update(kept), cipher.final()]);
}

export interface EncryptedAttachment {
  /** What the homeserver is given. */
  readonly kept: Buffer;
  /** `EncryptedFile` without its address, for the event. */
  readonly encryption: object;
}

/** Under a new key. */
export function encryptAttachment(bytes: Uint8Array): EncryptedAttachment {
  const secret = randomBytes(KEY_BYTES);
  const counter = Buffer.concat([randomBytes(NONCE_BYTES), Buffer.alloc(COUNTER_BYTES - NONCE_BYTES)]);
  const cipher = createCipheriv("aes-256-ctr", secret, counter);
  const kept = Buffer.concat([cipher.update(bytes), cipher.final()]);
  const key = {
    kty: "oct",
    key_ops: ["encrypt", "decrypt"],
    alg: "A256CTR",
    k: secret.toString("base64url"),
    ext: true,
  };
  const sha256 = unpadded(createHash("sha256").update(kept).digest());
  return { kept, encryption: { v: "v2", key, iv: unpadded(counter), hashes: { sha256 } } };
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/u, "");
}
