/** The OpenAPI document of the HTTP API, made of the table of its routes. */
import { z } from "zod";
import { SCOPES } from "../accounts/roles.ts";
import { API_ROUTES, type ApiRoute } from "./routes.ts";
import { fault } from "./shapes.ts";

export const API_PATH = "/api/v1";

const FAULTS: Readonly<Record<string, string>> = {
  400: "The question cannot be understood.",
  401: "No token, or none that is good.",
  403: "The token's scopes do not allow this.",
  404: "There is no such thing.",
  409: "The desk refuses it as things are.",
  422: "What was sent, or the configuration on disk, makes no sense.",
  429: "Too many requests; Retry-After says when the next is taken.",
  503: "The desk is starting or stopping.",
};

/** OpenAPI 3.1. `version`: the desk's. */
export function openApi(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of API_ROUTES) {
    const path = `${API_PATH}${route.path.replace(/:(\w+)/g, "{$1}")}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Frontdesk",
      version,
      description: "What a running desk can be asked by programs. `frontdesk token create` makes a token for them.",
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "A token of `frontdesk token create`." },
      },
      schemas: { Fault: schemaOf(fault) },
    },
  };
}

function operation(route: ApiRoute): object {
  const json = (schema: object) => ({ "application/json": { schema } });
  const faults = Object.entries(FAULTS).map(([status, description]) => [
    status,
    { description, content: json({ $ref: "#/components/schemas/Fault" }) },
  ]);
  return {
    operationId: route.name,
    summary: route.summary,
    description: `Needs the scope \`${route.scope}\`: ${SCOPES[route.scope]}.`,
    parameters: [...pathParameters(route), ...queryParameters(route)],
    responses: {
      200: { description: route.summary, content: json(schemaOf(route.answers)) },
      ...Object.fromEntries(faults),
    },
  };
}

function pathParameters({ path }: ApiRoute): readonly object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters({ query }: ApiRoute): readonly object[] {
  const properties = query === undefined ? {} : (schemaOf(query, "input").properties ?? {});
  return Object.entries(properties as Record<string, object>).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema,
  }));
}

function schemaOf(schema: z.ZodType, io: "input" | "output" = "output"): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...made } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return made;
}
