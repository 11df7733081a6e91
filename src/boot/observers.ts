/** What happened and was committed, told to everybody who learns from it. */
import type { EngineObserver } from "../engine.ts";
import type { Estimates } from "../estimates.ts";
import type { RoutingDelegate } from "../routing-client/delegate.ts";

export function observers(
  metrics: EngineObserver,
  estimates: Estimates,
  delegate: RoutingDelegate | null,
): EngineObserver {
  return {
    ...metrics,
    stepped(event, step) {
      metrics.stepped?.(event, step);
      estimates.stepped(step);
      delegate?.stepped(step);
    },
  };
}
