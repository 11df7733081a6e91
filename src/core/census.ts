/** How many conversations are open, by state and by gateway: asked for at every reading of the metrics, so without reading every row of a large desk. */
import { gatewayOf } from "./gateways.ts";
import { customerOf } from "./legs.ts";
import type { ConversationRow } from "./state.ts";
import type { DeskCensus } from "./step.ts";
import type { Turn } from "./turn.ts";

/** The name under which conversations are counted whose gateway no rule names: what it calls itself would be a stranger's choice. */
const OTHER = "other";

/** Who comes through which gateway by those rules, kept up to date from the first question on. */
interface GatewayRoll {
  readonly rules: Turn["rules"];
  readonly of: Map<string, string>;
}

export function createCensus(present: () => Turn): () => DeskCensus {
  let roll: GatewayRoll | null = null;
  const enter = ({ rules, of }: GatewayRoll, id: string, row: ConversationRow | null): void => {
    const gateway = row === null ? null : gatewayNamed(rules, row);
    if (gateway === null) of.delete(id);
    else of.set(id, gateway);
  };
  return () => {
    const turn = present();
    const { conversation } = turn.tables;
    if (roll === null) {
      turn.tables.watchConversations((id, row) => {
        if (roll !== null) enter(roll, id, row);
      });
    }
    if (roll?.rules !== turn.rules) {
      roll = { rules: turn.rules, of: new Map() };
      for (const [id, row] of conversation.entries()) enter(roll, id, row);
    }
    return { states: countStates(turn), gateways: tally(roll.of.values()) };
  };
}

function gatewayNamed(rules: Turn["rules"], row: ConversationRow): string | null {
  const known = gatewayOf(rules, { address: customerOf(row).address, software: row.software });
  return known?.id ?? (row.software?.gateway == null ? null : OTHER);
}

/** In all that are not among the unsettled two people simply talk. */
function countStates({ tables }: Turn): ReadonlyMap<string, number> {
  const rows = tables.unsettled().flatMap((id) => tables.conversation.get(id) ?? []);
  const counts = tally(rows.map(({ state }) => state));
  const settled = tables.conversation.size - rows.length;
  if (settled > 0) counts.set("talking", (counts.get("talking") ?? 0) + settled);
  return counts;
}

function tally(words: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
