/** The hash by which content is kept: the same bytes are there once. */
import { subtle } from "node:crypto";

/** SHA-256 in hex, made on another thread: a large file would hold up everybody. */
export async function hashOf(bytes: Buffer): Promise<string> {
  return Buffer.from(await subtle.digest("SHA-256", bytes)).toString("hex");
}
