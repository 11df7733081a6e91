/** Who signs in with the desk's own accounts: CSRs with an address on a network that leaves sign-in to the desk, and further staff. */
import type { Settings } from "../config/settings.ts";
import type { DeclaredStaff } from "../config/staff.ts";
import type { Rules } from "../core/rules.ts";

/** The logins of everybody, or of one CSR. On such a network an address is a login. Each once, in the order of people.yaml. */
export function staffLogins(
  settings: Settings,
  rules: Rules,
  staff: DeclaredStaff,
  only: string | null = null,
): readonly string[] {
  const chosen = [...rules.csrs.values()].filter((csr) => only === null || csr.id === only);
  const logins = chosen.flatMap((csr) =>
    csr.addresses.filter(({ network }) => hasLogins(settings, network)).map(({ id }) => id),
  );
  return [...new Set([...logins, ...staff.keys()])];
}

/** Whether CSRs sign in to that network with the desk's accounts. */
export function hasLogins(settings: Settings, network: string): boolean {
  return settings.networks.get(network)?.module.signsInStaff === true;
}
