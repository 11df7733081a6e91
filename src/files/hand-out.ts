/** The answer to whoever fetches a file: whole, or the part of it that players ask for (RFC 9110 §14). */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Whoever opens it sees nothing of the desk's pages, and the browser runs nothing that is in it. */
const POLICY = "sandbox; default-src 'none'";
/** One range, which is all that players ask for; with more, the whole is sent, as RFC 9110 §14.2 allows. */
const RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/u;

/** Of a link that leads nowhere, or nowhere any more. */
export const NO_FILE = { error: "There is no such file (any more)." };

/** To be saved by whoever opens its address; pages of the desk show it within themselves all the same. */
export async function handOut(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, name, type }: { readonly path: string; readonly name: string; readonly type: string },
): Promise<FastifyReply> {
  const found = await stat(path).catch(() => null);
  if (found === null) return reply.code(404).send(NO_FILE);
  const { size } = found;
  const range = rangeOf(request.headers.range, size);
  reply
    .header("content-type", type === "text/plain" ? "text/plain; charset=utf-8" : type)
    .header("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
    .header("content-security-policy", POLICY)
    .header("x-content-type-options", "nosniff")
    .header("cross-origin-resource-policy", "same-site")
    .header("cache-control", "private, max-age=3600")
    .header("accept-ranges", "bytes");
  if (range === "unsatisfiable") return reply.code(416).header("content-range", `bytes */${size}`).send();
  if (range === null) return reply.header("content-length", size).send(createReadStream(path));
  const { start, end } = range;
  return reply
    .code(206)
    .header("content-range", `bytes ${start}-${end}/${size}`)
    .header("content-length", end - start + 1)
    .send(createReadStream(path, { start, end }));
}

/** First and last byte; null: the whole. */
function rangeOf(
  asked: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | "unsatisfiable" | null {
  const [, first = "", last = ""] = RANGE.exec(asked ?? "") ?? [];
  if (first === "" && last === "") return null;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(size - 1, Number(last));
  return start > end ? "unsatisfiable" : { start, end };
}
