/** What one file says of another: names that do not exist, people nobody can reach, queues nobody can serve. */
import { hoursAdvice, hoursFault } from "./hours.ts";
import { nearest, type Problem, unknownWord } from "./problem.ts";
import { entriesAt, listAt, namesIn, textAt } from "./raw.ts";
import { checkQueueRules } from "./references-queues.ts";
import type { Path, YamlSource } from "./yaml-source.ts";

export interface Sources {
  readonly frontdesk: YamlSource;
  readonly routing: YamlSource;
  readonly people: YamlSource;
  readonly dialogs: YamlSource;
  readonly directory: YamlSource;
}

/** The canonical form of an address as its network knows it; null when it cannot be one. */
export type Canonical = (network: string, id: string) => string | null;

/** Checks every name that refers to another file. Dialogs' own references are checked when they are compiled. */
export function checkReferences(sources: Sources, canonical: Canonical): readonly Problem[] {
  return [
    ...checkHandles(sources),
    ...checkSkills(sources),
    ...checkHours(sources),
    ...checkGateways(sources),
    ...checkAddresses(sources, canonical),
    ...checkIds(sources),
    ...checkLanguages(sources),
    ...checkQueueRules(sources),
    ...checkSatisfiable(sources),
  ];
}

/** A reference at `path` of `source`, and what it may say. */
function refer(
  source: YamlSource,
  path: Path,
  what: string,
  word: string,
  known: readonly string[] | null,
  at: "key" | "value" = "value",
): readonly Problem[] {
  return known === null || known.includes(word) ? [] : [source.error(path, unknownWord(what, word, known), at)];
}

function checkHandles({ frontdesk, dialogs }: Sources): readonly Problem[] {
  const known = namesIn(dialogs, ["dialogs"]);
  return entriesAt(frontdesk.value, ["networks"]).flatMap(([network]) => {
    const desk = textAt(frontdesk.value, ["networks", network, "desk"]) ?? "desk";
    return entriesAt(frontdesk.value, ["networks", network, "handles"]).flatMap(([handle]) => {
      const path = ["networks", network, "handles", handle];
      const dialog = textAt(frontdesk.value, [...path, "dialog"]);
      return [
        ...(dialog === null ? [] : refer(frontdesk, [...path, "dialog"], "dialog", dialog, known)),
        ...(handle === desk
          ? [
              frontdesk.error(
                path,
                `the handle "${handle}" is the network's desk address too; rename one (see desk:)`,
                "key",
              ),
            ]
          : []),
      ];
    });
  });
}

function checkSkills({ routing, people }: Sources): readonly Problem[] {
  const skills = namesIn(routing, ["skills"]);
  const twice = listAt(routing.value, ["skills"]).flatMap((skill, index, all) =>
    all.indexOf(skill) < index
      ? [routing.error(["skills", index], `the skill ${JSON.stringify(skill)} is listed twice`)]
      : [],
  );
  const wanted = [
    { source: routing, section: "queues" },
    { source: people, section: "csrs" },
  ] as const;
  const unknown = wanted.flatMap(({ source, section }) =>
    entriesAt(source.value, [section]).flatMap(([id, entry]) =>
      entriesAt(entry, ["skills"]).flatMap(([skill]) =>
        refer(source, [section, id, "skills", skill], "skill", skill, skills, "key"),
      ),
    ),
  );
  return [...twice, ...unknown];
}

function checkHours({ routing }: Sources): readonly Problem[] {
  const paths = [["hours"], ...entriesAt(routing.value, ["queues"]).map(([queue]) => ["queues", queue, "hours"])];
  return paths.flatMap((path) => {
    const text = textAt(routing.value, path);
    if (text === null) {
      return [];
    }
    const fault = hoursFault(text);
    return fault !== null
      ? [routing.error(path, `"hours" ${fault}`)]
      : hoursAdvice(text).map((advice) => routing.warning(path, `"hours" ${advice}`));
  });
}

/** Gateways: attached to networks that exist, and with ids of their own, since a dialog's `network:` names either. */
function checkGateways({ frontdesk, routing }: Sources): readonly Problem[] {
  const networks = namesIn(frontdesk, ["networks"]);
  return entriesAt(routing.value, ["gateways"]).flatMap(([id]) => {
    const path = ["gateways", id];
    const clash = (networks ?? []).includes(id)
      ? [
          routing.error(
            path,
            `the gateway "${id}" has the id of a network; \`network: ${id}\` could mean either`,
            "key",
          ),
        ]
      : [];
    const unknown = listAt(routing.value, [...path, "match"]).flatMap((_, index) => {
      const network = textAt(routing.value, [...path, "match", index, "network"]);
      return network === null ? [] : refer(routing, [...path, "match", index, "network"], "network", network, networks);
    });
    return [...clash, ...unknown];
  });
}

/** CSRs' addresses: on networks that exist, in a form the network knows, and each of one person. */
function checkAddresses({ frontdesk, people }: Sources, canonical: Canonical): readonly Problem[] {
  const networks = namesIn(frontdesk, ["networks"]);
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [csr, entry] of entriesAt(people.value, ["csrs"])) {
    for (const [index, address] of listAt(entry, ["addresses"]).entries()) {
      for (const [network, id] of entriesAt(address, [])) {
        const complain = (message: string): void => {
          problems.push(people.error(["csrs", csr, "addresses", index, network], message));
        };
        if (networks?.includes(network) === false) {
          problems.push(
            ...refer(people, ["csrs", csr, "addresses", index, network], "network", network, networks, "key"),
          );
        }
        if (networks?.includes(network) === false || typeof id !== "string") continue;
        const form = canonical(network, id.trim());
        if (form === null) {
          complain(`${JSON.stringify(id)} is no address of the network ${network}`);
          continue;
        }
        const key = `${network} ${form}`;
        const owner = owners.get(key);
        if (owner === undefined) owners.set(key, csr);
        else {
          const whose = owner === csr ? "the same CSR" : owner;
          complain(`${JSON.stringify(id)} on ${network} is an address of ${whose} already`);
        }
      }
    }
  }
  return problems;
}

/** CSRs and queues share one space of names, for `/transfer billing` and `/transfer ada`. */
function checkIds({ people, routing }: Sources): readonly Problem[] {
  const queues = namesIn(routing, ["queues"]) ?? [];
  const names = new Map<string, string>();
  return entriesAt(people.value, ["csrs"]).flatMap(([csr, entry]) => {
    const clash = queues.includes(csr)
      ? [
          people.error(
            ["csrs", csr],
            `the CSR "${csr}" has the id of a queue; /transfer ${csr} could mean either`,
            "key",
          ),
        ]
      : [];
    const name = textAt(entry, ["name"])?.toLowerCase();
    const namesake = name === undefined ? undefined : names.get(name);
    if (name !== undefined) {
      names.set(name, namesake ?? csr);
    }
    return namesake === undefined
      ? clash
      : [
          ...clash,
          people.warning(
            ["csrs", csr, "name"],
            `"${csr}" bears the same name as "${namesake}"; customers and colleagues cannot tell them apart`,
          ),
        ];
  });
}

/** A CSR's language that no customer can have is more likely a slip than a talent. */
function checkLanguages({ frontdesk, people }: Sources): readonly Problem[] {
  const offered = namesIn(frontdesk, ["languages"]);
  const known = offered === null || offered.length === 0 ? ["en"] : offered;
  return entriesAt(people.value, ["csrs"]).flatMap(([csr, entry]) =>
    listAt(entry, ["languages"]).flatMap((language, index) => {
      const text = typeof language === "string" ? language : "";
      const guess = known.includes(text) ? null : nearest(text, known);
      return guess === null
        ? []
        : [
            people.warning(
              ["csrs", csr, "languages", index],
              `the desk does not offer "${text}"; did you mean "${guess}"?`,
            ),
          ];
    }),
  );
}

/** Queues that no CSR could ever serve, whatever happens. */
function checkSatisfiable(sources: Sources): readonly Problem[] {
  const { frontdesk, routing, people } = sources;
  // While a name is wrong, who has which skill is a guess.
  if (people.value === undefined || routing.value === undefined || checkSkills(sources).length > 0) {
    return [];
  }
  const csrs = entriesAt(people.value, ["csrs"]).map(([, csr]) => csr);
  const level = (entry: unknown, skill: string): number =>
    Number(entriesAt(entry, ["skills"]).find(([name]) => name === skill)?.[1] ?? 0);
  return entriesAt(routing.value, ["queues"]).flatMap(([queue, rule]) => {
    const needs = entriesAt(rule, ["skills"]).map(([skill]) => [skill, level(rule, skill)] as const);
    const able = csrs.filter((csr) => needs.every(([skill, least]) => level(csr, skill) >= least));
    if (able.length === 0) {
      const wanted = needs.map(([skill, least]) => `${skill} ${least}`).join(", ");
      return [
        routing.warning(
          ["queues", queue],
          `no CSR can ever serve "${queue}": nobody has ${wanted === "" ? "an entry in people.yaml" : `the skills ${wanted} together`}`,
          "key",
        ),
      ];
    }
    const matches = typeof rule === "object" && rule !== null && "matchLanguage" in rule && rule.matchLanguage === true;
    return matches ? checkSpoken(frontdesk, routing, queue, able) : [];
  });
}

function checkSpoken(
  frontdesk: YamlSource,
  routing: YamlSource,
  queue: string,
  able: readonly unknown[],
): readonly Problem[] {
  const languages = namesIn(frontdesk, ["languages"]) ?? [];
  const [fallback] = languages;
  const spoken = new Set(
    able.flatMap((csr) => {
      const own = listAt(csr, ["languages"]);
      return own.length > 0 ? own : [fallback];
    }),
  );
  return languages
    .filter((language) => !spoken.has(language))
    .map((language) =>
      routing.warning(
        ["queues", queue, "matchLanguage"],
        `no CSR of "${queue}" speaks "${language}", which the desk offers: such customers would wait for ever`,
      ),
    );
}
