/** Headers of the pages themselves. The HTTP server has defaults for every answer; these say who may frame a page. */

export class PageHeaders {
  /** Of pages that nobody may frame. */
  readonly own: Readonly<Record<string, string>>;
  /** Of the chat, which the configured origins may frame. */
  readonly framed: Readonly<Record<string, string>>;

  constructor(embedOrigins: readonly string[]) {
    this.own = headers("'none'");
    this.framed = headers(["'self'", ...embedOrigins].join(" "));
  }
}

function headers(frameAncestors: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join("; ");
  return { "content-security-policy": policy, "cache-control": "no-store", vary: "cookie" };
}
