/** `frontdesk routing-server`: decides for several desks that share their CSRs, in the foreground, until it is told to stop. */
import { type Command, Option } from "commander";
import { EXIT_CODES, type Terminal } from "./terminal.ts";

interface ServerOptions {
  readonly config: string;
}

export function addRoutingServer(program: Command, terminal: Terminal): void {
  program
    .command("routing-server")
    .addOption(
      new Option("-c, --config <file>", "the server's own file")
        .default("routing-server.yaml")
        .env("FRONTDESK_ROUTING_SERVER"),
    )
    .summary("start a routing server that several desks share, in the foreground")
    .description(
      "Starts a routing server: desks whose `routing.server` names it tell it whom of their CSRs have room and who waits, and it decides\n" +
        "for all of them together, so that a CSR whom several desks share never gets more than they have room for. SIGTERM and Ctrl-C stop it.",
    )
    .addHelpText("after", "\nExample:\n  frontdesk routing-server -c /etc/frontdesk/routing-server.yaml\n")
    .action((options: ServerOptions) => serve(options, terminal));
}

async function serve({ config }: ServerOptions, terminal: Terminal): Promise<void> {
  const { runRoutingServer } = await import("../boot/routing-server.ts");
  const end = await runRoutingServer(config, { print: terminal.out });
  if (end.kind === "failed") terminal.err(end.text);
  terminal.exitCode = end.kind === "failed" ? EXIT_CODES.failed : EXIT_CODES.ok;
  terminal.leave();
}
