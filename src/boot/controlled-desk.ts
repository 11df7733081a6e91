/** The running desk as the control socket sees it. */

import type { AdapterHost } from "../adapter-host.ts";
import type { Audit, AuditAction } from "../audit.ts";
import { unknownWord } from "../config/problem.ts";
import { customerOf, faultsOf } from "../config/rule-tests.ts";
import { givenSchema } from "../config/schema-tests.ts";
import type {
  Asker,
  CommandReport,
  ControlledDesk,
  ReloadReport,
  StatusReport,
  TranscriptReport,
  TryReport,
} from "../control/protocol.ts";
import type { Verdict } from "../core/model.ts";
import type { Queue } from "../core/rules.ts";
import type { CsrView, DeskCommand } from "../core/step.ts";
import type { Engine } from "../engine.ts";
import type { Estimates } from "../estimates.ts";
import type { Files } from "../files.ts";
import type { RoutingDelegate } from "../routing-client/delegate.ts";
import type { Store } from "../store/store.ts";
import { eraseCustomer } from "./erasure.ts";
import type { PublicAddress } from "./public-address.ts";
import type { Running } from "./reload.ts";
import type { Resealing } from "./resealing.ts";
import type { StaffCommands } from "./staff-commands.ts";

export interface ControlledParts {
  readonly version: string;
  readonly startedAt: number;
  readonly url: string;
  readonly publicAddress: Pick<PublicAddress, "origin" | "nat">;
  readonly now: () => number;
  readonly running: Running;
  readonly engine: Engine;
  readonly estimates: Estimates;
  readonly delegate: RoutingDelegate | null;
  readonly host: AdapterHost;
  readonly store: Store;
  readonly files: Files;
  readonly resealing: Resealing;
  readonly audit: Audit;
  readonly staff: { readonly commands: StaffCommands };
  readonly ready: () => boolean;
  readonly reload: () => Promise<ReloadReport>;
}

export function createControlledDesk(parts: ControlledParts): ControlledDesk {
  const { engine, store, audit, now } = parts;
  const command = async (
    wish: Exclude<DeskCommand, { kind: "forget" }>,
    missing: string,
    action: AuditAction,
    by: Asker,
  ): Promise<CommandReport> => {
    const told = report(await engine.submit({ kind: "command", command: wish }), missing);
    const subject = wish.kind === "close" ? wish.conversation : wish.csr;
    await audit.record({ action, ...by, subject, outcome: told.kind === "done" ? "done" : "refused" });
    return told;
  };
  return {
    ...parts.staff.commands,
    status: () => status(parts),
    conversations: () => engine.desk().conversations(),
    csrs: (queues = "all") => csrsOf(parts, queues),
    queues: () => engine.desk().queues(now()),
    async transcript(conversation, limit, by) {
      const found = await transcript(store, conversation, limit);
      if (found !== null) await audit.record({ action: "transcript.read", ...by, subject: conversation });
      return found;
    },
    reload: (by) => reload(parts, by),
    tryOut: (given) => tryOut(parts, given),
    async explain(conversation, by) {
      const facts = await store.facts(conversation);
      if (facts.length === 0) return null;
      await audit.record({ action: "history.read", ...by, subject: conversation });
      return { conversation, facts };
    },
    erase: (person, isWanted, by) => eraseCustomer(parts, person, isWanted, by),
    close: (conversation, by) => {
      const missing = `There is no open conversation ${JSON.stringify(conversation)}; \`frontdesk conversations\` lists them.`;
      return command({ kind: "close", conversation }, missing, "conversation.closed", by);
    },
    setAway: (csr, away, by) =>
      command({ kind: "csr-away", csr, away }, noCsr(csr), away ? "csr.away" : "csr.back", by),
  };
}

function csrsOf({ engine, running }: ControlledParts, queues: "all" | readonly string[]): readonly CsrView[] {
  const all = engine.desk().csrs();
  if (queues === "all") return all;
  const open = engine.desk().conversations();
  const serving = new Set(
    open.flatMap(({ queue, csr }) => (queues.includes(queue ?? "") && csr !== null ? [csr] : [])),
  );
  const asked = queues.flatMap((id) => running.rules.queues.get(id) ?? []);
  return all.filter(({ id }) => {
    const skills = running.rules.csrs.get(id)?.skills;
    const hasThem = (queue: Queue) => [...queue.skills].every(([skill, least]) => (skills?.get(skill) ?? 0) >= least);
    return serving.has(id) || asked.some(hasThem);
  });
}

async function reload({ audit, reload: again }: ControlledParts, by: Asker): Promise<ReloadReport> {
  const told = await again();
  const [outcome, detail] =
    told.kind === "reloaded" ? (["done", { rules: told.rules }] as const) : (["refused", {}] as const);
  await audit.record({ action: "configuration.reloaded", ...by, outcome, detail });
  return told;
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
  const { version, startedAt, url, publicAddress, now, running, engine, estimates, delegate, host, ready, resealing } =
    parts;
  const desk = engine.desk();
  return {
    version,
    pid: process.pid,
    startedAt,
    url,
    publicOrigin: publicAddress.origin(),
    nat: publicAddress.nat(),
    routing: delegate?.status() ?? null,
    sealing: resealing.share(),
    rules: running.rules.version,
    ready: ready(),
    needsRestart: running.needsRestart,
    networks: host.status().map(({ network, protocol, status, detail }) => ({ network, protocol, status, detail })),
    queues: desk.queues(now()),
    estimates: estimates.report([...running.rules.queues.keys()]),
    conversations: Object.fromEntries(desk.census().states),
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
