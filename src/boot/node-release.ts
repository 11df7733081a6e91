/** Which releases of Node.js are known to have holes that a desk is open to. `npm audit` says nothing of Node itself. */

/**
 * Of each line that is still mended, the first release without the holes of 21 October 2026: code run by an answer in Brotli (CVE-2026-111497; a desk
 * decodes none, see brotli.ts) and certificates taken for another host's (CVE-2026-105483, CVE-2026-106069).
 */
const MENDED = [
  [22, 23, 4],
  [24, 22, 1],
  [26, 12, 1],
] as const;

/** The oldest release to take instead of `version` ("v24.21.0"), of the same line where that is still mended; null when no hole is known. */
export function mendedNode(version: string): string | null {
  const [major = 0, minor = 0, patch = 0] = version.replace(/^v/u, "").split(".").map(Number);
  const line = MENDED.find(([first]) => first >= major);
  if (line === undefined) return null;
  const [first, second, third] = line;
  const isMended = first === major && (minor > second || (minor === second && patch >= third));
  return isMended ? null : line.join(".");
}
