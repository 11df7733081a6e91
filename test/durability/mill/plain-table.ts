/** What the plain relay is started with, and what it says when it is ready. */

/** Said on stdout once it can be written to. */
export const READY = "ready";

/** A component's domain, and the port of 127.0.0.1 where its server is. */
export interface Attachment {
  readonly domain: string;
  readonly port: number;
}

/** Who talks to whom. All addresses are bare. */
export interface PlainRelayTable {
  readonly secret: string;
  readonly customers: Attachment;
  readonly csrs: Attachment;
  readonly talks: readonly {
    readonly customer: string;
    readonly csr: string;
    /** What the customer writes to. */
    readonly handle: string;
    /** What the CSR writes to. */
    readonly alias: string;
  }[];
}
