/** What people send, kept beside the store and handed out by the same HTTP server as everything else; and the keys of both, turned. */
import { join } from "node:path";
import type { Clock } from "../adapter.ts";
import type { Settings } from "../config/settings.ts";
import { createTokens } from "../engine/tokens.ts";
import { createFiles, type Files } from "../files.ts";
import type { HttpServer } from "../http/server.ts";
import { type ClosableLogger, withFields } from "../log.ts";
import type { Resealable } from "../sealing.ts";
import { type Resealing, startResealing } from "./resealing.ts";

/** Folder of what people send, in the data folder. */
export const FILES_FOLDER = "files";

export interface ShelfParts {
  readonly settings: Settings;
  readonly store: Resealable;
  readonly clock: Clock;
  readonly log: ClosableLogger;
  /** The origin people reach the HTTP server at. */
  readonly origin: () => string;
  readonly http: Pick<HttpServer, "mount">;
}

export interface Shelf {
  readonly files: Files;
  /** Of the store and the files together: the former keys are needed until both are done. */
  readonly resealing: Resealing;
  stop(): Promise<void>;
}

/** Rejects with SealingFault when files are sealed with a key that is not given. */
export async function openShelf({ settings, store, clock, log, origin, http }: ShelfParts): Promise<Shelf> {
  const files = createFiles({
    folder: join(settings.dataFolder, FILES_FOLDER),
    keys: settings.keys,
    limits: settings.limits,
    types: settings.files.types,
    origin,
    token: createTokens(),
    clock,
    log: withFields(log, { part: "files" }),
  });
  await files.start();
  http.mount("files", (server) => files.routes(server));
  const resealing = startResealing([store, files], clock, log);
  return {
    files,
    resealing,
    stop() {
      files.stop();
      return resealing.stop();
    },
  };
}
