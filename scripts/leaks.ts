/**
 * Looks for anything of one side on the other side's wire: `node scripts/leaks.ts [--pairs web:irc,xmpp:matrix] [--messages 100000]
 * [--seed 1]`. Without `--pairs` every pair of networks is tried, the customer's first. Every leak is printed with the command that
 * shows it again. `--crypto`: chats that are encrypted are so by the real crypto at both ends, at 4 ms a message; else in glass. With `--servers 300` so much is done for each pair through real servers and clients instead, of the networks
 * that `--networks web,xmpp` names, and of `--pairs` where that is given. Ends with 1 when there was a leak, or when next to nothing was said.
 */
import { leakInWords, runCampaign } from "../test/leaks/campaign.ts";
import { LEAK_NETWORKS } from "../test/leaks/networks.ts";
import { LEAK_ROWS, runOnServers } from "../test/leaks/real-servers.ts";
import { readOptions } from "./command-line.ts";

const EVERY_PAIR = LEAK_NETWORKS.flatMap((customer) => LEAK_NETWORKS.map((csr) => `${customer}:${csr}`));
const { values } = readOptions(import.meta.url, {
  options: {
    pairs: { type: "string", default: EVERY_PAIR.join(",") },
    messages: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    servers: { type: "string" },
    crypto: { type: "boolean", default: false },
    networks: { type: "string", default: LEAK_NETWORKS.join(",") },
  },
});

const pairs = values.pairs.split(",").map((pair) => pair.split(":"));
const [messages, seed] = [Number(values.messages), Number(values.seed)];
if (!Number.isInteger(messages) || !Number.isInteger(seed) || messages < 1) {
  say("--messages and --seed are whole numbers.");
  process.exit(1);
}
const begun = performance.now();
if (values.servers !== undefined) process.exit(await onServers(Number(values.servers), values.networks.split(",")));
let [said, written, leaked, silent] = [0, 0, 0, 0];
for (const [index, [customer = "", csr = ""]] of pairs.entries()) {
  const result = await runCampaign({ customer, csr, messages, seed, realCrypto: values.crypto });
  said += result.messages;
  written += result.written;
  leaked += result.leaks.length;
  for (const leak of result.leaks) say(leakInWords(leak));
  if (result.written < result.messages / 3) {
    silent += 1;
    say(
      `Of ${customer} and ${csr} only ${result.written} messages reached anybody, so nothing could leak: they do not talk.`,
    );
  }
  const seconds = Math.round((performance.now() - begun) / 1_000);
  say(
    `${index + 1}/${pairs.length} ${customer} and ${csr}: ${result.messages} messages, ${result.leaks.length} leaks; ${seconds} s`,
  );
}
say(`${said} messages, ${written} written to either side and looked through, ${leaked} leaks.`);
process.exit(leaked + silent === 0 ? 0 : 1);

async function onServers(acts: number, networks: readonly string[]): Promise<number> {
  const rows = LEAK_ROWS.filter(({ name }) => networks.includes(name));
  const result = await runOnServers({
    rows,
    pairs: new Set(values.pairs.split(",")),
    acts,
    seed,
    onPair: (customer, csr, { done, looked, files, leaks }) => {
      const seconds = Math.round((performance.now() - begun) / 1_000);
      say(`${customer} and ${csr}: ${done} of ${acts} done, ${looked} characters, ${files} files; ${seconds} s`);
      for (const { of, what, value, how, wire } of leaks)
        say(`The ${of}'s ${what} (${value}, ${how}) was shown: customer on ${customer}, CSR on ${csr}.\n  ${wire}`);
    },
  });
  const { pairs: tried, done, looked, files, leaks } = result;
  say(
    `${tried} pairs, ${done} of ${result.acts} acts done, ${files} files and ${looked} characters looked through, ${leaks.length} leaks.`,
  );
  return leaks.length === 0 ? 0 : 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
