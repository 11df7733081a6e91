/**
 * A fuzzer that is led by what runs: texts that made something run for the first time are kept and changed further, so that it finds its
 * way through one condition after another, which drawing from scratch does not. For what reads text; the rest is drawn by fast-check.
 */
import { seeded } from "../conformance/adapter/stage.ts";
import { cpuMs } from "../support/cpu-time.ts";
import type { Coverage } from "./coverage.ts";

/** Something that reads texts of strangers. */
export interface Target {
  readonly name: string;
  /** Throws when it did not keep what it promises. */
  readonly read: (text: string) => void;
  /** Sound texts to begin with. */
  readonly seeds: readonly string[];
  /** What chance would rarely spell. */
  readonly words: readonly string[];
  /** Whether something that runs more often than ever is worth to be kept; it is when left out. See `watchCoverage`. */
  readonly countsCalls?: boolean;
  /** Of a text. UTF-16 code units; 2,000 unless told. */
  readonly longest?: number;
}

export interface Finding {
  readonly target: string;
  readonly text: string;
  readonly fault: string;
}

export interface GuidedOptions {
  readonly target: Target;
  readonly coverage: Coverage;
  readonly seed: number;
  /** How many texts are read. */
  readonly texts: number;
  /** Texts from earlier runs. */
  readonly corpus?: readonly string[];
  readonly onBatch?: (done: number, kept: number) => void;
}

export interface Guided {
  readonly findings: readonly Finding[];
  /** What was kept, in the order it was found. */
  readonly corpus: readonly string[];
}

/** So many texts are read before V8 is asked once. */
const BATCH = 64;
/** Processor time for one text. Those that take longer are found, too. */
const SLOWEST_MS = 250;
const MOST_FINDINGS = 20;

export function fuzzGuided(options: GuidedOptions): Guided {
  const { target, coverage } = options;
  const chance = seeded(options.seed);
  const corpus: string[] = [];
  const findings: Finding[] = [];
  const faults = new Set<string>();
  coverage.anythingNew(true);
  // By halves: asking V8 takes longer than reading some dozen texts.
  const keep = (texts: readonly string[]): void => {
    for (const text of texts) readOne(target, text);
    if (!coverage.anythingNew(texts.length === 1)) return;
    if (texts.length === 1) corpus.push(...texts);
    else for (const half of [texts.slice(0, texts.length >> 1), texts.slice(texts.length >> 1)]) keep(half);
  };
  keep([...target.seeds, ...(options.corpus ?? [])]);
  for (let done = 0; done < options.texts && findings.length < MOST_FINDINGS; done += BATCH) {
    const batch = Array.from({ length: BATCH }, () => changed(target, corpus, chance));
    for (const text of batch) {
      const fault = readOne(target, text);
      // One text for each fault: what differs is mostly numbers.
      const kind = fault?.replaceAll(/\d+/gu, "0").slice(0, 120);
      if (fault === null || kind === undefined || faults.has(kind)) continue;
      faults.add(kind);
      findings.push({ target: target.name, text, fault });
    }
    if (coverage.anythingNew(false)) keep(batch);
    options.onBatch?.(done + BATCH, corpus.length);
  }
  return { findings, corpus };
}

function readOne(target: Target, text: string): string | null {
  try {
    const took = cpuMs(() => target.read(text));
    return took <= SLOWEST_MS ? null : `It took ${Math.round(took)} ms of processor time.`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Change = (text: string, other: string, word: string, at: number, length: number) => string;

/** At `at`, something of `length`. `other` is another text of the corpus. */
const CHANGES: readonly Change[] = [
  (text, _other, word, at) => text.slice(0, at) + word + text.slice(at),
  (text, _other, word, at, length) => text.slice(0, at) + word + text.slice(at + length),
  (text, _other, _word, at, length) => text.slice(0, at) + text.slice(at + length),
  (text, _other, _word, at, length) => text.slice(0, at + length) + text.slice(at),
  (text, other, _word, at) => text.slice(0, at) + other.slice(at),
  (text, other, _word, at, length) => text.slice(0, at) + other.slice(at, at + length) + text.slice(at),
  (text, _other, _word, at, length) => text.slice(0, at) + text.slice(at, at + length).repeat(40) + text.slice(at),
  (text, _other, _word, at, length) =>
    text.slice(0, at) + String.fromCharCode((text.charCodeAt(at) + length) & 0xffff) + text.slice(at + 1),
  (text, _other, _word, at) =>
    text.slice(0, at) + String.fromCharCode((text.charCodeAt(at) ^ (1 << (at % 7))) & 0xffff) + text.slice(at + 1),
];
const MOST_CHANGES = 6;
const LONGEST = 2_000;
const WIDEST_CHANGE = 32;

function changed(target: Target, corpus: readonly string[], chance: () => number): string {
  const below = (end: number): number => Math.floor(chance() * end);
  // The later ones know more of the way.
  const pick = (): string => corpus[Math.max(below(corpus.length), below(corpus.length))] ?? "";
  let text = pick();
  for (let left = 1 + below(MOST_CHANGES); left > 0; left--) {
    const change = CHANGES[below(CHANGES.length)];
    const word = target.words[below(target.words.length)] ?? "";
    text = change?.(text, pick(), word, below(text.length + 1), 1 + below(WIDEST_CHANGE)) ?? text;
  }
  return text.slice(0, target.longest ?? LONGEST);
}
