/**
 * Looks into a running daemon through V8's inspector, which Node opens on SIGUSR1: what is left after everything that nobody holds was
 * thrown away. Nothing of it is in the daemon.
 */
import type { Daemon } from "../../test/support/daemon.ts";
import { freePort } from "../../test/support/ports.ts";
import { until, within } from "../../test/support/wait.ts";

/** What is held in the thread of the event loop. */
export interface Inspection {
  /** Bytes of heap in use. */
  readonly heap: number;
  /** Listeners of all EventEmitters together. */
  readonly listeners: number;
  /** Timers that are set. */
  readonly timers: number;
}

export interface Inspector {
  /** `counts`: listeners too, for which V8 goes through the whole heap: seconds, in which the desk does nothing else. Else as before. */
  inspect(counts: boolean): Promise<Inspection>;
  close(): void;
}

/** To be started with, so that daemons of two soaks do not want the same port. */
export async function inspectable(): Promise<Readonly<Record<string, string>>> {
  const own = `--inspect-port=127.0.0.1:${await freePort()}`;
  return { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} ${own}` };
}

const ANSWER_MS = 60_000;
const GROUP = "soak";
const TIMERS = `process.getActiveResourcesInfo().filter((name) => name === "Timeout").length`;
const EMITTER = `process.getBuiltinModule("node:events").EventEmitter.prototype`;
const LISTENERS = `function () {
  const own = this.filter((one) => Object.hasOwn(one, "_events"));
  return own.reduce((all, one) => one.eventNames().reduce((sum, name) => sum + one.listenerCount(name), all), 0);
}`;

/** The daemon was started with `inspectable()`. */
export async function openInspector(desk: Daemon): Promise<Inspector> {
  desk.signal("SIGUSR1");
  const url = await until("the inspector of the desk", () => /ws:\/\/\S+/u.exec(desk.output())?.[0]);
  const ask = await connect(url);
  let counted = 0;
  return {
    async inspect(counts) {
      await ask.call("HeapProfiler.collectGarbage", {});
      const { usedSize } = (await ask.call("Runtime.getHeapUsage", {})) as { readonly usedSize: number };
      if (counts) counted = await listeners(ask);
      return { heap: usedSize, listeners: counted, timers: Number(await ask.value(TIMERS)) };
    },
    close: ask.close,
  };
}

async function listeners(ask: Line): Promise<number> {
  const prototype = await ask.object(EMITTER);
  const { objects } = (await ask.call("Runtime.queryObjects", {
    prototypeObjectId: prototype,
    objectGroup: GROUP,
  })) as { readonly objects: { readonly objectId: string } };
  const { result } = (await ask.call("Runtime.callFunctionOn", {
    objectId: objects.objectId,
    functionDeclaration: LISTENERS,
    returnByValue: true,
  })) as Evaluated;
  await ask.call("Runtime.releaseObjectGroup", { objectGroup: GROUP });
  return Number(result.value);
}

interface Evaluated {
  readonly result: { readonly value?: unknown; readonly objectId?: string };
}

/** Questions and answers of the Chrome DevTools Protocol, matched by their number. */
interface Line {
  call(method: string, params: object): Promise<unknown>;
  value(expression: string): Promise<unknown>;
  object(expression: string): Promise<string>;
  close(): void;
}

async function connect(url: string): Promise<Line> {
  const socket = new WebSocket(url);
  const open = Promise.withResolvers<void>();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const fail = (): void => {
    const error = new Error("The inspector's connection ended.");
    open.reject(error);
    for (const { reject } of waiting.values()) reject(error);
  };
  socket.addEventListener("open", () => open.resolve());
  socket.addEventListener("close", fail);
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Answer;
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(`The inspector refused: ${error.message}`));
  });
  await within(ANSWER_MS, "the inspector to open", open.promise);
  let count = 0;
  const call = (method: string, params: object): Promise<unknown> => {
    count += 1;
    const answer = Promise.withResolvers<unknown>();
    waiting.set(count, answer);
    socket.send(JSON.stringify({ id: count, method, params }));
    return within(ANSWER_MS, `the inspector to answer ${method}`, answer.promise);
  };
  const evaluate = async (expression: string, returnByValue: boolean): Promise<Evaluated["result"]> =>
    ((await call("Runtime.evaluate", { expression, returnByValue, objectGroup: GROUP })) as Evaluated).result;
  return {
    call,
    value: async (expression) => (await evaluate(expression, true)).value,
    object: async (expression) => (await evaluate(expression, false)).objectId ?? "",
    close: () => socket.close(),
  };
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}
