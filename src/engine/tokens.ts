/** Unguessable names for aliases and conversations. */
import { randomBytes } from "node:crypto";

/** RFC 4648 §6 in lower case. */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const CHARACTERS = 16;
/** Tokens cut from one call of the system's generator: a system call per token would cost more than the token. */
const POOLED_BYTES = 4_096;

/** A source of tokens for `World.token`: 16 characters of base 32, 80 bits, from the system's secure generator. */
export function createTokens(): () => string {
  let pool: Buffer = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used + CHARACTERS > pool.length) {
      pool = randomBytes(POOLED_BYTES);
      used = 0;
    }
    let token = "";
    for (let index = 0; index < CHARACTERS; index += 1) {
      // 256 is a multiple of 32, so the remainder is as even as the byte.
      token += ALPHABET[(pool[used + index] ?? 0) % ALPHABET.length];
    }
    used += CHARACTERS;
    return token;
  };
}
