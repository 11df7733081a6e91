/** Taking the lines of conversations away, with the copies and facts that hang on them and the places by which they are found. */
import type { LinePlaces, PlacedLine } from "./sqlite-line-places.ts";
import { PLACED_COLUMNS } from "./sqlite-line-places.ts";
import type { Connection } from "./sqlite-open.ts";

export interface Forget {
  /** When the newest line of that conversation was said; undefined when it has none. */
  lastAt(conversation: string): number | undefined;
  /** Takes away at most so many lines of that conversation, the newest first, and with the last of them its facts; says how many of each. */
  forget(conversation: string, most: number): { readonly lines: number; readonly facts: number };
}

/** Gives what runs something as one transaction, in which conversations can be forgotten. */
export function createForgetting(
  connection: Connection,
  places: LinePlaces,
): <Result>(act: (forget: Forget) => Result) => Result {
  const at = connection
    .prepare<[number, string], number>("SELECT at FROM lines WHERE line = ? AND conversation = ?")
    .pluck();
  const placed = connection
    .prepare<[number, string], PlacedLine>(`SELECT ${PLACED_COLUMNS} FROM lines WHERE line = ? AND conversation = ?`)
    .raw(true);
  const removeCopies = connection.prepare<[number]>("DELETE FROM copies WHERE line = ?");
  const removeLine = connection.prepare<[number]>("DELETE FROM lines WHERE line = ?");
  const removeFacts = connection.prepare<[string]>("DELETE FROM facts WHERE conversation = ?");

  function lastAt(conversation: string): number | undefined {
    for (const line of places.ofConversation(conversation)) {
      const found = at.get(line, conversation);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function linesOf(conversation: string, most: number): readonly PlacedLine[] {
    const lines: PlacedLine[] = [];
    for (const number of places.ofConversation(conversation)) {
      if (lines.length >= most) break;
      const line = placed.get(number, conversation);
      if (line !== undefined) lines.push(line);
    }
    return lines;
  }

  function forget(conversation: string, most: number, removed: PlacedLine[]): ReturnType<Forget["forget"]> {
    const lines = linesOf(conversation, most);
    for (const line of lines) {
      removeCopies.run(line[0]);
      removeLine.run(line[0]);
      removed.push(line);
    }
    const facts = lines.length < most ? removeFacts.run(conversation).changes : 0;
    return { lines: lines.length, facts };
  }
  return (act) => {
    const removed: PlacedLine[] = [];
    const round = connection.transaction(() => {
      const result = act({ lastAt, forget: (conversation, most) => forget(conversation, most, removed) });
      return { result, settle: places.remove(removed) };
    });
    const { result, settle } = round.immediate();
    settle();
    return result;
  };
}
