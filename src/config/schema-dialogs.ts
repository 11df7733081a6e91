/** dialogs.yaml: the bot's script. The form is checked here; names and sense by `compileDialogs` of the core. */
import { z } from "zod";
import { ANSWER_KINDS, type Condition } from "../core/dialog/script.ts";
import type {
  AttemptsSource,
  BranchSource,
  ChoiceSource,
  DialogsSource,
  IdentifySource,
  NoInputSource,
  RouteSource,
  StepSource,
} from "../core/dialog/source.ts";
import { STEP_KINDS } from "../core/dialog/source.ts";
import { FEATURES } from "../core/model.ts";
import { identifier, language, seconds } from "./names.ts";

const sentence = z.string().trim().min(1).max(4_000);

/** One text, or one for each language. */
export const text = z
  .union([sentence, z.record(language, sentence)], "must be a text, or one text for each language, such as  en: Hello")
  .describe("A text; or one for each language: { en: Hello, de: Hallo }. {name} and the like are filled in.");
const texts = z.union([text, z.array(text).min(1).max(10)], "must be a text or a list of texts");

/** Values of choices: kept as answers, joined by spaces where several are offered. */
const choiceValue = z
  .string()
  .regex(/^[a-z0-9]+(?:[-._][a-z0-9]+)*$/, "must be lower-case letters, digits, and - . _ between them")
  .max(64);
const answerName = identifier;
const oneOrMore = z.union([z.string().max(200), z.array(z.string().max(200)).min(1).max(100)]);

export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.strictObject({
    answers: z
      .record(
        answerName,
        z.union([oneOrMore, z.boolean(), z.strictObject({ min: z.number().optional(), max: z.number().optional() })]),
      )
      .optional()
      .describe("Answers by name: one of these values, given at all (true) or not (false), or a number in a range."),
    customer: z.boolean().optional().describe("Whether the directory knows the customer."),
    name: z.boolean().optional().describe("Whether the name is known."),
    account: z.boolean().optional().describe("Whether the account number is known."),
    attributes: z
      .record(z.string().max(64), oneOrMore)
      .optional()
      .describe("What the directory keeps of the customer: { tier: gold }."),
    language: z
      .union([language, z.array(language).min(1)])
      .optional()
      .describe("The customer's language."),
    network: z
      .union([identifier, z.array(identifier).min(1)])
      .optional()
      .describe("The network the customer writes on, or the id of the gateway they come through."),
    protocol: oneOrMore.optional().describe("The protocol their software speaks."),
    software: oneOrMore.optional().describe("The name of their software; * stands for anything."),
    gateway: oneOrMore.optional().describe("The gateway they come through: the type it reports, or its id."),
    features: z
      .union([z.enum(FEATURES), z.array(z.enum(FEATURES)).min(1)])
      .optional()
      .describe("Features their software announced, all of them."),
    open: z
      .union([identifier, z.array(identifier).min(1)])
      .optional()
      .describe("Queues of which one is open now."),
    closed: z
      .union([identifier, z.array(identifier).min(1)])
      .optional()
      .describe("Queues of which one is closed now."),
    not: conditionSchema.optional().describe("Must not hold."),
    any: z.array(conditionSchema).min(1).max(20).optional().describe("At least one of these must hold."),
  }),
) as z.ZodType<Condition>;

const steps: z.ZodType<readonly StepSource[]> = z.lazy(() => z.array(stepSchema).max(200));

const attemptsShape = {
  say: texts.optional().describe("Said one after the other, each time it happens again."),
  do: steps.optional().describe("The way out when all was said."),
};
const noMatchSchema: z.ZodType<AttemptsSource> = z.strictObject(attemptsShape);
const noInputSchema: z.ZodType<NoInputSource> = z.strictObject({
  afterSeconds: seconds(0, 86_400).optional().describe("Silence that counts as no answer; 0 waits for ever."),
  ...attemptsShape,
});

const choiceSchema: z.ZodType<ChoiceSource> = z.strictObject({
  value: choiceValue.describe("What is kept as the answer."),
  label: text.optional().describe("What the customer reads; the intent's label when left out."),
  synonyms: z
    .union([z.array(sentence), z.record(language, z.array(sentence))])
    .optional()
    .describe("Other words for it."),
  intents: z
    .array(identifier)
    .optional()
    .describe("Intents that mean this choice; the one of the same name when left out."),
  do: steps.optional().describe("Steps for this choice alone; then on after the question."),
});

const identifySchema: z.ZodType<true | IdentifySource> = z.union([
  z.literal(true),
  z.strictObject({
    greet: z
      .union([z.literal(false), text])
      .optional()
      .describe("Said to a customer recognised by address; false: nothing."),
    account: z
      .union([z.boolean(), z.literal("optional"), z.literal("or-name")])
      .optional()
      .describe(
        'true: asked; optional: "guest" goes on without; or-name: one question takes the name or the number; false: not asked.',
      ),
    askAccount: text.optional().describe("The question for the account number."),
    tries: z.number().int().min(0).max(10).optional().describe("How often it is asked again."),
    name: z.boolean().optional().describe("Whether strangers are asked for their name."),
    askName: text.optional().describe("The question for the name."),
  }),
]);

const routeSchema: z.ZodType<string | RouteSource> = z.union([
  identifier,
  z.strictObject({
    queue: identifier.describe("The queue the conversation waits in."),
    priority: z.number().int().min(-1_000).max(1_000).optional().describe("In place of the queue's own priority."),
    skills: z
      .record(identifier, z.number().int().min(1).max(5))
      .optional()
      .describe("Skills needed besides the queue's."),
    say: text.optional().describe("Said on the way."),
  }),
]);

const branchSchema: z.ZodType<BranchSource> = z
  .strictObject({
    when: conditionSchema.optional().describe("The first case that holds is taken."),
    do: steps.optional().describe("Its steps; afterwards on after the branch."),
    else: steps.optional().describe("For when no case holds; the last of the list."),
  })
  .refine(
    (one) => (one.when === undefined) !== (one.else === undefined) && (one.do === undefined || one.when !== undefined),
    "must have when and do, or else alone",
  );

const stepShape = z.strictObject({
  id: identifier
    .optional()
    .describe("A name for the step: for goto, and so that a conversation finds its place after a reload."),
  when: conditionSchema.optional().describe("The step is passed over unless this holds."),
  say: text.optional().describe("Says a text."),
  ask: text.optional().describe("Asks a question; see type."),
  confirm: text.optional().describe("Asks for yes or no."),
  identify: identifySchema.optional().describe("Finds out who the customer is: by address, else by asking."),
  language: z
    .union([z.literal(true), z.strictObject({ ask: text.optional(), always: z.boolean().optional() })])
    .optional()
    .describe("Asks for the language when it is not known."),
  set: z
    .record(answerName, z.union([z.string().max(2_000), z.number(), z.boolean(), z.record(language, sentence)]))
    .optional()
    .describe("Keeps answers without asking."),
  branch: z.array(branchSchema).min(1).max(50).optional().describe("Takes the first case that holds."),
  route: routeSchema.optional().describe("Ends the dialog: on to a queue."),
  close: z
    .union([z.literal(true), text])
    .optional()
    .describe("Ends the conversation, with these words."),
  goto: z
    .union([identifier, z.strictObject({ dialog: identifier, step: identifier.optional() })])
    .optional()
    .describe("Goes on at a step of this dialog, or in another dialog."),
  call: identifier.optional().describe("Goes through another dialog and comes back."),
  type: z
    .enum(ANSWER_KINDS)
    .optional()
    .describe("The kind of answer: choice (when there are choices), text, number, email, phone, date."),
  as: answerName
    .optional()
    .describe("The name under which the answer is kept; name and reason are the customer's name and reason."),
  reason: z.boolean().optional().describe("True when the customer's own words here are the reason for contact."),
  choices: z.array(choiceSchema).min(1).max(20).optional().describe("What can be chosen."),
  intents: z.boolean().optional().describe("True: free text is matched to the choices by example sentences."),
  optional: z.boolean().optional().describe('True when "skip" is an answer.'),
  min: z.number().optional().describe("Least number, or least characters of a text."),
  max: z.number().optional().describe("Greatest number, or most characters of a text."),
  integer: z.boolean().optional().describe("Whole numbers only."),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "must be a country in two capitals, such as DE")
    .optional()
    .describe("The country in which a telephone number without country code is meant."),
  help: text.optional().describe('Said to "help" at this question.'),
  noInput: noInputSchema.optional().describe("What happens in silence."),
  noMatch: noMatchSchema.optional().describe("What happens when no answer fits."),
  yes: steps.optional().describe("Steps after yes."),
  no: steps.optional().describe("Steps after no."),
});

const KINDS = Object.keys(STEP_KINDS);

/** Exactly one kind, and only keys that go with it: said at the key that is wrong. */
const stepSchema: z.ZodType<StepSource> = stepShape.superRefine((step, context) => {
  const given = Object.entries(step).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  const kinds = given.filter((key) => KINDS.includes(key));
  const [kind] = kinds;
  if (kind === undefined) {
    context.addIssue({ code: "custom", message: `a step needs one of ${KINDS.join(", ")}` });
    return;
  }
  if (kinds.length > 1) {
    context.addIssue({
      code: "custom",
      path: [kinds[1] ?? ""],
      message: `a step does one thing: make ${kinds.join(" and ")} steps of their own`,
    });
    return;
  }
  const allowed = new Set(["id", "when", kind, ...(STEP_KINDS[kind] ?? [])]);
  for (const key of given.filter((name) => !allowed.has(name))) {
    context.addIssue({ code: "custom", path: [key], message: `${key} does not go with ${kind}` });
  }
}) as z.ZodType<StepSource>;

const intentSchema = z.strictObject({
  label: text.describe('What "did you mean …?" calls it.'),
  examples: z.record(language, z.array(sentence).min(1).max(500)).describe("Sentences that mean it, by language."),
});

export const dialogsSchema: z.ZodType<DialogsSource> = z.strictObject({
  person: identifier.describe(
    'The queue behind "a person, please", and the way out of every question that has none of its own.',
  ),
  defaults: z
    .strictObject({
      noInput: noInputSchema.optional().describe("What happens in silence, at questions that do not say."),
      noMatch: noMatchSchema.optional().describe("What happens when no answer fits, at questions that do not say."),
      help: text.optional().describe('Said to "help" at questions that do not say.'),
    })
    .optional()
    .describe("For every question that has none of its own."),
  dialogs: z
    .record(
      identifier,
      z.strictObject({
        person: identifier.optional().describe('The queue behind "a person, please" in this dialog.'),
        steps: steps.describe("The steps, one after the other."),
      }),
    )
    .describe("The dialogs by name; a handle in frontdesk.yaml names the one it opens."),
  intents: z
    .record(identifier, intentSchema)
    .optional()
    .describe("What customers may want, each with example sentences."),
  phrases: z
    .record(z.string().max(64), text)
    .optional()
    .describe("Own wording for what the desk says by itself, by key; docs/bot.md lists them."),
});
