/** Brings the people of the mill together: everybody logged in, every customer connected to their CSR, at the desk and at the relay. */
import { randomUUID } from "node:crypto";
import { until } from "../../support/wait.ts";
import type { FlowAim } from "./ledger.ts";
import { matrixPerson } from "./matrix-person.ts";
import { type Answers, type Heard, ircPerson, type MillPerson, xmppPerson } from "./people.ts";
import type { PlainRelayTable } from "./plain-table.ts";
import { DOMAINS, type MillServers } from "./servers.ts";
import { capitalized, type MillTalk } from "./talks.ts";

/** One direction of a conversation. */
export interface Flow {
  readonly aim: FlowAim;
  readonly writer: MillPerson;
  readonly to: string;
  readonly paceMs: number;
}

const PATIENCE_MS = 60_000;
const AGAIN_MS = 5_000;

/** Customer and CSR of that talk, each with a client. */
export async function logIn(
  servers: MillServers,
  { network, customer, csr }: MillTalk,
  answers: Answers,
): Promise<readonly [MillPerson, MillPerson]> {
  const { prosody, synapse, ngircd } = servers;
  const staff = await xmppPerson(prosody, csr, answers);
  switch (network) {
    case "xmpp":
      return [await xmppPerson(prosody, customer, answers), staff];
    case "matrix":
      if (synapse === null) throw new Error("There is no homeserver for customers on Matrix.");
      return [await matrixPerson(synapse, customer, answers), staff];
    case "irc":
      if (ngircd === null) throw new Error("There is no server for customers on IRC.");
      return [await ircPerson(ngircd, customer, answers), staff];
  }
}

/** From hello to a person, at the desk; both directions of what they say from then on. */
export async function meetAtDesk(
  servers: MillServers,
  talk: MillTalk,
  [customer, csr]: readonly [MillPerson, MillPerson],
): Promise<readonly Flow[]> {
  const handle = handleOf(servers, talk);
  const name = capitalized(customer.name);
  // While the desk is not on that network yet, what is written to it is refused.
  await until(`${name} to be asked`, () => isAnswered(customer, handle, "hello", /your name/u), PATIENCE_MS);
  await customer.write(handle, name, randomUUID());
  const isOffer = ({ text }: Heard) => text.includes(name) && text.includes("/accept");
  const { from: alias } = await csr.heard.next(`an offer for ${csr.name}`, isOffer, PATIENCE_MS);
  await csr.write(alias, "/accept", randomUUID());
  for (const person of [csr, customer]) {
    await person.heard.next(`${person.name} to be connected`, ({ text }) => /connected to/u.test(text), PATIENCE_MS);
  }
  return bothWays("desk", talk, [customer, csr], { handle, alias });
}

/** The same at the plain relay, where there is nobody to ask first. */
export function meetAtRelay(
  servers: MillServers,
  talk: MillTalk,
  people: readonly [MillPerson, MillPerson],
): readonly Flow[] {
  return bothWays("relay", talk, people, plainTalk(servers, talk));
}

/** Where the two write to when they talk through the relay. */
export function plainTalk({ prosody }: MillServers, talk: MillTalk): PlainRelayTable["talks"][number] {
  const [outer, inner] = DOMAINS.relay;
  return {
    customer: `${talk.customer}@${prosody.domain}`,
    csr: `${talk.csr}@${prosody.domain}`,
    handle: `${talk.handle}@${outer}.${prosody.domain}`,
    alias: `alias-of-${talk.customer}@${inner}.${prosody.domain}`,
  };
}

async function isAnswered(person: MillPerson, to: string, text: string, answer: RegExp): Promise<boolean> {
  await person.write(to, text, randomUUID());
  const isIt = (heard: Heard) => answer.test(heard.text);
  return await person.heard.next(`the answer to ${text}`, isIt, AGAIN_MS).then(
    () => true,
    () => false,
  );
}

function bothWays(
  side: "desk" | "relay",
  { network, customer: who, paceMs }: MillTalk,
  [customer, csr]: readonly [MillPerson, MillPerson],
  { handle, alias }: { readonly handle: string; readonly alias: string },
): readonly Flow[] {
  const name = (direction: string) => `${side}-${who}-${direction}`;
  return [
    {
      aim: { network, shownOn: "xmpp", name: name("in"), reader: csr.name, as: alias },
      writer: customer,
      to: handle,
      paceMs,
    },
    {
      aim: { network, shownOn: network, name: name("out"), reader: customer.name, as: handle },
      writer: csr,
      to: alias,
      paceMs,
    },
  ];
}

/** What the customer writes to. */
function handleOf({ prosody, synapse }: MillServers, { network, handle }: MillTalk): string {
  switch (network) {
    case "xmpp":
      return `${handle}@${DOMAINS.desk[0]}.${prosody.domain}`;
    case "matrix":
      return `@${synapse?.prefix}${handle}:${synapse?.serverName}`;
    case "irc":
      return handle;
  }
}
