/** docs/crossing.md: written from what was measured, and read back to be compared with it. Pure. */
import { CROSSING_FEATURES, type CrossingCell, type CrossingFeature, type CrossingOutcome } from "./cell.ts";
import type { CrossingRow } from "./networks.ts";

const ABOUT: Readonly<Record<CrossingFeature, string>> = {
  text: "One line of words, with characters of several scripts and of markup.",
  formatting: "A word in bold, as the client of that network writes it.",
  edit: "A message that was delivered is corrected by its author.",
  retraction: "A message that was delivered is taken back by its author.",
  reaction: "The author puts 👍 to a message of the reader.",
  reply: "The author answers one message of the reader in particular.",
  file: "The author sends a photo the way clients of that network do.",
  typing: "The author is typing.",
  delivered:
    "The author learns that their message is on the reader's device. It is the reader's network that has to say so.",
  read: "The author learns that their message was displayed. It is the reader's network that has to say so.",
  presence: "The author goes away, in the sight of a reader who watches the name they are shown.",
  "long text": "6000 bytes, in one message where the author's network holds as much, else in several lines.",
};

const HEAD = `# What survives the crossing

Written by \`node scripts/crossing.ts --write\`; do not edit. The real desk ran with all of these networks on real servers. For
each ordered pair a customer on the one and a CSR on the other tried every feature in both directions, and each cell is what
the client at the far end was given. The test in \`test/networks/crossing.test.ts\` measures it all anew and fails when this page
says anything else, when a cell was not tried, or when a cell contradicts what the adapters claim they can do.

| a cell says | which means |
|---|---|
| native | the reader's client was given it as what it is |
| fallback | the reader's client was given words that say it; they stand below the table |
| refused | it did not reach the reader, and the author was told so in the words below the table; where the reader is told that there was something, they stand there too |
| left out | nothing was shown and nobody told. For signs alone (typing, delivered, read, presence): nobody wrote them, they come many times a minute, and a sentence for each, to either side, would bury the conversation. Nobody's presence is passed on; what a client shows is the desk's own |
| – | the network it would have to come from has no way to say it |

Two in one cell: the first when the author is the customer, the second when the author is the CSR. On networks of one address
every line that a CSR reads begins with a label and a name (\`#1 Anna: …\`), which is left out here.

`;

/** What a cell says; two roles that fared alike share it. */
function write(outcome: CrossingOutcome): string {
  switch (outcome.kind) {
    case "native":
      return "native";
    case "fallback":
    case "refused":
      return `${outcome.kind}: ${outcome.said}`;
    case "omitted":
      return "left out";
    case "none":
      return "–";
  }
}

/** `feature | author | reader` → what the page says, of all cells. */
export type PageCells = ReadonlyMap<string, string>;

export function pageCells(cells: readonly CrossingCell[]): PageCells {
  const byPlace = Map.groupBy(cells, ({ feature, author, reader }) => place(feature, author, reader));
  return new Map(
    [...byPlace].map(([where, here]) => {
      const roles = ["customer", "csr"].flatMap((role) => here.filter(({ by }) => by === role));
      return [where, [...new Set(roles.map(({ outcome }) => write(outcome)))].join(" / ")];
    }),
  );
}

export function place(feature: string, author: string, reader: string): string {
  return `${feature} | ${author} | ${reader}`;
}

/** The whole page for these networks. */
export function writePage(rows: readonly Pick<CrossingRow, "name" | "title">[], cells: PageCells): string {
  const networks = rows.map(({ name, title }) => `| ${name} | ${title} |`).join("\n");
  const sections = CROSSING_FEATURES.map((feature) => section(feature, rows, cells));
  return `${HEAD}| network | which is |\n|---|---|\n${networks}\n\n${sections.join("\n")}`;
}

function section(feature: CrossingFeature, rows: readonly Pick<CrossingRow, "name">[], cells: PageCells): string {
  const notes: string[] = [];
  const note = (said: string): string => {
    if (!notes.includes(said)) notes.push(said);
    return ` [${notes.indexOf(said) + 1}]`;
  };
  const cell = (author: string, reader: string): string =>
    (cells.get(place(feature, author, reader)) ?? "NOT TRIED")
      .split(" / ")
      .map((part) => part.replace(/^(fallback|refused): ([\s\S]*)$/u, (_whole, kind, said) => kind + note(said)))
      .join(" / ");
  const names = rows.map(({ name }) => name);
  const lines = names.map((author) => `| **${author}** | ${names.map((reader) => cell(author, reader)).join(" | ")} |`);
  const words = notes.map(
    (said, index) =>
      `${index + 1}. ${said
        .split("\n")
        .map((line) => `\`${line}\``)
        .join(" ⏎ ")}`,
  );
  return `## ${feature}

${ABOUT[feature]}

| from ↓ to → | ${names.join(" | ")} |
|---|${names.map(() => "---|").join("")}
${lines.join("\n")}
${words.length === 0 ? "" : `\n${words.join("\n")}\n`}`;
}

/** Reads a page back. */
export function readPage(page: string): PageCells {
  const cells = new Map<string, string>();
  for (const part of page.split(/^## /mu).slice(1)) {
    const feature = part.slice(0, part.indexOf("\n"));
    const notes = Array.from(part.matchAll(/^\d+\. (.*)$/gmu), ([, words = ""]) =>
      words.slice(1, -1).replaceAll("` ⏎ `", "\n"),
    );
    const [head = [], , ...lines] = Array.from(part.matchAll(/^\| (.*) \|$|^\|-.*$/gmu), ([, row = ""]) =>
      row.split(" | "),
    );
    for (const [author = "", ...said] of lines) {
      said.forEach((cell, index) => {
        const whole = cell.replace(/ \[(\d+)\]/gu, (_mark, number) => `: ${notes[Number(number) - 1]}`);
        cells.set(place(feature, author.replaceAll("*", ""), head[index + 1] ?? ""), whole);
      });
    }
  }
  return cells;
}
