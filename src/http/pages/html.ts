/** Templates of the pages: htm's tagged literals made into Preact elements. Every value becomes text, never markup. */
import htm from "htm";
import { h } from "preact";

export const html = htm.bind(h);
/** What a component returns. */
export type View = ReturnType<typeof html>;
