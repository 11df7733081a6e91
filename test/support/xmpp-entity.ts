/** An XMPP stream's library half for tests in which the server is the test. */
import { once } from "node:events";
import type { LibraryEntity } from "../../adapters/xmpp/stream.ts";

/** For streams of a few short stanzas. */
export const STREAM_LIMITS = {
  stanzaCharacters: 10_000,
  streamCharacters: 20_000,
  depth: 10,
  nodes: 100,
  attributes: 20,
  nameCharacters: 100,
};

/** Ours, in the shape of the library's. */
export interface LentSocket extends NodeJS.EventEmitter {
  connect(): void;
  write(text: string): void;
}

/** As much of an xmpp.js entity as opens a stream and leaves the rest to ours. */
export function makeEntity(restarted: (socket: LentSocket) => void = () => undefined): LibraryEntity {
  let socket: LentSocket | null = null;
  const entity = {
    options: { domain: "im.test" },
    reconnect: { stop: () => undefined },
    timeout: 1_000,
    on: () => undefined,
    connect: async () => {
      const { Socket: Lent } = entity as unknown as { Socket: new () => LentSocket };
      socket = new Lent();
      const connected = once(socket, "connect");
      socket.connect();
      await connected;
    },
    open: async () => {
      const { Parser } = entity as unknown as { Parser: new () => unknown };
      new Parser();
    },
    restart: async () => (socket === null ? undefined : restarted(socket)),
  };
  return entity;
}
