/** A whole desk for measurements: the real engine, core and outbox on loopback networks, every commit synced to the disk. */
import { loopback } from "../../adapters/loopback/index.ts";
import { NO_ACCOUNTS } from "../../src/accounts/none.ts";
import type { Logger } from "../../src/adapter.ts";
import { createAdapterHost } from "../../src/adapter-host.ts";
import { createClock } from "../../src/clock.ts";
import { createDesk } from "../../src/core/desk.ts";
import type { Rules } from "../../src/core/rules.ts";
import { ENGINE_LIMITS } from "../../src/engine/limits.ts";
import { createTokens } from "../../src/engine/tokens.ts";
import { createEngine, type Engine } from "../../src/engine.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";

/** A measurement with faults in it is none: it ends with the first. */
export const FAULTLESS: Logger = { error: complain, warn: complain, info: () => {}, debug: () => {} };

function complain(event: string, fields?: object): void {
  throw new Error(`The bench met ${event}: ${JSON.stringify(fields)}`);
}

export interface DurableDesk {
  readonly engine: Engine;
  stop(): Promise<void>;
}

export interface DurableDeskOptions {
  readonly rules: Rules;
  /** File of the store; what is in it is taken up. */
  readonly path: string;
  /** By network, its loopback exchange. */
  readonly exchanges: Readonly<Record<string, string>>;
  /** The handles of every network. */
  readonly handles: readonly string[];
  readonly log?: Logger;
}

/** Opens the store and starts a desk on it; resolves when its links are up. */
export async function openDurableDesk(options: DurableDeskOptions): Promise<DurableDesk> {
  const { rules, path, exchanges, handles, log = FAULTLESS } = options;
  const store = await openSqliteStore({ path });
  const shared = { clock: createClock(), log, limits: ENGINE_LIMITS, random: Math.random };
  const engine = createEngine({
    ...shared,
    createDesk: (snapshot) => createDesk(rules, snapshot),
    store,
    undeliveredSeconds: rules.limits.undeliveredSeconds,
    lateSeconds: rules.limits.lateSeconds,
    token: createTokens(),
    onFatal: (fault) => complain("engine.failed", { fault: fault.message }),
  });
  const networks = Object.entries(exchanges).map(([name, exchange]) => ({
    name,
    module: loopback as Parameters<typeof createAdapterHost>[0]["networks"][0]["module"],
    config: loopback.parseConfig({ exchange }),
    handles,
    desk: "desk",
  }));
  const host = createAdapterHost({ ...shared, networks, engine, store, accounts: NO_ACCOUNTS, mount: () => {} });
  await engine.start(host);
  await host.start();
  return {
    engine,
    async stop() {
      await engine.stop();
      await host.stop();
      await store.close();
    },
  };
}
