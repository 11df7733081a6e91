/** The command line's end of the control socket. */
import { request } from "node:http";
import { userInfo } from "node:os";
import { join } from "node:path";
import { SOCKET_NAME, USER_HEADER } from "./protocol.ts";

/** `unreachable`: no desk answers there; the text says so in words. */
export type ControlAnswer =
  | { readonly kind: "answer"; readonly status: number; readonly body: unknown }
  | { readonly kind: "unreachable"; readonly text: string };

/** How long a desk may think about an answer. A reload of large files is the slowest. */
const ANSWER_MS = 60_000;

/** Asks the desk that runs on this data folder; `body` goes along as JSON. */
export function askDesk(
  dataFolder: string,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<ControlAnswer> {
  const socketPath = join(dataFolder, SOCKET_NAME);
  return new Promise((resolve) => {
    const unreachable = (error: unknown): void => resolve({ kind: "unreachable", text: explain(error, dataFolder) });
    const json = body === undefined ? {} : { "content-type": "application/json" };
    const headers = { ...json, [USER_HEADER]: encodeURIComponent(userName()) };
    const asked = request({ socketPath, method, path, headers, timeout: ANSWER_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", unreachable);
      response.on("end", () => {
        try {
          resolve({
            kind: "answer",
            status: response.statusCode ?? 500,
            body: JSON.parse(Buffer.concat(chunks).toString("utf8")),
          });
        } catch (error) {
          unreachable(error);
        }
      });
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${ANSWER_MS / 1_000} seconds`)));
    asked.on("error", unreachable);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The person who typed the command, also behind sudo. */
function userName(): string {
  const { SUDO_USER: behindSudo } = process.env;
  try {
    const { username } = userInfo();
    return behindSudo === undefined ? username : `${behindSudo} as ${username}`;
  } catch {
    return String(process.getuid?.() ?? "unknown"); // An id without a name, as in some containers.
  }
}

function explain(error: unknown, dataFolder: string): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const start = "Start it with `frontdesk start`, or name its data folder with --data.";
  const sentences: Readonly<Record<string, string>> = {
    ENOENT: `No desk is running on the data folder ${dataFolder}. ${start}`,
    ENOTDIR: `No desk is running on the data folder ${dataFolder}. ${start}`,
    ECONNREFUSED: `No desk is running on the data folder ${dataFolder}; the last one ended without tidying up. ${start}`,
    EACCES: `This user may not talk to the desk of ${dataFolder}. Use the desk's own user, for example: sudo -u frontdesk frontdesk status`,
  };
  const reason = error instanceof Error ? error.message : String(error);
  return sentences[code] ?? `The desk of ${dataFolder} did not answer: ${reason}`;
}
