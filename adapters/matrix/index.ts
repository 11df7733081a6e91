/** The Matrix network: its protocol name, its configuration, its adapter. README.md lists what of the standard it speaks. */
import type { AdapterModule } from "../../src/adapter.ts";
import { MatrixAdapter } from "./adapter.ts";
import { configSchema, type MatrixConfig, parseConfig } from "./config.ts";
import { canonicalUserId } from "./identifiers.ts";

export type { MatrixConfig } from "./config.ts";

export const matrix: AdapterModule<MatrixConfig> = {
  protocol: "matrix",
  parseConfig,
  configSchema,
  canonicalAddress: canonicalUserId,
  create: (config, context) => new MatrixAdapter(config, context),
};
