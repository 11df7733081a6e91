/** docs/threats.md, as the table says it. */
import type { Threat } from "./threat.ts";

const HEAD = `# What the desk is attacked by, and what keeps it out

The desk stands between strangers and a company's staff. Each case below is one that systems of this kind were hit by. For each it
says what the desk does, where that is done, and which tests show it.

    npm run threats                 # takes each defence out in a copy of the source, and requires that its tests fail
    npm run threats -- 15 31        # of these cases
    npm run threats -- --quick      # without those that need real servers

That a test is green says little; that it is red without what it tests says that it tests it. Case 21 (SIP) comes with SIP.
`;

export function pageOf(threats: readonly Threat[]): string {
  const cases = threats.map(({ number, title, seen, defences }) => {
    const rows = defences.map(
      ({ what, file, shownBy }) =>
        `| ${what} | \`${file}\` | ${shownBy.map(([test, name]) => `\`${test}\`: ${name.trim()}`).join("; ")} |`,
    );
    return [
      `## ${number}. ${title}`,
      ...(seen === undefined ? [] : ["", `Seen: ${seen}.`]),
      "",
      "| the desk | in | shown by |",
      "|---|---|---|",
      ...rows,
    ].join("\n");
  });
  return `${HEAD}\n${cases.join("\n\n")}\n`;
}
