/**
 * An enterprise's own routing suite decides: for every conversation that waits it is asked, one request for each decision, and asked again
 * when the request changes, when a CSR has room again, or when it said so. What it answers counts before the queue's rules, but
 * nobody is asked who is away or has their hands full.
 */
import { createBackoff } from "../backoff.ts";
import type { DelegatedRequest, RoutingNews } from "../core/routing/delegated-engine.ts";
import type { RoutingCsr } from "../core/routing/routing.ts";
import type { Step } from "../core/step.ts";
import { postSigned, type SignedAnswer } from "../signed-request.ts";
import {
  ATTEMPTS,
  type DelegateParts,
  type DelegateStatus,
  type DelegatingEngine,
  type RoutingDelegate,
} from "./delegate.ts";
import { Mirror } from "./mirror.ts";
import type { SuiteSettings } from "./settings.ts";
import { StandingIn } from "./standing-in.ts";
import { decideRequest, readAnswer, type SuiteAnswer } from "./suite-protocol.ts";

/**
 * After an answer that could not be followed: the suite and the desk see CSRs a little differently for a moment. Twice as long after each
 * further one, at most as long as after a "wait" without a time: a suite that goes on naming somebody who is away is not asked all day.
 */
const UNFOLLOWED_MS = 1_000;

export function createSuiteLink(settings: SuiteSettings, parts: DelegateParts): RoutingDelegate {
  return new SuiteLink(settings, parts);
}

class SuiteLink implements RoutingDelegate {
  readonly #settings: SuiteSettings;
  readonly #parts: DelegateParts;
  readonly #mirror = new Mirror();
  readonly #pauseMs: (attempt: number) => number;
  readonly #over = new AbortController();
  #engine: DelegatingEngine | null = null;
  #standingIn: StandingIn | null = null;
  #isThere = false;
  #attempt = 0;
  #cancelProbe: (() => void) | null = null;
  /** Conversations that are to be asked about. */
  readonly #due = new Set<string>();
  readonly #asking = new Set<string>();
  /** Conversations that wait by the suite's word, and how that is taken back. */
  readonly #alarms = new Map<string, () => void>();
  /** Conversations about which the suite gave no answer that can be read, since when. */
  readonly #failingSince = new Map<string, number>();
  /** Conversations with answers in a row that could not be followed, and how many; of the present request. */
  readonly #unfollowed = new Map<string, number>();
  /** Answers that were handed to the desk, by number. */
  readonly #handed = new Map<number, string>();
  #lastAnswer = 0;
  #stale = 0;
  #detail: string | null = "not asked yet";

  constructor(settings: SuiteSettings, parts: DelegateParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#pauseMs = createBackoff(ATTEMPTS, parts.random);
  }

  stepped({ routing }: Step): void {
    if (routing === undefined) return;
    const freed = [...routing.csrs].some(([id, csr]) => hasMoreRoom(this.#mirror.csrs.get(id), csr));
    this.#mirror.learn(routing);
    if (routing.whole) {
      // What was handed to the desk before it was built anew is answered no more.
      this.#handed.clear();
      const gone = [...this.#failingSince.keys(), ...this.#unfollowed.keys(), ...this.#alarms.keys()];
      for (const conversation of gone) if (!this.#mirror.waiting.has(conversation)) this.#forget(conversation);
      this.#askAll();
    }
    this.#learn(routing);
    if (freed) for (const conversation of this.#firstInLine()) this.#ask(conversation);
    this.#pump();
  }

  start(engine: DelegatingEngine): void {
    this.#engine = engine;
    this.#standingIn = new StandingIn(this.#parts.clock, this.#parts.log, engine, this.#settings);
    void this.#probe();
  }

  status(): DelegateStatus {
    return {
      kind: "suite",
      url: this.#settings.url,
      reachable: this.#isThere,
      decides: this.#standingIn?.decides ?? "nobody",
      answers: this.#lastAnswer,
      stale: this.#stale,
      detail: this.#detail,
    };
  }

  async stop(): Promise<void> {
    this.#over.abort();
    this.#standingIn?.stop();
    this.#cancelProbe?.();
    for (const cancel of this.#alarms.values()) cancel();
    this.#alarms.clear();
  }

  // --- who is to be asked about ---------------------------------------------------------------------------------------------

  #learn({ waiting, settled }: RoutingNews): void {
    for (const [conversation, request] of waiting) {
      this.#unfollowed.delete(conversation);
      if (request !== null) this.#ask(conversation);
      else this.#forget(conversation);
    }
    for (const { assignment, csr } of settled) {
      const conversation = this.#handed.get(assignment);
      this.#handed.delete(assignment);
      if (csr !== null || conversation === undefined) continue;
      this.#stale += 1;
      if (!this.#mirror.waiting.has(conversation) || this.#due.has(conversation)) continue;
      const before = this.#unfollowed.get(conversation) ?? 0;
      this.#unfollowed.set(conversation, before + 1);
      this.#askIn(conversation, Math.min(UNFOLLOWED_MS * 2 ** before, Math.max(UNFOLLOWED_MS, this.#settings.againMs)));
    }
  }

  #askAll(): void {
    this.#due.clear();
    for (const conversation of this.#mirror.waiting.keys()) this.#ask(conversation);
  }

  #ask(conversation: string): void {
    this.#alarms.get(conversation)?.();
    this.#alarms.delete(conversation);
    this.#due.add(conversation);
  }

  #askIn(conversation: string, ms: number): void {
    this.#alarms.get(conversation)?.();
    const cancel = this.#parts.clock.after(ms, () => {
      this.#alarms.delete(conversation);
      if (this.#mirror.waiting.has(conversation)) this.#due.add(conversation);
      this.#pump();
    });
    this.#alarms.set(conversation, cancel);
  }

  #forget(conversation: string): void {
    this.#failingSince.delete(conversation);
    this.#unfollowed.delete(conversation);
    this.#due.delete(conversation);
    this.#alarms.get(conversation)?.();
    this.#alarms.delete(conversation);
  }

  /** Those who wait by the suite's word and would be asked about first, as many as are asked at the same time. */
  #firstInLine(): readonly string[] {
    const first: DelegatedRequest[] = [];
    for (const conversation of this.#alarms.keys()) {
      const request = this.#mirror.waiting.get(conversation);
      if (request === undefined) continue;
      first.push(request);
      first.sort(byTurn);
      if (first.length > this.#settings.concurrent) first.pop();
    }
    return first.map(({ waiting }) => waiting.conversation);
  }

  // --- asking ----------------------------------------------------------------------------------------------------------------

  #pump(): void {
    while (this.#isThere && this.#asking.size < this.#settings.concurrent) {
      const request = this.#nextDue();
      if (request === null) return;
      this.#due.delete(request.waiting.conversation);
      void this.#decide(request);
    }
  }

  #nextDue(): DelegatedRequest | null {
    let next: DelegatedRequest | null = null;
    for (const conversation of this.#due) {
      const request = this.#asking.has(conversation) ? undefined : this.#mirror.waiting.get(conversation);
      if (request !== undefined && (next === null || byTurn(request, next) < 0)) next = request;
    }
    return next;
  }

  async #decide(request: DelegatedRequest): Promise<void> {
    const { conversation, only } = request.waiting;
    // A colleague has chosen already: that is no question for the suite.
    if (only !== null) {
      this.#hand(request, null);
      return;
    }
    this.#asking.add(conversation);
    const profile = this.#engine?.desk().profile?.(conversation) ?? null;
    const body = decideRequest(request, profile, this.#mirror.csrs.values(), this.#settings);
    const answer = await this.#post(`${conversation}-${request.revision}`, body);
    this.#asking.delete(conversation);
    if (this.#over.signal.aborted) return;
    const read = answer.kind === "answered" && answer.response.ok ? readAnswer(answer.body ?? "") : null;
    if (read === null) this.#fail(request, answer);
    else {
      this.#failingSince.delete(conversation);
      this.#follow(request, read);
    }
    this.#pump();
  }

  /** Nobody waits for ever because the suite fails for them alone: after the time it may be away the desk decides about them, by the rule. */
  #fail(request: DelegatedRequest, answer: SignedAnswer): void {
    const { conversation } = request.waiting;
    if (!this.#mirror.waiting.has(conversation)) return;
    const now = this.#parts.clock.now();
    const since = this.#failingSince.get(conversation) ?? now;
    this.#failingSince.set(conversation, since);
    const reason = faultOf(answer, conversation);
    const { whenAway, awayMs, againMs } = this.#settings;
    if (whenAway === "local" && now - since >= awayMs) {
      this.#failingSince.delete(conversation);
      this.#parts.log.warn("routing.suite.failed", { conversation, reason, note: "this desk decides about it" });
      this.#hand(request, null);
    } else if (isAway(answer)) this.#due.add(conversation);
    else {
      this.#parts.log.warn("routing.suite.failed", { conversation, reason });
      this.#askIn(conversation, Math.min(againMs, awayMs));
    }
    if (isAway(answer)) this.#lose(reason);
  }

  #follow({ revision, waiting }: DelegatedRequest, answer: SuiteAnswer): void {
    const { conversation } = waiting;
    if (answer.decision === "wait") {
      const isNewer = this.#mirror.waiting.get(conversation)?.revision !== revision;
      if (isNewer || this.#due.has(conversation)) return;
      this.#askIn(
        conversation,
        answer.seconds === undefined ? this.#settings.againMs : Math.max(1, answer.seconds) * 1_000,
      );
      return;
    }
    this.#hand({ revision, waiting }, answer.decision === "offer" ? answer.csrs : null);
  }

  /** `csrs` null: whoever the desk would ask. */
  #hand({ revision, waiting }: DelegatedRequest, csrs: readonly string[] | null): void {
    const { conversation } = waiting;
    this.#lastAnswer += 1;
    const assignment = this.#lastAnswer;
    this.#handed.set(assignment, conversation);
    const one = { assignment, conversation, revision, csrs, overrules: csrs !== null, until: null };
    this.#engine
      ?.submit({ kind: "matched", answers: [one] })
      .catch((error: unknown) => this.#parts.log.debug("routing.unsubmitted", { error }));
  }

  #post(id: string, body: object): Promise<SignedAnswer> {
    const { url, secret, timeoutMs, answerBytes: mostBytes } = this.#settings;
    const now = this.#parts.clock.now();
    const { signal } = this.#over;
    return postSigned({ url, secret, id, body: JSON.stringify(body), timeoutMs, mostBytes, now, signal });
  }

  // --- there and away ----------------------------------------------------------------------------------------------------------

  #lose(reason: string): void {
    this.#explain(reason);
    if (!this.#isThere) return;
    this.#isThere = false;
    this.#standingIn?.gone();
    this.#probeLater();
  }

  #explain(reason: string): void {
    if (this.#detail !== reason) this.#parts.log.warn("routing.suite.away", { url: this.#settings.url, reason });
    this.#detail = reason;
  }

  /** From the start, and from every loss on, until it answers. */
  async #probe(): Promise<void> {
    const answer = await this.#post(`ping-${this.#parts.clock.now()}`, { version: 1, type: "ping" });
    if (this.#over.signal.aborted) return;
    if (answer.kind !== "answered" || !answer.response.ok) {
      this.#explain(faultOf(answer, "a ping"));
      this.#probeLater();
      return;
    }
    if ((await this.#standingIn?.back()) !== true) return;
    this.#isThere = true;
    this.#attempt = 0;
    this.#detail = null;
    this.#parts.log.info("routing.suite.there", { url: this.#settings.url });
    this.#askAll();
    this.#pump();
  }

  #probeLater(): void {
    this.#cancelProbe = this.#parts.clock.after(this.#pauseMs(this.#attempt), () => void this.#probe());
    this.#attempt += 1;
  }
}

/** Whether it is the suite that fails rather than this one question. */
function isAway(answer: SignedAnswer): boolean {
  return answer.kind === "unreachable" || answer.response.status >= 500 || answer.response.status === 429;
}

function faultOf(answer: SignedAnswer, about: string): string {
  if (answer.kind === "unreachable") return `no answer: ${answer.reason}`;
  const { status } = answer.response;
  if (!answer.response.ok) return `HTTP ${status}`;
  return answer.body === null ? "an answer longer than is read" : `an answer about ${about} that is not understood`;
}

function byTurn({ waiting: one }: DelegatedRequest, { waiting: other }: DelegatedRequest): number {
  return other.priority - one.priority || one.turnAt - other.turnAt || (one.conversation < other.conversation ? -1 : 1);
}

function hasMoreRoom(before: RoutingCsr | undefined, now: RoutingCsr | null): boolean {
  const room = (csr: RoutingCsr): number => (csr.willing && csr.reachable.length > 0 ? csr.capacity - csr.load : 0);
  return now !== null && room(now) > (before === undefined ? 0 : room(before));
}
