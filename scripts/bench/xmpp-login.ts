/** A raw client login (RFC 6120 §6 and §7): SASL PLAIN or ANONYMOUS, one resource, available. */
import { connect } from "node:net";
import { within } from "../../test/support/wait.ts";

export interface RawClient {
  readonly jid: string;
  write(xml: string): void;
  /** From now on what comes is given to the listener. */
  listen(hear: (text: string) => void): void;
  end(): void;
}

export interface Login {
  readonly port: number;
  readonly domain: string;
  /** Left out: whoever the server makes of us. */
  readonly account?: { readonly user: string; readonly password: string };
}

const LOGIN_MS = 20_000;

export async function logIn({ port, domain, account }: Login): Promise<RawClient> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.setEncoding("utf8");
  let text = "";
  let hear: ((text: string) => void) | null = null;
  let wake = () => {};
  socket.on("data", (more: string) => {
    if (hear !== null) {
      hear(more);
      return;
    }
    text += more;
    wake();
  });
  socket.on("error", () => {});
  const expectText = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(text);
      if (found !== null) {
        text = text.slice(found.index + found[0].length);
        return found;
      }
      await within(LOGIN_MS, `${pattern} from ${domain}, which said ${text.slice(-300)}`, nextText());
    }
  };
  const nextText = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const open = `<stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
  socket.write(`<?xml version='1.0'?>${open}`);
  await expectText(/<\/stream:features>/u);
  socket.write(authentication(account));
  await expectText(/<success[^>]*>/u);
  socket.write(`<?xml version='1.0'?>${open}`);
  await expectText(/<\/stream:features>/u);
  socket.write("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  const [, jid = ""] = await expectText(/<jid>([^<]+)<\/jid>.*?<\/iq>/u);
  socket.write("<presence/>");
  let pending = "";
  return {
    jid,
    write(xml) {
      if (pending === "") {
        setImmediate(() => {
          socket.write(pending);
          pending = "";
        });
      }
      pending += xml;
    },
    listen(listener) {
      hear = listener;
      listener(text);
      text = "";
    },
    end: () => socket.destroy(),
  };
}

function authentication(account: Login["account"]): string {
  const xmlns = "urn:ietf:params:xml:ns:xmpp-sasl";
  if (account === undefined) return `<auth xmlns='${xmlns}' mechanism='ANONYMOUS'/>`;
  const plain = Buffer.from(`\0${account.user}\0${account.password}`).toString("base64");
  return `<auth xmlns='${xmlns}' mechanism='PLAIN'>${plain}</auth>`;
}
