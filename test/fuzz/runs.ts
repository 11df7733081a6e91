/** How long the fuzzers look: briefly with the quick checks, `FUZZ_FACTOR` times as long with `npm run fuzz`. */
const FACTOR = Number(process.env.FUZZ_FACTOR ?? 1);

/** Options of fast-check for a property that is tried so many times in the quick checks. A failure names its seed and path. */
export function runs(quick: number): { readonly numRuns: number } {
  return { numRuns: Math.round(quick * FACTOR) };
}

/** Milliseconds for a test that may take so many in the quick checks. */
export function limitMs(quick: number): number {
  return Math.max(quick, quick * FACTOR);
}
