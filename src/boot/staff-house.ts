/** Everything by which staff and programs are let in and held to account, put together: accounts, sessions, tokens, the API, the audit log. */

import type { StaffMember } from "../accounts/roles.ts";
import { type ApiTokens, createTokenStore } from "../accounts/tokens.ts";
import { createAccounts, type NewPassword, type StaffAccounts } from "../accounts.ts";
import type { AdapterState, Clock, Logger } from "../adapter.ts";
import { mountApi } from "../api/server.ts";
import type { Audit } from "../audit.ts";
import { memberOf } from "../config/staff.ts";
import { Console, OPENID_PATH } from "../console/server.ts";
import type { ControlledDesk } from "../control/protocol.ts";
import type { HttpServer } from "../http/server.ts";
import { withFields } from "../log.ts";
import { hasLogins, staffLogins } from "./logins.ts";
import type { Running } from "./reload.ts";
import { type StaffCommands, staffCommands } from "./staff-commands.ts";

export interface StaffHouseParts {
  readonly version: string;
  readonly running: Running;
  readonly audit: Audit;
  /** Where accounts, sessions and tokens are kept. */
  readonly state: AdapterState;
  readonly clock: Clock;
  readonly log: Logger;
  /** See PublicAddress.origin. */
  readonly publicOrigin: () => string | null;
}

export interface StaffHouse {
  readonly accounts: StaffAccounts;
  readonly tokens: ApiTokens;
  readonly commands: StaffCommands;
  /** The API's routes, and the console's. Before the HTTP server starts. */
  mount(mount: HttpServer["mount"]): void;
  /** From now on questions are answered by it; null: no longer. */
  serve(desk: ControlledDesk | null): void;
  /** Accounts for everybody who has none yet; once the engine runs. */
  start(): Promise<readonly NewPassword[]>;
  /** The same after a reload. */
  follow(): Promise<readonly NewPassword[]>;
  stop(): void;
}

export function createStaffHouse(parts: StaffHouseParts): StaffHouse {
  const { running, audit, state, clock, log, publicOrigin, version } = parts;
  const { limits, console: settings } = running.settings;
  const { openid } = settings;
  const accounts = createAccounts({
    state,
    clock,
    idleHours: limits.sessionIdleHours,
    signIns: { perClient: limits.signInsPerClient, perLogin: limits.signInsPerLogin },
    note: (event) => audit.note(event),
    record: (event) => audit.record(event),
    elsewhere: openid === null ? undefined : { title: openid.title, path: OPENID_PATH },
  });
  const tokens = createTokenStore(state, clock);
  let desk: ControlledDesk | null = null;
  const member = (login: string): StaffMember | null =>
    memberOf(login, running.staff, running.rules, (network) => hasLogins(running.settings, network));
  const ensure = () => accounts.ensure(staffLogins(running.settings, running.rules, running.staff));
  const requestsPerMinute = limits.apiRequestsPerMinute;
  const { sessions } = accounts;
  const granted = new Set(openid?.roles.map(({ role }) => role));
  const asked = { tokens, sessions, member, granted, publicOrigin };
  const shared = { ...asked, desk: () => desk, audit, version, requestsPerMinute };
  const company = () => running.rules.company;
  const pages = new Console({
    ...shared,
    accounts,
    settings,
    limits,
    company,
    log: withFields(log, { part: "console" }),
  });
  return {
    accounts,
    tokens,
    commands: staffCommands({ audit, accounts, tokens, running }),
    mount(mount) {
      mount("the API", (server) => mountApi(server, { ...shared, log: withFields(log, { part: "api" }) }));
      mount("the console", (server) => pages.mount(server));
    },
    serve(now) {
      desk = now;
      if (now === null) pages.stop();
    },
    async start() {
      accounts.sessions.start();
      return await ensure();
    },
    follow: ensure,
    stop: () => accounts.sessions.stop(),
  };
}
