/** The way to the thread that owns the database, and the end of it. Requests made in one turn of the event loop travel in one message. */
import type { Worker } from "node:worker_threads";
import type * as wire from "./sqlite-wire.ts";
import { StoreFault } from "./store.ts";

/** Asks the worker. */
export interface Link {
  ask(ask: wire.Ask): Promise<readonly wire.Cell[]>;
  /** The same, where the answer has bytes beside its cells. */
  askWhole(ask: wire.Ask): Promise<Answer>;
  /** Asks to close and waits until the thread has ended. */
  close(): Promise<void>;
}

type Answer = Required<Pick<Extract<wire.Reply, { readonly cells: unknown }>, "cells" | "bytes">>;

/** Number of a reply that nobody asked for: the thread met a fault of the disk by itself, and ends. */
export const UNASKED = 0;

interface Waiting {
  resolve(answer: Extract<wire.Reply, { readonly cells: unknown }>): void;
  reject(fault: StoreFault): void;
}

/** `onLost`: the thread has ended and was not asked to. Whoever asks it anything then gets the same fault. */
export function createLink(worker: Worker, path: string, onLost: (fault: StoreFault) => void): Link {
  const waiting = new Map<number, Waiting>();
  let unsent: wire.Request[] = [];
  let lastId = UNASKED;
  let ended: StoreFault | null = null;
  let closing: Promise<void> | null = null;

  function end(reason: string): void {
    const isFirst = ended === null;
    ended ??= new StoreFault("disk", reason);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    // Else a desk to which nobody writes would look well until somebody does.
    if (isFirst && closing === null) onLost(ended);
  }
  worker.on("error", (error) =>
    end(`The thread that writes ${path} failed: ${error}. Start again; nothing confirmed is lost.`),
  );
  worker.on("exit", (code) => {
    const lost = `The thread that writes ${path} ended by itself (${code}). Start again; nothing confirmed is lost.`;
    end(closing === null ? lost : `The store ${path} is closed.`);
  });
  worker.on("message", (replies: readonly wire.Reply[]) => {
    answer(waiting, replies);
    for (const reply of replies) if (reply.id === UNASKED && "message" in reply) end(reply.message);
  });
  function flush(): void {
    const requests = unsent;
    unsent = [];
    post(worker, path, waiting, requests);
  }
  function send(question: wire.Ask, waits: Waiting): void {
    if (ended !== null) {
      waits.reject(ended);
      return;
    }
    lastId += 1;
    waiting.set(lastId, waits);
    if (unsent.push({ id: lastId, ask: question }) === 1) queueMicrotask(flush);
  }
  function ask(question: wire.Ask): Promise<readonly wire.Cell[]> {
    return new Promise((resolve, reject) => {
      send(question, { resolve: ({ cells }) => resolve(cells), reject });
    });
  }
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  return {
    ask,
    askWhole: (question) =>
      new Promise((resolve, reject) => {
        send(question, { resolve: ({ cells, bytes = [] }) => resolve({ cells, bytes }), reject });
      }),
    close() {
      // A thread that has ended by itself has nothing left to close.
      closing ??= ended === null ? ask({ kind: "close" }).then(() => exited) : exited;
      return closing;
    },
  };
}

function post(worker: Worker, path: string, waiting: Map<number, Waiting>, requests: readonly wire.Request[]): void {
  try {
    worker.postMessage(requests);
  } catch (error) {
    // Something in them cannot cross to another thread; thrown here, it would end the process.
    const fault = new StoreFault("data", `A question to ${path} holds what cannot be stored: ${error}`);
    for (const { id } of requests) {
      waiting.get(id)?.reject(fault);
      waiting.delete(id);
    }
  }
}

/** Hands each answer to whoever asked. */
function answer(waiting: Map<number, Waiting>, replies: readonly wire.Reply[]): void {
  for (const reply of replies) {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("cells" in reply) asked?.resolve(reply);
    else asked?.reject(new StoreFault(reply.fault, reply.message));
  }
}
