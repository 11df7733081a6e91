/** `frontdesk token`: tokens by which programs ask the HTTP API. */
import type { Command } from "commander";
import { SCOPES } from "../accounts/roles.ts";
import type { ApiToken, TokenMade } from "../accounts/tokens.ts";
import { ask, type DeskOptions, segment, withDesk } from "./desk-command.ts";
import { moment, table } from "./table.ts";
import { plain, type Terminal } from "./terminal.ts";

interface CreateOptions extends DeskOptions {
  readonly scope: readonly string[];
  readonly days?: string;
}

export function addToken(program: Command, terminal: Terminal): void {
  const token = withDesk(program.command("token"))
    .summary("make, list and revoke tokens for the HTTP API")
    .description(
      `Tokens are for programs that ask the HTTP API (docs/api.md). Each has scopes:\n${scopesText()}\nWithout a word it lists them.`,
    )
    .addHelpText(
      "after",
      "\nExamples:\n  frontdesk token create wallboard --scope status:read --days 365\n  frontdesk token list\n  frontdesk token revoke wallboard\n",
    )
    .action((options: DeskOptions) => list(terminal, options));
  token
    .command("create")
    .argument("<name>", "what it is for")
    .requiredOption("--scope <scopes...>", "what it allows; several may follow")
    .option("--days <number>", "for how many days it is good; until it is revoked when left out")
    .summary("make a token and show it once")
    .action((name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<CreateOptions>();
      const days = options.days === undefined ? null : Number(options.days);
      const wish = { name, scopes: options.scope, days: Number.isInteger(days) ? days : null };
      if (days !== wish.days) return command.error(`--days must be a whole number, not ${options.days}.`);
      return ask<TokenMade>(terminal, options, "POST", "/tokens", (made) => tell(terminal, made), wish);
    });
  token
    .command("list")
    .summary("list tokens: what each may do, and when it was used")
    .action((_options: unknown, command: Command) => list(terminal, command.optsWithGlobals<DeskOptions>()));
  token
    .command("revoke")
    .argument("<token>", "its name or id")
    .summary("end a token at once")
    .action((id: string, _options: unknown, command: Command) =>
      ask(terminal, command.optsWithGlobals<DeskOptions>(), "POST", `/tokens/${segment(id)}/revoke`, () =>
        terminal.out(`${plain(id)} is revoked.`),
      ),
    );
}

function scopesText(): string {
  return Object.entries(SCOPES)
    .map(([scope, what]) => `  ${scope.padEnd(22)}  ${what}`)
    .join("\n");
}

function tell(terminal: Terminal, made: TokenMade): void {
  if (made.kind !== "made") return; // Told as an error already.
  terminal.out(made.token);
  terminal.err("It is shown only this once. Send it as  Authorization: Bearer <token>");
}

function list(terminal: Terminal, options: DeskOptions): Promise<void> {
  return ask<readonly ApiToken[]>(terminal, options, "GET", "/tokens", (tokens) => terminal.out(listText(tokens)));
}

function listText(tokens: readonly ApiToken[]): string {
  if (tokens.length === 0) return "There are no tokens; `frontdesk token create` makes one.";
  return table(
    [
      { title: "NAME", cell: ({ name }) => plain(name) },
      { title: "ID", cell: ({ id }) => id },
      { title: "SCOPES", cell: ({ scopes }) => scopes.join(" ") },
      { title: "MADE", cell: ({ createdAt }) => moment(createdAt) },
      { title: "BY", cell: ({ createdBy }) => plain(createdBy) },
      { title: "GOOD UNTIL", cell: ({ expiresAt }) => (expiresAt === null ? "revoked" : moment(expiresAt)) },
      { title: "LAST USED", cell: ({ lastUsedAt }) => (lastUsedAt === null ? "never" : moment(lastUsedAt)) },
    ],
    tokens,
  );
}
