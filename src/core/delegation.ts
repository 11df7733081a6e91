/** What whoever decides in this desk's place says: their answers, that they are there or gone, and what they know of CSRs' hands elsewhere. */
import { ACCEPTED, type Verdict } from "./model.ts";
import type { DelegatedEngine } from "./routing/delegated-engine.ts";
import type { DeskEvent } from "./step.ts";
import { fact, type Turn } from "./turn.ts";

export type DelegationEvent = Extract<DeskEvent, { readonly kind: "matched" | "deciding" | "elsewhere" }>;

export function isDelegation(event: DeskEvent): event is DelegationEvent {
  return event.kind === "matched" || event.kind === "deciding" || event.kind === "elsewhere";
}

/** `delegate` null: this desk decides by itself and was made so; nothing said here means anything to it. */
export function hearDelegate(turn: Turn, delegate: DelegatedEngine | null, event: DelegationEvent): Verdict {
  if (delegate === null) return ACCEPTED;
  switch (event.kind) {
    case "matched":
      // `settle` comes to them as it comes to matches of its own, when anybody was stirred.
      for (const answer of event.answers) {
        delegate.answer(answer);
        for (const csr of answer.csrs ?? turn.rules.csrs.keys()) turn.stirred.add(csr);
      }
      return ACCEPTED;
    case "deciding":
      decide(turn, delegate, event.elsewhere);
      return ACCEPTED;
    case "elsewhere":
      if (event.whole) for (const id of turn.memory.elsewhere.keys()) forget(turn, id);
      for (const [id, load] of Object.entries(event.loads)) {
        forget(turn, id);
        if (load > 0) turn.memory.elsewhere.set(id, load);
      }
      return ACCEPTED;
  }
}

function forget(turn: Turn, id: string): void {
  turn.memory.elsewhere.delete(id);
  turn.stirred.add(id);
}

/** Whoever waits is looked at anew by whoever decides now. */
function decide(turn: Turn, delegate: DelegatedEngine, isElsewhere: boolean): void {
  if (turn.memory.decidesElsewhere === isElsewhere) return;
  turn.memory.decidesElsewhere = isElsewhere;
  delegate.delegate(isElsewhere);
  for (const csr of turn.rules.csrs.keys()) turn.stirred.add(csr);
  fact(turn, "routing.decided-by", {}, { elsewhere: isElsewhere });
}
