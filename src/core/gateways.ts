/**
 * Networks behind gateways: who writes through a Telegram bridge is attached to Matrix or XMPP and lives on Telegram. The
 * admins' table (`gateways:` of routing.yaml) turns what an adapter reports of a gateway, or the user ids that a bridge
 * hands out, into the network people name and into what the software there can show. Pure.
 */
import { matchesPattern } from "./dialog/conditions.ts";
import type { Address, Feature, Software } from "./model.ts";
import type { Gateway, GatewayMatch, Rules } from "./rules.ts";

/** What a person's address and software tell of the way they come. `software` null: nothing was told. */
export interface Origin {
  readonly address: Address;
  readonly software: Software | null;
}

type Table = Pick<Rules, "gateways">;

/** The first gateway of the table that fits, in the order of the file; null when none does. */
export function gatewayOf({ gateways = [] }: Table, origin: Origin): Gateway | null {
  return gateways.find(({ match }) => match.some((one) => fits(one, origin))) ?? null;
}

/** All that is given must fit; what a gateway says of itself never fits where it says nothing. */
function fits(match: GatewayMatch, { address, software }: Origin): boolean {
  const reported = software?.gateway ?? null;
  return (
    (match.network === null || match.network === address.network) &&
    (match.type === null || isLike(reported?.type ?? null, match.type)) &&
    (match.name === null || isLike(reported?.name ?? null, match.name)) &&
    (match.users === null || isLike(address.id, match.users))
  );
}

function isLike(text: string | null, pattern: string): boolean {
  return text !== null && matchesPattern(text.trim(), pattern);
}

/**
 * What people read for the network somebody lives on: the gateway's name by the table, else the type it reports of itself,
 * else the title of the network the desk is attached to. As long as the reporter likes: whoever shows it shortens it.
 */
export function originTitle(rules: Pick<Rules, "gateways" | "networks">, origin: Origin): string {
  const reported = origin.software?.gateway?.type.trim() ?? "";
  const known = gatewayOf(rules, origin)?.name;
  const { network } = origin.address;
  return known ?? (reported === "" ? (rules.networks.get(network)?.title ?? network) : reported);
}

/**
 * The features of the network the desk is attached to, narrowed by what the software announced and by what the gateway
 * carries. Both may be unknown; then they are believed of the network.
 */
export function carriedFeatures(rules: Table, origin: Origin, network: readonly Feature[]): readonly Feature[] {
  return narrowed(narrowed(network, origin.software?.features), gatewayOf(rules, origin)?.features);
}

function narrowed(features: readonly Feature[], shown: readonly Feature[] | null | undefined): readonly Feature[] {
  return shown == null ? features : features.filter((feature) => shown.includes(feature));
}

/** What is known for certain to be shown: announced by the software, else said of the gateway by the admins; null when nobody said. */
export function knownFeatures(rules: Table, origin: Origin): readonly Feature[] | null {
  return origin.software?.features ?? gatewayOf(rules, origin)?.features ?? null;
}

/** The names under which a dialog's `network:` and `gateway:` may speak of where somebody is. */
export function originNames(
  rules: Table,
  origin: Origin,
): { readonly networks: readonly string[]; readonly gateways: readonly string[] } {
  const known = gatewayOf(rules, origin);
  const own = known === null ? [] : [known.id];
  const type = origin.software?.gateway?.type;
  return { networks: [origin.address.network, ...own], gateways: type === undefined ? own : [...own, type] };
}
