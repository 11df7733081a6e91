/** What the configuration says of the daemon itself, beside the `Rules` of the core. */
import type { KnownAdapter } from "../adapter.ts";
import type { DelegateSettings } from "../routing-client/settings.ts";
import type { SealingKeys } from "../sealing.ts";
import type { ShellLimits } from "./schema-limits.ts";

/** One configured network: the module that speaks it and that module's own parsed section. */
export interface NetworkSettings {
  readonly name: string;
  readonly module: KnownAdapter;
  /** What `module.parseConfig` made of the section; opaque to the desk. May hold secrets: never log it. */
  readonly config: unknown;
}

export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  /** Null: the address is made from host and port. */
  readonly publicUrl: string | null;
  /** Reverse proxies in front: none, so many (true: one), or those with these addresses. */
  readonly trustProxy: boolean | number | readonly string[];
  /** Absolute paths of the certificate and its key; null: plain HTTP. */
  readonly tls: { readonly certificate: string; readonly key: string } | null;
  /** Where /metrics is answered: nowhere, on this server, or on a listener of its own. */
  readonly metrics:
    | "off"
    | "here"
    | { readonly host: string; readonly port: number; readonly allowFrom?: readonly string[] | undefined };
  /** Addresses and ranges from which connections are taken, staff is let in, and single networks are; null, or absent: all. */
  readonly allowFrom: readonly string[] | null;
  readonly staffFrom: readonly string[] | null;
  readonly mounts: ReadonlyMap<string, readonly string[]>;
}

/** See schema-nat.ts. */
export interface NatSettings {
  readonly gateway: string;
  readonly publicPort: number | null;
  readonly ports: readonly {
    readonly name: string;
    readonly protocol: "tcp" | "udp";
    readonly port: number;
    readonly publicPort: number;
  }[];
  readonly lifetimeSeconds: number;
  readonly checkSeconds: number;
}

/** Sign-in of staff by an OpenID provider. */
export interface OpenIdSettings {
  readonly title: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Never logged. */
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly loginClaim: string;
  readonly nameClaim: string;
  /** For whoever is not in people.yaml; the first that fits counts. */
  readonly roles: readonly {
    readonly claim: string;
    readonly contains: string;
    readonly role: "supervisor" | "admin";
  }[];
}

export interface Settings {
  /** Absolute path of the folder of the data. */
  readonly dataFolder: string;
  /** Never logged. */
  readonly keys: SealingKeys;
  readonly http: HttpSettings;
  /** Null: no gateway is asked for anything. */
  readonly nat: NatSettings | null;
  readonly console: {
    /** Whether staff sign in to the console with a password. */
    readonly passwords: boolean;
    readonly openid: OpenIdSettings | null;
  };
  readonly files: {
    /** Media types that are taken. */
    readonly types: readonly string[];
  };
  /** Who decides whom customers are offered to; null: this desk. */
  readonly routing: DelegateSettings | null;
  readonly log: { readonly level: "error" | "warn" | "info" | "debug"; readonly format: "auto" | "human" | "json" };
  readonly networks: ReadonlyMap<string, NetworkSettings>;
  readonly limits: ShellLimits;
}
