/** The stream error conditions of RFC 6120 §4.9.3 that a reader can find reason for. */
export type StreamCondition =
  | "bad-format"
  | "bad-namespace-prefix"
  | "not-well-formed"
  | "policy-violation"
  | "restricted-xml"
  | "unsupported-encoding";

/** Why a stream cannot be read on, or why one stanza of it was not kept. `condition` is what the other side is told. */
export class XmlFault extends Error {
  readonly condition: StreamCondition;
  constructor(condition: StreamCondition, message: string) {
    super(message);
    this.name = "XmlFault";
    this.condition = condition;
  }
}
