/** The networks of the leak fuzzer, every adapter in each of its modes, and the pairs of them. */
import { ircWire } from "./irc-wire.ts";
import { matrixWire } from "./matrix-wire.ts";
import { webWire } from "./web-wire.ts";
import { webhookWire } from "./webhook-wire.ts";
import type { LeakWire } from "./wire.ts";
import { xmppWire } from "./xmpp-wire.ts";

type Open = (name: string, realCrypto: boolean) => LeakWire;

const WIRES: Readonly<Record<string, Open>> = {
  web: webWire,
  xmpp: (name) => xmppWire(name, false),
  "xmpp-account": (name) => xmppWire(name, true),
  matrix: (name) => matrixWire(name, "service"),
  "matrix-account": (name) => matrixWire(name, "account"),
  "matrix-encrypted": (name, realCrypto) => matrixWire(name, realCrypto ? "sealed" : "glass"),
  irc: (name) => ircWire(name, false),
  "irc-link": (name) => ircWire(name, true),
  webhook: webhookWire,
};
export const LEAK_NETWORKS: readonly string[] = Object.keys(WIRES);

/** Fresh wires for that pair; where both are on one network, one wire for both. `realCrypto`: what is encrypted is so in earnest. */
export function openPair(
  customer: string,
  csr: string,
  realCrypto: boolean,
): readonly [customer: LeakWire, csr: LeakWire] {
  const there = open(customer, realCrypto);
  return [there, customer === csr ? there : open(csr, realCrypto)];
}

function open(name: string, realCrypto: boolean): LeakWire {
  const make = WIRES[name];
  if (make === undefined) throw new Error(`There is no network ${name}; there are ${LEAK_NETWORKS.join(", ")}.`);
  return make(name, realCrypto);
}
