/** Logging by winston: JSON or for people, secrets struck out, message bodies at `debug` alone. */
import type { Writable } from "node:stream";
import type { LogFields, Logger } from "./adapter.ts";

export interface LogOptions {
  readonly level: "error" | "warn" | "info" | "debug";
  readonly format: "human" | "json";
  /** stderr when left out. */
  readonly stream?: Writable;
}
export interface ClosableLogger extends Logger {
  /** Resolves when everything was written. */
  close(): Promise<void>;
}
export interface LogRecord {
  readonly level: "error" | "warn" | "info" | "debug";
  readonly event: string;
  readonly fields: LogFields;
}
export interface MemoryLogger extends Logger {
  readonly records: readonly LogRecord[];
}

export function createLog(_options: LogOptions): ClosableLogger {
  throw new Error("not built yet");
}
/** The same logger with fields that every record then carries. */
export function withFields(log: Logger, fields: LogFields): Logger {
  return {
    error: (event, more) => log.error(event, { ...fields, ...more }),
    warn: (event, more) => log.warn(event, { ...fields, ...more }),
    info: (event, more) => log.info(event, { ...fields, ...more }),
    debug: (event, more) => log.debug(event, { ...fields, ...more }),
  };
}
/** Keeps records for tests to look at. */
export function createMemoryLog(): MemoryLogger {
  throw new Error("not built yet");
}
