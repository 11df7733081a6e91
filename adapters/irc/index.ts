/** The IRC network: its protocol name, its configuration, its adapter. README.md lists what of the standards it speaks. */
import type { Adapter, AdapterContext, AdapterModule } from "../../src/adapter.ts";
import { IrcAdapter } from "./adapter.ts";
import { ClientAttachment } from "./client.ts";
import type { IrcConfig } from "./config.ts";
import type { Target } from "./connection.ts";
import { checkHandles, ircDescription } from "./description.ts";
import type { Pace } from "./pacer.ts";
import { ServerAttachment } from "./server.ts";

export type { IrcConfig } from "./config.ts";

export const irc: AdapterModule<IrcConfig> = { ...ircDescription, create };

/** Between two servers nobody counts lines. */
const UNPACED: Pace = { burst: 1, lineMs: 0, waitMs: 0 };

/** Throws ConfigProblem for handles that cannot be nicks, or too many of them. */
function create(config: IrcConfig, context: AdapterContext): Adapter {
  checkHandles(config, context.handles);
  const { host, tls, authority, limits, nickLength } = config;
  const shared = { host, tls, authority, lineBytes: limits.lineBytes };
  if (config.mode === "client") {
    const port = config.port ?? (tls ? 6_697 : 6_667);
    const target: Target = { ...shared, port, acknowledges: false };
    const { burst, lineMs, waitSeconds } = config.limits;
    const pace = { burst, lineMs, waitMs: waitSeconds * 1_000 };
    return new IrcAdapter({
      context,
      limits,
      nickLength,
      pace,
      target,
      attach: (port, watching) => new ClientAttachment(config, port, watching),
    });
  }
  return new IrcAdapter({
    context,
    limits,
    nickLength,
    pace: UNPACED,
    target: { ...shared, port: config.port, acknowledges: true },
    attach: (port, watching) => new ServerAttachment(config, port, watching),
  });
}
