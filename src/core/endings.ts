/** Why conversations end, and what each side is told of it. */

export type Ending = "csr" | "customer" | "idle" | "desk" | "dialog" | "hours" | "full" | "unqualified" | "unreachable";

/** Null where the bot or the desk has already said why. */
export const CUSTOMER_IS_TOLD: Readonly<Record<Ending, string | null>> = {
  csr: "closed.by-csr",
  customer: "closed.by-customer",
  idle: "closed.idle",
  desk: "closed.by-desk",
  dialog: null,
  hours: null,
  full: null,
  unqualified: null,
  unreachable: null,
};
export const CSR_IS_TOLD: Readonly<Record<Ending, string | null>> = {
  csr: "csr.closed",
  customer: "csr.closed-by-customer",
  idle: "csr.closed-idle",
  desk: "csr.closed-by-desk",
  dialog: null,
  hours: null,
  full: null,
  unqualified: null,
  unreachable: "csr.customer-gone",
};
