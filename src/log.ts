/** Logging by winston: JSON or for people, secrets struck out, message bodies at `debug` alone. */
import type { Writable } from "node:stream";
import winston from "winston";
import type { LogFields, Logger } from "./adapter.ts";

export type LogLevel = "error" | "warn" | "info" | "debug";
const LEVELS: readonly LogLevel[] = ["error", "warn", "info", "debug"];

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: "human" | "json";
  /** stderr when left out. */
  readonly stream?: Writable;
}

export interface ClosableLogger extends Logger {
  /** Resolves when everything was handed to the stream. */
  close(): Promise<void>;
}

/** Fields whose values are secrets, whatever the level. Compared without case, `-` and `_`. */
const SECRET = /password|passphrase|secret|token|authorization|cookie|credential|privatekey|apikey|salt/;
/** Fields that hold what people wrote. */
const BODIES: ReadonlySet<string> = new Set(["text", "body", "content", "message", "outbound", "inbound", "choices"]);
const STRUCK_OUT = "[secret]";
const DEEPEST = 6;
const LONGEST_LIST = 100;
const LONGEST_TEXT = 8_192;

/** Writes to a stream; never throws because of what a field holds, nor ends anything because the stream is broken or full. */
export function createLog(options: LogOptions): ClosableLogger {
  const stream = options.stream ?? process.stderr;
  const ignore = (): void => {};
  stream.on("error", ignore);
  const logger = winston.createLogger({
    level: options.level,
    levels: Object.fromEntries(LEVELS.map((level, index) => [level, index])),
    format: winston.format.combine(
      winston.format.timestamp(),
      winston.format.printf(options.format === "json" ? writeJson : writeHuman),
    ),
    transports: [new winston.transports.Stream({ stream })],
  });
  // Asked of winston, this would cost more than all else on the way of a message.
  const most = LEVELS.indexOf(options.level);
  const write = (level: LogLevel) => (event: string, fields?: LogFields) => {
    if (LEVELS.indexOf(level) <= most) {
      logger.log({ level, message: event, fields: clean(fields ?? {}, level) });
    }
  };
  return {
    error: write("error"),
    warn: write("warn"),
    info: write("info"),
    debug: write("debug"),
    writesDebug: LEVELS.indexOf("debug") <= most,
    close: () =>
      new Promise((resolve) => {
        logger.once("finish", () => {
          // After what was written last has had its turn to fail.
          setImmediate(() => stream.off("error", ignore));
          resolve();
        });
        logger.end();
      }),
  };
}

/** The same logger with fields that every record then carries. */
export function withFields(log: Logger, fields: LogFields): Logger {
  return {
    error: (event, more) => log.error(event, { ...fields, ...more }),
    warn: (event, more) => log.warn(event, { ...fields, ...more }),
    info: (event, more) => log.info(event, { ...fields, ...more }),
    debug: (event, more) => log.debug(event, { ...fields, ...more }),
    writesDebug: log.writesDebug !== false,
  };
}

export interface LogRecord {
  readonly level: LogLevel;
  readonly event: string;
  /** As it would have been written: secrets struck out, bodies left out above debug. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface MemoryLogger extends Logger {
  readonly records: readonly LogRecord[];
}

/** Keeps the records, all levels, for tests to look at. */
export function createMemoryLog(): MemoryLogger {
  const records: LogRecord[] = [];
  const write = (level: LogLevel) => (event: string, fields?: LogFields) => {
    records.push({ level, event, fields: clean(fields ?? {}, level) });
  };
  return { records, error: write("error"), warn: write("warn"), info: write("info"), debug: write("debug") };
}

interface Info extends winston.Logform.TransformableInfo {
  readonly timestamp?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

function writeJson({ level, message, timestamp, fields }: Info): string {
  const head = { time: timestamp, level, event: message };
  // Last again: what a field of that name holds (a fact's detail, say) must not pass for it.
  return JSON.stringify(Object.assign({ ...head }, fields, head));
}

/** `12:03:04.123 WARN  link.offline network=xmpp detail="the server closed the stream"`; an error's stack stands below. */
function writeHuman({ level, message, timestamp, fields }: Info): string {
  const stacks: string[] = [];
  const written = Object.entries(fields ?? {}).map(([name, value]) => {
    if (!isError(value)) {
      return `${name}=${show(value)}`;
    }
    stacks.push(value.stack);
    return `${name}=${show(value.reason)}`;
  });
  return [
    [timestamp?.slice(11, 23) ?? "", level.toUpperCase().padEnd(5), message, ...written].join(" "),
    ...stacks,
  ].join("\n");
}

/** An error as `cleanObject` writes it. */
function isError(value: unknown): value is { readonly reason: string; readonly stack: string } {
  return typeof value === "object" && value !== null && "stack" in value && typeof value.stack === "string";
}

function show(value: unknown): string {
  return typeof value === "string" && /^[\w.@:/+-]+$/.test(value) ? value : (JSON.stringify(value) ?? "undefined");
}

function clean(fields: LogFields, level: LogLevel): Record<string, unknown> {
  const cleaned: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) {
      cleaned[name] = cleanField(name, value, level, 0);
    }
  }
  return cleaned;
}

function cleanField(name: string, value: unknown, level: LogLevel, depth: number): unknown {
  if (SECRET.test(name.toLowerCase().replaceAll(/[-_]/g, ""))) {
    return STRUCK_OUT;
  }
  if (level !== "debug" && BODIES.has(name)) {
    return `[${typeof value === "string" ? `${value.length} characters` : "left out"}]`;
  }
  return cleanValue(value, level, depth);
}

/** Several errors at once (every address of a host that was tried) say nothing by themselves. */
function reasonOf(error: Error): string {
  const reason =
    error.message === "" && error instanceof AggregateError ? error.errors.map(String).join("; ") : error.message;
  return reason.slice(0, LONGEST_TEXT);
}

function stackOf(error: Error, deepest: number): string {
  const stack = (error.stack ?? String(error)).slice(0, LONGEST_TEXT);
  return error.cause instanceof Error && deepest > 0
    ? `${stack}\nCaused by: ${stackOf(error.cause, deepest - 1)}`
    : stack;
}

/** Only what JSON can say, of bounded size, whatever it was: a log line must not throw. */
function cleanValue(value: unknown, level: LogLevel, depth: number): unknown {
  switch (typeof value) {
    case "string":
      return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
    case "number":
    case "boolean":
    case "undefined":
      return value;
    case "bigint":
    case "symbol":
    case "function":
      return String(value).slice(0, LONGEST_TEXT);
    case "object":
      return value === null ? null : cleanObject(value, level, depth);
  }
}

function cleanObject(value: object, level: LogLevel, depth: number): unknown {
  if (value instanceof Error) {
    const { name } = value;
    const code = "code" in value ? { code: String(value.code) } : {};
    return { name, reason: reasonOf(value), ...code, stack: stackOf(value, DEEPEST) };
  }
  if (depth >= DEEPEST) {
    return "[…]";
  }
  if (Array.isArray(value)) {
    return value.slice(0, LONGEST_LIST).map((item) => cleanValue(item, level, depth + 1));
  }
  const cleaned: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value).slice(0, LONGEST_LIST)) {
    cleaned[name] = cleanField(name, inner, level, depth + 1);
  }
  return cleaned;
}
