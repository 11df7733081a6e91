/** Which CSRs sign in with the desk's own accounts: those with an address on a network that leaves sign-in to the desk. */
import type { Settings } from "../config/settings.ts";
import type { Rules } from "../core/rules.ts";

/** The logins of all CSRs, or of one. On such a network an address is a login. Each once, in the order of people.yaml. */
export function staffLogins(settings: Settings, rules: Rules, only: string | null = null): readonly string[] {
  const chosen = [...rules.csrs.values()].filter((csr) => only === null || csr.id === only);
  const logins = chosen.flatMap((csr) =>
    csr.addresses
      .filter(({ network }) => settings.networks.get(network)?.module.signsInStaff === true)
      .map(({ id }) => id),
  );
  return [...new Set(logins)];
}
