/**
 * A component listener without a server behind it (XEP-0114): it lets anybody in, hands them what the crowd writes, and gives them
 * back what they send to themselves. So what is measured is the component alone.
 */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import type { Seat, XmppCrowd } from "./xmpp-crowd.ts";

export const STUB = { domain: "im.test", componentDomain: "gw.im.test", componentSecret: "s3cret" } as const;

export interface Stub {
  readonly port: number;
  /** Somebody behind the listener. */
  person(name: string, role: Seat["role"]): Seat;
  /** Writes that, from nobody in particular. */
  write(xml: string): void;
  stop(): void;
}

const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='1' from='gw.im.test'>";

/** What the component writes is given to `crowd`; it may connect at any time after that, and again. */
export async function openStub(crowd: Pick<XmppCrowd, "ear" | "seat">): Promise<Stub> {
  let component: Socket | null = null;
  let pending = "";
  const server: Server = createServer({ noDelay: true }, (socket) => {
    component = socket;
    socket.setEncoding("utf8");
    socket.on("error", () => {});
    socket.on("data", talk(socket, crowd.ear(null)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // One write a turn of the event loop, as a server under load does.
  const write = (xml: string): void => {
    if (pending === "") {
      setImmediate(() => {
        component?.write(pending);
        pending = "";
      });
    }
    pending += xml;
  };
  return {
    port: (server.address() as AddressInfo).port,
    person(name, role) {
      const seat = { jid: `${name}@${STUB.domain}/x`, role, write };
      crowd.seat(seat);
      return seat;
    },
    write,
    stop() {
      component?.destroy();
      server.close();
    },
  };
}

/** Opening and handshake first; then everything is heard, and requests of the component to itself come back. */
function talk(socket: Socket, hear: (text: string) => void): (text: string) => void {
  let phase: "opening" | "handshake" | "open" = "opening";
  let rest = "";
  return (text) => {
    if (phase === "open") {
      rest = echo(socket, rest + text, hear);
      return;
    }
    rest += text;
    if (phase === "opening" && rest.includes("<stream:stream")) {
      phase = "handshake";
      rest = "";
      socket.write(HEADER);
    } else if (phase === "handshake" && rest.includes("</handshake>")) {
      phase = "open";
      rest = "";
      socket.write("<handshake/>");
    }
  };
}

const OWN = `to='${STUB.componentDomain}'`;

/** Hands on whole stanzas only up to the last `<iq` that has not ended. */
function echo(socket: Socket, text: string, hear: (text: string) => void): string {
  let read = 0;
  for (let start = text.indexOf("<iq "); start >= 0; start = text.indexOf("<iq ", read)) {
    const end = text.indexOf("</iq>", start);
    if (end < 0) {
      hear(text.slice(read, start));
      return text.slice(start);
    }
    const iq = text.slice(start, end + "</iq>".length);
    hear(text.slice(read, start));
    if (iq.includes(OWN)) socket.write(iq);
    else hear(iq);
    read = end + "</iq>".length;
  }
  const tail = Math.max(read, text.length - "<iq ".length);
  const lastTag = text.indexOf("<", tail);
  const upTo = lastTag < 0 ? text.length : lastTag;
  hear(text.slice(read, upTo));
  return text.slice(upTo);
}
