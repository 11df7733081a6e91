/** One sending of a file: what its address leads to. */
import type { FileFolder } from "./folder.ts";

export interface Link {
  /** In its address; left out by older versions, whose links are not sealed and named by it. */
  readonly token?: string;
  readonly name: string;
  readonly type: string;
  /** SHA-256 of the content, in hex. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Of the name of a link that is not sealed. */
export const LINK_SUFFIX = ".json";

/** Null for none, and for one that a crash of the machine cut short. */
export function linkOf(bytes: Buffer | null): Link | null {
  try {
    return bytes === null ? null : (JSON.parse(bytes.toString("utf8")) as Link);
  } catch {
    return null;
  }
}

export async function writeLink(links: FileFolder, link: Link, token: string, now: number): Promise<number> {
  return await links.write(token, Buffer.from(JSON.stringify({ ...link, token })), now);
}
