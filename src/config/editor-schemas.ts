/** JSON Schemas of the files, for editors that complete and check YAML while it is written. */
import type { z } from "zod";
import type { AdapterDescription } from "../adapter.ts";
import type { FileName } from "./compile.ts";
import { type JsonSchema, toJsonSchema } from "./schema-check.ts";
import { dialogsSchema } from "./schema-dialogs.ts";
import { directorySchema } from "./schema-directory.ts";
import { frontdeskSchema } from "./schema-frontdesk.ts";
import { peopleSchema } from "./schema-people.ts";
import { routingSchema } from "./schema-routing.ts";

const SCHEMAS: Readonly<Record<FileName, z.ZodType>> = {
  "frontdesk.yaml": frontdeskSchema,
  "routing.yaml": routingSchema,
  "people.yaml": peopleSchema,
  "dialogs.yaml": dialogsSchema,
  "directory.yaml": directorySchema,
};

/** What stands in a file of this name, in the folder the `$schema` comments of the shipped files point to. */
export function schemaFileName(file: FileName): string {
  return file.replace(".yaml", ".schema.json");
}

/** By the file's name in the configuration: the JSON Schema (draft 2020-12) of what may be written there. */
export function editorSchemas(modules: readonly AdapterDescription<unknown>[]): ReadonlyMap<FileName, JsonSchema> {
  const schemas = new Map<FileName, JsonSchema>();
  for (const [file, schema] of Object.entries(SCHEMAS) as [FileName, z.ZodType][]) {
    const json = toJsonSchema(schema);
    schemas.set(file, nullable(file === "frontdesk.yaml" ? withReferences(withNetworks(json, modules)) : json));
  }
  return schemas;
}

/** Each network is the desk's own keys and those of its adapter, told apart by `adapter:`. */
function withNetworks(schema: JsonSchema, modules: readonly AdapterDescription<unknown>[]): JsonSchema {
  const networks = schema.properties?.networks;
  const common = networks?.additionalProperties;
  if (networks === undefined || typeof common !== "object") {
    return schema;
  }
  const forms = modules.flatMap((module) => {
    const own = module.configSchema as JsonSchema;
    const variants = own.oneOf ?? own.anyOf ?? [own];
    return variants.map(
      (variant): JsonSchema => ({
        ...common,
        ...variant,
        properties: {
          ...common.properties,
          adapter: { const: module.protocol, type: "string" },
          ...variant.properties,
        },
        required: [...(common.required ?? []), ...(variant.required ?? [])],
        additionalProperties: false,
      }),
    );
  });
  const properties = { ...schema.properties, networks: { ...networks, additionalProperties: { anyOf: forms } } };
  return { ...schema, properties };
}

const REFERENCE: JsonSchema = {
  description: "Taken from the environment or from a file, so that it stands in no configuration.",
  anyOf: [
    { type: "object", properties: { env: { type: "string" } }, required: ["env"], additionalProperties: false },
    { type: "object", properties: { file: { type: "string" } }, required: ["file"], additionalProperties: false },
  ],
};

function withReferences(schema: JsonSchema): JsonSchema {
  const allowed = allowReferences(schema);
  return { ...allowed, $defs: { ...allowed.$defs, reference: REFERENCE } };
}

/** Wherever a text may stand, a reference to a secret may. */
function allowReferences(schema: JsonSchema): JsonSchema {
  const inner = mapInner(schema, allowReferences);
  const isText = schema.type === "string" && schema.const === undefined && schema.enum === undefined;
  return isText ? { anyOf: [inner, { $ref: "#/$defs/reference" }] } : inner;
}

/** A section whose lines are all commented out is empty, and an empty section counts as left out. */
function nullable(schema: JsonSchema): JsonSchema {
  const inner = mapInner(schema, nullable);
  return schema.type === "object" ? { ...inner, type: ["object", "null"] as unknown as string } : inner;
}

function mapInner(schema: JsonSchema, map: (inner: JsonSchema) => JsonSchema): JsonSchema {
  const { properties, additionalProperties, items, anyOf, oneOf, $defs } = schema;
  const mapAll = (all: Readonly<Record<string, JsonSchema>>) =>
    Object.fromEntries(Object.entries(all).map(([name, inner]) => [name, map(inner)]));
  return {
    ...schema,
    ...(properties === undefined ? {} : { properties: mapAll(properties) }),
    ...(typeof additionalProperties === "object" ? { additionalProperties: map(additionalProperties) } : {}),
    ...(items === undefined ? {} : { items: map(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(map) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(map) }),
    ...($defs === undefined ? {} : { $defs: mapAll($defs) }),
  };
}
