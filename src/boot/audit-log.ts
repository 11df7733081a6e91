/** The audit log's own place in starting and stopping: it is open before anything that it records, and closed after it. */
import type { Clock, Logger } from "../adapter.ts";
import { type Audit, createAudit } from "../audit.ts";
import type { Settings } from "../config/settings.ts";
import type { Store } from "../store/store.ts";

export async function openAudit(
  store: Store,
  clock: Clock,
  log: Logger,
  version: string,
  { limits }: Settings,
): Promise<Audit> {
  const audit = createAudit({ store, clock, log, days: limits.auditDays });
  await audit.start();
  await audit.record({ action: "desk.started", actor: "desk", detail: { version } });
  return audit;
}

export async function closeAudit(audit: Audit): Promise<void> {
  audit.note({ action: "desk.stopped", actor: "desk" });
  await audit.stop();
}
