/** The customers a company already knows, from a directory file: found by address or by account number. Pure look-ups. */
import type { Address } from "./model.ts";

export interface DirectoryEntry {
  /** Unique in the directory. */
  readonly id: string;
  readonly name: string;
  readonly account: string | null;
  readonly language: string | null;
  readonly addresses: readonly Address[];
  /** Anything else a company keeps: "tier: gold". */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Directory {
  readonly size: number;
  byAddress(address: Address): DirectoryEntry | null;
  /** Forgiving of spaces, dashes and case. */
  byAccount(account: string): DirectoryEntry | null;
  byId(id: string): DirectoryEntry | null;
}
