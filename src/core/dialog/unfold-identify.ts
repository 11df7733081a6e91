/** Unfolds `identify`: a silent look-up by address and, for strangers, one or two questions. */
import { checkText } from "./check.ts";
import type { Attempts } from "./script.ts";
import type { IdentifySource, StepSource } from "./source.ts";
import { question } from "./unfold-question.ts";
import { add, type Place, type Unfolding } from "./unfolding.ts";

/** A wrong account number is asked again that often where dialogs.yaml does not say. */
const DEFAULT_TRIES = 2;

/** The ids of what one `identify` becomes. */
interface Parts {
  readonly look: string;
  readonly account: string;
  readonly name: string;
}

function checkTextsOf(work: Unfolding, wanted: IdentifySource, place: Place): void {
  const texts = [
    ["greet", wanted.greet === false ? undefined : wanted.greet],
    ["askAccount", wanted.askAccount],
    ["askName", wanted.askName],
  ] as const;
  for (const [key, text] of texts) {
    if (text !== undefined) {
      checkText(work.checker, text, [...place.path, "identify", key]);
    }
  }
}

/** The silent look-up; with a condition, a branch around all of it. */
function look(
  work: Unfolding,
  step: StepSource,
  wanted: IdentifySource,
  place: Place,
  to: { id: string; strangers: string | null },
): void {
  if (step.when !== undefined) {
    const cases = [{ when: step.when, to: to.id }];
    add(work, { kind: "branch", id: place.id, when: null, next: place.next, cases, otherwise: place.next }, place.path);
  }
  const greet = wanted.greet === false ? null : (wanted.greet ?? null);
  const silent = wanted.greet === false;
  add(
    work,
    { kind: "recognise", id: to.id, when: null, next: to.strangers, known: place.next, greet, silent },
    place.path,
  );
}

/** Adds the steps of one `identify`. */
export function unfoldIdentify(work: Unfolding, step: StepSource, wanted: IdentifySource, place: Place): void {
  checkTextsOf(work, wanted, place);
  const account = wanted.account ?? "optional";
  const tries = wanted.tries ?? DEFAULT_TRIES;
  const ids: Parts = {
    look: step.when === undefined ? place.id : `${place.id}.look`,
    account: `${place.id}.account`,
    name: `${place.id}.name`,
  };
  const asksAccount = account === true || account === "optional";
  const afterAccount = wanted.name === false ? place.next : ids.name;
  look(work, step, wanted, place, { id: ids.look, strangers: asksAccount ? ids.account : afterAccount });
  // The built-in sentences fit a wrong number better than the file's defaults do.
  const say = (own: Attempts): Attempts => ({ ...own, tries, say: step.noMatch?.say === undefined ? null : own.say });
  if (asksAccount) {
    const asked = question(
      work,
      step,
      { ...place, id: ids.account, next: afterAccount },
      "account",
      wanted.askAccount ?? null,
    );
    const to = step.noMatch?.do === undefined ? afterAccount : asked.noMatch.to;
    const noMatch = { ...say(asked.noMatch), to };
    add(work, { ...asked, optional: account === "optional", when: { account: false }, noMatch }, place.path);
  }
  if (wanted.name !== false) {
    const kind = account === "or-name" ? "who" : "name";
    const asked = question(work, step, { ...place, id: ids.name }, kind, wanted.askName ?? null);
    add(work, { ...asked, as: "name", when: { name: false }, noMatch: say(asked.noMatch) }, place.path);
  }
}
