/**
 * What a desk between strangers and a company's staff has to survive, each with what keeps it out. A defence is named by the very piece of
 * source that does it and by what would be there without it, so that it can be taken out in a copy, and the tests seen to fail.
 */
import type { Piece } from "../support/planting.ts";

export interface Defence extends Piece {
  /** What it does, as a sentence without its subject: "refuses a document type". */
  readonly what: string;
  /** File and a part of the title (or of its describe's) of the tests that fail without it. */
  readonly shownBy: readonly (readonly [file: string, title: string])[];
}

export interface Threat {
  /** Stays the same for good: `npm run threats -- 15`. */
  readonly number: number;
  readonly title: string;
  /** Where such a thing was seen: a CVE, a section of a standard, or nothing. */
  readonly seen?: string;
  readonly defences: readonly Defence[];
}
