/** The IRC adapter keeps the law: as a client of two real servers, and as a server linked to a real one. */
import { startInspircd } from "../support/inspircd.ts";
import { startNgircd } from "../support/ngircd.ts";
import { requires } from "../support/requires.ts";
import { adapterSuite } from "./adapter.ts";
import { IrcFarEnd } from "./irc-far-end.ts";

const SUBJECTS = [
  { software: "ngircd", startServer: startNgircd, mode: "client" },
  { software: "ngircd", startServer: startNgircd, mode: "server" },
  { software: "inspircd", startServer: startInspircd, mode: "client" },
] as const;

for (const { software, startServer, mode } of SUBJECTS) {
  describe(`on a real ${software}`, () => {
    requires(software);
    adapterSuite({
      name: `irc ${mode} on ${software}`,
      open: async () => IrcFarEnd.open(await startServer(), mode),
      exceptions: [
        {
          test: "presence: carried as claimed",
          reason:
            "IRC knows there, away and gone, no contact requests; test/networks/irc-link.test.ts tests those three",
        },
      ],
    });
  });
}
