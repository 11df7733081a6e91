/** What /readyz answers: whether new conversations can be taken in now. */
import type { NetworkStatus } from "../adapter-host.ts";
import type { EngineStatus } from "../engine.ts";
import type { Readiness } from "../http/server.ts";

/**
 * Ready means: the engine runs, the outbox has room, and some network is up. One network that is down does not make the desk
 * unready, or an orchestrator would end the conversations of all others; the metrics tell of it.
 */
export function readiness(engine: EngineStatus, networks: readonly NetworkStatus[], outboxLimit: number): Readiness {
  const full = engine.outboxRows >= outboxLimit;
  const up = networks.length === 0 || networks.some((network) => network.status === "online");
  return {
    ready: engine.state === "running" && !full && up,
    checks: {
      engine: engine.state,
      outbox: full ? "full" : "open",
      ...Object.fromEntries(networks.map((network) => [`network.${network.network}`, network.status])),
    },
  };
}
