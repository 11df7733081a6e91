/** What is known of the Matrix network without its code: its settings, its handles, its rooms. */
import { type AdapterDescription, ConfigProblem } from "../../src/adapter.ts";
import { configSchema, type MatrixConfig, parseConfig } from "./config.ts";
import { canonicalUserId } from "./identifiers.ts";

export const matrixDescription: AdapterDescription<MatrixConfig> = {
  protocol: "matrix",
  parseConfig,
  configSchema,
  canonicalAddress: canonicalUserId,
  checkHandles,
  rooms: (config) =>
    config.mode === "appservice"
      ? { place: `#${config.prefix}{}:${config.serverName}`, showsAddresses: true }
      : "an ordinary account makes no rooms; attach the desk as an application service",
};

/** Throws ConfigProblem when an ordinary account is to stand for more than one handle. */
export function checkHandles(config: MatrixConfig, handles: readonly string[]): void {
  if (config.mode === "account" && handles.length > 1) {
    const text = `An ordinary account has one address, so it can be one handle, not ${handles.length}; use an application service, or a network for each account.`;
    throw new ConfigProblem(["handles"], text);
  }
}
