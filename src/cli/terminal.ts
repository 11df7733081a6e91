/** Where commands write. A test gives its own. */
import { styleText } from "node:util";

/** What a command line ends with. `usage` is what commander itself ends with when the line makes no sense. */
export const EXIT_CODES = { ok: 0, failed: 1, usage: 2, noDesk: 3 } as const;

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

export interface Terminal {
  /** One or more lines to standard output; the line break at the end is added. */
  out(text: string): void;
  /** The same to standard error: what went wrong, and what to do. */
  err(text: string): void;
  /** Colours when standard output is a terminal that wants them (NO_COLOR, FORCE_COLOR are heeded). */
  paint(style: Style, text: string): string;
  exitCode: number;
  /** Ends the process now, with the exit code, whatever still holds it open. */
  leave(): void;
}

export function processTerminal(): Terminal {
  const terminal: Terminal = {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    paint: (style, text) => styleText(style, text, { stream: process.stdout }),
    leave: () => process.exit(),
    get exitCode() {
      return Number(process.exitCode ?? 0);
    },
    set exitCode(code: number) {
      process.exitCode = code;
    },
  };
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // `frontdesk transcript ID | head`: whoever was reading has seen enough.
    if (error.code === "EPIPE") return;
    terminal.exitCode = EXIT_CODES.failed;
    terminal.err(`The output could not be written: ${error.message}`);
  });
  // The log goes there, too: a full disk under the log, or a reader of it that died, is no reason for the desk to end.
  process.stderr.on("error", () => {});
  return terminal;
}

/**
 * What strangers wrote, made safe for a terminal: no escape sequences, no other control characters, nothing that turns the
 * direction of writing round.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => (character === "\t" ? " " : "\u{FFFD}"));
}
