/** People in the mill, each with a client of their own network: what they write, what they are shown, what is said of their messages. */
import { xml } from "@xmpp/client";
import { IrcClient } from "../../support/irc-client.ts";
import type { IrcServer } from "../../support/irc-server.ts";
import { Arrivals } from "../../support/wait.ts";
import { connectXmppClient } from "../../support/xmpp-client.ts";
import type { XmppServer } from "../../support/xmpp-server.ts";
import { approveContacts, bodyOf, RECEIPT_REQUEST, receiptOf } from "../../support/xmpp-talk.ts";

/** A message as a client shows it. */
export interface Heard {
  /** As from whom: what the person would write to. */
  readonly from: string;
  readonly text: string;
  /** By which the client could tell that it has shown it before; empty on IRC, which has none. */
  readonly id: string;
}

/** What becomes of a message that somebody has written, by the id they gave it. */
export interface Answers {
  /** Somebody answers for it now: on XMPP the desk (XEP-0184), on Matrix the homeserver, which is to bring it to the desk. */
  receipted(id: string): void;
  /** It was refused, and the person knows. */
  returned(id: string): void;
}

export interface MillPerson {
  readonly name: string;
  readonly heard: Arrivals<Heard>;
  /** Resolves when the network has it, or has refused it. Rejects when the client has lost its own link: then it has missed messages. */
  write(to: string, text: string, id: string): Promise<void>;
  stop(): Promise<void>;
}

export async function xmppPerson(server: XmppServer, name: string, answers: Answers): Promise<MillPerson> {
  await server.register(name, "secret");
  const client = await connectXmppClient({ server, user: name, password: "secret" });
  approveContacts(client);
  const heard = new Arrivals<Heard>(JSON.stringify);
  client.onStanza((stanza) => {
    if (!stanza.is("message")) return;
    const id = String(stanza.attrs.id);
    if (stanza.attrs.type === "error") return answers.returned(id);
    const receipt = receiptOf(stanza);
    if (receipt !== null) answers.receipted(receipt);
    const text = bodyOf(stanza);
    if (text !== "") heard.push({ from: String(stanza.attrs.from).replace(/\/.*$/u, ""), text, id });
  });
  return {
    name,
    heard,
    write: (to, text, id) =>
      client.send(xml("message", { to, id, type: "chat" }, xml("body", {}, text), RECEIPT_REQUEST)),
    stop: () => client.stop(),
  };
}

/** Behind each message goes a PING: when its answer comes, the server has brought the message to somebody, or has said that nobody is there. */
export async function ircPerson(server: IrcServer, name: string, answers: Answers): Promise<MillPerson> {
  const client = await IrcClient.connect(server, name);
  const heard = new Arrivals<Heard>(JSON.stringify);
  const pending = new Map<string, () => void>();
  const underWay: string[] = [];
  client.lines.listen(({ nick, command, params }) => {
    const [, text = ""] = params;
    if (command === "PRIVMSG") heard.push({ from: nick, text, id: "" });
    if (command === "401" && underWay[0] !== undefined) answers.returned(underWay[0]);
    const last = params.at(-1) ?? "";
    if (command === "PONG" && pending.has(last)) {
      underWay.splice(underWay.indexOf(last), 1);
      pending.get(last)?.();
      pending.delete(last);
    }
  });
  return {
    name,
    heard,
    write: (to, text, id) =>
      new Promise((resolve) => {
        pending.set(id, resolve);
        underWay.push(id);
        client.write(`PRIVMSG ${to} :${text}\r\nPING :${id}`);
      }),
    stop: async () => client.stop(),
  };
}
