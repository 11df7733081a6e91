/** The keys of a desk's store, for commands that read it beside the daemon. */
import { join } from "node:path";
import { isKey, type SealingKeys } from "../sealing.ts";
import { entriesAt, listAt, textAt } from "./raw.ts";
import { readText } from "./read-text.ts";
import { resolveSecrets } from "./secrets.ts";
import { parseYaml } from "./yaml-source.ts";

/** As `store` of the configuration in `folder` names them. What is wrong there is left out: the store then says which key is missing. */
export function findKeys(folder: string): SealingKeys {
  const read = readText(join(folder, "frontdesk.yaml"));
  const store = read.kind === "text" ? entriesAt(parseYaml("frontdesk.yaml", read.text).value, ["store"]) : [];
  const { value } = resolveSecrets(Object.fromEntries(store), { env: process.env, folder });
  const current = textAt(value, ["key"]);
  return {
    current: current !== null && isKey(current) ? current : null,
    former: listAt(value, ["formerKeys"]).filter((one): one is string => typeof one === "string" && isKey(one)),
  };
}
