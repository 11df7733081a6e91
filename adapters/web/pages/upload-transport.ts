/** Sends one file to this page's server. XMLHttpRequest, because fetch does not tell how much has gone. */
import type { WireFile } from "./protocol.ts";
import { tokenMemory } from "./surroundings.ts";
import type { Taken, Transport } from "./uploads.ts";

/** What the server answers: a file, or an error in words. */
interface Answer {
  readonly id?: string;
  readonly words?: string;
  readonly file?: WireFile | null;
  readonly error?: string;
}

/** `path` is seen from this page. */
export function uploadTo(path: string): Transport<File> {
  return (file, onProgress) => {
    const request = new XMLHttpRequest();
    const answer = new Promise<Taken>((resolve) => {
      request.addEventListener("load", () => resolve(takenOf(request)));
      request.addEventListener("error", () => resolve({ kind: "failed" }));
      request.addEventListener("timeout", () => resolve({ kind: "failed" }));
    });
    request.upload.addEventListener("progress", ({ loaded }) => onProgress(loaded));
    request.open("POST", path);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("x-file-name", encodeURIComponent(file.name.toWellFormed().slice(0, 200)));
    const token = tokenMemory.get();
    if (token !== null) {
      request.setRequestHeader("x-frontdesk-visitor", token);
    }
    request.send(file);
    return { answer, cancel: () => request.abort() };
  };
}

function takenOf({ status, responseText }: XMLHttpRequest): Taken {
  let told: Answer;
  try {
    told = JSON.parse(responseText) as Answer;
  } catch {
    return { kind: "failed" };
  }
  const { id, words, file, error } = told;
  if (status === 200 && id !== undefined && words !== undefined && file !== undefined && file !== null) {
    return { kind: "taken", id, words, file };
  }
  return error === undefined ? { kind: "failed" } : { kind: "refused", text: error };
}
