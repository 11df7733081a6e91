/** Whether a request comes from a page of the desk itself: the first defence against requests that other sites make in people's names. */
import type { FastifyRequest } from "fastify";

/**
 * Browsers name the origin of every POST and WebSocket (RFC 6454 §7); none, or a foreign one, is refused. Where the browser says what
 * kind of site asked (Fetch Metadata), that must fit, too: a page of a sibling domain is none of ours. `publicOrigin`: where people
 * reach the desk when a proxy stands before it.
 */
export function isOwnOrigin(request: FastifyRequest, publicOrigin: string | null): boolean {
  const origin = URL.parse(request.headers.origin ?? "");
  if (origin === null) {
    return false;
  }
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") {
    return false;
  }
  const published = URL.parse(publicOrigin ?? "");
  return origin.host === request.host || (published !== null && origin.origin === published.origin);
}

/** Whether the connection to the browser is encrypted, here or at the proxy in front. */
export function isSecure(request: FastifyRequest, publicOrigin: string | null): boolean {
  return request.protocol === "https" || (publicOrigin ?? "").startsWith("https:");
}
