/** Why the company's sign-in let nobody in: a word in the page's address, for which the page has a sentence. Of other words it shows nothing. */

export const SIGN_IN_FAULTS = {
  late: "That took too long, or began in another browser. Please try again.",
  unconfirmed: "The company's sign-in did not confirm who you are. Please try again.",
  unnamed: "The company's sign-in did not say who you are.",
  unverified: "Your e-mail address is not confirmed there yet.",
  unknown: "You are signed in there, but this desk does not know you. Ask its admin.",
  other: "Somebody else of the company's sign-in has had that name here. Ask the desk's admin.",
  unreachable: "The company's sign-in cannot be reached. Please try again later.",
  limited: "Too many attempts. Please wait a moment and try again.",
} as const;
export type SignInFault = keyof typeof SIGN_IN_FAULTS;

/** "" when it is no such word. */
export function sentenceOf(fault: string): string {
  return Object.hasOwn(SIGN_IN_FAULTS, fault) ? SIGN_IN_FAULTS[fault as SignInFault] : "";
}
