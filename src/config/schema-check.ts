/** Turns what zod says of a value into sentences an admin understands, at the place they can mend. */
import { z } from "zod";
import { nearest, type Problem } from "./problem.ts";
import type { Path, YamlSource } from "./yaml-source.ts";

/** A JSON Schema as far as it is looked into here. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
}

export type Checked<Value> = { readonly value: Value | undefined; readonly problems: readonly Problem[] };

const converted = new WeakMap<z.ZodType, JsonSchema>();

/** The JSON Schema of what an admin writes (input side: keys with a default may be left out). */
export function toJsonSchema(schema: z.ZodType): JsonSchema {
  const known = converted.get(schema);
  if (known !== undefined) {
    return known;
  }
  const made = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", target: "draft-2020-12" }) as JsonSchema;
  converted.set(schema, made);
  return made;
}

/** The source's value, checked against `schema`; undefined when it does not fit or could not be read. */
export function checkSchema<Value>(source: YamlSource, schema: z.ZodType<Value>): Checked<Value> {
  if (source.value === undefined) {
    return { value: undefined, problems: [] };
  }
  const result = schema.safeParse(source.value, { reportInput: true });
  return result.success
    ? { value: result.data, problems: [] }
    : {
        value: undefined,
        problems: schemaProblems({ ...source, base: [] }, toJsonSchema(schema), result.error.issues),
      };
}

/** A source, and the path at which the checked part of it begins. */
export interface Part extends YamlSource {
  readonly base: Path;
}

/** What zod says of a part of a file, as problems of that file. */
export function schemaProblems(part: Part, schema: JsonSchema, issues: readonly Issue[]): readonly Problem[] {
  return issues.flatMap((issue) => issueProblems(part, schema, issue, part.base));
}

export type Issue = z.core.$ZodIssue;

/** Issues of one place as problems; a union that nothing fits is told by the member that was meant. */
function issueProblems(source: Part, schema: JsonSchema, issue: Issue, base: Path): readonly Problem[] {
  const path = [...base, ...issue.path.filter((part) => typeof part !== "symbol")];
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path.slice(source.base.length));
    return issue.keys.map((key) => source.error([...path, key], unknownKey(key, known), "key"));
  }
  if (issue.code === "invalid_key") {
    const inner = issue.issues[0];
    const key = String(path.at(-1) ?? "");
    return [
      source.error(
        path,
        `${JSON.stringify(key)} cannot be a name here: ${inner === undefined ? issue.message : inner.message}`,
        "key",
      ),
    ];
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    return unionProblems(source, schema, issue, path);
  }
  const missing =
    issue.input === undefined &&
    (issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "invalid_union");
  return [
    missing
      ? source.error(path, `${label(path)}is missing`, "key")
      : source.error(path, `${label(path)}${sentence(issue)}`),
  ];
}

type UnionIssue = Extract<Issue, { code: "invalid_union" }>;

function unionProblems(source: Part, schema: JsonSchema, issue: UnionIssue, path: Path): readonly Problem[] {
  const tags = issue.errors.map((member) => member.find(isTag));
  const [tag] = tags;
  if (
    tag !== undefined &&
    tags.every((other) => other !== undefined && other.path.join("\0") === tag.path.join("\0"))
  ) {
    const values = tags.flatMap((other) => (other === undefined ? [] : other.values));
    return issueProblems(source, schema, { ...tag, values }, path);
  }
  const meant = meantMember(issue.errors);
  if (meant !== null) {
    return meant.flatMap((inner) => issueProblems(source, schema, inner, path));
  }
  const message = issue.message.startsWith("must") ? issue.message : "has none of the forms that are allowed here";
  return [source.error(path, `${label(path)}${message}`)];
}

/** A key that says which member is meant (`mode: component`) and says another. */
function isTag(issue: Issue): issue is Extract<Issue, { code: "invalid_value" }> {
  return issue.code === "invalid_value" && issue.values.length === 1 && issue.path.length > 0;
}

/** The member of a union that was meant: its tag fits, and its complaints lie deepest. Null when none got past its first look. */
function meantMember(members: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const depth = (issues: readonly Issue[]) =>
    Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === "unrecognized_keys" ? 1 : 0)));
  const misses = (issues: readonly Issue[]) => issues.filter(isTag).length;
  const ranked = [...members].sort((a, b) => misses(a) - misses(b) || depth(b) - depth(a) || a.length - b.length);
  const [best] = ranked;
  return best === undefined || depth(best) === 0 ? null : best;
}

function label(path: Path): string {
  const name = [...path].reverse().find((part) => typeof part === "string");
  return name === undefined ? "the file " : `${JSON.stringify(name)} `;
}

function unknownKey(key: string, known: readonly string[]): string {
  const guess = nearest(key, known);
  const hint =
    guess !== null
      ? `; did you mean ${JSON.stringify(guess)}?`
      : known.length > 0
        ? ` (known: ${known.join(", ")})`
        : "";
  return `unknown key ${JSON.stringify(key)}${hint}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a section of keys",
  record: "a section of keys",
};

function typeName(value: unknown): string {
  if (Array.isArray(value)) {
    return "a list";
  }
  return TYPES[typeof value] ?? typeof value;
}

/** What follows the name of the key. The value itself is never repeated: it may be a secret. */
function sentence(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? issue.expected}, not ${issue.expected === "int" && typeof issue.input === "number" ? "a fraction" : typeName(issue.input)}`;
    case "too_small":
      return `must be at least ${issue.minimum}${unit(issue.origin)}`;
    case "too_big":
      return `must be at most ${issue.maximum}${unit(issue.origin)}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}${guessValue(issue)}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return issue.message.startsWith("must") ? issue.message : `must be a valid ${issue.format}`;
    case "custom":
    case "invalid_element":
    case "invalid_key":
    case "invalid_union":
    case "unrecognized_keys":
      return issue.message;
  }
}

function guessValue(issue: Extract<Issue, { code: "invalid_value" }>): string {
  const guess = typeof issue.input === "string" ? nearest(issue.input, issue.values.map(String)) : null;
  return guess === null ? "" : `; did you mean ${JSON.stringify(guess)}?`;
}

function unit(origin: string): string {
  const units: Readonly<Record<string, string>> = {
    string: " characters long",
    array: " entries long",
    set: " entries long",
  };
  return units[origin] ?? "";
}

/** The keys a section at `path` may have, over all the forms it may take. */
export function knownKeys(schema: JsonSchema, path: Path): readonly string[] {
  let candidates = expand(schema, schema);
  for (const part of path) {
    candidates = candidates.flatMap((candidate) => step(candidate, part)).flatMap((inner) => expand(schema, inner));
  }
  return [...new Set(candidates.flatMap((candidate) => Object.keys(candidate.properties ?? {})))];
}

function step(schema: JsonSchema, part: string | number): readonly JsonSchema[] {
  if (typeof part === "number") {
    return [schema.prefixItems?.[part] ?? schema.items].filter((inner) => inner !== undefined);
  }
  const property = schema.properties?.[part];
  if (property !== undefined) {
    return [property];
  }
  return typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
}

/** The forms behind references and alternatives. */
function expand(root: JsonSchema, schema: JsonSchema): readonly JsonSchema[] {
  if (schema.$ref !== undefined) {
    const target = schema.$ref === "#" ? root : root.$defs?.[schema.$ref.replace("#/$defs/", "")];
    return target === undefined ? [] : expand(root, target);
  }
  const members = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [schema, ...members.flatMap((member) => expand(root, member))];
}
