/** Security headers of every answer; a route that needs another value sets it itself (a chat that may be framed). */

/** The policy of pages: everything from this server, no inline script or style, no plug-ins, no foreign frames. */
export function contentSecurityPolicy(frameAncestors: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors.length === 0 ? "'none'" : frameAncestors.join(" ")}`,
  ].join("; ");
}

/** Seconds for which browsers ask this host by HTTPS alone once they have reached it so (RFC 6797): a year. */
const STRICT_TRANSPORT_SECONDS = 31_536_000;

/** What every answer bears. `isSecure`: it goes out over TLS, here or at the proxy in front. */
export function securityHeaders(isSecure: boolean): Readonly<Record<string, string>> {
  return isSecure
    ? { ...SECURITY_HEADERS, "strict-transport-security": `max-age=${STRICT_TRANSPORT_SECONDS}` }
    : SECURITY_HEADERS;
}

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": contentSecurityPolicy([]),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  // Whatever no page of another site has to show (its own exceptions say so: the widget, files that people sent).
  "cross-origin-resource-policy": "same-origin",
  "x-permitted-cross-domain-policies": "none",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
  "cache-control": "no-store",
};
