/**
 * The group `sealing`: what a key costs. Batches of a busy desk are committed to a store with a key and to one without, and a large file is
 * kept, fetched, and fetched in part; each in turn on the same disk.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createFolder, type FileFolder } from "../../src/files/folder.ts";
import { createSealing, NO_KEYS, type SealingKeys } from "../../src/sealing.ts";
import { openSqliteStore, type SqliteStore } from "../../src/store/sqlite.ts";
import type { Batch } from "../../src/store/store.ts";
import { line, message, NOTHING, outbound } from "../../test/conformance/store.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { type Group, inTurn, median, type Row } from "./measure.ts";

/** Messages of one batch, each of them with its line, its copy to be sent, and the state of its conversation. */
const BATCH = 128;
const BATCHES = 60;
const RUNS = 5;
const FILE_BYTES = 10_000_000;
const FILES = 5;
/** What a player asks for when somebody goes forward in a film. */
const RANGE = { start: 7_000_000, end: 7_099_999 };
const TEXT = "Hello, my order 4711 has not arrived, and I would like to know why. Could you have a look, please?";

interface Cost {
  /** Milliseconds of the wall's clock, and of processor time of all threads, for one batch or file. */
  readonly ms: number;
  readonly cpuMs: number;
}

export const sealing: Group = {
  name: "sealing",
  async *run(say) {
    say(
      `sealing: ${BATCHES} batches of ${BATCH} messages and ${FILES} files of ${FILE_BYTES} bytes, ${RUNS} runs in turn`,
    );
    const place = temporaryFolder("bench-sealing");
    const sealed: SealingKeys = { current: randomBytes(32).toString("base64"), former: [] };
    const open = (name: string, keys: SealingKeys) => openSqliteStore({ path: join(place.path, name), keys });
    const [ours, theirs] = [await open("sealed.sqlite", sealed), await open("plain.sqlite", NO_KEYS)];
    try {
      yield* rowsOf("commit", "a batch", await compare(ours, theirs, commits));
      const folders = [
        createFolder(join(place.path, "sealed"), createSealing(sealed), ""),
        createFolder(join(place.path, "plain"), createSealing(NO_KEYS), ""),
      ] as const;
      for (const folder of folders) await folder.start();
      yield* rowsOf("file.kept", "a file of 10 MB", await compare(...folders, keeps));
      yield* rowsOf("file.fetched", "a file of 10 MB", await compare(...folders, fetches));
      yield* rowsOf("file.part", "100 kB of it", await compare(...folders, fetchesPart));
    } finally {
      await Promise.all([ours.close(), theirs.close()]);
      place.remove();
    }
  },
};

interface Compared {
  readonly ours: readonly Cost[];
  readonly theirs: readonly Cost[];
}

async function compare<Side>(ours: Side, theirs: Side, act: (side: Side) => Promise<Cost>): Promise<Compared> {
  await act(ours); // what is compiled on the way is not to count
  await act(theirs);
  return await inTurn<"ours" | "theirs", Cost>(RUNS, { ours: () => act(ours), theirs: () => act(theirs) });
}

/** Without goals: whether it is worth it is for whoever has something to hide. */
function* rowsOf(id: string, what: string, { ours, theirs }: Compared): Iterable<Row> {
  for (const [kind, of] of [
    ["ms", (cost: Cost) => cost.ms],
    ["cpu", (cost: Cost) => cost.cpuMs],
  ] as const) {
    yield {
      id: `sealing.${id}${kind === "ms" ? "" : "-cpu"}`,
      unit: `${kind === "ms" ? "ms" : "ms of processor time"} for ${what}`,
      ours: median(ours.map(of)),
      theirs: median(theirs.map(of)),
      against: "without a key",
      goal: null,
    };
  }
}

async function costOf(times: number, act: (at: number) => Promise<void>): Promise<Cost> {
  const [began, processor] = [performance.now(), process.cpuUsage()];
  for (let at = 0; at < times; at += 1) await act(at);
  const { user, system } = process.cpuUsage(processor);
  return { ms: (performance.now() - began) / times, cpuMs: (user + system) / 1_000 / times };
}

let written = 0;

function commits(store: SqliteStore): Promise<Cost> {
  return costOf(BATCHES, () => store.commit(nextBatch()));
}

function nextBatch(): Batch {
  const numbers = Array.from({ length: BATCH }, () => {
    written += 1;
    return written;
  });
  return {
    ...NOTHING,
    lines: numbers.map((number) => line(number, { conversation: `c${number % 1_000}`, content: message(TEXT) })),
    outbox: numbers.map((id) => ({ id, at: id, outbound: outbound(`k${id}`, undefined, TEXT) })),
    changes: numbers.map((number) => ({
      table: "conversation",
      id: `c${number % 1_000}`,
      value: {
        customer: "romeo@example.org",
        queue: "billing",
        since: number,
        answers: { name: "Romeo", order: "4711" },
      },
    })),
  };
}

const CONTENT = randomBytes(FILE_BYTES);

async function keeps(folder: FileFolder): Promise<Cost> {
  const cost = await costOf(FILES, async (at) => {
    await folder.write(`file ${at}`, CONTENT, Date.now());
  });
  for (let at = 0; at < FILES; at += 1) await folder.remove(`file ${at}`);
  return cost;
}

async function read(folder: FileFolder, range?: typeof RANGE): Promise<void> {
  let bytes = 0;
  for await (const piece of folder.stream("kept", range)) bytes += piece.length;
  if (bytes !== (range === undefined ? FILE_BYTES : RANGE.end + 1 - RANGE.start)) throw new Error("The file is cut.");
}

async function fetches(folder: FileFolder): Promise<Cost> {
  await folder.write("kept", CONTENT, Date.now());
  return await costOf(FILES, () => read(folder));
}

function fetchesPart(folder: FileFolder): Promise<Cost> {
  return costOf(20 * FILES, () => read(folder, RANGE));
}
