/** IRC in the crossing table: a real ngIRCd for each way to be there. */
import { nickFor } from "../../../adapters/irc/aliases.ts";
import { irc } from "../../../adapters/irc/index.ts";
import type { AdapterModule } from "../../../src/adapter.ts";
import { IrcClient } from "../../support/irc-client.ts";
import type { IrcServer } from "../../support/irc-server.ts";
import { startNgircd } from "../../support/ngircd.ts";
import type { CrossingNetwork } from "../crossing.ts";
import { IrcFarPerson } from "../irc-far-person.ts";

const HANDLE = "support";
const CLERK = "clerk";

/** Room for a nick in every line, as the adapter's own default. */
const NICK_LENGTH = 30;

export async function openIrc(name: string, mode: "client" | "server"): Promise<CrossingNetwork> {
  const server = await startNgircd();
  let people = 0;
  const person = async (nick: string) => {
    const client = await IrcClient.connect(server, nick);
    const names = {
      nickOf: (desk: string) => nickFor(desk, NICK_LENGTH),
      // A person knows an alias by its nick, and writes to that.
      deskOf: (from: string) => (from.includes(".") || from === nick ? null : from),
    };
    return { person: new IrcFarPerson(name, client, names), stop: async () => client.stop() };
  };
  return {
    name,
    module: irc as AdapterModule<unknown>,
    section: `    adapter: irc\n    mode: ${mode}\n${mode === "client" ? nickKeys(server) : linkKeys(server)}`,
    handle: HANDLE,
    csrAddress: CLERK,
    csr: () => person(CLERK),
    customer: (_desk, user) => {
      people += 1;
      // A name of one word is a nick as it is; others would take their room from the text.
      return person(user.includes("-") ? `anna${people}` : user);
    },
    close: () => server.remove(),
  };
}

function nickKeys(server: IrcServer): string {
  return `    host: 127.0.0.1
    port: ${server.port}
    tls: false
    nick: ${HANDLE}
    password: ${server.password}
    limits: {burst: 10000, lineMs: 0, presenceSeconds: 1, regainSeconds: 1}`;
}

function linkKeys(server: IrcServer): string {
  return `    host: 127.0.0.1
    port: ${server.port}
    tls: false
    serverName: ${server.linkName}
    password: ${server.linkPassword}
    peerPassword: ${server.linkPassword}
    limits: {regainSeconds: 1}`;
}
