/** docs/routing-suite.openapi.yaml: the interface of an enterprise's routing suite, made of the very shapes that are spoken. */
import { stringify } from "yaml";
import { z } from "zod";
import { answerSchema, decideSchema, pingSchema } from "../src/routing-client/suite-protocol.ts";

function header(name: string, description: string): object {
  return { name, in: "header", required: true, description, schema: { type: "string" } };
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
  return json;
}

/** The whole document as YAML. OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */
export function suiteOpenApi(): string {
  const content = (schema: object) => ({ "application/json": { schema } });
  const away = { description: "The suite is away: the desk asks again later, and goes by its rule meanwhile." };
  const refused = { description: "This one question cannot be answered: the desk decides about it by its rule." };
  const document = {
    openapi: "3.1.0",
    info: {
      title: "Frontdesk: an enterprise's routing suite",
      version: "1",
      description:
        "What a routing suite answers, so that it decides in a desk's place whom a customer is offered to. docs/routing-server.md tells the rest.",
    },
    servers: [
      { url: "https://routing.example.com", description: "The address of routing.suite.url in frontdesk.yaml." },
    ],
    paths: {
      "/frontdesk": {
        post: {
          operationId: "decide",
          summary: "Who is to be asked for a customer who waits; or a ping.",
          parameters: [
            header("webhook-id", "The same at every repeat of a question."),
            header("webhook-timestamp", "Seconds since the epoch."),
            header(
              "webhook-signature",
              "v1, and HMAC-SHA256 over id.timestamp.body in base64 (Standard Webhooks 1.0).",
            ),
          ],
          requestBody: {
            required: true,
            content: content({
              oneOf: [{ $ref: "#/components/schemas/Decide" }, { $ref: "#/components/schemas/Ping" }],
              discriminator: {
                propertyName: "type",
                mapping: { decide: "#/components/schemas/Decide", ping: "#/components/schemas/Ping" },
              },
            }),
          },
          responses: {
            "200": {
              description: "The answer; to a ping any body will do.",
              content: content({ $ref: "#/components/schemas/Answer" }),
            },
            "4XX": refused,
            "429": away,
            "5XX": away,
          },
        },
      },
    },
    components: {
      schemas: { Decide: schemaOf(decideSchema), Ping: schemaOf(pingSchema), Answer: schemaOf(answerSchema) },
    },
  };
  return stringify(document, { lineWidth: 140, aliasDuplicateObjects: false });
}
