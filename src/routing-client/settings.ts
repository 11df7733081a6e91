/** What admins say of whoever decides in the desk's place, as it is when it has been checked. */

export const WHEN_AWAY = ["local", "hold"] as const;
/** `local`: the desk decides by itself while they are away. `hold`: nobody is offered anything until they are back. */
export type WhenAway = (typeof WHEN_AWAY)[number];

/** What is done while whoever decides is away, and after how long. */
export interface AwayRule {
  readonly whenAway: WhenAway;
  readonly awayMs: number;
}

/** A routing server that several desks share. */
export interface ServerSettings extends AwayRule {
  readonly kind: "server";
  /** ws: or wss:, without a path. */
  readonly url: string;
  /** By what name the server knows this desk. */
  readonly desk: string;
  readonly secret: string;
  /** Absolute paths of PEM files; null: what the system trusts, and no certificate of one's own. */
  readonly ca: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  /** How long an assignment may wait to be taken in. */
  readonly answerMs: number;
}

/** What of a customer may be told to an enterprise's suite; the fields of `CustomerProfile`. */
export const PROFILE_FIELDS = [
  "handle",
  "address",
  "origin",
  "telephone",
  "software",
  "name",
  "account",
  "language",
  "reason",
  "opening",
  "answers",
  "attributes",
] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];
export type Privacy = Readonly<Partial<Record<ProfileField, "pass" | "withhold">>>;

/** What leaves the desk where admins say nothing: how the customer came, and nothing that says who they are. */
export const DEFAULT_PRIVACY: Readonly<Record<ProfileField, "pass" | "withhold">> = {
  handle: "pass",
  address: "withhold",
  origin: "pass",
  telephone: "withhold",
  software: "pass",
  name: "withhold",
  account: "withhold",
  language: "pass",
  reason: "withhold",
  opening: "withhold",
  answers: "withhold",
  attributes: "withhold",
};

/** An enterprise's routing suite behind an HTTP address. */
export interface SuiteSettings extends AwayRule {
  readonly kind: "suite";
  /** http: or https:. */
  readonly url: string;
  readonly secret: string;
  readonly timeoutMs: number;
  /** Decisions asked for at the same time. */
  readonly concurrent: number;
  /** After "wait" without a time, or an answer that could not be followed. */
  readonly againMs: number;
  /** Bytes of one answer. */
  readonly answerBytes: number;
  /** CSRs told of in one request, those who are available first. */
  readonly csrs: number;
  /** For all, and what is otherwise by network and by queue; the queue's word counts most. */
  readonly privacy: Privacy;
  readonly networkPrivacy: ReadonlyMap<string, Privacy>;
  readonly queuePrivacy: ReadonlyMap<string, Privacy>;
}

export type DelegateSettings = ServerSettings | SuiteSettings;
