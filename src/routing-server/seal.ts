/**
 * How a desk and a routing server know each other: both know the desk's secret and prove it over what the other made up, so that nothing
 * that was listened to can be said again. From then on every frame bears a code over its text, its direction and its number: none can
 * be added, changed, repeated, left out or moved. Who listens is kept out by TLS, not by this.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Hexadecimal digits of the code before a frame: 128 bits. */
const CODE_LENGTH = 32;

/** What both sides said in the open before they trusted each other. */
export interface Meeting {
  readonly desk: string;
  /** The epoch of the desk's store: two desks of one name are told apart by it. */
  readonly store: string;
  readonly deskNonce: string;
  readonly serverNonce: string;
  readonly epoch: number;
}

export type Side = "desk" | "server";

export function newNonce(): string {
  return randomBytes(32).toString("hex");
}

/** What that side shows to prove that it knows the secret. */
export function proofOf(secret: string, side: Side, meeting: Meeting): string {
  return derived(secret, `proof of the ${side}`, meeting).toString("hex");
}

export function isProof(secret: string, side: Side, meeting: Meeting, given: string): boolean {
  const expected = derived(secret, `proof of the ${side}`, meeting);
  const shown = Buffer.from(given, "hex");
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}

function derived(secret: string, what: string, meeting: Meeting): Buffer {
  const { desk, store, deskNonce, serverNonce, epoch } = meeting;
  const text = JSON.stringify(["frontdesk routing 1", what, desk, store, deskNonce, serverNonce, epoch]);
  return createHmac("sha256", secret).update(text).digest();
}

/** One direction of a connection: frames are sealed, or opened, in their order. */
export class Seal {
  readonly #key: Buffer;
  #count = 0;

  constructor(secret: string, from: Side, meeting: Meeting) {
    this.#key = derived(secret, `frames of the ${from}`, meeting);
  }

  seal(text: string): string {
    return this.#code(text) + text;
  }

  /** Null when it is not the next frame as it was sealed. */
  open(frame: string): string | null {
    const text = frame.slice(CODE_LENGTH);
    const code = Buffer.from(this.#code(text));
    const given = Buffer.from(frame.slice(0, CODE_LENGTH));
    return code.length === given.length && timingSafeEqual(code, given) ? text : null;
  }

  #code(text: string): string {
    this.#count += 1;
    return createHmac("sha256", this.#key).update(`${this.#count}\n${text}`).digest("hex").slice(0, CODE_LENGTH);
  }
}
