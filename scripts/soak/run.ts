/** One soak: a server, the daemon, the load, and a look at the daemon every so often. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { STORE_FILE } from "../../src/store/store-file.ts";
import type { Daemon } from "../../test/support/daemon.ts";
import { startProsody } from "../../test/support/prosody.ts";
import { until } from "../../test/support/wait.ts";
import { percentile } from "../bench/measure.ts";
import { openFiles, residentMb } from "../bench/process-status.ts";
import { startDesk } from "../bench/xmpp-relays.ts";
import type { Sample } from "./growth.ts";
import { type Inspector, inspectable, openInspector } from "./inspection.ts";
import { type Load, SoakTalk } from "./talk.ts";

const HANDLE = "support";
const PASSWORD = "pw";
/**
 * An alias of a conversation that is over is held until it has rested, seven days by default: that is kept on purpose, and grows for as long. Here it rests
 * a minute; and whatever is remembered of people up to a limit, which by default takes hours to fill, is full within ten minutes. So what is seen to
 * grow is what nobody meant to keep.
 */
const LIMITS =
  "  aliasRestSeconds: 60\n  rememberedAddresses: 1200\n  rememberedCopies: 2000\n  rememberedCustomers: 1200\n";
const XMPP_LIMITS = "    limits: {devices: 1500, names: 2500, addresses: 4000}\n";
/** So that whoever comes finds somebody free although one conversation is only just over. */
const SLACK = 2;
/** At every so many-th look, and at the last, listeners are counted as well. */
const COUNT_EVERY = 10;
/** How long what is on its way when the load ends may take. */
const LAST_MS = 30_000;

/**
 * Resolves with how many messages did not arrive, and how many twice. Rejects when the daemon ended. `tell` is given each look.
 */
export async function soak(
  load: Load,
  seconds: number,
  everySeconds: number,
  tell: (sample: Sample) => void,
): Promise<{ readonly lost: number; readonly repeats: number }> {
  const server = await startProsody({ isLean: true, components: ["gw"] });
  const talk = new SoakTalk({ ...server, handle: `${HANDLE}@${server.componentDomain}` }, load);
  let desk: Daemon | null = null;
  try {
    const names = Array.from({ length: load.csrs }, (_, index) => `csr${index}`);
    for (const name of names) {
      await server.register(name, PASSWORD);
      await talk.seatCsr(name, PASSWORD);
    }
    const addresses = names.map((name) => `${name}@${server.domain}`);
    const capacity = Math.ceil(load.conversations / load.csrs) + SLACK;
    desk = await startDesk(server, addresses, capacity, {
      env: await inspectable(),
      limits: LIMITS,
      xmpp: XMPP_LIMITS,
    });
    await talk.begin();
    const inspector = await openInspector(desk);
    await watched(talk, desk, inspector, { seconds, everySeconds, tell });
    inspector.close();
    await until("the last messages", () => talk.went().underWay === 0, LAST_MS).catch(() => {});
    const { underWay, repeats } = talk.went();
    return { lost: underWay, repeats };
  } finally {
    talk.stop();
    await desk?.remove();
    await server.remove();
  }
}

interface Watching {
  readonly seconds: number;
  readonly everySeconds: number;
  readonly tell: (sample: Sample) => void;
}

async function watched(
  talk: SoakTalk,
  desk: Daemon,
  inspector: Inspector,
  { seconds, everySeconds, tell }: Watching,
): Promise<void> {
  const began = performance.now();
  const since = (): number => (performance.now() - began) / 1_000;
  for (let looks = 0; since() + everySeconds <= seconds; looks += 1) {
    await talk.keepUp(everySeconds);
    if (desk.ended !== undefined) throw new Error(`The desk ${desk.ended}. It wrote:\n${desk.output()}`);
    // While it is looked the load rests: what it would measure then is the looking.
    const { delays, arrived, ended } = talk.went();
    const isCounted = looks % COUNT_EVERY === 0 || since() + 2 * everySeconds > seconds;
    const seen = await look(desk, inspector, isCounted);
    const went = { messages: arrived, ended, p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) };
    tell({ seconds: since(), ...went, ...seen });
  }
}

async function look(desk: Daemon, inspector: Inspector, isCounted: boolean) {
  const pid = desk.pid ?? 0;
  const store = join(desk.dataFolder, STORE_FILE);
  const { heap, timers, listeners } = await inspector.inspect(isCounted);
  return {
    heap,
    timers,
    listeners,
    resident: residentMb(pid) * 1_024 * 1_024,
    files: openFiles(pid),
    store: statSync(store).size,
    log: statSync(`${store}-wal`, { throwIfNoEntry: false })?.size ?? 0,
  };
}
