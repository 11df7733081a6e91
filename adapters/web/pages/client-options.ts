/** What a ChatClient is given by the page it is for. */
import type { Socket } from "./link.ts";
import type { Memory } from "./saved.ts";
import type { Transport } from "./uploads.ts";

export interface ClientOptions {
  readonly connect: () => Socket;
  readonly mayConnect?: () => Promise<boolean>;
  /** The handle this page is for, or null for the server's choice (and for CSRs). */
  readonly desk: string | null;
  readonly language: string | null;
  /** Who this page believes to be, or null where the server says it (visitors). */
  readonly self?: string;
  /** How files are brought; absent: none can be. */
  readonly transport?: Transport<File>;
  /** Called after every change of what a person can see. */
  readonly onChange: () => void;
  /** The tab's memory, or null where the browser has none for us. */
  readonly memory: Memory | null;
  /** The visitor's token when there is no cookie: kept by the browser, given to every hello. */
  readonly token?: { get(): string | null; set(token: string): void };
}

/** Where files cannot be brought. */
export const NO_TRANSPORT: Transport<File> = () => ({
  answer: Promise.resolve({ kind: "failed" }),
  cancel: () => undefined,
});
