/** Cookies of the web network (RFC 6265): read from a header, written for one. Values are tokens, so nothing is escaped. */

export interface CookieAttributes {
  readonly path: string;
  readonly maxAgeSeconds: number;
  /** True when people reach the server by https. */
  readonly secure: boolean;
  /**
   * Strict: never sent when another site leads here. Lax: sent when a link leads here, so that a visitor is known again.
   * Partitioned: also sent in a frame on another site, to each site a cookie of its own (needs https).
   */
  readonly sameSite: "Strict" | "Lax" | "Partitioned";
}

/** The first value of that name: the most specific path comes first (RFC 6265 §5.4). */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const part of (header ?? "").split(";")) {
    const [given, ...value] = part.trim().split("=");
    if (given === name) {
      return value.join("=");
    }
  }
  return null;
}

/**
 * The name of a cookie for the pages at `path`. Over https it has the prefix by which browsers make sure that this very host set
 * it, for all of its paths and over https (RFC 6265bis §4.1.3.2), so that no other host of the domain can plant one; the path is part
 * of the name then, to keep two web networks apart.
 */
export function cookieName(name: string, path: string, secure: boolean): string {
  return secure ? `__Host-${name}${path.slice(0, -1).replaceAll("/", ".")}` : name;
}

export function writeCookie(name: string, value: string, attributes: CookieAttributes): string {
  const { path, maxAgeSeconds, secure, sameSite } = attributes;
  const site = sameSite === "Partitioned" ? ["SameSite=None", "Partitioned"] : [`SameSite=${sameSite}`];
  const fields = [`${name}=${value}`, `Path=${path}`, `Max-Age=${maxAgeSeconds}`, ...site, "HttpOnly"];
  return [...fields, ...(secure ? ["Secure"] : [])].join("; ");
}
