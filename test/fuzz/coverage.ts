/**
 * What of our own code has run so far, down to the branch, as V8 counts it (the protocol of its inspector, domain Profiler). A fuzzer keeps
 * an input when it has run something for the first time.
 */
import { type Profiler, Session } from "node:inspector";

/** Of a function: the pieces of it that have never run, and how often it was called at most in one go, as a power of two. */
interface Seen {
  open: readonly Span[];
  calls: number;
}
type Span = readonly [from: number, to: number];

export interface Coverage {
  /** Whether anything ran for the first time since the last call; `learn` keeps it as known. */
  anythingNew(learn: boolean): boolean;
  /** Functions that have run, and pieces of them that have not. */
  readonly totals: { readonly functions: number; readonly open: number };
  end(): void;
}

/**
 * Counts only in scripts whose address passes. One at a time in a process: V8 has one set of counters. `countsCalls` false: that something ran
 * more often than ever is nothing new, for what does everything some hundred times.
 */
export function watchCoverage(passes: (url: string) => boolean, countsCalls = true): Coverage {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const known = new Map<string, Seen>();
  return {
    anythingNew(learn) {
      let isNew = false;
      for (const { url, functions } of take(session)) {
        if (!passes(url)) continue;
        for (const one of functions) isNew = learnFunction(known, url, one, { learn, countsCalls }) || isNew;
      }
      return isNew;
    },
    get totals() {
      let open = 0;
      for (const seen of known.values()) open += seen.open.length;
      return { functions: known.size, open };
    },
    end() {
      session.post("Profiler.stopPreciseCoverage");
      session.disconnect();
    },
  };
}

/** V8 answers a session of its own thread before `post` returns, and counts from zero again afterwards. */
function take(session: Session): readonly Profiler.ScriptCoverage[] {
  let result: readonly Profiler.ScriptCoverage[] = [];
  session.post("Profiler.takePreciseCoverage", (error, answer) => {
    if (error !== null) throw error;
    result = answer.result;
  });
  return result;
}

function learnFunction(
  known: Map<string, Seen>,
  url: string,
  { ranges }: Profiler.FunctionCoverage,
  { learn, countsCalls }: { readonly learn: boolean; readonly countsCalls: boolean },
): boolean {
  const whole = ranges[0];
  if (whole === undefined || whole.count === 0) return false;
  const key = `${url}:${whole.startOffset}:${whole.endOffset}`;
  const idle = ranges.filter(({ count }) => count === 0).map((one): Span => [one.startOffset, one.endOffset]);
  const calls = countsCalls ? Math.floor(Math.log2(whole.count)) : 0;
  const seen = known.get(key);
  if (seen === undefined) {
    if (learn) known.set(key, { open: idle, calls });
    return true;
  }
  // A piece is still open when it did not run this time either. When it did, what is idle inside of it is open in its place.
  const still = seen.open.filter((piece) => idle.some((one) => isWithin(piece, one)));
  const ran = seen.open.filter((piece) => !still.includes(piece));
  const inside = idle.filter((one) => ran.some((piece) => isWithin(one, piece)));
  const isNew = ran.length > 0 || calls > seen.calls;
  if (learn && isNew) known.set(key, { open: [...still, ...inside], calls: Math.max(calls, seen.calls) });
  return isNew;
}

function isWithin([from, to]: Span, [outerFrom, outerTo]: Span): boolean {
  return from >= outerFrom && to <= outerTo;
}
