/** Types of what is used of nat-pmp 1.0.0, which has none. */
declare module "nat-pmp" {
  import type { Socket } from "node:dgram";

  /** What a gateway answered. `ip` of an answer about its address, the rest of one about a port. */
  interface GatewayReply {
    /** Seconds since the gateway began to keep its mappings (RFC 6886 §3.6). */
    readonly epoch: number;
    readonly ip?: readonly number[];
    readonly public?: number;
    /** Lifetime in seconds that was granted. */
    readonly ttl?: number;
  }

  /** `error.code` is the gateway's result code (RFC 6886 §3.5), or the system's of a socket. */
  type Callback = (error: Error | null, reply?: GatewayReply) => void;

  interface PortOptions {
    readonly type: "tcp" | "udp";
    readonly private: number;
    readonly public: number;
    readonly ttl: number;
  }

  class Client {
    constructor(gateway: string);
    socket: Socket | null;
    /** Looked up anew for each datagram, so it can be replaced. */
    onmessage: (message: Buffer, from: { readonly address: string; readonly port: number }) => void;
    connect(): void;
    externalIp(callback: Callback): void;
    portMapping(options: PortOptions, callback: Callback): void;
    on(event: "error", listener: (error: Error) => void): void;
    close(): void;
  }

  /** The ports are read at each use, so they can be set. */
  const natPmp: { CLIENT_PORT: number; SERVER_PORT: number; readonly Client: typeof Client };
  export = natPmp;
}
