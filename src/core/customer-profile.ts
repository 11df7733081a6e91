/**
 * What is known of a customer, for somebody outside who decides whom they talk with: what the mission of routing names. Whether any of
 * it leaves the desk is decided where it would leave. What may not be passed on of customers' own words (content-rule.ts) is masked here, too.
 */
import { ruledText } from "./content-rule.ts";
import { customerOf, originOf } from "./legs.ts";
import type { Address } from "./model.ts";
import type { ConversationRow } from "./state.ts";
import { languageOf, type Turn } from "./turn.ts";

/** Null: not known. Answers are texts of any length that dialogs allow. */
export interface CustomerProfile {
  readonly handle: string;
  readonly address: Address;
  /** The network people name it by: "Telegram" for whoever comes through that gateway. */
  readonly origin: string;
  /** In international form (E.164), from an answer or from the directory (`telephone` or `phone`). */
  readonly telephone: string | null;
  readonly software: {
    readonly protocol: string;
    readonly brand: string | null;
    readonly version: string | null;
    readonly system: string | null;
  } | null;
  readonly name: string | null;
  readonly account: string | null;
  /** BCP 47. */
  readonly language: string | null;
  readonly reason: string | null;
  /** The words they opened with. */
  readonly opening: string | null;
  readonly answers: Readonly<Record<string, string>>;
  /** What the company's directory says of them. */
  readonly attributes: Readonly<Record<string, string>>;
}

export function profileOf(turn: Turn, row: ConversationRow): CustomerProfile {
  const { facts, software, handle, opening } = row;
  const customer = customerOf(row);
  const { directory } = turn.rules;
  const entry = facts.customer === null ? directory.byAddress(customer.address) : directory.byId(facts.customer);
  const attributes = entry?.attributes ?? {};
  const { name, account, reason, answers } = facts;
  const ruled = (text: string): string => ruledText(turn, row, customer, text);
  return {
    handle,
    address: customer.address,
    origin: originOf(turn, row),
    telephone: telephoneOf(answers, attributes),
    software:
      software === null
        ? null
        : { protocol: software.protocol, brand: software.name, version: software.version, system: software.os },
    name: name ?? entry?.name ?? null,
    account: account ?? entry?.account ?? null,
    language: languageOf(turn, row, customer),
    reason: reason === null ? null : ruled(reason),
    opening: opening === null ? null : ruled(opening),
    answers: Object.fromEntries(Object.entries(answers).map(([about, answer]) => [about, ruled(answer)])),
    attributes,
  };
}

/** E.164: at most 15 digits behind the plus; the bot writes numbers it was told in this form. */
const E164 = /^\+[1-9]\d{6,14}$/u;

function telephoneOf(answers: CustomerProfile["answers"], attributes: CustomerProfile["attributes"]): string | null {
  const told = Object.values(answers).find((answer) => E164.test(answer));
  return told ?? attributes.telephone ?? attributes.phone ?? null;
}
