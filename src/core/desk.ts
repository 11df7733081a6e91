/**
 * The pure core: `createDesk` gives the one entrance, `step`. It makes a Turn, lets the event do what it does, lets routing
 * settle, and turns what came of it into a Step. When anything throws, the tables are as they were before.
 */
import { lookAfterHours } from "./after-hours.ts";
import {
  absent,
  csrMoved,
  hoursChanged,
  linkCame,
  lookForAbsent,
  nextRound,
  offerRanOut,
  settle,
  syncAll,
  syncReloaded,
} from "./assignment.ts";
import { close, consult } from "./conversation.ts";
import { type DelegationEvent, hearDelegate, isDelegation } from "./delegation.ts";
import { estimatesCame } from "./estimate/telling.ts";
import { forgetCustomer } from "./forgetting.ts";
import { hear } from "./hearing.ts";
import { showHistory } from "./history.ts";
import { roomFailed, roomRanOut } from "./introduction.ts";
import { ACCEPTED, addressKey, type Verdict } from "./model.ts";
import { armIdle } from "./offering.ts";
import { reconcile } from "./reconcile.ts";
import { invitationRanOut } from "./redirect.ts";
import { quietLook } from "./resting.ts";
import { listenAfresh, ringLook } from "./rings.ts";
import { createDelegatedEngine, type DelegatedEngine } from "./routing/delegated-engine.ts";
import { createRoutingEngine } from "./routing/engine.ts";
import type { RoutingEngine } from "./routing/routing.ts";
import type { Rules } from "./rules.ts";
import type { ConversationRow } from "./state.ts";
import type { Desk, DeskCommand, DeskEvent, Snapshot, Step, Timer, World } from "./step.ts";
import { stepOut } from "./stepping-out.ts";
import { createTables, type Tables } from "./tables.ts";
import { forget } from "./translation.ts";
import { csrRow, fact, looseKey, type Memory, newMemory, putCsr, setTimer, type Turn } from "./turn.ts";
import { deliveryChanged, undelivered } from "./undelivered.ts";
import { createViews } from "./views.ts";

export interface DeskOptions {
  /** True: whom a conversation is offered to is decided by somebody else, until a `deciding` event says otherwise. */
  readonly delegates?: boolean;
  /** Rows of each table that are kept as they are, and not packed; left out: some thousands. Tests want few. */
  readonly warmRows?: number;
}

interface DeskState {
  rules: Rules;
  routing: RoutingEngine;
  /** The same, where somebody else may decide; else null. */
  delegate: DelegatedEngine | null;
  readonly tables: Tables;
  readonly memory: Memory;
  /** One set for all turns: most stir nobody. */
  readonly stirred: Set<string>;
}

function newTurn(state: DeskState, world: World): Turn {
  const { rules, tables, memory, routing, stirred } = state;
  if (stirred.size > 0) stirred.clear();
  return {
    world,
    rules,
    tables,
    memory,
    routing,
    lines: [],
    outbounds: [],
    timers: [],
    facts: [],
    queries: [],
    stirred,
  };
}

/** What the views may ask before the first step: nothing of the outside is known yet. */
const NO_WORLD: World = {
  now: 0,
  token: () => "",
  nextLine: () => 0,
  epoch: "",
  capabilities: () => null,
};

export function createDesk(rules: Rules, snapshot: Snapshot, { delegates = false, warmRows }: DeskOptions = {}): Desk {
  const state: DeskState = {
    rules,
    routing: createRoutingEngine(),
    delegate: null,
    tables: createTables(snapshot, warmRows),
    memory: newMemory(),
    stirred: new Set(),
  };
  nameCsrs(state);
  let lastWorld = NO_WORLD;
  const renewRouting = (): void => {
    state.delegate = delegates ? createDelegatedEngine(() => lastWorld.now) : null;
    state.delegate?.delegate(state.memory.decidesElsewhere);
    state.routing = state.delegate ?? createRoutingEngine();
  };
  state.memory.decidesElsewhere = delegates;
  renewRouting();
  let synced = false;
  return {
    step(event, world) {
      lastWorld = world;
      const rulesBefore = state.rules;
      try {
        if (event.kind === "rules") adopt(state, event.rules);
        const turn = newTurn(state, world);
        if (!synced) takeUp(turn);
        synced = true;
        const verdict = isDelegation(event) ? hearDelegate(turn, state.delegate, event) : act(turn, event, rulesBefore);
        settle(turn, event.kind === "rules");
        return finish(turn, verdict, state.delegate);
      } catch (error) {
        state.tables.discard();
        if (state.rules !== rulesBefore) {
          state.rules = rulesBefore;
          nameCsrs(state);
        }
        // The routing engine may have been told half of it; it is made anew from the tables with the next event.
        renewRouting();
        synced = false;
        throw error;
      }
    },
    ...createViews(() => newTurn(state, lastWorld)),
  };
}

/** What was found at the start, or left by a step that threw, is told to routing and fitted to the rules there are now. */
function takeUp(turn: Turn): void {
  turn.memory.atWork.clear();
  // Who is at work is told anew from here on; whoever was before may have left unseen.
  fact(turn, "desk.took-up", {}, { rules: turn.rules.version });
  // Until the networks have told who is there, nobody is taken to be away.
  listenAfresh(turn);
  syncAll(turn);
  armWrapUps(turn);
  reconcile(turn, null);
}

/** The machine's clock may have been set back while nobody was here: wrap-up that lasts again needs its timer again. */
function armWrapUps(turn: Turn): void {
  for (const [id, { wrapUpUntil }] of turn.tables.csr.entries()) {
    if (wrapUpUntil > turn.world.now)
      setTimer(turn, { id: `wrap-up ${id}`, at: wrapUpUntil, generation: 0, conversation: null, name: "wrap-up" });
  }
}

function finish(turn: Turn, verdict: Verdict, delegate: DelegatedEngine | null): Step {
  const changes = turn.tables.changes();
  turn.tables.keep();
  const { lines, outbounds, timers, facts, queries } = turn;
  const step: Step = { verdict, changes, lines, outbounds, timers, facts, queries };
  const routing = delegate?.takeNews() ?? null;
  return routing === null ? step : { ...step, routing };
}

function nameCsrs(state: DeskState): void {
  const { csrOf, staffSoftware } = state.memory;
  csrOf.clear();
  for (const csr of state.rules.csrs.values())
    for (const address of csr.addresses) csrOf.set(addressKey(address), csr.id);
  for (const key of staffSoftware.keys()) if (!csrOf.has(key)) staffSoftware.delete(key);
}

/** Takes new rules; scripts that conversations are still in are kept beside them. */
function adopt(state: DeskState, rules: Rules): void {
  const used = new Set<string>();
  for (const id of state.tables.unsettled()) {
    const position = state.tables.conversation.get(id)?.position ?? null;
    if (position !== null) used.add(`script ${position.dialog} ${position.version}`);
  }
  for (const script of state.rules.dialogs.values()) {
    const id = `script ${script.id} ${script.version}`;
    if (used.has(id) && rules.dialogs.get(script.id)?.version !== script.version) state.tables.desk.put(id, { script });
  }
  for (const id of [...state.tables.desk.keys()])
    if (id.startsWith("script ") && !used.has(id)) state.tables.desk.delete(id);
  for (const id of state.rules.csrs.keys()) if (!rules.csrs.has(id)) state.routing.removeCsr(id);
  state.rules = rules;
  nameCsrs(state);
}

/** `before`: the rules that counted until then. */
function act(turn: Turn, event: Exclude<DeskEvent, DelegationEvent>, before: Rules): Verdict {
  switch (event.kind) {
    case "inbound":
      return hear(turn, event);
    case "undelivered":
      if (event.outbound.kind === "room") roomFailed(turn, event.outbound, event.reason);
      else undelivered(turn, event.outbound.to, event.reference, event.reason, event.text);
      return ACCEPTED;
    case "delivery":
      deliveryChanged(turn, event.conversation, event.to, event.state);
      return ACCEPTED;
    case "timer":
      ring(turn, event.timer);
      return ACCEPTED;
    case "link":
      linkChanged(turn, event.network, event.online);
      return ACCEPTED;
    case "hours":
      for (const [queue, open] of Object.entries(event.open)) turn.memory.open.set(queue, open);
      turn.memory.opens.clear();
      for (const [queue, opens] of Object.entries(event.opens)) turn.memory.opens.set(queue, opens);
      hoursChanged(turn, event.day ?? "");
      return ACCEPTED;
    case "estimates":
      estimatesCame(turn, event);
      return ACCEPTED;
    case "rules":
      rulesChanged(turn, before);
      return ACCEPTED;
    case "command":
      return command(turn, event.command);
    case "history":
      if (!stepOut(turn, event)) showHistory(turn, event.conversation, event.leg, event.lines);
      return ACCEPTED;
  }
}

// --- timers -----------------------------------------------------------------------------------------------------------

type Ring = (turn: Turn, row: ConversationRow) => void;

/** Timers of conversations that are for one state of it: the generation must be the one they were set for. */
const RINGS: Readonly<Record<string, Ring>> = {
  silence: (turn, row) => {
    if (row.state === "dialog") consult(turn, row, { kind: "silence" });
  },
  "dialog-idle": (turn, row) => {
    if (row.state === "dialog") close(turn, row, "idle");
  },
  idle: (turn, row) => {
    if (row.state !== "talking") return;
    const last = turn.memory.activity.get(row.id);
    if (last === undefined) turn.memory.activity.set(row.id, turn.world.now);
    const silent = turn.world.now - (last ?? turn.world.now);
    if (silent >= turn.rules.limits.idleSeconds * 1000) close(turn, row, "idle");
    else armIdle(turn, row);
  },
  absent: (turn, row) => absent(turn, row),
  quiet: (turn, row) => quietLook(turn, row),
};

/** A timer of the core is due. */
export function ring(turn: Turn, timer: Timer): void {
  if (timer.name === "rest") forget(turn, timer.id);
  if (timer.name === "wrap-up") turn.stirred.add(timer.id.slice("wrap-up ".length));
  if (timer.name === "after-hours") lookAfterHours(turn);
  if (timer.name === "absent-at") lookForAbsent(turn, timer);
  const row = timer.conversation === null ? null : turn.tables.conversation.get(timer.conversation);
  if (row === null) return;
  if (timer.name === "round") nextRound(turn, row);
  else if (timer.name === "ring") ringLook(turn, row);
  else if (timer.name === "continue") invitationRanOut(turn, row);
  else if (timer.name === "room") roomRanOut(turn, row);
  else if (timer.name === "offer") offerRanOut(turn, row, timer);
  else if (row.generation === timer.generation && Object.hasOwn(RINGS, timer.name)) RINGS[timer.name]?.(turn, row);
}

// --- links, rules, commands -------------------------------------------------------------------------------------------

/** `known`: by these rules they were asked for before, so that only others are. */
function watchCsrs(turn: Turn, network: string, known?: Rules): void {
  const desk = turn.rules.networks.get(network)?.desk;
  const tellsPresence = (turn.world.capabilities(network)?.features ?? []).includes("presence");
  if (desk === undefined || !tellsPresence) return;
  for (const csr of turn.rules.csrs.values()) {
    const asked = known?.csrs.get(csr.id);
    if (asked === csr) continue;
    const before = asked?.addresses ?? [];
    for (const to of csr.addresses) {
      if (to.network !== network || before.some(({ network: at, id }) => at === to.network && id === to.id)) continue;
      turn.outbounds.push({
        key: looseKey(turn, "watch"),
        from: desk,
        to,
        device: null,
        conversation: null,
        kind: "watch",
      });
    }
  }
}

function linkChanged(turn: Turn, network: string, online: boolean): void {
  if (turn.memory.links.get(network) === online) return;
  turn.memory.links.set(network, online);
  if (online) listenAfresh(turn);
  for (const key of [...turn.memory.presence.keys()])
    if (key.startsWith(`${network} `)) turn.memory.presence.delete(key);
  if (online) {
    linkCame(turn, network);
    watchCsrs(turn, network);
    return;
  }
  for (const csr of turn.rules.csrs.values()) {
    if (csr.addresses.some((address) => address.network === network)) csrMoved(turn, csr.id);
  }
}

function rulesChanged(turn: Turn, before: Rules): void {
  syncReloaded(turn, before);
  reconcile(turn, before);
  for (const [network, online] of turn.memory.links) if (online) watchCsrs(turn, network, before);
  fact(turn, "rules.adopted", {}, { version: turn.rules.version });
}

function command(turn: Turn, wish: DeskCommand): Verdict {
  switch (wish.kind) {
    case "close": {
      const row = turn.tables.conversation.get(wish.conversation);
      if (row === null)
        return {
          kind: "refused",
          reason: "item-not-found",
          text: `there is no open conversation ${wish.conversation}`,
        };
      close(turn, row, "desk");
      return ACCEPTED;
    }
    case "csr-away": {
      if (!turn.rules.csrs.has(wish.csr))
        return { kind: "refused", reason: "item-not-found", text: `there is no CSR ${wish.csr}` };
      putCsr(turn, csrRow(turn, wish.csr), { away: wish.away ? "word" : null, missed: 0 });
      fact(turn, wish.away ? "csr.away" : "csr.back", { csr: wish.csr }, { by: "admin" });
      return ACCEPTED;
    }
    case "forget":
      return forgetCustomer(turn, wish.person, wish.conversations, wish.customers ?? []);
  }
}
