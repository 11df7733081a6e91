import type { Limits } from "./config.ts";
import type { ParserLimits } from "./parser.ts";

/** Longest element or attribute name; the longest any XMPP extension uses has about 40 characters. */
const NAME_CHARACTERS = 256;

/** The part of the configured limits that the parser keeps. */
export function parserLimits(limits: Limits): ParserLimits {
  return {
    stanzaCharacters: limits.stanzaBytes,
    streamCharacters: limits.streamBytes,
    depth: limits.depth,
    nodes: limits.nodes,
    attributes: limits.attributes,
    nameCharacters: NAME_CHARACTERS,
  };
}
