/** The entrance: scripts/frontdesk.js runs this file. */
import { runCommandLine } from "./program.ts";
import { processTerminal } from "./terminal.ts";

await runCommandLine(process.argv.slice(2), processTerminal());
