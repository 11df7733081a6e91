/** What happened and was committed, told to everybody who learns from it. */
import type { EngineObserver } from "../engine.ts";
import type { Estimates } from "../estimates.ts";

export function observers(metrics: EngineObserver, estimates: Estimates): EngineObserver {
  return {
    ...metrics,
    stepped(event, step) {
      metrics.stepped?.(event, step);
      estimates.stepped(step);
    },
  };
}
