/** The networks of the leak fuzzer, every adapter in each of its modes, and the pairs of them. */
import { ircWire } from "./irc-wire.ts";
import { matrixWire } from "./matrix-wire.ts";
import { webWire } from "./web-wire.ts";
import type { LeakWire } from "./wire.ts";
import { xmppWire } from "./xmpp-wire.ts";

const WIRES: Readonly<Record<string, (name: string) => LeakWire>> = {
  web: webWire,
  xmpp: (name) => xmppWire(name, false),
  "xmpp-account": (name) => xmppWire(name, true),
  matrix: (name) => matrixWire(name, false),
  "matrix-account": (name) => matrixWire(name, true),
  irc: (name) => ircWire(name, false),
  "irc-link": (name) => ircWire(name, true),
};
export const LEAK_NETWORKS: readonly string[] = Object.keys(WIRES);

/** Fresh wires for that pair; where both are on one network, one wire for both. */
export function openPair(customer: string, csr: string): readonly [customer: LeakWire, csr: LeakWire] {
  const there = open(customer);
  return [there, customer === csr ? there : open(csr)];
}

function open(name: string): LeakWire {
  const make = WIRES[name];
  if (make === undefined) throw new Error(`There is no network ${name}; there are ${LEAK_NETWORKS.join(", ")}.`);
  return make(name);
}
