/**
 * The soak: `npm run soak [-- --minutes 60]`. The real daemon at a real Prosody with a thousand conversations and a hundred messages a second, of
 * which one ends and one begins every second, half of them of people who were never there. It is looked at all the while (scripts/soak/growth.ts
 * says what counts as growth), and every message is looked for. Ends with 1 when something grows or was lost.
 *
 * `--write` puts what was found into docs/performance.md and its plot beside it. `--samples FILE` keeps each look as a line of JSON, and at
 * last what became of the messages; with `--from FILE` those are read and nothing is run.
 * `--conversations`, `--per-second`, `--endings` and `--every` (seconds between two looks) make it another load.
 */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readOptions } from "./command-line.ts";
import { findings, LOG_MB, mostLog, type Sample } from "./soak/growth.ts";
import { svgOf } from "./soak/plot.ts";
import { type Account, asText, withSoak } from "./soak/report.ts";
import { soak } from "./soak/run.ts";

const DOCUMENT = fileURLToPath(new URL("../docs/performance.md", import.meta.url));
const PLOT = fileURLToPath(new URL("../docs/soak.svg", import.meta.url));

const VERDICTS = { grows: "GROWS", unclear: "UNCLEAR, soak longer", holds: "holds" } as const;

const { values } = readOptions(import.meta.url, {
  options: {
    minutes: { type: "string", default: "60" },
    conversations: { type: "string", default: "1000" },
    "per-second": { type: "string", default: "100" },
    endings: { type: "string", default: "1" },
    every: { type: "string", default: "30" },
    samples: { type: "string" },
    from: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

async function main(): Promise<number> {
  const { minutes, conversations, endings, every } = values;
  const numbers = [minutes, conversations, values["per-second"], endings, every].map(Number);
  if (numbers.some((number) => !(number > 0))) {
    process.stderr.write("--minutes, --conversations, --per-second, --endings and --every are numbers above 0.\n");
    return 2;
  }
  const [forMinutes = 0, atOnce = 0, perSecond = 0, endingsPerSecond = 0, everySeconds = 0] = numbers;
  const load = {
    conversations: atOnce,
    csrs: Math.ceil(atOnce / 10),
    messagesPerSecond: perSecond,
    endingsPerSecond,
  };
  if (values.from !== undefined) return readAgain(values.from);
  const samples: Sample[] = [];
  const keep = (line: object): void => {
    if (values.samples !== undefined) appendFileSync(values.samples, `${JSON.stringify(line)}\n`);
  };
  const went = await soak(load, forMinutes * 60, everySeconds, (sample) => {
    samples.push(sample);
    keep(sample);
    process.stderr.write(`${asText(sample)}\n`);
  });
  const end: End = { load, ...went, day: new Date().toISOString().slice(0, 10) };
  keep({ end });
  return report({ ...end, samples });
}

/** What the samples of a soak were followed by: whether everything arrived is known at its end alone. */
type End = Omit<Account, "samples">;

function readAgain(path: string): number {
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const read = lines.map((line) => JSON.parse(line) as Sample | { readonly end: End });
  const samples = read.flatMap((line) => ("end" in line ? [] : [line]));
  const end = read.flatMap((line) => ("end" in line ? [line.end] : [])).at(-1);
  if (end !== undefined) return report({ ...end, samples });
  sayGrowth(samples);
  process.stderr.write(`${path} does not say how its soak ended, so whether every message arrived is not known.\n`);
  return 2;
}

function report(account: Account): number {
  const { samples, lost, repeats } = account;
  const grows = sayGrowth(samples);
  process.stdout.write(
    `${lost > 0 ? "LOST" : "holds"}  messages that did not arrive: ${lost}, that were shown again: ${repeats}\n`,
  );
  if (values.write) {
    writeFileSync(PLOT, svgOf(samples));
    writeFileSync(DOCUMENT, withSoak(readFileSync(DOCUMENT, "utf8"), account));
  }
  return grows || lost > 0 ? 1 : 0;
}

/** Says what grows and what does not; whether anything does. */
function sayGrowth(samples: readonly Sample[]): boolean {
  const found = findings(samples);
  for (const { watch, slope, least, verdict } of found) {
    const of = `${slope.toPrecision(3)} ${watch.unit} a ${watch.per}, at least ${least.toPrecision(3)}`;
    process.stdout.write(`${VERDICTS[verdict]}  ${watch.name}: ${of} (growth is above ${watch.most})\n`);
  }
  process.stdout.write(
    `${mostLog(samples) > LOG_MB ? "GROWS" : "holds"}  write-ahead log: at most ${mostLog(samples)} MB\n`,
  );
  return found.some(({ verdict }) => verdict === "grows") || mostLog(samples) > LOG_MB;
}

process.exitCode = await main();
