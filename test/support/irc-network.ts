/** The IRC networks of a test desk's configuration, and people on them. */
import { nickFor } from "../../adapters/irc/aliases.ts";
import { IrcFarPerson } from "../conformance/irc-far-person.ts";
import type { Somebody } from "./desk-people.ts";
import { IrcClient } from "./irc-client.ts";
import type { IrcServerAddresses } from "./irc-server.ts";

/** As the configuration of the tests has it. */
const NICK_LENGTH = 30;

/** The desk as a linked server: two handles, every alias a nick. */
export function linkedNetwork(server: IrcServerAddresses): string {
  return `  irc:
    adapter: irc
    title: IRC
    mode: server
    host: 127.0.0.1
    port: ${server.port}
    serverName: ${server.linkName}
    password: ${server.linkPassword}
    limits: {regainSeconds: 1}
    handles:
      support: {name: Support, dialog: welcome}
      billing: {name: Billing, dialog: money}
`;
}

/** The desk as one nick, which is its only handle; `pace` is that for a server that does not slow it down. */
export function nickNetwork(server: IrcServerAddresses, nick: string, pace = "burst: 10000, lineMs: 0"): string {
  return `  irc:
    adapter: irc
    title: IRC
    mode: client
    host: 127.0.0.1
    port: ${server.port}
    tls: false
    nick: ${nick}
    password: ${server.password}
    limits: {${pace}, presenceSeconds: 1, regainSeconds: 1}
    handles:
      ${nick}: {name: Support, dialog: welcome}
`;
}

/** Somebody with an IRC client. `desk` are the names of the desk they may see; any other nick is an alias. */
export async function ircPerson(server: IrcServerAddresses, nick: string): Promise<Somebody & { client: IrcClient }> {
  const client = await IrcClient.connect(server, nick);
  const person = new IrcFarPerson("irc", client, {
    nickOf: (desk) => nickFor(desk, NICK_LENGTH),
    // A person knows an alias by its nick, and writes to that.
    deskOf: (from) => (from.includes(".") || from === nick ? null : from),
  });
  return {
    person,
    client,
    wire: () => client.lines.all.map((line) => JSON.stringify(line)).join("\n"),
    secrets: [nick],
    own: [],
    stop: async () => client.stop(),
  };
}
