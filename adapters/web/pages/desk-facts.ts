/** What the desk said of itself in its welcome, as a page needs it. */
import type { ServerFrameOf } from "./protocol.ts";

export interface DeskFacts {
  /** UTF-8 bytes of one message. */
  readonly textBytes: number;
  /** The largest file that is taken, 0 for none, and the media types that are. */
  readonly fileBytes: number;
  readonly fileTypes: readonly string[];
  /** How far the desk's clock is ahead of the browser's, in milliseconds; 0 for a browser's clock that is nearly right. */
  readonly ahead: number;
}

/** Until it has said so. */
export const UNKNOWN_FACTS: DeskFacts = { textBytes: 16_384, fileBytes: 0, fileTypes: [], ahead: 0 };
/** A difference of clocks that is the way's, not theirs. */
const CLOCK_MS = 2_000;

export function factsOf({ textBytes, fileBytes, fileTypes, at }: ServerFrameOf<"welcome">): DeskFacts {
  const ahead = at === null ? 0 : at - Date.now();
  return {
    textBytes,
    fileBytes: fileBytes ?? 0,
    fileTypes: fileTypes ?? [],
    ahead: Math.abs(ahead) < CLOCK_MS ? 0 : ahead,
  };
}
