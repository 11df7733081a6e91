/** The fields of one measurement, opened and warmed up together. */
import { type Field, fullSpeed } from "./xmpp-field.ts";

/** Until V8 has compiled what runs most: at first it spends as much on compiling the desk as on running it, and after 20,000 still a third. */
const WARM_UP_MESSAGES = 40_000;

/** Opens one field after the other, lets each warm up, and stops all of them in the end. */
export async function withFields<Kind extends string, Opened extends Field, Result>(
  open: Readonly<{ [Each in Kind]: (kind: Each) => Promise<Opened> }>,
  measure: (fields: Readonly<Record<Kind, Opened>>) => Promise<Result>,
): Promise<Result> {
  const kinds = Object.keys(open) as Kind[];
  const fields: Partial<Record<Kind, Opened>> = {};
  try {
    for (const kind of kinds) {
      const field = await open[kind](kind);
      fields[kind] = field;
      await fullSpeed(field, WARM_UP_MESSAGES);
    }
    return await measure(fields as Record<Kind, Opened>);
  } finally {
    for (const kind of kinds) await fields[kind]?.stop();
  }
}
