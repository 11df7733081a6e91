/** The answer to whoever fetches a file: whole, or the part of it that players ask for (RFC 9110 §14). */
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Range } from "./folder.ts";

/** Whoever opens it sees nothing of the desk's pages, and the browser runs nothing that is in it. */
const POLICY = "sandbox; default-src 'none'";
/** One range, which is all that players ask for; with more, the whole is sent, as RFC 9110 §14.2 allows. */
const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/u;

/** Of a link that leads nowhere, or nowhere any more. */
export const NO_FILE = { error: "There is no such file (any more)." };

/** Of one that is not as it was kept. */
export const BROKEN = { error: "This file cannot be read any more." };

/** A file as it is handed out. */
export interface Handed {
  readonly name: string;
  readonly type: string;
  /** Null: it is lost. */
  readonly bytes: number | null;
  readonly stream: (range?: Range) => AsyncGenerator<Buffer, void, undefined>;
  /** The file turned out to be broken while it was read. */
  readonly onBroken: (error: unknown) => void;
}

/** To be saved by whoever opens its address; pages of the desk show it within themselves all the same. */
export async function handOut(request: FastifyRequest, reply: FastifyReply, file: Handed): Promise<FastifyReply> {
  const { name, type, bytes: size } = file;
  if (size === null) return reply.code(404).send(NO_FILE);
  const range = rangeOf(request.headers.range, size);
  // Opened before anything is said of it: what is broken at its beginning is no answer at all. Who only asks about it (HEAD) is
  // given a stream without anything in it: of another the whole would be read for nobody.
  const isRead = range !== "unsatisfiable" && request.method !== "HEAD";
  const body = isRead ? await readable(file, range ?? undefined) : Readable.from([]);
  reply
    .header("content-type", type === "text/plain" ? "text/plain; charset=utf-8" : type)
    .header("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
    .header("content-security-policy", POLICY)
    .header("x-content-type-options", "nosniff")
    .header("cross-origin-resource-policy", "same-site")
    .header("cache-control", "private, max-age=3600")
    .header("accept-ranges", "bytes");
  if (range === "unsatisfiable") return reply.code(416).header("content-range", `bytes */${size}`).send();
  if (range === null) return reply.header("content-length", size).send(body);
  const { start, end } = range;
  return reply
    .code(206)
    .header("content-range", `bytes ${start}-${end}/${size}`)
    .header("content-length", end - start + 1)
    .send(body);
}

/** Closes the file when whoever fetches it leaves in the middle, too. */
async function readable({ stream, onBroken }: Handed, range?: Range): Promise<Readable> {
  const pieces = stream(range);
  let first: IteratorResult<Buffer, void> | null = await pieces.next();
  return new Readable({
    read() {
      const coming = first === null ? pieces.next() : Promise.resolve(first);
      first = null;
      coming.then(
        (piece) => this.push(piece.done === true ? null : piece.value),
        (error: Error) => {
          onBroken(error);
          this.destroy(error);
        },
      );
    },
    destroy(error, done) {
      pieces.return().then(() => done(error), done);
    },
  });
}

/** First and last byte; null: the whole. */
function rangeOf(asked: string | undefined, size: number): Range | "unsatisfiable" | null {
  const [, first = "", last = ""] = RANGE.exec(asked ?? "") ?? [];
  if (first === "" && last === "") return null;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(size - 1, Number(last));
  return start > end ? "unsatisfiable" : { start, end };
}
