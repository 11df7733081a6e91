/** What a Matrix network carries, in both modes. */
import type { AdapterContext } from "../../src/adapter.ts";
import type { Feature } from "../../src/core/model.ts";
import { Media } from "./media.ts";

const ALWAYS: readonly Feature[] = [
  "formatting",
  "edit",
  "retraction",
  "reaction",
  "reply",
  "typing",
  "read",
  "multiline",
];

/** Files where the desk takes them, presence where the homeserver tells it. */
export function featuresOf(context: AdapterContext, presence: boolean): readonly Feature[] {
  return [...ALWAYS, ...(Media.isWanted(context) ? ["file" as const] : []), ...(presence ? ["presence" as const] : [])];
}
