/** The customers a company already knows, from a directory file: found by address or by account number. Pure look-ups. */
import { type Address, addressKey } from "./model.ts";

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

/** Something two customers cannot both have. `path` leads to it within the list of entries. */
export interface DirectoryProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** An account number as it is compared: letters and digits alone, in capitals. */
export function accountKey(account: string): string {
  return account
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
}

/** Every id, account number and address that more than one entry claims, at the later of the two. */
export function directoryProblems(entries: readonly DirectoryEntry[]): readonly DirectoryProblem[] {
  const problems: DirectoryProblem[] = [];
  const owners = new Map<string, string>();
  const claim = (kind: string, key: string, shown: string, owner: string, path: readonly (string | number)[]): void => {
    const before = owners.get(`${kind} ${key}`);
    if (before === undefined) {
      owners.set(`${kind} ${key}`, owner);
    } else {
      problems.push({
        path,
        message: `${kind} ${JSON.stringify(shown)} belongs to customer ${JSON.stringify(before)} already`,
      });
    }
  };
  for (const [index, entry] of entries.entries()) {
    claim("id", entry.id, entry.id, entry.id, [index, "id"]);
    if (entry.account !== null) {
      const key = accountKey(entry.account);
      if (key === "") {
        problems.push({
          path: [index, "account"],
          message: `account ${JSON.stringify(entry.account)} has no letter and no digit`,
        });
      } else {
        claim("account", key, entry.account, entry.id, [index, "account"]);
      }
    }
    for (const [place, address] of entry.addresses.entries()) {
      claim("address", addressKey(address), `${address.network}: ${address.id}`, entry.id, [index, "addresses", place]);
    }
  }
  return problems;
}

/**
 * A directory of these customers. Where two claim the same id, account number or address (`directoryProblems` names
 * them, and configuration refuses them) the first keeps it.
 */
export function createDirectory(entries: readonly DirectoryEntry[]): Directory {
  const ids = new Map<string, DirectoryEntry>();
  const accounts = new Map<string, DirectoryEntry>();
  const addresses = new Map<string, DirectoryEntry>();
  const put = (map: Map<string, DirectoryEntry>, key: string, entry: DirectoryEntry): void => {
    if (!map.has(key)) {
      map.set(key, entry);
    }
  };
  for (const entry of entries) {
    put(ids, entry.id, entry);
    if (entry.account !== null && accountKey(entry.account) !== "") {
      put(accounts, accountKey(entry.account), entry);
    }
    for (const address of entry.addresses) {
      put(addresses, addressKey(address), entry);
    }
  }
  return {
    size: ids.size,
    byAddress: (address) => addresses.get(addressKey(address)) ?? null,
    byAccount: (account) => accounts.get(accountKey(account)) ?? null,
    byId: (id) => ids.get(id) ?? null,
  };
}
