/** What a network lends the leak fuzzer: its adapter's codecs, from what a person's client writes to what a person's client is given. */
import type { AdapterContext, Logger, TakenFile } from "../../src/adapter.ts";
import { type Capabilities, fileWords, type HostedFile, type Inbound, type Outbound } from "../../src/core/model.ts";
import type { Act } from "./acts.ts";
import type { HiddenPerson } from "./hidden-person.ts";

/** What a client wrote, and what the adapter made of it. */
export interface Heard {
  readonly raw: string;
  readonly inbounds: readonly Inbound[];
}

export interface LeakWire {
  /** As in the crossing table: "xmpp-account". */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Their canonical id there, as `Inbound.from` bears it. */
  address(person: HiddenPerson): string;
  /** The person does that towards that name of the desk; nothing comes of what this network has no word for. */
  hears(person: HiddenPerson, to: string, act: Act): Promise<Heard>;
  /** All that is written towards the recipient's server for it. */
  shows(outbound: Outbound): Promise<string>;
  /** What a person's client is answered when it asks about that name of the desk. Left out: it cannot ask. */
  asks?(identity: { readonly name: string; readonly state: "available" | "offline" } | null): string;
  /** Lets go of what it holds; nothing of it is used afterwards. */
  close?(): Promise<void>;
}

export const DESK_HOST = "desk.example";
const FILE_TOKEN = "k3v9x2p8q7w4m5nak3v9x2p8q7w4m5na".replace(/[019]/gu, "a").slice(0, 32);

/** A file as the desk has it once it was taken: its own address, and the name it was sent under. */
export function taken(name: string): Extract<TakenFile, { kind: "taken" }> {
  const url = `https://${DESK_HOST}/files/${FILE_TOKEN}/${encodeURIComponent(name)}`;
  const file: HostedFile = { name, type: "image/jpeg", bytes: 34_000, url, kind: "image", width: 640, height: 480 };
  return { kind: "taken", file, words: fileWords(file) };
}

/** Nothing is written. */
export const QUIET: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, writesDebug: false };
/** The time at which all of it happens: nothing is late. */
export const NOW = Date.UTC(2026, 2, 2, 9);

/** A context in which the adapter's parts report to `receive`, and whatever they keep is kept in memory. */
export function leakContext(network: string, receive: (inbound: Inbound) => void): AdapterContext {
  const stored = new Map<string, unknown>();
  const context: Partial<AdapterContext> = {
    network,
    handles: ["support"],
    desk: "desk",
    receive: async (inbound) => {
      receive(inbound);
      return { kind: "accepted" };
    },
    reachable: () => {},
    files: { maxBytes: 1_000_000, types: [], take: async ({ name }) => taken(name), open: async () => null },
    identity: (name) => ({
      kind: name === "support" ? "handle" : "alias",
      name: "Anna · billing",
      state: "available",
      text: null,
    }),
    count: () => {},
    log: QUIET,
    clock: { now: () => NOW, after: () => () => {} },
    state: {
      get: async (key) => stored.get(key),
      set: async (key, value) => void stored.set(key, value),
      setAll: async (entries) => {
        for (const [key, value] of entries) stored.set(key, value);
      },
      keys: async (prefix) => [...stored.keys()].filter((key) => key.startsWith(prefix)),
    },
  };
  // The parts that are tried here ask for nothing else of it.
  return context as AdapterContext;
}
