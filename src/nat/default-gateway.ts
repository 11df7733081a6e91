/** The router of this machine's default route, from the kernel's table. */
import { readFileSync } from "node:fs";
import { endianness } from "node:os";

const ROUTES = "/proc/net/route";
/** The route is up and leads over a gateway (RTF_UP, RTF_GATEWAY). */
const OVER_A_GATEWAY = 0x3;

/** Of IPv4; null where there is no such route. Throws where the system has no such table: then the gateway must be configured. */
export function readDefaultGateway(): string | null {
  return defaultGateway(readFileSync(ROUTES, "ascii"));
}

/** The same of the table's text: of several the one with the least metric. */
export function defaultGateway(table: string, order: "LE" | "BE" = endianness()): string | null {
  const routes = table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/u))
    .flatMap(([, destination, gateway = "", flags = "", , , metric = "", mask]) =>
      destination === "00000000" && mask === "00000000" && /^[0-9A-Fa-f]{8}$/u.test(gateway)
        ? [{ gateway, flags: Number.parseInt(flags, 16), metric: Number(metric) }]
        : [],
    )
    .filter(({ flags }) => (flags & OVER_A_GATEWAY) === OVER_A_GATEWAY)
    .sort((a, b) => a.metric - b.metric);
  const [first] = routes;
  return first === undefined ? null : dotted(first.gateway, order);
}

/** The kernel writes the address as a number of its own byte order. */
function dotted(hex: string, order: "LE" | "BE"): string {
  const bytes = [...Buffer.from(hex, "hex")];
  return (order === "LE" ? bytes.reverse() : bytes).join(".");
}
