import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import { type Element, Parser } from "@xmpp/xml";
import { Arrivals, START_LIMIT_MS, within } from "./wait.ts";
import type { XmppServerAddresses } from "./xmpp-server.ts";

/** A bare external component (XEP-0114), written for the tests so that they have a far end independent of ours. */
export interface XmppComponent {
  readonly domain: string;
  readonly stanzas: Arrivals<Element>;
  send(stanza: Element): void;
  /** Writes text to the stream as it is. */
  sendRaw(text: string): void;
  /** Called for every stanza from now on. */
  onStanza(listener: (stanza: Element) => void): void;
  stop(): void;
}

/** Connects as a component of that server; `domain` is its first one unless given. */
export async function connectXmppComponent(server: XmppServerAddresses, domain?: string): Promise<XmppComponent> {
  const own = domain ?? server.componentDomain;
  const socket = connect(server.componentPort, "127.0.0.1").setEncoding("utf8").setNoDelay(true);
  const stanzas = new Arrivals<Element>(String);
  const listeners: ((stanza: Element) => void)[] = [];
  const deliver = (stanza: Element) => {
    stanzas.push(stanza);
    for (const listener of listeners) {
      listener(stanza);
    }
  };
  await within(
    START_LIMIT_MS,
    `the login of component ${own}`,
    handshake(socket, own, server.componentSecret, deliver),
  );
  return {
    domain: own,
    stanzas,
    send: (stanza) => socket.write(stanza.toString()),
    sendRaw: (text) => socket.write(text),
    onStanza: (listener) => listeners.push(listener),
    stop: () => socket.end("</stream:stream>"),
  };
}

function handshake(socket: Socket, domain: string, secret: string, deliver: (stanza: Element) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const parser = new Parser();
    socket.on("data", (text: string) => parser.write(text));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`The server closed the stream of component ${domain}.`)));
    socket.on("connect", () =>
      socket.write(
        `<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}'>`,
      ),
    );
    parser.on("start", (stream: Element) => {
      const digest = createHash("sha1").update(`${stream.attrs.id}${secret}`).digest("hex");
      socket.write(`<handshake>${digest}</handshake>`);
    });
    parser.on("element", (element: Element) => {
      if (element.is("handshake")) {
        resolve();
      } else if (element.getName() === "error") {
        reject(new Error(`The server refused component ${domain}: ${element.toString()}`));
      } else {
        deliver(element);
      }
    });
    parser.on("error", reject);
  });
}
