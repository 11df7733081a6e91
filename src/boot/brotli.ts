/**
 * No Brotli in this process. Node's decoder writes beyond its memory in every release before 22.23.4, 24.22.1 and 26.12.1 (CVE-2026-111497), and `fetch`
 * decodes whatever an answer says it is, asked for or not: a homeserver, a webhook or a company's sign-in that was broken into could run
 * code here. The desk gains nothing by Brotli: what it fetches is small, or compressed already. So it asks nobody for it, and who sends it all the same is not read.
 */
import { syncBuiltinESMExports } from "node:module";
import { Transform } from "node:stream";
import zlib from "node:zlib";

/** What a server may compress an answer with. */
const CODINGS = "gzip, deflate";

/** From now on in this process, for the libraries too; its worker threads fetch nothing. */
export function refuseBrotli(): void {
  Object.defineProperty(zlib, "createBrotliDecompress", { value: refusal });
  syncBuiltinESMExports();
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    if (!headers.has("accept-encoding")) headers.set("accept-encoding", CODINGS);
    return fetch(input, { ...init, headers });
  };
}

/** Takes nothing: reading the answer fails with this, as it does when a connection breaks. */
function refusal(): Transform {
  const error = new Error("the answer is compressed by Brotli, which was not asked for");
  // Not at once: until fetch has told of the answer's headers it listens for no error, and who reads the body would wait for ever.
  return new Transform({ transform: (_chunk, _encoding, done) => void setImmediate(done, error) });
}
