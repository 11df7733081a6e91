/** The running desk as the control socket sees it. */
import type { StaffAccounts } from "../accounts.ts";
import type { AdapterHost } from "../adapter-host.ts";
import { unknownWord } from "../config/problem.ts";
import { customerOf, faultsOf } from "../config/rule-tests.ts";
import { givenSchema } from "../config/schema-tests.ts";
import type {
  CommandReport,
  ControlledDesk,
  ReloadReport,
  StatusReport,
  TranscriptReport,
  TryReport,
} from "../control/protocol.ts";
import type { Verdict } from "../core/model.ts";
import type { DeskCommand } from "../core/step.ts";
import type { Engine } from "../engine.ts";
import type { Estimates } from "../estimates.ts";
import type { Store } from "../store/store.ts";
import { staffLogins } from "./logins.ts";
import type { PublicAddress } from "./public-address.ts";
import type { Running } from "./reload.ts";

export interface ControlledParts {
  readonly version: string;
  readonly startedAt: number;
  readonly url: string;
  readonly publicAddress: Pick<PublicAddress, "origin" | "nat">;
  readonly now: () => number;
  readonly running: Running;
  readonly engine: Engine;
  readonly estimates: Estimates;
  readonly host: AdapterHost;
  readonly store: Store;
  readonly accounts: StaffAccounts;
  readonly ready: () => boolean;
  readonly reload: () => Promise<ReloadReport>;
}

export function createControlledDesk(parts: ControlledParts): ControlledDesk {
  const { engine, store, accounts, running, now } = parts;
  const command = async (wish: DeskCommand, missing: string): Promise<CommandReport> =>
    report(await engine.submit({ kind: "command", command: wish }), missing);
  return {
    status: () => status(parts),
    conversations: () => engine.desk().conversations(),
    csrs: () => engine.desk().csrs(),
    queues: () => engine.desk().queues(now()),
    transcript: (conversation, limit) => transcript(store, conversation, limit),
    reload: parts.reload,
    tryOut: (given) => tryOut(parts, given),
    async explain(conversation) {
      const facts = await store.facts(conversation);
      return facts.length === 0 ? null : { conversation, facts };
    },
    close: (conversation) => {
      const missing = `There is no open conversation ${JSON.stringify(conversation)}; \`frontdesk conversations\` lists them.`;
      return command({ kind: "close", conversation }, missing);
    },
    setAway: (csr, away) => command({ kind: "csr-away", csr, away }, noCsr(csr)),
    async newPassword(csr) {
      const logins = staffLogins(running.settings, running.rules, csr);
      const [login] = logins;
      const made = login === undefined ? null : await accounts.reset(login);
      if (made !== null) {
        return { kind: "made", login: made.login, password: made.password };
      }
      const known = running.rules.csrs.has(csr);
      const text = known ? `${csr} has no address on a network where the desk keeps the passwords.` : noCsr(csr);
      return { kind: "missing", text };
    },
  };
}

function tryOut({ engine, running, now }: ControlledParts, wish: unknown): TryReport {
  const given = givenSchema.safeParse(wish);
  if (!given.success) return { kind: "refused", text: given.error.issues[0]?.message ?? "this cannot be read" };
  const [fault] = faultsOf(running.rules, { name: "", given: given.data, expect: {} });
  if (fault !== undefined) {
    return {
      kind: "refused",
      text: `${unknownWord(fault.what, fault.word, fault.known)} The desk runs by rules ${running.rules.version}.`,
    };
  }
  const decision = engine.desk().imagine(now(), customerOf(running.rules, given.data));
  return { kind: "decided", decision };
}

function noCsr(csr: string): string {
  return `There is no CSR ${JSON.stringify(csr)}; \`frontdesk csrs\` lists them.`;
}

function report(verdict: Verdict, missing: string): CommandReport {
  if (verdict.kind === "accepted") {
    return { kind: "done" };
  }
  return verdict.reason === "item-not-found"
    ? { kind: "missing", text: missing }
    : { kind: "refused", text: verdict.text };
}

async function transcript(store: Store, conversation: string, limit: number): Promise<TranscriptReport | null> {
  const [lines, facts] = await Promise.all([store.transcript(conversation, limit), store.facts(conversation)]);
  return lines.length === 0 && facts.length === 0 ? null : { conversation, lines, facts };
}

function status(parts: ControlledParts): StatusReport {
  const { version, startedAt, url, publicAddress, now, running, engine, estimates, host, ready } = parts;
  const desk = engine.desk();
  return {
    version,
    pid: process.pid,
    startedAt,
    url,
    publicOrigin: publicAddress.origin(),
    nat: publicAddress.nat(),
    rules: running.rules.version,
    ready: ready(),
    needsRestart: running.needsRestart,
    networks: host.status().map(({ network, protocol, status, detail }) => ({ network, protocol, status, detail })),
    queues: desk.queues(now()),
    estimates: estimates.report([...running.rules.queues.keys()]),
    conversations: tally(desk.conversations().map(({ state }) => state)),
    csrs: tally(desk.csrs().map(({ state }) => state)),
    engine: { ...engine.status() },
  };
}

function tally(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) {
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}
