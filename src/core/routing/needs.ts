/**
 * What a conversation asks of a CSR, as a small tree of plain JSON, and whether a CSR meets it. Trees are made by the core from the
 * admins' rules and what is known of the customer; here they mean what they say and nothing else.
 */
import type { RoutingCsr } from "./routing.ts";

/** One thing that is asked of a CSR. */
export type Leaf =
  /** At least this level of the skill and, where `most` is given, at most that. Level 0 is having none of it. */
  | { readonly kind: "skill"; readonly skill: string; readonly least: number; readonly most?: number }
  /** Speaks it; a BCP 47 primary tag. */
  | { readonly kind: "language"; readonly language: string }
  /** Has one of these values. */
  | { readonly kind: "attribute"; readonly name: string; readonly values: readonly string[] }
  /** Is one of these CSRs. */
  | { readonly kind: "csr"; readonly csrs: readonly string[] }
  /** Can be reached on that network now. */
  | { readonly kind: "network"; readonly network: string }
  /** Can be reached with that software now, named as `softwareKey` names it. */
  | { readonly kind: "software"; readonly software: string };

/** Leaves joined: all of them, at least one of them, not this one. An empty `all` asks for nothing, an empty `any` for too much. */
export type Joined<L> =
  | L
  | { readonly kind: "all"; readonly of: readonly Joined<L>[] }
  | { readonly kind: "any"; readonly of: readonly Joined<L>[] }
  | { readonly kind: "not"; readonly of: Joined<L> };

export type Need = Joined<Leaf>;

/** Whether that CSR meets it as they are now. */
export function meets(csr: RoutingCsr, need: Need): boolean {
  switch (need.kind) {
    case "skill": {
      const level = csr.skills[need.skill] ?? 0;
      return level >= need.least && level <= (need.most ?? Number.POSITIVE_INFINITY);
    }
    case "language":
      return csr.languages.includes(need.language);
    case "attribute": {
      const value = csr.attributes?.[need.name];
      return value !== undefined && need.values.includes(value);
    }
    case "csr":
      return need.csrs.includes(csr.id);
    case "network":
      return csr.reachable.some(({ address }) => address.network === need.network);
    case "software":
      return csr.reachable.some(({ software = null }) => software === need.software);
    case "all":
      return need.of.every((part) => meets(csr, part));
    case "any":
      return need.of.some((part) => meets(csr, part));
    case "not":
      return !meets(csr, need.of);
  }
}

/**
 * Whether the CSR might meet it some day by the present rules: who they are counts, and where they have an address at all. What they
 * will write from, nobody knows. `wanted` is false under a `not`.
 */
export function mightMeet(csr: RoutingCsr, need: Need, wanted = true): boolean {
  switch (need.kind) {
    case "network":
      return !wanted || csr.networks === undefined || csr.networks.includes(need.network);
    case "software":
      return true;
    case "all":
    case "any":
      return (need.kind === "all") === wanted
        ? need.of.every((part) => mightMeet(csr, part, wanted))
        : need.of.some((part) => mightMeet(csr, part, wanted));
    case "not":
      return mightMeet(csr, need.of, !wanted);
    case "skill":
    case "language":
    case "attribute":
    case "csr":
      return meets(csr, need) === wanted;
  }
}

/** Whether it hangs on where, or with what, the CSR can be reached now. */
export function isPlaced(need: Need): boolean {
  switch (need.kind) {
    case "network":
    case "software":
      return true;
    case "all":
    case "any":
      return need.of.some(isPlaced);
    case "not":
      return isPlaced(need.of);
    case "skill":
    case "language":
    case "attribute":
    case "csr":
      return false;
  }
}

/** The skills that are asked for anywhere in it, but under a `not`. */
export function skillsIn(need: Need): readonly string[] {
  switch (need.kind) {
    case "skill":
      return need.least > 0 ? [need.skill] : [];
    case "all":
    case "any":
      return need.of.flatMap(skillsIn);
    case "not":
    case "language":
    case "attribute":
    case "csr":
    case "network":
    case "software":
      return [];
  }
}

/** Joins texts that may hold anything but this control character. */
const SEPARATOR = "\u0001";

/** Equal for equal trees. */
export function needKey(need: Need): string {
  switch (need.kind) {
    case "skill":
      return `s${need.skill}${SEPARATOR}${need.least}-${need.most ?? ""}`;
    case "language":
      return `l${need.language}`;
    case "attribute":
      return `a${JSON.stringify([need.name, need.values])}`;
    case "csr":
      return `c${need.csrs.join(SEPARATOR)}`;
    case "network":
      return `n${need.network}`;
    case "software":
      return `w${JSON.stringify(need.software)}`;
    case "all":
    case "any":
      return `${need.kind}(${need.of.map(needKey).join(SEPARATOR)})`;
    case "not":
      return `!${needKey(need.of)}`;
  }
}
