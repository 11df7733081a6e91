/** The networks of the crossing table: one row each. A new network joins with one more. */
import { closeLoopbackExchange, loopback, loopbackExchange } from "../../../adapters/loopback/index.ts";
import { web } from "../../../adapters/web/index.ts";
import { xmpp } from "../../../adapters/xmpp/index.ts";
import type { AdapterModule } from "../../../src/adapter.ts";
import { passwordOf, xmppPerson } from "../../support/desk-people.ts";
import type { ProgramName } from "../../support/programs.ts";
import { startProsody } from "../../support/prosody.ts";
import { signIn, WebPerson } from "../../support/web-person.ts";
import type { XmppServer } from "../../support/xmpp-server.ts";
import type { CrossingNetwork } from "../crossing.ts";
import { LoopbackFarPerson, SOFTWARE } from "../loopback-far-person.ts";
import { WebFarPerson } from "../web-far-person.ts";
import { openIrc } from "./irc-rows.ts";
import { openMatrix, openMatrixAccount } from "./matrix-rows.ts";

export interface CrossingRow {
  readonly name: string;
  /** For the reader of the table: what stands behind the name. */
  readonly title: string;
  /** Programs that must be on the machine. */
  readonly programs: readonly ProgramName[];
  open(): Promise<CrossingNetwork>;
}

export const CROSSING_ROWS: readonly CrossingRow[] = [
  { name: "web", title: "the desk's own chat page and console", programs: [], open: openWeb },
  {
    name: "xmpp",
    title: "XMPP, the desk as a component (Prosody)",
    programs: ["prosody"],
    open: () => openXmpp("xmpp", "component"),
  },
  {
    name: "xmpp-account",
    title: "XMPP, the desk as an ordinary account (Prosody); all conversations of a CSR in one window",
    programs: ["prosody"],
    open: () => openXmpp("xmpp-account", "account"),
  },
  {
    name: "matrix",
    title: "Matrix, the desk as an application service (Synapse)",
    programs: ["synapse"],
    open: () => openMatrix("matrix"),
  },
  {
    name: "matrix-account",
    title: "Matrix, the desk as an ordinary account (Synapse); all conversations of a CSR in one chat",
    programs: ["synapse"],
    open: () => openMatrixAccount("matrix-account", false),
  },
  {
    name: "matrix-encrypted",
    title: "the same with end-to-end encryption in every chat",
    programs: ["synapse"],
    open: () => openMatrixAccount("matrix-encrypted", true),
  },
  {
    name: "irc",
    title: "IRC, the desk as one nick (ngIRCd); all conversations of a CSR in one window",
    programs: ["ngircd"],
    open: () => openIrc("irc", "client"),
  },
  {
    name: "irc-link",
    title: "IRC, the desk as a linked server whose aliases are nicks (ngIRCd)",
    programs: ["ngircd"],
    open: () => openIrc("irc-link", "server"),
  },
  {
    name: "loopback",
    title: "reference: a network that carries all the model has words for, but files",
    programs: [],
    open: () => openLoopback("loopback", RICH),
  },
  {
    name: "loopback-poor",
    title: "reference: a network of one address, single lines of 400 bytes, and nothing else",
    programs: [],
    open: () => openLoopback("loopback-poor", POOR),
  },
];

const HANDLE = "support";
const CLERK = "clerk";

/** All that a person there has a word for. */
const RICH = [
  "features: [formatting, edit, retraction, reaction, reply, typing, delivered, read, presence, multiline]",
];
const POOR = ["identity: fixed", "features: []", "maxTextBytes: 400"];
let exchanges = 0;

async function openLoopback(name: string, keys: readonly string[]): Promise<CrossingNetwork> {
  exchanges += 1;
  const exchange = `crossing-${exchanges}`;
  const software = { protocol: "loopback", ...SOFTWARE, os: null, features: null, gateway: null };
  // This network knows nobody before their first login, and the desk asks to see its CSRs as soon as it has a link.
  loopbackExchange(exchange).person(CLERK, { software });
  const person = async (id: string) => {
    const somebody = loopbackExchange(exchange).person(id, { software });
    somebody.presence("available");
    return { person: new LoopbackFarPerson(name, somebody), stop: async () => somebody.disconnect() };
  };
  return {
    name,
    module: loopback as AdapterModule<unknown>,
    section: ["adapter: loopback", `exchange: ${exchange}`, ...keys].map((key) => `    ${key}`).join("\n"),
    handle: HANDLE,
    csrAddress: CLERK,
    csr: () => person(CLERK),
    customer: (_desk, id) => person(id),
    close: async () => closeLoopbackExchange(exchange),
  };
}

async function openWeb(): Promise<CrossingNetwork> {
  const opened = (person: WebPerson) => ({
    person: new WebFarPerson("web", person),
    stop: async () => person.close(),
  });
  return {
    name: "web",
    module: web as AdapterModule<unknown>,
    section: "    adapter: web\n    linesPerMinute: 10000\n    lineBurst: 1000\n    uploadsPerMinute: 10000",
    handle: HANDLE,
    csrAddress: CLERK,
    csr: async (desk) => {
      const { cookie, status } = await signIn(`${desk.url}/`, CLERK, desk.password(CLERK));
      if (cookie === null) throw new Error(`The CSR could not sign in: HTTP ${status}.`);
      return opened(await WebPerson.open({ url: `${desk.url}/`, cookie, csr: true }));
    },
    customer: async (desk) => opened(await WebPerson.open({ url: `${desk.url}/`, desk: HANDLE })),
    close: async () => undefined,
  };
}

/** All that XmppFarPerson shows, so that the network's own abilities are measured and not one client's. */
const XMPP_FEATURES = [
  "urn:xmpp:receipts",
  "urn:xmpp:chat-markers:0",
  "urn:xmpp:message-correct:0",
  "urn:xmpp:message-retract:1",
  "urn:xmpp:reactions:0",
  "urn:xmpp:reply:0",
  "http://jabber.org/protocol/chatstates",
  "urn:xmpp:styling:0",
  "jabber:x:oob",
];

async function openXmpp(name: string, mode: "component" | "account"): Promise<CrossingNetwork> {
  const server = await startProsody();
  const account = mode === "account";
  if (account) await server.register(HANDLE, passwordOf(HANDLE));
  const person = async (user: string) => {
    await server.register(user, passwordOf(user));
    const deskDomain = account ? server.domain : server.componentDomain;
    const login = { user, resource: "pocket", deskDomain, features: XMPP_FEATURES };
    const somebody = await xmppPerson(server, login);
    return { person: somebody.person, stop: somebody.stop };
  };
  return {
    name,
    module: xmpp as AdapterModule<unknown>,
    section: `    adapter: xmpp\n    mode: ${mode}\n    trustedUploads: ["127.0.0.1:${server.httpPort}"]\n${account ? accountKeys(server) : componentKeys(server)}`,
    handle: HANDLE,
    csrAddress: `${CLERK}@${server.domain}`,
    csr: () => person(CLERK),
    customer: (_desk, user) => person(user),
    close: () => server.remove(),
  };
}

function componentKeys(server: XmppServer): string {
  return `    domain: ${server.componentDomain}
    host: 127.0.0.1
    port: ${server.componentPort}
    secret: ${server.componentSecret}`;
}

function accountKeys(server: XmppServer): string {
  return `    jid: ${HANDLE}@${server.domain}
    password: ${passwordOf(HANDLE)}
    host: 127.0.0.1
    port: ${server.clientPort}
    tls: none`;
}
