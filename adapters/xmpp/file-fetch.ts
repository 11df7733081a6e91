/**
 * Fetches what somebody has uploaded to their own server (XEP-0363) and sent as a link (XEP-0066). The link was written by a
 * stranger, so it leads only where that stranger's own server is, or the service it names for uploads, never into the network the
 * desk stands in, and no further: redirects are not followed, the time is limited, and whoever reads the bytes stops where there
 * are too many.
 */
import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { domainToASCII } from "node:url";

export interface FetchRules {
  /** The domain of the sender's address, which their server has vouched for. */
  readonly domain: string;
  /** The upload services that server names; they may be anywhere. */
  readonly services: readonly string[];
  /** `host` or `host:port` that the admin trusts: there plain http and private addresses are allowed. */
  readonly trusted: readonly string[];
  readonly seconds: number;
}

export type Fetched =
  | { readonly kind: "fetched"; readonly name: string; readonly chunks: AsyncIterable<Uint8Array>; end(): void }
  /** `reason` is a constant, for the log. */
  | { readonly kind: "refused"; readonly reason: "address" | "not found" | "unreachable" };

/** What is not the public Internet (RFC 6890). Of IPv6 only 2000::/3 is, without what embeds IPv4 or is for documents. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, "ipv4");
}
const GLOBAL_IPV6 = new BlockList();
GLOBAL_IPV6.addSubnet("2000::", 3, "ipv6");
for (const [network, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  PRIVATE.addSubnet(network, prefix, "ipv6");
}

/** Whether an address is one of the public Internet. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !PRIVATE.check(address, "ipv4");
  return isIP(address) === 6 && GLOBAL_IPV6.check(address, "ipv6") && !PRIVATE.check(address, "ipv6");
}

/** Of https itself (which a URL leaves out), and where Prosody and ejabberd have it by default. */
const PORTS: ReadonlySet<string> = new Set(["", "5281", "5443"]);

/** The address if it may be fetched at all, before any name is resolved; else null. */
export function fetchable(
  link: string,
  { domain, services, trusted }: Omit<FetchRules, "seconds">,
): { url: URL; isTrusted: boolean } | null {
  const url = URL.parse(link);
  if (url === null || url.username !== "" || url.password !== "") return null;
  if (trusted.includes(url.host)) {
    return url.protocol === "https:" || url.protocol === "http:" ? { url, isTrusted: true } : null;
  }
  const host = url.hostname.toLowerCase();
  // Addresses have domains as people write them, URLs as DNS has them.
  const own = domainToASCII(domain);
  const isTheirs =
    own !== "" &&
    (host === own || host.endsWith(`.${own}`) || services.some((service) => domainToASCII(service) === host));
  const isName = isIP(host.replace(/^\[|\]$/gu, "")) === 0;
  return url.protocol === "https:" && PORTS.has(url.port) && isTheirs && isName ? { url, isTrusted: false } : null;
}

/** Resolves once the head of the answer is there. `signal` ends it. */
export async function fetchFile(link: string, rules: FetchRules, signal: AbortSignal): Promise<Fetched> {
  const allowed = fetchable(link, rules);
  if (allowed === null) return { kind: "refused", reason: "address" };
  const { url, isTrusted } = allowed;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(rules.seconds * 1_000)]);
  const answer = await ask(url, isTrusted, limit).catch(() => null);
  if (answer === null) return { kind: "refused", reason: "unreachable" };
  if (answer.statusCode !== 200) {
    answer.destroy();
    return { kind: "refused", reason: "not found" };
  }
  const name = lastPart(url);
  return { kind: "fetched", name, chunks: answer, end: () => answer.destroy() };
}

function ask(url: URL, isTrusted: boolean, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.protocol === "http:" ? requestHttp : requestHttps;
  // No connection is kept and nothing is said of the desk.
  const asked = request(url, {
    agent: false,
    signal,
    headers: { accept: "*/*" },
    ...(isTrusted ? {} : { lookup: lookupPublic }),
  });
  asked.on("response", resolve);
  asked.on("error", reject);
  asked.end();
  return promise;
}

/** Resolves a name to public addresses alone; the connection is made to what was checked, so a second answer cannot differ. */
const lookupPublic: LookupFunction = (host, options, callback) => {
  lookup(host, {
    all: true,
    family: options.family === "IPv6" ? 6 : options.family === "IPv4" ? 4 : (options.family ?? 0),
  }).then(
    (found) => {
      const [first] = found;
      if (first === undefined || !found.every(({ address }) => isPublic(address))) {
        callback(new Error("The name leads to an address that is not public."), "", 4);
      } else if (options.all === true) {
        callback(null, found);
      } else {
        callback(null, first.address, first.family);
      }
    },
    (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), "", 4),
  );
};

function lastPart(url: URL): string {
  const last = url.pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
