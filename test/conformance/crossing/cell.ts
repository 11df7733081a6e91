/** The words of the crossing table: what may cross, and what can become of it on the way. */
import type { Capabilities, Feature } from "../../../src/core/model.ts";

export const CROSSING_FEATURES = [
  "text",
  "formatting",
  "edit",
  "retraction",
  "reaction",
  "reply",
  "file",
  "typing",
  "delivered",
  "read",
  "presence",
  "long text",
] as const;
export type CrossingFeature = (typeof CROSSING_FEATURES)[number];

/**
 * What became of it, as the two clients saw it.
 * `native`: the reader's client was given it as what it is.
 * `fallback`: the reader's client was given a text that says it.
 * `refused`: it did not reach the reader, and the author was given a sentence; the reader may have been told that there was something.
 * `omitted`: nothing reached the reader and nobody was told, which is right for signs alone (typing, receipts, presence).
 * `none`: the author's network has no word for it, so it cannot arise.
 */
export type CrossingOutcome =
  | { readonly kind: "native" }
  | { readonly kind: "fallback"; readonly said: string }
  | { readonly kind: "refused"; readonly said: string }
  | { readonly kind: "omitted" }
  | { readonly kind: "none" };

/** From a person on one network to a person on another; which of the two is the customer makes two cells of each pair. */
export interface CrossingCell {
  readonly feature: CrossingFeature;
  readonly author: string;
  readonly reader: string;
  readonly by: "customer" | "csr";
  readonly outcome: CrossingOutcome;
}

/** UTF-8 bytes of the text that is sent as a long one: more than one IRC line or short message holds. */
export const LONG_TEXT_BYTES = 6_000;

/** Signs that accompany a conversation: where they cannot be shown, words for them would only be noise. */
const SIGNS: ReadonlySet<CrossingFeature> = new Set(["typing", "delivered", "read", "presence"]);

/** Whether the adapter of that network says that it carries the feature. */
export function claims({ features, maxTextBytes }: Capabilities, feature: CrossingFeature): boolean {
  if (feature === "text") return true;
  return feature === "long text" ? maxTextBytes >= LONG_TEXT_BYTES : features.includes(feature satisfies Feature);
}

/** Why an outcome contradicts what the adapters claim, or null when it agrees with it. */
export function contradiction(
  { feature, outcome }: CrossingCell,
  author: Capabilities,
  reader: Capabilities,
): string | null {
  const [says, shows] = [claims(author, feature), claims(reader, feature)];
  const both = says && shows;
  switch (outcome.kind) {
    case "native":
      // What an author cannot send in one piece arrives in the pieces it was sent in, each as a whole.
      return (feature === "long text" ? shows || !says : both)
        ? null
        : "arrived as what it is where that is not claimed";
    case "fallback":
      return both ? "arrived in words although both networks claim it" : null;
    case "refused":
      return both ? "was refused although both networks claim it" : null;
    case "omitted":
      if (!SIGNS.has(feature)) return "was dropped silently";
      // A person's state is theirs: what the desk shows of the other side is its own presence.
      return both && feature !== "presence" ? "did not arrive although both networks claim it" : null;
    case "none":
      // Receipts come from the reader. Presence can be a fact of the network (an open page) and no word of the person's.
      if (feature === "presence") return null;
      return (feature === "delivered" || feature === "read" ? !shows : !says)
        ? null
        : "could not be said although it is claimed";
  }
}
