/** A text with its looks, and the web addresses in it as links. What somebody wrote becomes text nodes alone, whatever it says. */
import type { FormattedText, Style } from "../../../src/core/model.ts";
import { type Piece, piecesOf, type StyledPiece } from "../../../src/core/styling-writer.ts";
import { html, type View } from "../../../src/http/pages/html.ts";
import { stretchesOf } from "./links.ts";

/** Elements that say to the ear what they show to the eye. */
const ELEMENTS: Readonly<Record<Style, string>> = {
  strong: "strong",
  emphasis: "em",
  underline: "u",
  strike: "s",
  code: "code",
  preformatted: "pre",
  quote: "blockquote",
};

export function WordsView(words: FormattedText): View {
  return html`<div class="text" dir="auto">${shown(piecesOf(words))}</div>`;
}

type Shown = string | View | readonly (string | View)[];

function shown(pieces: readonly Piece[]): readonly Shown[] {
  return pieces.map((piece, index) => {
    if (typeof piece !== "string") {
      const element = ELEMENTS[piece.style];
      return html`<${element} key=${index}>${shown(piece.pieces)}</${element}>`;
    }
    // A block begins and ends its lines by itself.
    const after = isBlock(pieces[index - 1]) ? piece.replace(/^\n/, "") : piece;
    return linked(isBlock(pieces[index + 1]) ? after.replace(/\n$/, "") : after);
  });
}

/** A click opens another tab, which learns neither where it was clicked nor of this page. With a direction of its own no sign in the text before it turns it around. */
function linked(text: string): readonly (string | View)[] {
  return stretchesOf(text).map(({ text: words, address }, index) =>
    address === null
      ? words
      : html`<a key=${index} dir="ltr" href=${address} target="_blank" rel="noopener noreferrer nofollow">${words}</a>`,
  );
}

function isBlock(piece: Piece | undefined): piece is StyledPiece {
  return typeof piece === "object" && (piece.style === "quote" || piece.style === "preformatted");
}
