/**
 * The desk's own SQLite store for a schedule: all of its statements and rows on a file, but no thread of its own, so that one
 * schedule is the same again. What is answered from memory by chance of timing (`SeenFilter`) is always asked of the database here.
 */
import { join } from "node:path";
import type { Link } from "../../src/store/sqlite-link.ts";
import type { Ask, PageAsk } from "../../src/store/sqlite-wire.ts";
import type { Store } from "../../src/store/store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { Subject } from "./subject.ts";

/** Keys of the simulation begin so. */
const EPOCH = "sim";

/** What a schedule keeps its state in. */
export interface Keeping {
  /** As the next life of the desk finds it. */
  open(): Store;
  /** Leaves nothing of it on the machine. */
  remove(): void;
}

/** In memory: the same for all lives. */
export function keptInMemory(subject: Subject): Keeping {
  const store = subject.createMemoryStore(EPOCH);
  return { open: () => store, remove: () => {} };
}

export function keptOnDisk({ openDatabase, createSqliteDatabase, createStore, toFault }: Subject): Keeping {
  const folder = temporaryFolder("simulation");
  const path = join(folder.path, "frontdesk.sqlite");
  const opened = openDatabase(path);
  // The power of this machine is not what fails here.
  opened.database.pragma("synchronous = OFF");
  opened.database.prepare("UPDATE counters SET epoch = ?").run(EPOCH);
  const database = createSqliteDatabase({ ...opened, epoch: EPOCH });
  const lastLine = opened.database.prepare("SELECT line FROM counters").pluck();
  const asked = <Question, Answer>(question: Question, answer: (question: Question) => Answer): Answer => {
    try {
      // As on its way to another thread.
      return answer(structuredClone(question));
    } catch (error) {
      throw toFault(error, path);
    }
  };
  const link: Link = {
    ask: async (ask) => {
      if (ask.kind === "load-seen") return new Promise(() => {});
      return structuredClone(asked(ask, (question) => database.answer(question as Exclude<Ask, PageAsk>)));
    },
    askWhole: async (ask) => asked(ask, (question) => database.page(question as PageAsk)),
    close: async () => {},
  };
  return {
    open: () => createStore(link, { epoch: EPOCH, lastLine: Number(lastLine.get()) }),
    remove: () => {
      opened.database.close();
      opened.lock.close();
      folder.remove();
    },
  };
}
