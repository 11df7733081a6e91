/** An external component (XEP-0114): the server hands it every stanza for its domain, so each alias is an address of its own. */
import { component } from "@xmpp/component";
import type { Attachment } from "./attachment.ts";
import type { ComponentConfig } from "./config.ts";
import { jidOf } from "./jid.ts";
import { parserLimits } from "./limits.ts";
import { NS } from "./namespaces.ts";
import { type LibraryEntity, XmppStream } from "./stream.ts";

export function componentAttachment(config: ComponentConfig): Attachment {
  const { domain, host, port, secret, resource, limits } = config;
  return {
    identity: "virtual",
    archive: null,
    unnamedSender: null,
    open: async (handlers) => {
      const entity = component({ service: `xmpp://${host}:${port}`, domain, password: secret }) as LibraryEntity;
      // The library takes no timeout for components and would give a busy server two seconds.
      entity.timeout = limits.connectSeconds * 1_000;
      return new XmppStream({
        entity,
        socket: { host, port, domain, direct: false, authority: undefined },
        limits: parserLimits(limits),
        starttls: false,
        negotiatesByStanza: false,
        resumption: null,
        handlers,
      });
    },
    addressee: (to) => {
      if (to?.domain !== domain) {
        return { kind: "nobody" };
      }
      return to.local === null ? { kind: "domain" } : { kind: "desk", name: to.local };
    },
    isOwn: (jid) => jid.domain === domain,
    speaker: (desk) => jidOf(desk, domain, resource),
    publicAddress: (desk) => jidOf(desk, domain, null),
    // To ourselves: it needs no module of the server's, and comes back after all it has handled before.
    fence: (id) => `<iq type='get' id='${id}' from='${domain}' to='${domain}'><ping xmlns='${NS.ping}'/></iq>`,
    greeting: () => "",
  };
}
