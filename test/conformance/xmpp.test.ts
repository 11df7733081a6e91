/** The XMPP adapter keeps the law: as a component and as an ordinary account, on two real servers. */
import { startEjabberd } from "../support/ejabberd.ts";
import { startProsody } from "../support/prosody.ts";
import { requires } from "../support/requires.ts";
import { adapterSuite } from "./adapter.ts";
import { XmppFarEnd, type XmppMode } from "./xmpp-far-end.ts";

const SERVERS = [
  { software: "prosody", startServer: startProsody, extraConfiguration: "" },
  {
    software: "ejabberd",
    startServer: startEjabberd,
    extraConfiguration: "  mod_stream_mgmt: {resend_on_timeout: true}",
  },
] as const;
const MODES: readonly XmppMode[] = ["component", "account"];

for (const { software, startServer, extraConfiguration } of SERVERS) {
  describe(`on a real ${software}`, () => {
    requires(software);
    for (const mode of MODES) {
      adapterSuite({
        name: `xmpp ${mode} on ${software}`,
        open: async () => XmppFarEnd.open(await startServer({ extraConfiguration }), mode),
        exceptions: [],
      });
    }
  });
}
