/** Taking the lines of conversations away, with the copies and facts that hang on them and the places by which they are found. */
import type { LinePlaces, PlacedLine } from "./sqlite-line-places.ts";
import { PLACED_COLUMNS } from "./sqlite-line-places.ts";
import type { Connection } from "./sqlite-open.ts";
import type { WritingOut } from "./sqlite-sends.ts";

export interface Forgotten {
  readonly lines: number;
  readonly facts: number;
}

/**
 * Takes away at most `most` lines of that conversation, the newest first, and with the last of them its facts. Nothing when its newest line was
 * said at `before` or later.
 */
export type Forget = (conversation: string, most: number, before: number) => Forgotten;

const NOTHING: Forgotten = { lines: 0, facts: 0 };

/** What is forgotten as one transaction. */
interface Round {
  readonly removed: PlacedLine[];
  /** See `WritingOut`; null: not asked for yet. */
  firstLine: number | null;
}

/** What still has to be sent is not old, whatever becomes of its line. */
function keepSends(sends: WritingOut, round: Round, lines: readonly PlacedLine[]): void {
  round.firstLine ??= sends.firstLine();
  const { firstLine } = round;
  const said = lines.flatMap(([line]) => (line < firstLine ? [] : [line]));
  if (said.length > 0) sends.writeOut(said);
}

/**
 * Gives what runs something as one transaction, in which conversations can be forgotten. Without `atOnce` a few bytes that say where their lines
 * were stay until those of lines said in the same days can go with them, which is much quicker; to see what they stand for takes the line.
 */
export function createForgetting(
  connection: Connection,
  places: LinePlaces,
  sends: WritingOut,
  { atOnce }: { readonly atOnce: boolean },
): <Result>(act: (forget: Forget) => Result) => Result {
  const read = connection
    .prepare<[number, string], [...PlacedLine, at: number]>(
      `SELECT ${PLACED_COLUMNS}, at FROM lines WHERE line = ? AND conversation = ?`,
    )
    .raw(true);
  const removeCopies = connection.prepare<[number]>("DELETE FROM copies WHERE line = ?");
  const removeLine = connection.prepare<[number]>("DELETE FROM lines WHERE line = ?");
  const removeFacts = connection.prepare<[string]>("DELETE FROM facts WHERE conversation = ?");

  /** One more than `most` where there are more. Null: it has a line that is too new. */
  function linesOf(conversation: string, most: number, before: number): readonly PlacedLine[] | null {
    const lines: PlacedLine[] = [];
    for (const number of places.ofConversation(conversation)) {
      if (lines.length > most) break;
      const found = read.get(number, conversation);
      if (found === undefined) continue;
      const [line, of, network, person, foreign, at] = found;
      if (lines.length === 0 && at >= before) return null;
      lines.push([line, of, network, person, foreign]);
    }
    return lines;
  }

  function forget(conversation: string, most: number, before: number, round: Round): Forgotten {
    const found = linesOf(conversation, most, before);
    if (found === null) return NOTHING;
    const lines = found.slice(0, most);
    keepSends(sends, round, lines);
    for (const line of lines) {
      removeCopies.run(line[0]);
      removeLine.run(line[0]);
      round.removed.push(line);
    }
    // With the last of them: nobody would look for the facts of a conversation without lines.
    const facts = found.length === lines.length ? removeFacts.run(conversation).changes : 0;
    return { lines: lines.length, facts };
  }
  return (act) => {
    const round: Round = { removed: [], firstLine: null };
    const transaction = connection.transaction(() => {
      const result = act((conversation, most, before) => forget(conversation, most, before, round));
      return { result, settle: places.remove(round.removed, atOnce) };
    });
    const { result, settle } = transaction.immediate();
    settle();
    return result;
  };
}
