/** An ordinary account on any server: the desk has one address there, which everybody writes to. */
import { resolveSrv } from "node:dns/promises";
import { client } from "@xmpp/client";
import { OWN_CAPABILITIES } from "./answers.ts";
import type { Attachment } from "./attachment.ts";
import type { AccountConfig } from "./config.ts";
import { type Jid, parseJid } from "./jid.ts";
import { parserLimits } from "./limits.ts";
import { NS } from "./namespaces.ts";
import type { SocketOptions } from "./socket.ts";
import { type LibraryEntity, XmppStream } from "./stream.ts";

const PORT = 5_222;
const DIRECT_TLS_PORT = 5_223;

/** `desk` is the one name of the desk that the account stands for. */
export function accountAttachment(config: AccountConfig, desk: string): Attachment {
  const own = parseJid(config.jid);
  if (own === null) {
    throw new Error(`${config.jid} should have been checked as an address when the configuration was.`);
  }
  const { limits } = config;
  return {
    identity: "fixed",
    archive: own.bare,
    unnamedSender: own,
    open: async (handlers, resumption) => {
      const { host, port } = await findServer(config, own);
      const socket: SocketOptions = {
        host,
        port,
        domain: own.domain,
        direct: config.tls === "direct",
        authority: config.authority,
      };
      return new XmppStream({
        entity: makeEntity(config, own),
        socket,
        limits: parserLimits(limits),
        starttls: config.tls === "starttls",
        negotiatesByStanza: true,
        resumption,
        handlers,
      });
    },
    addressee: (to) => (to === null || to.bare === own.bare ? { kind: "desk", name: desk } : { kind: "nobody" }),
    isOwn: (jid) => jid.bare === own.bare || jid.full === own.domain,
    speaker: () => null,
    publicAddress: () => own.bare,
    // Without `to` the server answers for the account (RFC 6120 §10.3.3), with an error where it knows no ping.
    fence: (id) => `<iq type='get' id='${id}'><ping xmlns='${NS.ping}'/></iq>`,
    greeting: () =>
      `<presence><c xmlns='${NS.caps}' hash='sha-1' node='${OWN_CAPABILITIES.node}' ver='${OWN_CAPABILITIES.ver}'/></presence>`,
  };
}

function makeEntity(config: AccountConfig, own: Jid): LibraryEntity {
  const entity: unknown = client({
    service: `xmpp://${own.domain}`,
    domain: own.domain,
    username: own.local ?? "",
    password: config.password,
    resource: config.resource,
    timeout: config.limits.connectSeconds * 1_000,
  });
  return entity as LibraryEntity;
}

/** RFC 6120 §3.2: as configured, else by SRV record, else the domain itself at the usual port. */
async function findServer(config: AccountConfig, own: Jid): Promise<{ readonly host: string; readonly port: number }> {
  const direct = config.tls === "direct";
  const usual = direct ? DIRECT_TLS_PORT : PORT;
  if (config.host !== undefined) {
    return { host: config.host, port: config.port ?? usual };
  }
  const service = direct ? "_xmpps-client._tcp" : "_xmpp-client._tcp";
  const records = await resolveSrv(`${service}.${own.domain}`).catch(() => []);
  const [best] = records.toSorted((left, right) => left.priority - right.priority || right.weight - left.weight);
  return best === undefined ? { host: own.domain, port: usual } : { host: best.name, port: best.port };
}
