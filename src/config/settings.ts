/** What the configuration says of the daemon itself, beside the `Rules` of the core. */
import type { AdapterModule } from "../adapter.ts";
import type { ShellLimits } from "./schema-limits.ts";

/** One configured network: the module that speaks it and that module's own parsed section. */
export interface NetworkSettings {
  readonly name: string;
  readonly module: AdapterModule<unknown>;
  /** What `module.parseConfig` made of the section; opaque to the desk. May hold secrets: never log it. */
  readonly config: unknown;
}

export interface Settings {
  /** Absolute path of the folder of the data. */
  readonly dataFolder: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Null: the address is made from host and port. */
    readonly publicUrl: string | null;
    readonly trustProxy: boolean;
  };
  readonly log: { readonly level: "error" | "warn" | "info" | "debug"; readonly format: "auto" | "human" | "json" };
  readonly networks: ReadonlyMap<string, NetworkSettings>;
  readonly limits: ShellLimits;
}
