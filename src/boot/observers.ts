/** What happened and was committed, told to everybody who learns from it. */
import type { Audit, AuditAction } from "../audit.ts";
import type { Fact } from "../core/step.ts";
import type { EngineObserver } from "../engine.ts";
import type { Estimates } from "../estimates.ts";
import type { RoutingDelegate } from "../routing-client/delegate.ts";

/** What CSRs do in chats that belongs into the audit log, by the name of its fact. */
const AUDITED: ReadonlySet<string> = new Set<AuditAction>([
  "supervisor.listens",
  "supervisor.barges",
  "supervisor.takes-over",
  "supervisor.leaves",
]);

export function observers(
  metrics: EngineObserver,
  estimates: Estimates,
  delegate: RoutingDelegate | null,
  audit: Pick<Audit, "note">,
): EngineObserver {
  return {
    ...metrics,
    stepped(event, step) {
      metrics.stepped?.(event, step);
      estimates.stepped(step);
      delegate?.stepped(step);
      for (const fact of step.facts) if (AUDITED.has(fact.event)) note(audit, fact);
    },
  };
}

function note(audit: Pick<Audit, "note">, { event, csr, conversation }: Fact): void {
  audit.note({ action: event as AuditAction, actor: `csr:${csr ?? "unknown"}`, subject: conversation });
}
