/** Bytes of a connection to lines of text: cut at LF, limited, UTF-8 where it is, else Latin-1, which some clients still write. */
import { isAscii } from "node:buffer";

const LF = 0x0a;
const CR = 0x0d;
/** Bytes of a character that a server may have cut off at the end of a line, and the shortest line that was cut. */
const CUT_OFF = 3;
const CUT_BYTES = 500;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("windows-1252");

/** One line without its end. A server that cuts at 512 bytes may leave half a character; that alone is lost. */
export function decodeLine(bytes: Uint8Array): string {
  const most = bytes.length < CUT_BYTES ? 0 : CUT_OFF;
  for (let cut = 0; cut <= most; cut += 1) {
    const text = asUtf8(bytes.subarray(0, bytes.length - cut));
    if (text !== null) {
      return cut === 0 ? text : `${text}\ufffd`;
    }
  }
  return latin1.decode(bytes);
}

function asUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

export class LineDecoder {
  readonly #most: number;
  readonly #tooLong: () => void;
  #rest: Buffer = Buffer.alloc(0);
  /** Reading past the rest of a line that is too long. */
  #skipping = false;

  /** `tooLong` is told of each line over `most` bytes; it is left out. */
  constructor(most: number, tooLong: () => void) {
    this.#most = most;
    this.#tooLong = tooLong;
  }

  /** The lines that these bytes complete. */
  take(bytes: Buffer): readonly string[] {
    const simple = this.#simple(bytes);
    if (simple !== null) return simple;
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
      const line = Buffer.concat([this.#rest, bytes.subarray(start, end)]);
      this.#rest = Buffer.alloc(0);
      start = end + 1;
      if (this.#skipping || line.length > this.#most) {
        if (!this.#skipping) {
          this.#tooLong();
        }
        this.#skipping = false;
      } else {
        lines.push(decodeLine(line.at(-1) === CR ? line.subarray(0, -1) : line));
      }
    }
    this.#keep(bytes.subarray(start));
    // RFC 2812 §2.3: empty lines are silently ignored.
    return lines.filter((line) => line !== "");
  }

  /** Whole lines of ASCII, none of them too long, which nearly all are: cut as a text, since each buffer costs more than its line. Null for all else. */
  #simple(bytes: Buffer): readonly string[] | null {
    if (this.#skipping || this.#rest.length > 0 || bytes.at(-1) !== LF || !isAscii(bytes)) {
      return null;
    }
    const lines: string[] = [];
    for (const line of bytes.toString("latin1").split("\n")) {
      if (line.length > this.#most) return null;
      const text = line.endsWith("\r") ? line.slice(0, -1) : line;
      if (text !== "") lines.push(text);
    }
    return lines;
  }

  #keep(rest: Buffer): void {
    if (this.#skipping) {
      return;
    }
    this.#rest = Buffer.concat([this.#rest, rest]);
    if (this.#rest.length > this.#most) {
      this.#rest = Buffer.alloc(0);
      this.#skipping = true;
      this.#tooLong();
    }
  }
}
