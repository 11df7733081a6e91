/** What staff and admins may have the running desk tell or do about itself: the audit log, API tokens, passwords. */

import type { ApiTokens } from "../accounts/tokens.ts";
import type { StaffAccounts } from "../accounts.ts";
import type { Audit } from "../audit.ts";
import { auditEntry, auditQuery, auditWish } from "../control/audit-wish.ts";
import type { Asker, ControlledDesk, PasswordReport } from "../control/protocol.ts";
import { staffLogins } from "./logins.ts";
import type { Running } from "./reload.ts";

export interface StaffParts {
  readonly audit: Audit;
  readonly accounts: StaffAccounts;
  readonly tokens: ApiTokens;
  readonly running: Running;
}

export type StaffCommands = Pick<
  ControlledDesk,
  "audit" | "verifyAudit" | "makeToken" | "tokens" | "revokeToken" | "newPassword"
>;

export function staffCommands(parts: StaffParts): StaffCommands {
  const { audit, tokens } = parts;
  return {
    async audit(wish, by) {
      const read = auditWish.safeParse(wish ?? {});
      if (!read.success) {
        const [issue] = read.error.issues;
        return { kind: "refused", text: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "cannot be read"}` };
      }
      await audit.record({ action: "audit.read", ...by });
      return { kind: "entries", entries: (await audit.read(auditQuery(read.data))).map(auditEntry) };
    },
    async verifyAudit(by) {
      await audit.record({ action: "audit.read", ...by, detail: { verified: true } });
      return await audit.verify();
    },
    async makeToken(wish, by) {
      const made = await tokens.make(wish, by.actor);
      if (made.kind === "made") {
        const { id, name, scopes } = made.entry;
        await audit.record({ action: "token.made", ...by, subject: name, detail: { id, scopes: scopes.join(" ") } });
      }
      return made;
    },
    tokens: () => tokens.list(),
    async revokeToken(idOrName, by) {
      const revoked = await tokens.revoke(idOrName);
      if (revoked === null) {
        return {
          kind: "missing",
          text: `There is no token ${JSON.stringify(idOrName)}; \`frontdesk token list\` lists them.`,
        };
      }
      await audit.record({ action: "token.revoked", ...by, subject: revoked.name, detail: { id: revoked.id } });
      return { kind: "done" };
    },
    newPassword: (id, by) => newPassword(parts, id, by),
  };
}

async function newPassword({ audit, accounts, running }: StaffParts, id: string, by: Asker): Promise<PasswordReport> {
  const { settings, rules, staff } = running;
  const [login = staff.get(id)?.login] = staffLogins(settings, rules, new Map(), id);
  if (login !== undefined) {
    // Recorded first: a password that nobody can be held to is not made.
    await audit.record({ action: "password.made", ...by, subject: login });
  }
  const made = login === undefined ? null : await accounts.reset(login);
  if (made !== null) {
    return { kind: "made", login: made.login, password: made.password };
  }
  const text = rules.csrs.has(id)
    ? `${id} has no address on a network where the desk keeps the passwords.`
    : `There is no CSR ${JSON.stringify(id)}; \`frontdesk csrs\` lists them.`;
  return { kind: "missing", text };
}
