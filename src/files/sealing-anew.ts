/** Files and their links brought under the current key, or opened where there is none: one in a step, so that nobody waits for it long. */
import { hashOf } from "./content-hash.ts";
import type { FileFolder } from "./folder.ts";
import { LINK_SUFFIX, linkOf, writeLink } from "./link.ts";

export interface SealingAnewParts {
  readonly content: FileFolder;
  readonly links: FileFolder;
  /** See `FileFolder.readEntry`; null for what is broken too, which no key will open. */
  readonly opened: (folder: FileFolder, entry: string) => Promise<Buffer | null>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface StepDone {
  /** From 0 to 1; 1: all are as new ones are. */
  readonly share: number;
  /** Files that were sealed anew. */
  readonly records: number;
  /** By how many bytes the content takes more of the disk. */
  readonly grown: number;
}

/** Gives the step. Nothing may be removed from the folders while one is under way. */
export function createSealingAnew(parts: SealingAnewParts): () => Promise<StepDone> {
  const { content, links } = parts;
  let found: { readonly left: (readonly [FileFolder, string])[]; readonly all: number } | null = null;

  async function find(): Promise<NonNullable<typeof found>> {
    const left: (readonly [FileFolder, string])[] = [];
    let all = 0;
    for (const folder of [content, links]) {
      const entries = await folder.entries();
      all += entries.length;
      for (const entry of entries) if (!folder.isCurrent(entry)) left.push([folder, entry]);
    }
    return { left, all };
  }

  return async () => {
    found ??= await find();
    const { left, all } = found;
    const [folder, entry] = left.pop() ?? [];
    const done = folder === undefined || entry === undefined ? NOTHING_DONE : await sealAnew(parts, folder, entry);
    const share = left.length === 0 ? 1 : 1 - left.length / all;
    // Asked again, it looks again.
    if (left.length === 0) found = null;
    return { share, ...done };
  };
}

const NOTHING_DONE = { records: 0, grown: 0 };

async function sealAnew(
  { content, links, opened, now }: SealingAnewParts,
  folder: FileFolder,
  entry: string,
): Promise<Omit<StepDone, "share">> {
  const bytes = await opened(folder, entry);
  const link = folder === links ? linkOf(bytes) : null;
  // Gone meanwhile, unfinished, or broken.
  if (bytes === null || (folder === links && link === null)) return NOTHING_DONE;
  const before = (await folder.look(entry))?.bytes ?? 0;
  const written =
    link === null
      ? await content.write(await hashOf(bytes), bytes, now())
      : await writeLink(links, link, link.token ?? entry.slice(0, -LINK_SUFFIX.length), now());
  await folder.removeEntry(entry);
  return { records: 1, grown: link === null ? written - before : 0 };
}
