/** What the rules of queues say of other things: skills, CSRs, sites, periods, networks, handles, attributes that nobody has. */
import { hoursAdvice, hoursFault } from "./hours.ts";
import { type Problem, unknownWord } from "./problem.ts";
import { entriesAt, listAt, namesIn, textAt } from "./raw.ts";
import type { Path, YamlSource } from "./yaml-source.ts";

interface QueueSources {
  readonly frontdesk: YamlSource;
  readonly routing: YamlSource;
  readonly people: YamlSource;
  readonly dialogs: YamlSource;
}

/** The names there are; null where the file that has them could not be read. */
interface Known {
  readonly skill: readonly string[] | null;
  readonly CSR: readonly string[] | null;
  readonly period: readonly string[] | null;
  readonly network: readonly string[] | null;
  readonly handle: readonly string[] | null;
  readonly queue: readonly string[] | null;
  readonly dialog: readonly string[] | null;
  /** Of each attribute, the values that some CSR has. */
  readonly attributes: ReadonlyMap<string, ReadonlySet<string>> | null;
}

export function checkQueueRules(sources: QueueSources): readonly Problem[] {
  const { routing } = sources;
  const known = knownNames(sources);
  return [
    ...checkSchedules(routing),
    ...checkSites(sources),
    ...entriesAt(routing.value, ["networkWeights"]).flatMap(([network]) =>
      refer(routing, ["networkWeights", network], "network", network, known.network, "key"),
    ),
    ...entriesAt(routing.value, ["queues"]).flatMap(([queue]) => [
      ...checkQueue(routing, ["queues", queue], known),
      ...checkContent(routing, ["queues", queue]),
    ]),
  ];
}

/** In a room of the server the desk sees nothing, so it can make nothing unreadable there. */
function checkContent(routing: YamlSource, queue: Path): readonly Problem[] {
  if (textAt(routing.value, [...queue, "hosting"]) !== "server") return [];
  const isRuled = [["content"], [...queue, "content"]].some((section) =>
    ["fromCustomer", "fromCsr"].some((direction) =>
      entriesAt(routing.value, [...section, direction]).some(([, action]) => action === "mask" || action === "warn"),
    ),
  );
  const text = `"content" does not hold in the rooms of "hosting: server", where the desk reads nothing; use "hosting: relay" if it has to`;
  return isRuled ? [routing.warning([...queue, "hosting"], text)] : [];
}

function refer(
  source: YamlSource,
  path: Path,
  what: string,
  word: unknown,
  known: readonly string[] | null,
  at: "key" | "value" = "value",
): readonly Problem[] {
  if (typeof word !== "string" || known === null || known.includes(word)) return [];
  return [source.error(path, unknownWord(what, word, known), at)];
}

function knownNames({ frontdesk, routing, people, dialogs }: QueueSources): Known {
  const networks = entriesAt(frontdesk.value, ["networks"]).map(([name]) => name);
  const handles = networks.flatMap((network) =>
    entriesAt(frontdesk.value, ["networks", network, "handles"]).map(([handle]) => handle),
  );
  const attributes = new Map<string, Set<string>>();
  const add = (name: string, value: unknown): void => {
    const values = attributes.get(name) ?? new Set<string>();
    if (typeof value === "string") attributes.set(name, values.add(value.trim()));
  };
  for (const [, csr] of entriesAt(people.value, ["csrs"])) {
    for (const [name, value] of entriesAt(csr, ["attributes"])) add(name, value);
    const site = textAt(csr, ["site"]);
    if (site !== null) add("site", site);
  }
  return {
    skill: namesIn(routing, ["skills"]),
    CSR: people.value === undefined ? null : entriesAt(people.value, ["csrs"]).map(([id]) => id),
    period: entriesAt(routing.value, ["periods"]).map(([id]) => id),
    network: frontdesk.value === undefined ? null : networks,
    handle: frontdesk.value === undefined ? null : handles,
    queue: entriesAt(routing.value, ["queues"]).map(([id]) => id),
    dialog: namesIn(dialogs, ["dialogs"]),
    attributes: people.value === undefined ? null : attributes,
  };
}

/** Opening hours of periods and sites; those of queues are looked at elsewhere. */
function checkSchedules(routing: YamlSource): readonly Problem[] {
  return ["periods", "sites"].flatMap((section) =>
    entriesAt(routing.value, [section]).flatMap(([id]) => {
      const path = [section, id, "hours"];
      const text = textAt(routing.value, path);
      if (text === null) return [];
      const fault = hoursFault(text);
      if (fault !== null) return [routing.error(path, `"hours" ${fault}`)];
      return hoursAdvice(text).map((advice) => routing.warning(path, `"hours" ${advice}`));
    }),
  );
}

function checkSites({ routing, people }: QueueSources): readonly Problem[] {
  const sites = routing.value === undefined ? null : entriesAt(routing.value, ["sites"]).map(([id]) => id);
  return entriesAt(people.value, ["csrs"]).flatMap(([id, csr]) => {
    const site = textAt(csr, ["site"]);
    const path = ["csrs", id, "site"];
    const unknown = site === null ? [] : refer(people, path, "site of routing.yaml", site, sites);
    if (!entriesAt(csr, ["attributes"]).some(([name]) => name === "site")) return unknown;
    const twice = 'the attribute "site" is what site: says; write it there';
    return [...unknown, people.error(["csrs", id, "attributes", "site"], twice, "key")];
  });
}

function checkQueue(routing: YamlSource, path: Path, known: Known): readonly Problem[] {
  const rings = listAt(routing.value, [...path, "rings"]);
  return [
    ...checkNeeds(routing, [...path, "needs"], known),
    ...listAt(routing.value, [...path, "prefer"]).flatMap((_, index) =>
      checkNeed(routing, [...path, "prefer", index], known),
    ),
    ...rings.flatMap((_, index) => checkRing(routing, path, index, known)),
    ...listAt(routing.value, [...path, "overflow"]).flatMap((_, index) => [
      ...checkSituation(routing, [...path, "overflow", index, "when"], known),
      ...checkTarget(routing, [...path, "overflow", index, "to"], known),
    ]),
  ];
}

/** Where customers are sent: a queue, a dialog or a handle that there is. */
function checkTarget(routing: YamlSource, path: Path, known: Known): readonly Problem[] {
  return (["queue", "dialog", "handle"] as const).flatMap((kind) =>
    refer(routing, [...path, kind], kind, textAt(routing.value, [...path, kind]), known[kind]),
  );
}

function checkRing(routing: YamlSource, queue: Path, index: number, known: Known): readonly Problem[] {
  const path = [...queue, "rings", index];
  const attributes = [...(known.attributes?.keys() ?? [])];
  const droppable = ["language", "csr", "any", "not", "network", "software", ...(known.skill ?? []), ...attributes];
  return [
    ...checkNeeds(routing, [...path, "needs"], known),
    ...checkSituation(routing, [...path, "when"], known),
    ...checkTarget(routing, [...path, "to"], known),
    ...entriesAt(routing.value, [...path, "skills"]).flatMap(([skill]) =>
      refer(routing, [...path, "skills", skill], "skill", skill, known.skill, "key"),
    ),
    ...listAt(routing.value, [...path, "drop"]).flatMap((word, at) =>
      refer(routing, [...path, "drop", at], "skill or attribute", word, droppable),
    ),
  ];
}

/** One need, or a list of them. */
function checkNeeds(routing: YamlSource, path: Path, known: Known): readonly Problem[] {
  const list = listAt(routing.value, path);
  if (list.length > 0) return list.flatMap((_, index) => checkNeed(routing, [...path, index], known));
  return entriesAt(routing.value, path).length > 0 ? checkNeed(routing, path, known) : [];
}

function checkNeed(routing: YamlSource, path: Path, known: Known): readonly Problem[] {
  const inner = (name: string): readonly Problem[] =>
    listAt(routing.value, [...path, name]).flatMap((_, index) => checkNeed(routing, [...path, name, index], known));
  const hasNot = entriesAt(routing.value, [...path, "not"]).length > 0;
  return [
    ...checkSituation(routing, [...path, "when"], known),
    ...entriesAt(routing.value, [...path, "skills"]).flatMap(([skill]) =>
      refer(routing, [...path, "skills", skill], "skill", skill, known.skill, "key"),
    ),
    ...listAt(routing.value, [...path, "csrs"]).flatMap((csr, index) =>
      refer(routing, [...path, "csrs", index], "CSR", csr, known.CSR),
    ),
    ...refer(routing, [...path, "network"], "network", textAt(routing.value, [...path, "network"]), known.network),
    ...entriesAt(routing.value, [...path, "attributes"]).flatMap(([name]) =>
      checkAttribute(routing, [...path, "attributes", name], name, known),
    ),
    ...inner("all"),
    ...inner("any"),
    ...(hasNot ? checkNeed(routing, [...path, "not"], known) : []),
  ];
}

/** An attribute or a value that no CSR has is a slip, or asks for nobody. */
function checkAttribute(routing: YamlSource, path: Path, name: string, { attributes }: Known): readonly Problem[] {
  if (attributes === null) return [];
  const values = attributes.get(name);
  if (values === undefined) {
    return [routing.error(path, unknownWord("attribute of CSRs", name, attributes.keys()), "key")];
  }
  const wanted = listAt(routing.value, path);
  const single = textAt(routing.value, path);
  return [...(single === null ? wanted : [single])].flatMap((value) =>
    typeof value === "string" && !values.has(value.trim())
      ? [routing.warning(path, `no CSR has ${unknownWord(`"${name}"`, value, values).replace(/^unknown /u, "")}`)]
      : [],
  );
}

function checkSituation(routing: YamlSource, path: Path, known: Known): readonly Problem[] {
  const oneOrMore = (name: "during" | "handle"): readonly (readonly [Path, unknown])[] => {
    const list = listAt(routing.value, [...path, name]);
    return list.length > 0
      ? list.map((word, index) => [[...path, name, index], word] as const)
      : [[[...path, name], textAt(routing.value, [...path, name])]];
  };
  return [
    ...oneOrMore("during").flatMap(([at, word]) => refer(routing, at, "period", word, known.period)),
    ...oneOrMore("handle").flatMap(([at, word]) => refer(routing, at, "handle", word, known.handle)),
  ];
}
