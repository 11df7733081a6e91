/** Where the world reaches the HTTP server: as the configuration says, or as the NAT gateway does; and that all links lead there. */
import type { Clock, Logger } from "../adapter.ts";
import { isLoopback } from "../address-ranges.ts";
import { HTTP_PORT } from "../config/schema-nat.ts";
import type { HttpSettings, NatSettings, NetworkSettings } from "../config/settings.ts";
import type { Rules } from "../core/rules.ts";
import { createNat, type Nat, type NatStatus, type WantedPort } from "../nat/port-mapping.ts";

export interface PublicAddress {
  /** "https://chat.example.com"; null: nobody says, so the address it listens at is all there is. */
  origin(): string | null;
  /** Null: there is no gateway to ask. */
  nat(): NatStatus | null;
  /** The rules with links that lead to the present origin; the same rules where the configuration says it, or nobody does. */
  addressed(rules: Rules): Rules;
  /**
   * The server listens at that port. Resolves when the gateway has answered, or FIRST_LOOK_MS later. `moved` is called whenever the
   * origin has become another one, `addressed` being what it is then.
   */
  start(port: number, moved: () => void): Promise<void>;
  /** Gives the ports back. */
  stop(): Promise<void>;
}

export interface PublicAddressParts {
  readonly http: HttpSettings;
  readonly nat: NatSettings | null;
  readonly networks: ReadonlyMap<string, NetworkSettings>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long the start waits for the gateway; it goes on being asked after that. */
const FIRST_LOOK_MS = 3_000;

export function createPublicAddress(parts: PublicAddressParts): PublicAddress {
  const { http, nat, networks, clock, log } = parts;
  const told = http.publicUrl === null ? null : new URL(http.publicUrl).origin;
  let keeper: Nat | null = null;
  let found: string | null = null;
  const origin = () => told ?? found;
  return {
    origin,
    nat: () => keeper?.status() ?? null,
    addressed: (rules) => (found === null || told !== null ? rules : addressed(rules, networks, found)),
    async start(port, moved) {
      if (nat === null) return;
      const changed = (status: NatStatus): void => {
        const [before, seen] = [origin(), originOf(status, http.tls !== null)];
        // What people were sent leads to the last one, which is as good as none, but may come back.
        found = seen ?? found;
        if (origin() === before) return;
        log.info("nat.origin", { origin: origin(), before });
        moved();
      };
      keeper = createNat({ config: nat, ports: wanted(http, nat, port), clock, log, changed });
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(FIRST_LOOK_MS, resolve);
      await Promise.race([keeper.start(), late]);
      cancel();
    },
    stop: async () => keeper?.stop(),
  };
}

/** A server that only this machine reaches is not mapped: the gateway would lead to where nobody listens. */
function wanted(http: HttpSettings, nat: NatSettings, port: number): readonly WantedPort[] {
  const own = { name: HTTP_PORT, protocol: "tcp", port, publicPort: nat.publicPort ?? port } as const;
  return isLoopback(http.host) ? nat.ports : [own, ...nat.ports];
}

function originOf({ address, ports }: NatStatus, isSecure: boolean): string | null {
  const port = ports.find(({ name }) => name === HTTP_PORT)?.mapped ?? null;
  return address === null || port === null ? null : new URL(`http${isSecure ? "s" : ""}://${address}:${port}`).origin;
}

function addressed(rules: Rules, settings: ReadonlyMap<string, NetworkSettings>, origin: string): Rules {
  const networks = new Map(rules.networks);
  for (const [name, network] of networks) {
    const { module, config } = settings.get(name) ?? {};
    const continuation = module?.continuation?.(config, origin) ?? null;
    if (continuation !== null) networks.set(name, { ...network, continuation });
  }
  return { ...rules, networks };
}
