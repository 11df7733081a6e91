/** Who talks to whom in the mill, over which network, and the desk's queues and dialogs for them. Every CSR is on XMPP. */

/** The networks that customers are on. */
export type MillNetwork = "xmpp" | "matrix" | "irc";

/** In the order of the tables. */
export const MILL_NETWORKS: readonly MillNetwork[] = ["xmpp", "matrix", "irc"];

/** A conversation: customer and CSR by their user names, and what stands in the configuration for the two of them. */
export interface MillTalk {
  readonly network: MillNetwork;
  readonly customer: string;
  readonly csr: string;
  /** The handle that the customer writes to; its dialog, queue and skill are called the same. */
  readonly handle: string;
  /** Pause between two messages of either side. */
  readonly paceMs: number;
}

/** Synapse takes some twenty messages in a second; more would test its patience. */
export const TALKS: readonly MillTalk[] = [
  { network: "xmpp", customer: "anna", csr: "ada", handle: "support", paceMs: 60 },
  { network: "xmpp", customer: "ben", csr: "bob", handle: "billing", paceMs: 60 },
  { network: "matrix", customer: "mia", csr: "max", handle: "care", paceMs: 250 },
  { network: "irc", customer: "ira", csr: "ivo", handle: "chat", paceMs: 60 },
];

/** Messages in a second that are for people on that network: customers' own, and all that is for CSRs on XMPP. */
export function writtenPerSecond(network: MillNetwork): number {
  const perSecond = (talks: readonly MillTalk[]) => talks.reduce((sum, { paceMs }) => sum + 1000 / paceMs, 0);
  const toCustomers = perSecond(TALKS.filter((talk) => talk.network === network));
  return network === "xmpp" ? toCustomers + perSecond(TALKS) : toCustomers;
}

/** routing.yaml: a queue for each. */
export function routingFor(talks: readonly MillTalk[]): string {
  const queues = talks.map(
    ({ handle }) => `  ${handle}:
    name: ${capitalized(handle)}
    skills: {${handle}: 1}
    strategies: [longest-idle]
    offerSeconds: 60
`,
  );
  return `skills: [${talks.map(({ handle }) => handle).join(", ")}]\nqueues:\n${queues.join("")}`;
}

/** dialogs.yaml: one question, and then the queue. */
export function dialogsFor(talks: readonly MillTalk[]): string {
  const dialogs = talks.map(
    ({ handle }) => `  ${handle}:
    steps:
      - say: "Hello! This is Example."
      - identify: {account: false, askName: "What is your name?"}
      - route: ${handle}
`,
  );
  return `person: ${talks[0]?.handle}\ndialogs:\n${dialogs.join("")}`;
}

/** The `handles:` of a network, indented by four. */
export function handlesFor(talks: readonly MillTalk[]): string {
  const lines = talks.map(({ handle }) => `      ${handle}: {name: ${capitalized(handle)}, dialog: ${handle}}\n`);
  return `    handles:\n${lines.join("")}`;
}

/** The `csrs:` of people.yaml, indented by two. */
export function csrsFor(talks: readonly MillTalk[], domain: string): string {
  return talks
    .map(
      ({ csr, handle }) => `  ${csr}:
    name: ${capitalized(csr)}
    addresses:
      - inner: ${csr}@${domain}
    skills: {${handle}: 3}
    capacity: 3
`,
    )
    .join("");
}

export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
