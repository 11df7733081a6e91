/** One who waits as routing sees them, of whom nothing is asked; tests name what matters to them. */
import type { Waiting } from "../../src/core/routing/routing.ts";

export function waitingFor(conversation: string, fields: Partial<Waiting> = {}): Waiting {
  return {
    conversation,
    queue: "billing",
    priority: 0,
    turnAt: 0,
    needs: [],
    strategies: [],
    compatibility: "translated",
    customerNetwork: "web",
    customerFeatures: [],
    excluded: [],
    only: null,
    ...fields,
  };
}
