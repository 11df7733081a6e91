/**
 * A company behind its desk: the desk has one leg outside and one inside, and forwards nothing.
 *
 *     customer 198.51.100.3 ─┐                                   ┌─ 10.77.0.2 the company's IM server
 *                            ├─ outside ─ 198.51.100.1 [desk] 10.77.0.1 ─ inside ─┤
 *     IM server 198.51.100.2 ┘                                   └─ 10.77.0.3 a CSR
 */
import { bridge, cable, Host } from "../support/namespaces.ts";

interface Outside {
  readonly desk: string;
  readonly server: string;
  readonly customer: string;
}
interface Inside {
  readonly desk: string;
  readonly server: string;
  readonly csr: string;
}
/** Both networks, by the version of IP; each host's number is the last part of its address. */
export interface Addressing {
  readonly outside: Outside;
  readonly inside: Inside;
  /** All of the inside. */
  readonly range: string;
  /** Bits of a network. */
  readonly bits: number;
}

export const OUTSIDE = { desk: "198.51.100.1", server: "198.51.100.2", customer: "198.51.100.3" } as const;
export const INSIDE = { desk: "10.77.0.1", server: "10.77.0.2", csr: "10.77.0.3" } as const;
export const IPV4: Addressing = { outside: OUTSIDE, inside: INSIDE, range: "10.77.0.0/24", bits: 24 };
/** Addresses as the world has them outside, and unique local ones (RFC 4193) inside. */
export const IPV6: Addressing = {
  outside: { desk: "2001:db8:51::1", server: "2001:db8:51::2", customer: "2001:db8:51::3" },
  inside: { desk: "fd77:c0:a:1::1", server: "fd77:c0:a:1::2", csr: "fd77:c0:a:1::3" },
  range: "fd77:c0:a:1::/64",
  bits: 64,
};
/** The switches' interface on which all that passes can be recorded. */
export const WIRE = "wire";

export class TwoLegs {
  readonly desk: Host;
  readonly outside = new Host("outside");
  readonly inside = new Host("inside");
  readonly outerServer: Host;
  readonly customer: Host;
  readonly innerServer: Host;
  readonly csr: Host;

  constructor({ outside, inside, range, bits }: Addressing = IPV4) {
    const host = (name: string) => new Host(name, bits === IPV6.bits);
    this.desk = host("desk");
    [this.outerServer, this.customer] = [host("oserver"), host("customer")];
    [this.innerServer, this.csr] = [host("iserver"), host("csr")];
    const { outerServer: server, customer, innerServer } = this;
    this.#plug(this.outside, "outer", outside, { desk: this.desk, server, customer }, bits);
    this.#plug(this.inside, "inner", inside, { desk: this.desk, server: innerServer, csr: this.csr }, bits);
    // Whoever is outside will try to use the desk as a router.
    for (const one of [customer, server]) one.ip("route", "add", range, "via", outside.desk);
    // And those inside would answer, if anything came through.
    for (const one of [innerServer, this.csr]) one.ip("route", "add", "default", "via", inside.desk);
  }

  /** Of one of the desk's legs, as frames bear it. */
  hardwareAddress(leg: "outer" | "inner"): string {
    return this.desk.run("cat", `/sys/class/net/${leg}/address`).trim();
  }

  remove(): void {
    for (const host of [
      this.desk,
      this.outside,
      this.inside,
      this.outerServer,
      this.customer,
      this.innerServer,
      this.csr,
    ]) {
      host.remove();
    }
  }

  #plug<Names extends string>(
    middle: Host,
    device: string,
    addresses: Readonly<Record<Names, string>>,
    hosts: Readonly<Record<Names, Host>>,
    bits: number,
  ): void {
    const ports = Object.keys(hosts) as Names[];
    for (const port of ports)
      cable({ host: hosts[port], device, address: `${addresses[port]}/${bits}` }, { host: middle, device: port });
    bridge(middle, WIRE, ports);
  }
}

/** Whether a TCP connection can be made from there; one that is ended at once was made. */
export function connects(from: Host, host: string, port: number): boolean {
  const script = `const socket = require("net").connect(${port}, "${host}", () => process.exit(0));
    socket.on("error", ({ code }) => process.exit(code === "ECONNRESET" ? 0 : 1)); setTimeout(() => process.exit(1), 4000);`;
  return from.succeeds(process.execPath, "-e", script);
}
