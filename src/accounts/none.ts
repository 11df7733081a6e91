/** A desk at which nobody signs in: its networks have sign-ins of their own, or it has no staff. */
import type { Accounts } from "../adapter.ts";

export const NO_ACCOUNTS: Accounts = {
  verify: async () => null,
  limited: () => {},
  admit: () => 0,
  sessions: {
    begin: () => Promise.reject(new Error("Nobody signs in at this desk.")),
    find: async () => null,
    isAlive: async () => false,
    touch: async () => {},
    end: async () => {},
  },
};
