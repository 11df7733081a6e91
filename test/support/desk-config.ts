/** Pieces of a test desk's configuration: its networks, its CSRs, what it asks and where it sends people. */
import type { Synapse } from "./synapse.ts";
import type { XmppServerAddresses } from "./xmpp-server.ts";

/** The XMPP network as an external component. `port` where there is a wire in between. */
export function componentNetwork(server: XmppServerAddresses, port = server.componentPort): string {
  return `  xmpp:
    adapter: xmpp
    title: XMPP
    mode: component
    domain: ${server.componentDomain}
    host: ${server.host}
    port: ${port}
    secret: ${server.componentSecret}
    handles:
      support: {name: Support, dialog: welcome}
      billing: {name: Billing, dialog: money}
`;
}

/** The XMPP network as one ordinary account, which is its only handle. `port` where there is a wire in between. */
export function accountNetwork(
  server: XmppServerAddresses,
  user: string,
  password: string,
  port = server.clientPort,
): string {
  return `  xmpp:
    adapter: xmpp
    title: XMPP
    mode: account
    jid: ${user}@${server.domain}
    password: ${password}
    host: 127.0.0.1
    port: ${port}
    tls: none
    handles:
      ${user}: {name: Support, dialog: welcome}
`;
}

/** The Matrix network as an application service, looked at every second. */
export function matrixNetwork({ url, serverName, serviceId, asToken, hsToken }: Synapse): string {
  return `  matrix:
    adapter: matrix
    title: Matrix
    mode: appservice
    homeserver: ${url}
    serverName: ${serverName}
    id: ${serviceId}
    asToken: ${asToken}
    hsToken: ${hsToken}
    limits: {healthSeconds: 1}
    handles:
      support: {name: Support, dialog: welcome}
      billing: {name: Billing, dialog: money}
`;
}

/** The desk's own chat and console, with the same two handles. */
export function webNetwork(): string {
  return `  web:
    adapter: web
    title: Web
    samplePage: false
    graceSeconds: 1
    handles:
      support: {name: Support, dialog: welcome}
      billing: {name: Billing, dialog: money}
`;
}

/** A CSR as people.yaml has them. */
export interface CsrEntry {
  readonly id: string;
  readonly name: string;
  /** `xmpp: ada@im.test` */
  readonly address: string;
  readonly skill: "support" | "billing";
  readonly capacity?: number;
}

export function csrEntries(...entries: readonly CsrEntry[]): string {
  return entries
    .map(
      ({ id, name, address, skill, capacity = 3 }) => `  ${id}:
    name: ${name}
    addresses:
      - ${address}
    skills: {${skill}: 3}
    capacity: ${capacity}
`,
    )
    .join("");
}

/** Two queues, so that a test chooses its CSR by the handle that the customer writes to. */
export const TWO_QUEUES = `
skills: [support, billing]
queues:
  support:
    name: Support
    skills: {support: 1}
    strategies: [longest-idle]
    offerSeconds: 60
  billing:
    name: Billing
    skills: {billing: 1}
    strategies: [longest-idle]
    offerSeconds: 60
`;

/** One question, and then a person: `support` for whoever writes to the one handle, `billing` for the other. */
export const TWO_DIALOGS = `
person: support
dialogs:
  welcome:
    steps:
      - say: "Hello! This is Example."
      - identify: {account: false, askName: "What is your name?"}
      - route: support
  money:
    steps:
      - say: "Hello! This is Example."
      - identify: {account: false, askName: "What is your name?"}
      - route: billing
`;
