/** Transcripts that the core asks for: read once the step that asks is on disk, and answered by an event of their own. */
import type { Logger } from "../adapter.ts";
import type { DeskEvent, HistoryQuery, Line } from "../core/step.ts";
import { asItReads, type Store } from "../store/store.ts";
import { HISTORY_LINES } from "./limits.ts";

export type Answer = Extract<DeskEvent, { kind: "history" }>;

interface AnswerParts {
  readonly store: Store;
  readonly log: Logger;
  readonly tell: (event: Answer) => void;
}

/** Tells the lines as they read now, at most HISTORY_LINES. What cannot be read is logged, and its asker hears nothing. Never rejects. */
export async function answerQuery(parts: AnswerParts, query: HistoryQuery): Promise<void> {
  const { store, log, tell } = parts;
  const { conversation, leg, limit, before } = query;
  try {
    const transcript = await store.transcript(conversation, Math.min(limit, HISTORY_LINES));
    const lines = transcript
      .filter(({ retracted, line }) => !retracted && (before === null || line < before))
      .map((line): Line => {
        const { content } = line;
        if (line.edited === null || content.kind !== "message") return line;
        const { formatting: _before, ...rest } = content;
        return { ...line, content: { ...rest, ...asItReads(line) } };
      });
    tell({ kind: "history", conversation, leg, lines });
  } catch (error) {
    log.error("history.unreadable", { conversation, error });
  }
}
