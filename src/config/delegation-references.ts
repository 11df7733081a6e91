/** `routing:` of frontdesk.yaml: whether the queues, networks and files it names are there. A slip in a privacy rule must not go unnoticed. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Problem, unknownWord } from "./problem.ts";
import { entriesAt, namesIn, textAt } from "./raw.ts";
import type { YamlSource } from "./yaml-source.ts";

const FILES = ["ca", "certificate", "key"] as const;

export function checkDelegation(
  { frontdesk, routing }: { readonly frontdesk: YamlSource; readonly routing: YamlSource },
  folder: string,
): readonly Problem[] {
  const named = (section: "networks" | "queues", word: string, known: readonly string[] | null): readonly Problem[] =>
    entriesAt(frontdesk.value, ["routing", "suite", section]).flatMap(([name]) => {
      const path = ["routing", "suite", section, name];
      return known === null || known.includes(name)
        ? []
        : [frontdesk.error(path, unknownWord(word, name, known), "key")];
    });
  const files = FILES.flatMap((key) => {
    const path = ["routing", "server", key];
    const file = textAt(frontdesk.value, path);
    if (file === null || existsSync(resolve(folder, file))) return [];
    return [frontdesk.error(path, `the file ${resolve(folder, file)} does not exist`)];
  });
  return [
    ...named("networks", "network", namesIn(frontdesk, ["networks"])),
    ...named("queues", "queue", namesIn(routing, ["queues"])),
    ...files,
  ];
}
