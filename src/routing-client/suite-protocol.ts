/**
 * What a desk and an enterprise's routing suite say to each other: one request for each decision, JSON both ways, version 1.
 * docs/routing-suite.openapi.json is made of these shapes.
 */
import { z } from "zod";
import type { CustomerProfile } from "../core/customer-profile.ts";
import { FEATURES } from "../core/model.ts";
import type { DelegatedRequest } from "../core/routing/delegated-engine.ts";
import type { RoutingCsr } from "../core/routing/routing.ts";
import { COMPATIBILITIES } from "../core/rules.ts";
import { DEFAULT_PRIVACY, PROFILE_FIELDS, type ProfileField, type SuiteSettings } from "./settings.ts";

const id = z.string().min(1).max(256);
const text = z.string().max(100_000);

const customerSchema = z
  .strictObject({
    handle: id.optional().describe("The public address of the desk that the customer wrote to: support, billing."),
    address: z.strictObject({ network: id, id: text }).optional().describe("Where the customer is, on which network."),
    origin: text.optional().describe("The network people name it by: Telegram for whoever comes through that gateway."),
    telephone: text.nullable().optional().describe("In international form (E.164)."),
    software: z
      .strictObject({
        protocol: text,
        brand: text.nullable(),
        version: text.nullable(),
        system: text.nullable(),
      })
      .nullable()
      .optional()
      .describe("What the customer writes from."),
    name: text.nullable().optional(),
    account: text.nullable().optional(),
    language: text.nullable().optional().describe("BCP 47."),
    reason: text.nullable().optional().describe("The reason for contact, as the bot learned it."),
    opening: text.nullable().optional().describe("The words the customer opened with."),
    answers: z.record(z.string(), text).optional().describe("What the bot's dialog asked and was told, by name."),
    attributes: z.record(z.string(), text).optional().describe("What the company's directory says of the customer."),
  })
  .describe(
    "What is known of the customer. A field that is withheld by the desk's privacy rule is not there; null is not known.",
  );

const csrSchema = z.strictObject({
  id,
  skills: z.record(z.string(), z.number().int().min(1).max(5)).describe("Levels, 5 is the best."),
  languages: z.array(id),
  attributes: z.record(z.string(), text),
  available: z.boolean().describe("Reachable, willing, and with room for this conversation."),
  capacity: z.number().min(0),
  load: z.number().min(0).describe("What they have in hand, in the unit of capacity; an ordinary conversation is 1."),
  idleSince: z.iso.datetime(),
  today: z.number().int().min(0).describe("Conversations taken today."),
  networks: z.array(id).describe("The networks on which they are reached now."),
});

export const decideSchema = z
  .strictObject({
    version: z.literal(1),
    type: z.literal("decide"),
    conversation: id,
    revision: z
      .number()
      .int()
      .describe("Another one after every change of the request; an answer to an older one counts for nothing."),
    queue: id,
    priority: z.number().describe("Higher goes first."),
    turnAt: z.iso.datetime().describe("Whose is earlier goes first, of equal priorities."),
    needs: z
      .array(z.looseObject({ kind: z.string() }))
      .describe("What the queue's rules ask of a CSR, as docs/rules.md names it."),
    weight: z.number().positive().describe("What it takes of a CSR's capacity."),
    compatibility: z.enum(COMPATIBILITIES),
    features: z.array(z.enum(FEATURES)).describe("What the customer's software can do that can be lost on the way."),
    excluded: z.array(id).describe("CSRs who declined, or did not answer, and are not to be asked again yet."),
    customer: customerSchema,
    csrs: z.array(csrSchema).describe("The available ones first; the desk's configuration says how many."),
  })
  .describe("A customer waits: who is to be asked?");
export type DecideRequest = z.input<typeof decideSchema>;

export const pingSchema = z
  .strictObject({ version: z.literal(1), type: z.literal("ping") })
  .describe("Is anybody there? Any answer of 200 to 299 says yes.");

export const answerSchema = z
  .discriminatedUnion("decision", [
    z
      .object({ decision: z.literal("offer"), csrs: z.array(id).min(1).max(1_000) })
      .describe("Ask the first of these who is reachable, willing and has room, whatever the queue's rules ask for."),
    z
      .object({ decision: z.literal("wait"), seconds: z.number().min(0).max(86_400).optional() })
      .describe("Nobody yet. Asked again after so long, or as soon as a CSR has room or the request changes."),
    z.object({ decision: z.literal("desk") }).describe("Whoever the desk would ask by its own rules."),
  ])
  .describe("Fields that are not named here are ignored.");
export type SuiteAnswer = z.output<typeof answerSchema>;

/** Null: not an answer. */
export function readAnswer(body: string): SuiteAnswer | null {
  try {
    const parsed = answerSchema.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The request about that conversation. `profile` null: the conversation is over, or nothing is known. */
export function decideRequest(
  { revision, waiting }: DelegatedRequest,
  profile: CustomerProfile | null,
  csrs: Iterable<RoutingCsr>,
  settings: SuiteSettings,
): DecideRequest {
  const { conversation, queue, priority, turnAt, needs, weight = 1, compatibility } = waiting;
  const all = [...csrs].map((csr) => csrView(csr, weight));
  // A stable sort keeps the order in which they were told.
  const first = all.sort((one, other) => Number(other.available) - Number(one.available)).slice(0, settings.csrs);
  return {
    version: 1,
    type: "decide",
    conversation,
    revision,
    queue,
    priority,
    turnAt: new Date(turnAt).toISOString(),
    needs: needs.map((need) => ({ ...need })),
    weight,
    compatibility,
    features: [...waiting.customerFeatures],
    excluded: [...waiting.excluded],
    customer: passed(profile, waiting.customerNetwork, queue, settings),
    csrs: first,
  };
}

function csrView(csr: RoutingCsr, weight: number): DecideRequest["csrs"][number] {
  const { id: csrId, skills, languages, attributes = {}, capacity, load, idleSince, today = 0, reachable } = csr;
  return {
    id: csrId,
    skills,
    languages: [...languages],
    attributes,
    available: csr.willing && reachable.length > 0 && load + weight <= capacity,
    capacity,
    load,
    idleSince: new Date(idleSince).toISOString(),
    today,
    networks: [...new Set(reachable.map(({ address }) => address.network))],
  };
}

/** What of the customer leaves the desk: the queue's word counts first, then the network's, then what is said for all. */
export function passed(
  profile: CustomerProfile | null,
  network: string,
  queue: string,
  { privacy, networkPrivacy, queuePrivacy }: Pick<SuiteSettings, "privacy" | "networkPrivacy" | "queuePrivacy">,
): DecideRequest["customer"] {
  if (profile === null) return {};
  const rules = [queuePrivacy.get(queue), networkPrivacy.get(network), privacy, DEFAULT_PRIVACY];
  const passes = (field: ProfileField): boolean =>
    rules.find((rule) => rule?.[field] !== undefined)?.[field] === "pass";
  return Object.fromEntries(PROFILE_FIELDS.filter(passes).map((field) => [field, profile[field]]));
}
