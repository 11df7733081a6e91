/** The command line run in this process, with a terminal that only remembers. */
import { runCommandLine } from "../../src/cli/program.ts";

export interface Said {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/** Runs one command line, without the program's own name; colours are left out. */
export async function said(...args: readonly string[]): Promise<Said> {
  const lines = { out: [] as string[], err: [] as string[] };
  const terminal = {
    out: (text: string) => lines.out.push(text),
    err: (text: string) => lines.err.push(text),
    paint: (_style: string, text: string) => text,
    leave: () => {},
    exitCode: 0,
  };
  await runCommandLine(args, terminal);
  return { out: lines.out.join("\n"), err: lines.err.join("\n"), code: terminal.exitCode };
}
