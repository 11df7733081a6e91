/** What is printed when the desk has opened: where to go, and passwords that nobody will see again. */
import type { NewPassword } from "../accounts.ts";
import type { Settings } from "../config/settings.ts";
import { CONSOLE_PATH } from "../console/server.ts";

/** What is there whichever networks are. */
const SUPERVISORS = { title: "Console for supervisors", path: CONSOLE_PATH };

export interface Greeting {
  readonly version: string;
  /** Where the HTTP server listens: http://127.0.0.1:8080 */
  readonly url: string;
  /** Where people reach it, when that is known to be elsewhere: https://chat.example.com */
  readonly publicOrigin: string | null;
  readonly settings: Settings;
  readonly passwords: readonly NewPassword[];
}

export function greeting({ version, url, publicOrigin, settings, passwords }: Greeting): string {
  const base = (settings.http.publicUrl ?? publicOrigin ?? url).replace(/\/$/, "");
  const pages = [...settings.networks.values()].flatMap(({ module, config }) => module.pages?.(config) ?? []);
  const rows = [...pages, SUPERVISORS].map(({ title, path }) => [title, `${base}${path}`] as const);
  return [
    `Frontdesk ${version} is open.`,
    "",
    ...aligned(rows),
    ...(passwords.length === 0 ? [] : ["", ...passwordLines(passwords)]),
    "",
  ].join("\n");
}

/** For people who are to sign in; printed once, on the terminal, never in the log. */
export function passwordLines(passwords: readonly NewPassword[]): readonly string[] {
  return [
    "New passwords, shown only this once:",
    ...aligned(passwords.map(({ login, password }) => [login, password] as const)),
    "`frontdesk csrs password ID` makes another.",
  ];
}

function aligned(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
