/** The bot's part of a conversation: one answer in, what it says out, and how long it waits for the next. */
import { ruledText } from "./content-rule.ts";
import { advance, type DialogInput, type DialogTurn } from "./dialog.ts";
import { originNames } from "./gateways.ts";
import { customerOf } from "./legs.ts";
import type { FormattedText } from "./model.ts";
import type { Rules } from "./rules.ts";
import type { ConversationRow } from "./state.ts";
import { typed } from "./styling-writer.ts";
import { withToldName } from "./told-software.ts";
import { tellText } from "./transcript.ts";
import { putConversation, say, setTimer, type Turn } from "./turn.ts";

/** An answer that is of one look throughout is its words; else it may be the marks that are meant (`_sales_@example.org`). */
export function forTheBot(said: FormattedText): string {
  const { text, formatting = [] } = said;
  const isWhole = formatting.some(({ start, end }) => text.slice(start, end).trim() === text.trim());
  return isWhole ? text : typed(said);
}

/** Feeds the bot and says what it says. What its end leads to is the state machine's business. */
export function askBot(
  turn: Turn,
  row: ConversationRow,
  input: DialogInput,
): { readonly row: ConversationRow; readonly result: DialogTurn } {
  const customer = customerOf(row);
  const script = scriptOf(turn, row);
  const result = advance(row.position, row.facts, input, {
    script,
    scripts: turn.rules.dialogs,
    intents: turn.rules.intents,
    directory: turn.rules.directory,
    phrase: (key, language, values) => say(turn, key, language, values),
    languages: turn.rules.languages,
    address: customer.address,
    software: row.software,
    origin: originNames(turn.rules, { address: customer.address, software: row.software }),
    languageHint: row.languageHint,
    company: turn.rules.company,
    reservedNames: reservedNames(turn.rules),
    isOpen: (queue) => turn.memory.open.get(queue) ?? true,
  });
  const next = putConversation(turn, row, {
    position: result.position,
    facts: { ...result.facts, name: allowedName(turn, row, result.facts.name) },
    software: withToldName(row.software, result.facts),
    dialogVersion: result.position?.version ?? row.dialogVersion,
  });
  for (const utterance of result.says) {
    const { choices, prompt } = utterance;
    tellText(turn, next, customer, utterance.text, prompt === undefined ? { choices } : { choices, prompt });
  }
  return { row: next, result };
}

/** A name is shown on every line of theirs, so it is nothing that is not passed on. */
function allowedName(turn: Turn, row: ConversationRow, name: string | null): string | null {
  return name === null ? null : ruledText(turn, row, customerOf(row), name);
}

const reserved = new WeakMap<Rules, readonly string[]>();

/** Names a customer may not take, since they would be mistaken for one of the desk's own. Gathered once for each set of rules. */
function reservedNames(rules: Rules): readonly string[] {
  const known = reserved.get(rules);
  if (known !== undefined) return known;
  const handles = [...rules.networks.values()].flatMap((network) => network.handles.map(({ name }) => name));
  const names = [rules.company, ...handles, ...Array.from(rules.csrs.values(), ({ name }) => name)];
  reserved.set(rules, names);
  return names;
}

function scriptOf(turn: Turn, row: ConversationRow) {
  const id = row.position?.dialog ?? row.dialog;
  const version = row.position?.version ?? row.dialogVersion;
  const present = turn.rules.dialogs.get(id);
  if (present?.version === version) return present;
  const kept = turn.tables.desk.get(`script ${id} ${version}`);
  const script =
    (kept !== null && "script" in kept ? kept.script : null) ?? present ?? turn.rules.dialogs.values().next().value;
  if (script === undefined) throw new Error("there is no dialog at all");
  return script;
}

/** One timer serves both: the bot's no-input, and the end of those who never answer at all. */
export function armSilence(turn: Turn, row: ConversationRow, silenceMs: number | null): void {
  const limit = turn.rules.limits.dialogIdleSeconds * 1000;
  const wait = Math.min(silenceMs ?? limit, limit);
  setTimer(turn, {
    id: `silence ${row.id}`,
    at: turn.world.now + wait,
    generation: row.generation,
    conversation: row.id,
    name: silenceMs === null || silenceMs > limit ? "dialog-idle" : "silence",
  });
}
