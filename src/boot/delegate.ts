/** Who decides in the desk's place, as the configuration says. */
import { withFields } from "../log.ts";
import type { DelegateParts, RoutingDelegate } from "../routing-client/delegate.ts";
import { createServerLink } from "../routing-client/server-link.ts";
import type { DelegateSettings } from "../routing-client/settings.ts";
import { createSuiteLink } from "../routing-client/suite-link.ts";

/** Null: the desk itself. */
export function createDelegate(
  settings: DelegateSettings | null,
  { clock, log, random }: DelegateParts,
): RoutingDelegate | null {
  const parts = { clock, log: withFields(log, { part: "routing" }), random };
  if (settings === null) return null;
  switch (settings.kind) {
    case "server":
      return createServerLink(settings, parts);
    case "suite":
      return createSuiteLink(settings, parts);
  }
}
