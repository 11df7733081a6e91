/** The desk's own files in a temporary folder, for tests of adapters and of pages. */
import type { FileShelf } from "../../src/adapter.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import { FILE_TYPES } from "../../src/files/formats.ts";
import { createFiles, type FileLimits, type Files } from "../../src/files.ts";
import { createMemoryLog } from "../../src/log.ts";
import type { TestContext } from "./adapter-context.ts";

export const FILE_LIMITS: FileLimits = {
  fileBytes: 1_000_000,
  fileStoreMegabytes: 100,
  fileDays: 10,
  filesAtOnce: 16,
  filesPerHour: 1_000,
  fileMegabytesPerHour: 1_000,
  fileDiskReserveMegabytes: 0,
};

/** Gives that context a shelf, whose files its own server hands out. Before the adapter is made; `start` the shelf after. */
export function shelve(context: TestContext, folder: string, limits: Partial<FileLimits> = {}): Files {
  const files = createFiles({
    folder,
    limits: { ...FILE_LIMITS, ...limits },
    types: FILE_TYPES,
    origin: () => context.url,
    token: createTokens(),
    clock: context.clock,
    log: createMemoryLog(),
  });
  (context as { files?: FileShelf }).files = files;
  context.http.mount((server) => files.routes(server));
  return files;
}
