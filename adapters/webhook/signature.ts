/**
 * Whether a call bears the signature of whoever may make it, as Standard Webhooks 1.0 has it. Whoever knows no secret can neither write
 * in the desk's name nor in a program's, and what was listened to once cannot be said again later.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { sign } from "../../src/signed-request.ts";

/** Signatures of one call: more than one while a secret is being changed. */
const MAX_SIGNATURES = 10;

/** What bears a signature, as the headers have it; null where one is missing. */
export interface Signed {
  readonly id: string | null;
  readonly timestamp: string | null;
  readonly signatures: string | null;
}

/** Whether one of the signatures is right and no older, or newer, than the tolerance. */
export function isSigned(secret: string, signed: Signed, body: Uint8Array, now: number, tolerance: number): boolean {
  const { id, timestamp, signatures } = signed;
  if (id === null || timestamp === null || signatures === null || !/^\d{1,12}$/u.test(timestamp)) return false;
  const seconds = Number(timestamp);
  if (Math.abs(now / 1000 - seconds) > tolerance) return false;
  const expected = sign(secret, id, seconds, body);
  return signatures
    .split(" ", MAX_SIGNATURES)
    .map((given) => isSame(given, expected))
    .includes(true);
}

/** In a time that tells nothing: digests have one length. */
export function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
