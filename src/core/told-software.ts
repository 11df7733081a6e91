/**
 * What customers say they write from, where their network does not tell: the answer called `software`. What a network tells
 * counts for more, so the answer only ever fills in a name that is missing.
 */
import type { DialogFacts } from "./dialog.ts";
import type { Software } from "./model.ts";

/** Of the network alone nothing is known here but that they came. */
const UNKNOWN: Software = { protocol: "", name: null, version: null, os: null, features: null, gateway: null };

export function withToldName(software: Software | null, { answers }: DialogFacts): Software | null {
  const name = answers.software ?? null;
  return name === null || software?.name != null ? software : { ...(software ?? UNKNOWN), name };
}
