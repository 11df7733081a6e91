/** dialogs.yaml: its form, then its meaning against the names the other files define. */
import { compileDialogs, type DialogScript } from "../core/dialog.ts";
import { createIntents, type Intents } from "../core/intents.ts";
import type { Problem } from "./problem.ts";
import { namesIn } from "./raw.ts";
import type { Sources } from "./references.ts";
import { checkSchema } from "./schema-check.ts";
import { dialogsSchema } from "./schema-dialogs.ts";

export interface CompiledDialogs {
  readonly dialogs: ReadonlyMap<string, DialogScript>;
  readonly intents: Intents;
  readonly phrases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly problems: readonly Problem[];
}

export function compileDialogsFile(sources: Sources): CompiledDialogs {
  const source = sources.dialogs;
  const checked = checkSchema(source, dialogsSchema);
  if (checked.value === undefined) {
    return { dialogs: new Map(), intents: createIntents([]), phrases: new Map(), problems: checked.problems };
  }
  const compiled = compileDialogs(checked.value, knownNames(sources));
  const problems = compiled.problems.map((problem) => source.error(problem.path, problem.message));
  return { ...compiled, intents: createIntents(compiled.intents), problems };
}

/** What could not be read is left out, so that nothing is called unknown for that reason. */
function knownNames({ frontdesk, routing }: Sources): Parameters<typeof compileDialogs>[1] {
  const queues = namesIn(routing, ["queues"]);
  const skills = namesIn(routing, ["skills"]);
  const networks = namesIn(frontdesk, ["networks"]);
  const gateways = namesIn(routing, ["gateways"]);
  const languages = namesIn(frontdesk, ["languages"]);
  return {
    ...(queues === null ? {} : { queues }),
    ...(skills === null ? {} : { skills }),
    // A dialog may ask for the network behind a gateway as for one the desk is attached to.
    ...(networks === null || gateways === null ? {} : { networks: [...networks, ...gateways] }),
    ...(languages === null ? {} : { languages: languages.length === 0 ? ["en"] : languages }),
  };
}
