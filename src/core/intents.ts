/** Matches a customer's own words to the intents of dialogs.yaml by their example sentences. Pure and deterministic. */

export interface IntentMatch {
  readonly intent: string;
  /** 0 (nothing in common) to 1 (the very example). */
  readonly score: number;
}

export interface Intents {
  /** Best first, at most three, none below the floor. `among` narrows the field to those intents. */
  match(text: string, language: string | null, among: readonly string[] | null): readonly IntentMatch[];
}
