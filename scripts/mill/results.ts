/** What the mill has found so far: a file of JSON that each round adds to, so that a run goes on where the last one ended. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Account } from "../../test/durability/mill/round.ts";
import { MESSAGES_FOR_A_REPEAT, NOTHING, type Totals, together } from "../../test/durability/mill/totals.ts";

/** All rounds together. */
export interface Results {
  /** Days (UTC, `2026-11-21`) of the first round and of the last. */
  readonly begun: string;
  readonly last: string;
  readonly rounds: number;
  readonly kills: number;
  readonly cuts: number;
  readonly desk: Totals;
  readonly relay: Totals;
  /** Rounds that could not be played to their end; nothing of them is counted. What stopped each, in words. */
  readonly abandoned: readonly string[];
  /** What went wrong, at the desk or at the relay. */
  readonly evidence: readonly string[];
}

const MOST_SENTENCES = 200;

/** Those of the file; none when there is no such file. */
export function readResults(path: string, today: string): Results {
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Results;
  const nothing = { rounds: 0, kills: 0, cuts: 0, desk: NOTHING, relay: NOTHING, abandoned: [], evidence: [] };
  return { begun: today, last: today, ...nothing };
}

/** Whole or not at all, so that a run that is ended at any moment leaves a file to go on from. */
export function writeResults(path: string, results: Results): void {
  const fresh = `${path}.new`;
  writeFileSync(fresh, `${JSON.stringify(results, null, 2)}\n`);
  renameSync(fresh, path);
}

export function withAccount(results: Results, account: Account, today: string): Results {
  return {
    ...results,
    last: today,
    rounds: results.rounds + 1,
    kills: results.kills + account.kills,
    cuts: results.cuts + account.cuts,
    desk: together(results.desk, account.desk),
    relay: together(results.relay, account.relay),
    evidence: [...results.evidence, ...account.evidence].slice(0, MOST_SENTENCES),
  };
}

export function withAbandoned(results: Results, reason: string, today: string): Results {
  return { ...results, last: today, abandoned: [...results.abandoned, reason].slice(0, MOST_SENTENCES) };
}

/** Whether repeats under the same id stay within what is promised. */
export function areRepeatsFew({ repeats, arrived }: Totals): boolean {
  return repeats * MESSAGES_FOR_A_REPEAT <= arrived;
}
