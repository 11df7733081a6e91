/** What is known of the IRC network without its code: its settings and its handles. */
import { type AdapterDescription, ConfigProblem } from "../../src/adapter.ts";
import { configSchema, type IrcConfig, parseConfig } from "./config.ts";
import { canonicalNick, isNick } from "./nicks.ts";

export const ircDescription: AdapterDescription<IrcConfig> = {
  protocol: "irc",
  parseConfig,
  configSchema,
  canonicalAddress: canonicalNick,
  checkHandles,
};

/** Throws ConfigProblem for handles that cannot be nicks, or too many of them. */
export function checkHandles(config: IrcConfig, handles: readonly string[]): void {
  if (config.mode === "client" && handles.length > 1) {
    const text = `One nick can be one handle, not ${handles.length}; use mode: server on a network of your own.`;
    throw new ConfigProblem(["handles"], text);
  }
  for (const handle of handles) {
    if (config.mode === "server" && (!isNick(handle) || handle.length > config.nickLength)) {
      throw new ConfigProblem(
        ["handles", handle],
        `"${handle}" is no nick of at most ${config.nickLength} characters.`,
      );
    }
  }
}
