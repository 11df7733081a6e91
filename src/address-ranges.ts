/** Addresses and ranges of them (CIDR), by which listeners tell who is let in. */
import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Single addresses and ranges, as `10.0.0.0/8`; null or absent: everybody's. */
export type Ranges = readonly string[] | null | undefined;

/** IPv4 within IPv6 (RFC 4291 §2.5.5.2), as a listener for both is told of it. */
const MAPPED = new BlockList();
const MAPPED_BITS = 96;
MAPPED.addSubnet("::ffff:0:0", MAPPED_BITS, "ipv6");

/**
 * Whether an address is in one of the ranges. IPv4 within IPv6 counts as IPv4, in addresses and in ranges: `::/0` is all of IPv6 and nobody
 * of IPv4. What is no address is in none.
 */
export function within(ranges: Ranges): (address: string | undefined) => boolean {
  if (ranges == null) return () => true;
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const range of ranges) {
    const [address = "", length] = range.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    const isWide = length !== undefined && Number(length) < MAPPED_BITS;
    const list = lists[isWide ? family : versionOf(address)];
    if (length === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(length), family);
  }
  return (given) => {
    // A link-local address bears the name of its interface (RFC 4007 §11).
    const [address = ""] = (given ?? "").split("%");
    return lists[versionOf(address)].check(address, isIPv6(address) ? "ipv6" : "ipv4");
  };
}

function versionOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) && !MAPPED.check(address, "ipv6") ? "ipv6" : "ipv4";
}

/** Whether a host to listen on is reached from its own machine alone. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
