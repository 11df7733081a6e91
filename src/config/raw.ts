/**
 * Careful looks into a file's plain value before, or whether or not, it passed its schema: so that one slip in a file
 * does not hide the wrong names in all others.
 */
import type { YamlSource } from "./yaml-source.ts";

type Entries = readonly (readonly [string, unknown])[];

/** Entries of large sections, which many checks go through; what was read is never changed. */
const large = new WeakMap<object, Entries>();
const LARGE = 500;

/** The entries of the section at `path`; none when there is no section there. */
export function entriesAt(value: unknown, path: readonly (string | number)[]): Entries {
  const section = valueAt(value, path);
  if (typeof section !== "object" || section === null || Array.isArray(section)) return [];
  const known = large.get(section);
  if (known !== undefined) return known;
  const entries = Object.entries(section);
  if (entries.length >= LARGE) large.set(section, entries);
  return entries;
}

export function listAt(value: unknown, path: readonly (string | number)[]): readonly unknown[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list : [];
}

export function textAt(value: unknown, path: readonly (string | number)[]): string | null {
  const text = valueAt(value, path);
  return typeof text === "string" ? text : null;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let inner = value;
  for (const part of path) {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, part)) {
      return undefined;
    }
    inner = (inner as Record<string | number, unknown>)[part];
  }
  return inner;
}

/** The names a file defines in the section at `path`, or null when the file could not be read and nothing is known. */
export function namesIn(source: YamlSource, path: readonly string[]): readonly string[] | null {
  if (source.value === undefined) {
    return null;
  }
  const list = listAt(source.value, path).filter((name) => typeof name === "string");
  return list.length > 0 ? list : entriesAt(source.value, path).map(([name]) => name);
}
