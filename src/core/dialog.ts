/**
 * The bot: asks what a good receptionist asks, understands answers in the customer's own words, and always has a way to
 * a person. Dialogs are written in dialogs.yaml (docs/bot.md), compiled by `compileDialogs`, and run by `advance`.
 *
 *     script.ts     what a dialog is compiled to          source.ts      what it is written as
 *     compile.ts    from one to the other                 advance.ts     what an input leads to
 *     run.ts        from step to step                     question.ts    how a question is put
 *     understand.ts what an answer means                  words.ts       the words that work everywhere
 */
export { advance } from "./dialog/advance.ts";
export { type Compiled, compileDialogs, type DialogProblem, type KnownNames } from "./dialog/compile.ts";
export { type ConditionSurroundings, holds } from "./dialog/conditions.ts";
export type { Condition, Text } from "./dialog/script.ts";
export type { DialogsSource } from "./dialog/source.ts";
export { offered, primaryTag, wording } from "./dialog/texts.ts";
export * from "./dialog/types.ts";
export { type Universal, universalWord } from "./dialog/words.ts";
