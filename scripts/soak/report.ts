/** What a soak found, in words: a line for each look, and the part of docs/performance.md that tells of the last long one. Pure. */
import { type Finding, findings, LOG_MB, mostLog, type Sample } from "./growth.ts";
import type { Load } from "./talk.ts";

const BEGIN = "<!-- soak: written by npm run soak -- --write -->";
const END = "<!-- end of soak -->";

const VERDICTS = { grows: "**yes**", unclear: "**unclear**: too short", holds: "no" } as const;

export interface Account {
  readonly load: Load;
  readonly samples: readonly Sample[];
  readonly lost: number;
  /** Shown again under the same id. */
  readonly repeats: number;
  /** "2026-11-21" */
  readonly day: string;
}

/** One look. */
export function asText(sample: Sample): string {
  const mb = (bytes: number): string => (bytes / 1_000_000).toFixed(1);
  const { seconds, messages, ended, files, timers, listeners, p50, p99 } = sample;
  return [
    `${(seconds / 60).toFixed(1)} min: ${messages} messages, ${ended} conversations ended`,
    `heap ${mb(sample.heap)} MB, resident ${mb(sample.resident)} MB`,
    `${files} files, ${timers} timers, ${listeners} listeners`,
    `store ${mb(sample.store)} MB, log ${mb(sample.log)} MB`,
    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
  ].join("; ");
}

/** The page with that soak in the place of the one before; throws when the marks are missing. */
export function withSoak(page: string, account: Account): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/performance.md lacks the lines ${BEGIN} and ${END}.`);
  return `${page.slice(0, begin + BEGIN.length)}\n${report(account)}\n${page.slice(end)}`;
}

function report({ load, samples, lost, repeats, day }: Account): string {
  const last = samples.at(-1);
  const minutes = Math.round((last?.seconds ?? 0) / 60);
  const log = mostLog(samples);
  return [
    `${day}, ${minutes} minutes: ${number(load.conversations)} conversations, ${number(load.messagesPerSecond)} messages a second, ${number(load.endingsPerSecond)} conversation a second ended and another begun. ${number(last?.messages ?? 0)} messages arrived, ${number(lost)} did not, ${number(repeats)} were shown again; ${number(last?.ended ?? 0)} conversations ended.`,
    "",
    "| watched | from | to | slope | surely at least | growth is above | grows |",
    "|---|---|---|---|---|---|---|",
    ...findings(samples).map(line),
    `| write-ahead log | | ${number(log)} MB at its largest | | | ${LOG_MB} MB at any time | ${VERDICTS[log > LOG_MB ? "grows" : "holds"]} |`,
    "",
    "![What was watched, over the time of the soak](soak.svg)",
  ].join("\n");
}

function line({ watch, first, last, slope, least, verdict }: Finding): string {
  const per = (value: number): string => `${number(value)} ${watch.unit} a ${watch.per}`;
  const isBytes = watch.unit === "bytes";
  const size = (value: number): string => (isBytes ? `${number(value / 1e6)} MB` : `${number(value)} ${watch.unit}`);
  return `| ${watch.name} | ${size(first)} | ${size(last)} | ${per(slope)} | ${number(least)} | ${number(watch.most)} | ${VERDICTS[verdict]} |`;
}

function number(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 4 });
}
