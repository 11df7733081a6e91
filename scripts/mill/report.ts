/** The results as the table of docs/durability.md, which stands there between two marks. */
import { COUNTS, MESSAGES_FOR_A_REPEAT, type Totals } from "../../test/durability/mill/totals.ts";
import { areRepeatsFew, type Results } from "./results.ts";

const BEGIN = "<!-- mill: written by npm run mill -->";
const END = "<!-- /mill -->";

/** How many faults the mill is meant to do. */
export interface Goals {
  readonly kills: number;
  readonly cuts: number;
}

/** What each count says, in the order of the table. */
const ROWS: Readonly<Record<keyof Totals, string>> = {
  sent: "sent",
  receipted: "receipted",
  arrived: "shown to whom they were for",
  returned: "refused with an error: the sender knows",
  unanswered: "neither receipted, refused nor shown: the sender has no receipt",
  repeats: "shown again under the same id",
  lost: "**receipted and never shown**",
  doubled: "**shown again under another id**",
  misaddressed: "**shown to somebody else**",
  reordered: "**shown out of order**",
};

/** The document with the table that these results make; throws when the marks are missing. */
export function withReport(document: string, results: Results, goals: Goals): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The document has no ${BEGIN} … ${END} to write the results between.`);
  return `${document.slice(0, begin + BEGIN.length)}\n${report(results, goals)}\n${document.slice(end)}`;
}

function report({ begun, last, rounds, kills, cuts, desk, relay, abandoned }: Results, goals: Goals): string {
  const days = begun === last ? begun : `${begun} to ${last}`;
  const rows = COUNTS.map((count) => `| ${ROWS[count]} | ${shown(desk[count])} | ${shown(relay[count])} |`);
  const faults = Math.max(1, kills + cuts);
  const each = `Repeats: ${(desk.repeats / faults).toFixed(1)} for each fault`;
  const repeats = areRepeatsFew(desk)
    ? `${each}, and within one in ${shown(MESSAGES_FOR_A_REPEAT)} messages.`
    : `${each}. That is one in ${shown(Math.round(desk.arrived / desk.repeats))} messages, where one in ${shown(MESSAGES_FOR_A_REPEAT)} is aimed at: the mill breaks something every few dozen of them.`;
  return [
    `${days}: **${shown(kills)} of ${shown(goals.kills)} kills and ${shown(cuts)} of ${shown(goals.cuts)} link cuts**, in rounds of a dozen (${shown(rounds)} so far).`,
    `Rounds given up because something was not ready in time, and not counted: ${abandoned.length}.`,
    "",
    "| messages | Frontdesk | plain relay |",
    "|---|---|---|",
    ...rows,
    "",
    repeats,
  ].join("\n");
}

function shown(number: number): string {
  return number.toLocaleString("en");
}
