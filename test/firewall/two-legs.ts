/**
 * A company behind its desk: the desk has one leg outside and one inside, and forwards nothing.
 *
 *     customer 198.51.100.3 ─┐                                   ┌─ 10.77.0.2 the company's IM server
 *                            ├─ outside ─ 198.51.100.1 [desk] 10.77.0.1 ─ inside ─┤
 *     IM server 198.51.100.2 ┘                                   └─ 10.77.0.3 a CSR
 */
import { bridge, cable, Host } from "../support/namespaces.ts";

export const OUTSIDE = { desk: "198.51.100.1", server: "198.51.100.2", customer: "198.51.100.3" } as const;
export const INSIDE = { desk: "10.77.0.1", server: "10.77.0.2", csr: "10.77.0.3" } as const;
/** The switches' interface on which all that passes can be recorded. */
export const WIRE = "wire";

export class TwoLegs {
  readonly desk = new Host("desk");
  readonly outside = new Host("outside");
  readonly inside = new Host("inside");
  readonly outerServer = new Host("oserver");
  readonly customer = new Host("customer");
  readonly innerServer = new Host("iserver");
  readonly csr = new Host("csr");

  constructor() {
    this.#plug(this.outside, "198.51.100", { desk: this.desk, server: this.outerServer, customer: this.customer });
    this.#plug(this.inside, "10.77.0", { desk: this.desk, server: this.innerServer, csr: this.csr });
    // Whoever is outside will try to use the desk as a router.
    this.customer.ip("route", "add", "10.77.0.0/24", "via", OUTSIDE.desk);
    this.outerServer.ip("route", "add", "10.77.0.0/24", "via", OUTSIDE.desk);
    // And those inside would answer, if anything came through.
    for (const host of [this.innerServer, this.csr]) host.ip("route", "add", "default", "via", INSIDE.desk);
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

  /** In this order they are .1, .2, .3 of that network. */
  #plug(middle: Host, network: string, hosts: Readonly<Record<string, Host>>): void {
    const ports = Object.keys(hosts);
    Object.values(hosts).forEach((host, index) => {
      const address = `${network}.${index + 1}/24`;
      cable(
        { host, device: middle === this.inside ? "inner" : "outer", address },
        { host: middle, device: ports[index] ?? "" },
      );
    });
    bridge(middle, WIRE, ports);
  }
}
