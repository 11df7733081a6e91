/** The part of @xmpp/component (0.13) that is used; it brings no types of its own. */
declare module "@xmpp/component" {
  /** An external component (XEP-0114). `service` is `xmpp://host:port`. */
  export function component(options: {
    readonly service: string;
    readonly domain: string;
    readonly password: string;
  }): unknown;
}
