/** The results as the tables of docs/durability.md, which stand there between two marks. */
import { MILL_NETWORKS, type MillNetwork, writtenPerSecond } from "../../test/durability/mill/talks.ts";
import { CAUSES, type Cause, COUNTS, MESSAGES_FOR_A_REPEAT, type Totals } from "../../test/durability/mill/totals.ts";
import { type Results, roundsOf } from "./results.ts";

const BEGIN = "<!-- mill: written by npm run mill -- --write -->";
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

const NAMES: Readonly<Record<MillNetwork, string>> = { xmpp: "XMPP", matrix: "Matrix", irc: "IRC" };

const CAUSE_ROWS: Readonly<Record<Cause, string>> = {
  kill: "`kill -9` at any moment",
  "kill aimed": "`kill -9` the moment a message was shown",
  cut: "link cut at any moment",
  "cut aimed": "link cut the moment a message was shown",
};

/** The document with the tables that these results make; throws when the marks are missing. */
export function withReport(document: string, results: Results, goals: Goals): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The document has no ${BEGIN} … ${END} to write the results between.`);
  return `${document.slice(0, begin + BEGIN.length)}\n${report(results, goals)}\n${document.slice(end)}`;
}

function report(results: Results, goals: Goals): string {
  const { kills, cuts, stretches, networks, relay, abandoned } = results;
  return [
    `**${shown(kills)} of ${shown(goals.kills)} kills and ${shown(cuts)} of ${shown(goals.cuts)} link cuts**, in ${shown(roundsOf(results))} rounds.`,
    `Rounds given up because something was not ready in time, and not counted: ${abandoned.length}.`,
    "",
    "| day | version | kills | link cuts |",
    "|---|---|---|---|",
    ...stretches.map((one) => `| ${one.day} | ${one.version} | ${shown(one.kills)} | ${shown(one.cuts)} |`),
    "",
    "| messages | XMPP | Matrix | IRC | plain relay (XMPP) |",
    "|---|---|---|---|---|",
    ...COUNTS.map((count) => {
      const cells = MILL_NETWORKS.map((network) => shown(networks[network].totals[count]));
      return `| ${ROWS[count]} | ${cells.join(" | ")} | ${shown(relay[count])} |`;
    }),
    "",
    "Messages shown again on each network, of how many faults while it carried messages (all kills, and cuts of its own links; CSRs are on XMPP):",
    "",
    "| after | XMPP | Matrix | IRC |",
    "|---|---|---|---|",
    ...CAUSES.map((cause) => {
      const cells = MILL_NETWORKS.map((network) => {
        const { repeats, faults } = networks[network];
        return `${shown(repeats[cause])} of ${shown(faults[cause])}`;
      });
      return `| ${CAUSE_ROWS[cause]} | ${cells.join(" | ")} |`;
    }),
    "",
    ...MILL_NETWORKS.map((network) => windowOf(results, network)),
  ].join("\n");
}

/**
 * How long a message is between being written and being marked, by how many a kill at any moment finds there: repeats of a kill are
 * messages a second times that window, so one in so many messages follows from how far apart crashes are, whatever the load.
 */
function windowOf({ networks }: Results, network: MillNetwork): string {
  const { faults, repeats } = networks[network];
  if (faults.kill === 0) return `- ${NAMES[network]}: not tried.`;
  const seconds = repeats.kill / faults.kill / writtenPerSecond(network);
  const apart = Math.ceil(seconds * MESSAGES_FOR_A_REPEAT);
  const found = `- ${NAMES[network]}: ${(repeats.kill / faults.kill).toFixed(2)} repeats for each kill at any moment, at ${Math.round(writtenPerSecond(network))} messages a second`;
  return repeats.kill === 0
    ? `${found}.`
    : `${found}: a window of ${(seconds * 1000).toFixed(1)} ms. One in ${shown(MESSAGES_FOR_A_REPEAT)} messages or fewer are repeated where crashes are ${shown(apart)} seconds apart or more.`;
}

function shown(number: number): string {
  return number.toLocaleString("en");
}
