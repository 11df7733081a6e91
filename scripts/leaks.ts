/**
 * Looks for anything of one side on the other side's wire: `node scripts/leaks.ts [--pairs web:irc,xmpp:matrix] [--messages 100000]
 * [--seed 1]`. Without `--pairs` every pair of networks is tried, the customer's first. Every leak is printed with the command that
 * shows it again. Ends with 1 when there was one.
 */
import { parseArgs } from "node:util";
import { leakInWords, runCampaign } from "../test/leaks/campaign.ts";
import { LEAK_NETWORKS } from "../test/leaks/networks.ts";

const EVERY_PAIR = LEAK_NETWORKS.flatMap((customer) => LEAK_NETWORKS.map((csr) => `${customer}:${csr}`));
const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: EVERY_PAIR.join(",") },
    messages: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
  },
});

const pairs = values.pairs.split(",").map((pair) => pair.split(":"));
const [messages, seed] = [Number(values.messages), Number(values.seed)];
if (!Number.isInteger(messages) || !Number.isInteger(seed) || messages < 1) {
  say("--messages and --seed are whole numbers.");
  process.exit(1);
}
const begun = performance.now();
let [said, written, leaked] = [0, 0, 0];
for (const [index, [customer = "", csr = ""]] of pairs.entries()) {
  const result = await runCampaign({ customer, csr, messages, seed });
  said += result.messages;
  written += result.written;
  leaked += result.leaks.length;
  for (const leak of result.leaks) say(leakInWords(leak));
  const seconds = Math.round((performance.now() - begun) / 1_000);
  say(
    `${index + 1}/${pairs.length} ${customer} and ${csr}: ${result.messages} messages, ${result.leaks.length} leaks; ${seconds} s`,
  );
}
say(`${said} messages, ${written} written to either side and looked through, ${leaked} leaks.`);
process.exit(leaked === 0 ? 0 : 1);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
