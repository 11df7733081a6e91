import { fileURLToPath } from "node:url";
import { ServerProcess } from "./server-process.ts";
import { Arrivals, DEFAULT_LIMIT_MS, START_LIMIT_MS, within } from "./wait.ts";
import type { XmppServerAddresses } from "./xmpp-server.ts";

/** A stanza that slixmpp received, raw XML included. */
export interface SlixmppStanza {
  readonly event: "stanza";
  readonly kind: "message" | "presence" | "iq";
  readonly type: string;
  readonly sender: string;
  readonly id: string;
  readonly body: string;
  readonly xml: string;
}

/** Everything that slixmpp reports. `receipt` comes from its own receipts plugin (XEP-0184). */
export type SlixmppEvent =
  | SlixmppStanza
  | { readonly event: "online"; readonly jid: string }
  | { readonly event: "offline" }
  | { readonly event: "receipt"; readonly id: string; readonly sender: string }
  | SlixmppSoftwareAnswer
  | { readonly event: "error"; readonly text: string };

/** The answer to `software`: a name and version, or the error condition. */
export interface SlixmppSoftwareAnswer {
  readonly event: "software";
  readonly query: string;
  readonly name?: string;
  readonly version?: string;
  readonly os?: string;
  readonly error?: string;
}

/** What may go with a message. */
export interface SlixmppMessageOptions {
  readonly id?: string;
  /** Ask for a receipt (XEP-0184). */
  readonly receipt?: boolean;
  /** Ask for a displayed marker (XEP-0333). */
  readonly markable?: boolean;
  /** Chat state (XEP-0085). */
  readonly state?: ChatState;
  /** The id of the message that this one corrects (XEP-0308). */
  readonly replaces?: string;
}

/** XEP-0085. */
export type ChatState = "active" | "composing" | "paused" | "inactive" | "gone";

/** Show values of RFC 6121, subscription types, and a status text. */
export interface SlixmppPresence {
  readonly to?: string;
  readonly type?: string;
  readonly show?: "away" | "chat" | "dnd" | "xa";
  readonly status?: string;
}

/** A real slixmpp client. It answers receipts, versions and discovery by itself, as slixmpp's plugins do. */
export interface Slixmpp {
  readonly jid: string;
  readonly events: Arrivals<SlixmppEvent>;
  message(to: string, body: string, options?: SlixmppMessageOptions): void;
  state(to: string, state: ChatState): void;
  /** Says that the message with this id was displayed (XEP-0333). */
  displayed(to: string, id: string): void;
  presence(presence?: SlixmppPresence): void;
  /** Sends XML as it is. */
  raw(xml: string): void;
  /** Asks for the software version (XEP-0092) of somebody. */
  software(to: string): Promise<SlixmppSoftwareAnswer>;
  nextMessage(match?: (stanza: SlixmppStanza) => boolean, limitMs?: number): Promise<SlixmppStanza>;
  nextStanza(description: string, match: (stanza: SlixmppStanza) => boolean, limitMs?: number): Promise<SlixmppStanza>;
  /** Resolves when the receipt for the message with this id has arrived. */
  nextReceipt(id: string, limitMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Debian's own Python: its slixmpp is not installed for any other that may come first in PATH. */
const PYTHON = "/usr/bin/python3";

/** Logs a slixmpp client in, in that network namespace; resolves when it is online and available. */
export async function startSlixmpp(
  server: XmppServerAddresses,
  user: string,
  password: string,
  namespace?: string,
): Promise<Slixmpp> {
  const script = fileURLToPath(new URL("slixmpp_client.py", import.meta.url));
  const client = new ServerProcess({
    name: "slixmpp",
    program: PYTHON,
    args: [script, `${user}@${server.domain}`, password, server.host, String(server.clientPort)],
    ...(namespace === undefined ? {} : { namespace }),
    env: { PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1" },
  });
  const events = new Arrivals<SlixmppEvent>((event) => JSON.stringify(event));
  client.onLine((line) => events.push(JSON.parse(line) as SlixmppEvent));
  const first = await Promise.race([
    events.next("slixmpp to log in", (event) => event.event === "online" || event.event === "error", START_LIMIT_MS),
    client.wait(START_LIMIT_MS),
  ]);
  if (typeof first === "string" || first.event !== "online") {
    await client.kill();
    throw new Error(`slixmpp could not log in as ${user}@${server.domain}: ${JSON.stringify(first)}\n${client.output}`);
  }
  return describe(client, events, first.jid);
}

function describe(client: ServerProcess, events: Arrivals<SlixmppEvent>, jid: string): Slixmpp {
  const command = (fields: object) => client.writeLine(JSON.stringify(fields));
  const nextStanza = async (description: string, match: (stanza: SlixmppStanza) => boolean, limitMs?: number) =>
    (await events.next(
      `slixmpp to receive ${description}`,
      (event) => event.event === "stanza" && match(event),
      limitMs,
    )) as SlixmppStanza;
  return {
    jid,
    events,
    nextStanza,
    message: (to, body, options = {}) => command({ do: "message", to, body, ...options }),
    state: (to, state) => command({ do: "state", to, state }),
    displayed: (to, id) => command({ do: "displayed", to, id }),
    presence: (presence = {}) => command({ do: "presence", ...presence }),
    raw: (xml) => command({ do: "raw", xml }),
    software: async (to) => {
      const query = crypto.randomUUID();
      command({ do: "software", to, query });
      const answers = (event: SlixmppEvent) => event.event === "software" && event.query === query;
      return (await events.next(`slixmpp to learn the software of ${to}`, answers)) as SlixmppSoftwareAnswer;
    },
    nextMessage: (match = () => true, limitMs = DEFAULT_LIMIT_MS) =>
      nextStanza("a message", (s) => s.kind === "message" && s.body !== "" && match(s), limitMs),
    nextReceipt: async (id, limitMs = DEFAULT_LIMIT_MS) => {
      const isReceipt = (event: SlixmppEvent) => event.event === "receipt" && event.id === id;
      await events.next(`slixmpp to receive the receipt for ${id}`, isReceipt, limitMs);
    },
    stop: () => within(START_LIMIT_MS, "slixmpp to stop", client.stop()),
  };
}
