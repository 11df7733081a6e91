/**
 * A home or office network behind a router: the desk and one more machine inside, the router with a real miniupnpd on nftables, and somebody on the outside.
 *
 *     desk 192.168.77.2 ─┐
 *                        ├─ lan 192.168.77.1 [router] 11.0.0.1 wan ─ 11.0.0.2 somebody
 *     other 192.168.77.3 ┘
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bridge, cable, Host } from "../support/namespaces.ts";
import { programs } from "../support/programs.ts";
import { ServerProcess } from "../support/server-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

export const GATEWAY = "192.168.77.1";
/** Not of a range for documentation: miniupnpd refuses to map where the outside is no public address. */
export const PUBLIC = "11.0.0.1";
export const DESK = "192.168.77.2";

/** miniupnpd writes into chains that must be there before it. Nothing comes in from outside but what it lets in. */
const RULES = `
flush ruleset
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    iifname "lan" accept
    ct state established,related accept
    jump miniupnpd
  }
  chain miniupnpd { }
  chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 100; jump postrouting_miniupnpd; oifname "wan" masquerade; }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
`;

const SETTINGS = `
ext_ifname=wan
listening_ip=lan
enable_natpmp=yes
enable_upnp=no
min_lifetime=10
max_lifetime=86400
secure_mode=yes
system_uptime=no
uuid=00000000-0000-0000-0000-000000000001
allow 1024-65535 192.168.77.0/24 1024-65535
deny 0-65535 0.0.0.0/0 0-65535
`;

export class HomeNetwork {
  readonly desk = new Host("desk");
  readonly other = new Host("other");
  readonly router = new Host("router");
  readonly somebody = new Host("somebody");
  readonly #folder: TemporaryFolder = temporaryFolder("nat");
  #gateway: ServerProcess | null = null;

  constructor() {
    cable({ host: this.desk, device: "eth0", address: `${DESK}/24` }, { host: this.router, device: "port1" });
    cable({ host: this.other, device: "eth0", address: "192.168.77.3/24" }, { host: this.router, device: "port2" });
    bridge(this.router, "lan", ["port1", "port2"], `${GATEWAY}/24`);
    cable(
      { host: this.router, device: "wan", address: `${PUBLIC}/24` },
      { host: this.somebody, device: "eth0", address: "11.0.0.2/24" },
    );
    this.router.set("ipv4/ip_forward", "1");
    for (const inside of [this.desk, this.other]) inside.ip("route", "add", "default", "via", GATEWAY);
  }

  /** Starts the router's NAT and its NAT-PMP daemon, with nothing mapped. */
  async startGateway(): Promise<void> {
    const { path } = this.#folder;
    writeFileSync(join(path, "rules.nft"), RULES);
    writeFileSync(join(path, "miniupnpd.conf"), SETTINGS);
    this.router.run(programs.nftables.path, "-f", join(path, "rules.nft"));
    this.#gateway = new ServerProcess({
      name: "miniupnpd",
      program: programs.miniupnpd.path,
      args: ["-d", "-f", join(path, "miniupnpd.conf"), "-P", join(path, "pid")],
      namespace: this.router.namespace,
    });
    const asked = () => this.other.succeeds(programs.natpmpc.path, "-g", GATEWAY);
    await until("miniupnpd to answer", asked, 20_000);
  }

  /** As when its power is cut: what it had mapped is gone. */
  async stopGateway(): Promise<void> {
    await this.#gateway?.kill();
    this.#gateway = null;
  }

  /** The provider gives the router another address. */
  moveTo(address: string): void {
    this.router.ip("address", "flush", "dev", "wan");
    this.router.ip("address", "add", `${address}/24`, "dev", "wan");
  }

  /** Maps a port with an independent client. */
  map(host: Host, publicPort: number, port: number): void {
    const wish = ["-a", String(publicPort), String(port), "tcp", "3600"];
    host.run(programs.natpmpc.path, "-g", GATEWAY, ...wish);
  }

  /** What the router leads inside, as its kernel says it. */
  mappings(): string {
    return this.router.run(programs.nftables.path, "list", "chain", "inet", "filter", "prerouting_miniupnpd");
  }

  async remove(): Promise<void> {
    await this.stopGateway();
    for (const host of [this.desk, this.other, this.router, this.somebody]) host.remove();
    this.#folder.remove();
  }
}
