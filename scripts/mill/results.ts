/** What the mill has found so far: a file of JSON that each round adds to, so that a run goes on where the last one ended. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Account, NetworkAccount } from "../../test/durability/mill/round.ts";
import { MILL_NETWORKS, type MillNetwork } from "../../test/durability/mill/talks.ts";
import { CAUSES, type Cause, NO_CAUSES, NOTHING, type Totals, together } from "../../test/durability/mill/totals.ts";

/** Faults of one day on one version. */
export interface Stretch {
  /** UTC, `2026-11-21`. */
  readonly day: string;
  readonly version: string;
  readonly rounds: number;
  readonly kills: number;
  readonly cuts: number;
}

/** All rounds together. */
export interface Results {
  readonly stretches: readonly Stretch[];
  /** How many faults in all. */
  readonly kills: number;
  readonly cuts: number;
  readonly networks: Readonly<Record<MillNetwork, NetworkAccount>>;
  readonly relay: Totals;
  /** Rounds that could not be played to their end; nothing of them is counted. What stopped each, in words. */
  readonly abandoned: readonly string[];
  /** What went wrong at the desk. */
  readonly evidence: readonly string[];
}

const MOST_SENTENCES = 200;
const NONE: NetworkAccount = { totals: NOTHING, faults: NO_CAUSES, repeats: NO_CAUSES };

/** Those of the file; none when there is no such file. */
export function readResults(path: string): Results {
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as Results;
  const networks = { xmpp: NONE, matrix: NONE, irc: NONE };
  return { stretches: [], kills: 0, cuts: 0, networks, relay: NOTHING, abandoned: [], evidence: [] };
}

/** Whole or not at all, so that a run that is ended at any moment leaves a file to go on from. */
export function writeResults(path: string, results: Results): void {
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.new`;
  writeFileSync(fresh, `${JSON.stringify(results, null, 2)}\n`);
  renameSync(fresh, path);
}

/** One more round, played on that day with that version. */
export function withAccount(results: Results, account: Account, day: string, version: string): Results {
  const networks = MILL_NETWORKS.map((network) => [network, sum(results.networks[network], account.networks[network])]);
  return {
    stretches: withRound(results.stretches, account, day, version),
    kills: results.kills + account.kills,
    cuts: results.cuts + account.cuts,
    networks: Object.fromEntries(networks) as Results["networks"],
    relay: account.relay === null ? results.relay : together(results.relay, account.relay),
    abandoned: results.abandoned,
    evidence: [...results.evidence, ...account.evidence].slice(0, MOST_SENTENCES),
  };
}

export function withAbandoned(results: Results, reason: string): Results {
  return { ...results, abandoned: [...results.abandoned, reason].slice(0, MOST_SENTENCES) };
}

/** What was counted of the desk, on all networks. */
export function ofTheDesk({ networks }: Results): Totals {
  return MILL_NETWORKS.map((network) => networks[network].totals).reduce(together, NOTHING);
}

/** How many rounds have been counted. */
export function roundsOf({ stretches }: Results): number {
  return stretches.reduce((rounds, stretch) => rounds + stretch.rounds, 0);
}

function withRound(
  stretches: readonly Stretch[],
  { kills, cuts }: Account,
  day: string,
  version: string,
): readonly Stretch[] {
  const isIt = (stretch: Stretch) => stretch.day === day && stretch.version === version;
  const before = stretches.find(isIt) ?? { rounds: 0, kills: 0, cuts: 0 };
  const now = { day, version, rounds: before.rounds + 1, kills: before.kills + kills, cuts: before.cuts + cuts };
  return [...stretches.filter((stretch) => !isIt(stretch)), now];
}

function sum(one: NetworkAccount, other: NetworkAccount = NONE): NetworkAccount {
  const both = (first: NetworkAccount["faults"], second: NetworkAccount["faults"]) =>
    Object.fromEntries(CAUSES.map((cause) => [cause, first[cause] + second[cause]])) as Record<Cause, number>;
  return {
    totals: together(one.totals, other.totals),
    faults: both(one.faults, other.faults),
    repeats: both(one.repeats, other.repeats),
  };
}
