/** What a file was found to be, by its bytes, and those bytes without what was written about it: place, time, owner, programs. */
export interface Cleaned {
  /** Media type. */
  readonly type: string;
  readonly bytes: Buffer;
  /** Pixels of a picture or film, the right side up; left out where the bytes do not tell. */
  readonly width?: number;
  readonly height?: number;
  /** Of a sound or film. */
  readonly durationMs?: number;
}

/** Width and height as fields, left out where one of them is none. */
export function pixels(width: number, height: number): Pick<Cleaned, "width" | "height"> {
  return width > 0 && height > 0 ? { width, height } : {};
}

/** A length as a field, left out where it is none. */
export function lasting(seconds: number): Pick<Cleaned, "durationMs"> {
  const durationMs = Math.round(seconds * 1_000);
  return Number.isSafeInteger(durationMs) && durationMs > 0 ? { durationMs } : {};
}

/** Whether four letters, or some, stand at that place. */
export function says(bytes: Buffer, at: number, letters: string): boolean {
  return bytes.toString("latin1", at, at + letters.length) === letters;
}
