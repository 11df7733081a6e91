/**
 * Files on their way to the desk: one after the other, with how far each has come, to be cancelled or tried again. A file that has
 * arrived is handed on and gone from here. It knows neither the browser's requests nor what is shown.
 */
import { said } from "./page-words.ts";
import type { WireFile } from "./protocol.ts";

/** What a file of the browser is to us. */
export interface SentFile {
  readonly name: string;
  readonly size: number;
}

/** The desk's answer: the id under which the file can be said, and how it looks; or why it was not taken, for the person. */
export type Taken =
  | { readonly kind: "taken"; readonly id: string; readonly words: string; readonly file: WireFile }
  | { readonly kind: "refused"; readonly text: string }
  /** Nobody answered. */
  | { readonly kind: "failed" };

/** Begins one request; `onProgress` tells how many bytes have gone. `cancel` ends it, and then nothing comes of it. */
export type Transport<F> = (
  file: F,
  onProgress: (bytes: number) => void,
) => { readonly answer: Promise<Taken>; readonly cancel: () => void };

export interface Upload {
  readonly id: number;
  readonly desk: string;
  readonly name: string;
  readonly bytes: number;
  readonly sent: number;
  readonly state: "waiting" | "sending" | "failed";
  /** Why it failed, for the person; and whether another try may help. */
  readonly fault: string;
  readonly again: boolean;
}

/** Files that may wait in a page; more are refused in words. */
const WAITING = 20;

interface Entry<F> {
  upload: Upload;
  readonly file: F;
  cancel: () => void;
}

export interface UploadOptions<F> {
  readonly transport: Transport<F>;
  /** The largest file that is taken, in bytes. */
  readonly mostBytes: () => number;
  readonly onChange: () => void;
  readonly onTaken: (desk: string, taken: Extract<Taken, { kind: "taken" }>) => void;
}

export class Uploads<F extends SentFile> {
  readonly #options: UploadOptions<F>;
  readonly #entries: Entry<F>[] = [];
  #ids = 0;

  constructor(options: UploadOptions<F>) {
    this.#options = options;
  }

  of(desk: string): readonly Upload[] {
    return this.#entries.map(({ upload }) => upload).filter((upload) => upload.desk === desk);
  }

  add(desk: string, files: readonly F[]): void {
    const most = this.#options.mostBytes();
    for (const file of files) {
      this.#ids += 1;
      const { name, size: bytes } = file;
      const fault =
        this.#entries.length >= WAITING
          ? said().tooManyFiles
          : bytes > most
            ? said().fileTooLarge(sizeWords(most))
            : bytes === 0
              ? said().fileEmpty
              : "";
      const state = fault === "" ? "waiting" : "failed";
      const upload: Upload = { id: this.#ids, desk, name, bytes, sent: 0, state, fault, again: false };
      this.#entries.push({ upload, file, cancel: () => undefined });
    }
    this.#next();
  }

  /** Ends it, or takes a failed one off the page. */
  cancel(id: number): void {
    const entry = this.#entries.find(({ upload }) => upload.id === id);
    if (entry !== undefined) {
      this.#remove(entry);
      entry.cancel();
      this.#next();
    }
  }

  retry(id: number): void {
    const entry = this.#entries.find(({ upload }) => upload.id === id);
    if (entry?.upload.state === "failed" && entry.upload.again) {
      this.#change(entry, { state: "waiting", sent: 0, fault: "" });
      this.#next();
    }
  }

  /** Somebody else sits here now, or the page is left. */
  forget(): void {
    for (const entry of this.#entries.splice(0)) {
      entry.cancel();
    }
    this.#options.onChange();
  }

  #next(): void {
    const isBusy = this.#entries.some(({ upload }) => upload.state === "sending");
    const entry = this.#entries.find(({ upload }) => upload.state === "waiting");
    if (!isBusy && entry !== undefined) {
      this.#begin(entry);
    }
    this.#options.onChange();
  }

  #begin(entry: Entry<F>): void {
    this.#change(entry, { state: "sending" });
    const { answer, cancel } = this.#options.transport(entry.file, (sent) => this.#change(entry, { sent }));
    entry.cancel = cancel;
    void answer.then((taken) => this.#answered(entry, taken));
  }

  #answered(entry: Entry<F>, taken: Taken): void {
    if (!this.#entries.includes(entry)) {
      return;
    }
    switch (taken.kind) {
      case "taken":
        this.#remove(entry);
        this.#options.onTaken(entry.upload.desk, taken);
        break;
      case "refused":
        this.#change(entry, { state: "failed", fault: taken.text, again: true });
        break;
      case "failed":
        this.#change(entry, { state: "failed", fault: said().unreachable, again: true });
    }
    this.#next();
  }

  #change(entry: Entry<F>, change: Partial<Upload>): void {
    entry.upload = { ...entry.upload, ...change };
    this.#options.onChange();
  }

  #remove(entry: Entry<F>): void {
    const at = this.#entries.indexOf(entry);
    if (at !== -1) {
      this.#entries.splice(at, 1);
    }
  }
}

/** "34 kB", as the desk writes it. */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) {
    return `${bytes} bytes`;
  }
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
