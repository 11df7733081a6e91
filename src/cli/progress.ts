/** How far long work has come: one line on standard error that is written over, on a terminal alone. */

export interface Progress {
  /** From 0 to 1. */
  at(share: number): void;
  /** Takes the line away. */
  done(): void;
}

/** What it is written to: `process.stderr`, or a test's. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Nothing is shown of what is over so soon; and not more often than that. Milliseconds. */
const SHOWN_AFTER_MS = 300;
const BETWEEN_MS = 100;
const WIDEST = 40;
const USUAL_COLUMNS = 80;

export function createProgress(
  label: string,
  stream: ProgressStream = process.stderr,
  now: () => number = () => performance.now(),
): Progress {
  let next = now() + SHOWN_AFTER_MS;
  let isShown = false;
  return {
    at(share) {
      if (stream.isTTY !== true || now() < next) return;
      next = now() + BETWEEN_MS;
      isShown = true;
      // Some terminals say 0 when they do not know.
      const columns = stream.columns === undefined || stream.columns === 0 ? USUAL_COLUMNS : stream.columns;
      const width = Math.max(5, Math.min(WIDEST, columns - label.length - 10));
      const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
      const percent = String(Math.floor(share * 100)).padStart(3);
      stream.write(`\r${label} [${"#".repeat(filled)}${"-".repeat(width - filled)}] ${percent} %`);
    },
    done() {
      if (isShown) stream.write("\r\u001b[2K");
    },
  };
}

/** Runs work that yields how far it has come, and gives what it returns. */
export function runShown<Result>(label: string, work: Generator<number, Result>): Result {
  const progress = createProgress(label);
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done === true) return value;
      progress.at(value);
    }
  } finally {
    progress.done();
  }
}
