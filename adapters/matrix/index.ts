/** The Matrix network: its protocol name, its configuration, its adapter. README.md lists what of the standard it speaks. */
import { type AdapterModule, ConfigProblem } from "../../src/adapter.ts";
import { MatrixAccount } from "./account/adapter.ts";
import { MatrixAdapter } from "./adapter.ts";
import { configSchema, type MatrixConfig, parseConfig } from "./config.ts";
import { canonicalUserId } from "./identifiers.ts";

export type { MatrixConfig } from "./config.ts";

export const matrix: AdapterModule<MatrixConfig> = {
  protocol: "matrix",
  parseConfig,
  configSchema,
  canonicalAddress: canonicalUserId,
  checkHandles,
  rooms: (config) =>
    config.mode === "appservice"
      ? { place: `#${config.prefix}{}:${config.serverName}`, showsAddresses: true }
      : "an ordinary account makes no rooms; attach the desk as an application service",
  create(config, context) {
    if (config.mode === "appservice") {
      return new MatrixAdapter(config, context);
    }
    checkHandles(config, context.handles);
    const [handle] = context.handles;
    return new MatrixAccount(config, context, handle ?? context.desk);
  },
};

/** Throws ConfigProblem when an ordinary account is to stand for more than one handle. */
function checkHandles(config: MatrixConfig, handles: readonly string[]): void {
  if (config.mode === "account" && handles.length > 1) {
    const text = `An ordinary account has one address, so it can be one handle, not ${handles.length}; use an application service, or a network for each account.`;
    throw new ConfigProblem(["handles"], text);
  }
}
