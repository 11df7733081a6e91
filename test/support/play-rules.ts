/**
 * The small company that plays are set in, as `Rules`: two queues, a bot that asks one question, CSRs as each play needs
 * them, and short phrases of its own, so that no play depends on the wording of the shipped ones.
 */
import { join } from "node:path";
import { loopback } from "../../adapters/loopback/index.ts";
import type { AdapterModule } from "../../src/adapter.ts";
import { compileConfiguration, type FileName } from "../../src/config/compile.ts";
import { loadConfiguration } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { compileDialogs, type DialogsSource } from "../../src/core/dialog.ts";
import { createDirectory, type DirectoryEntry } from "../../src/core/directory.ts";
import type { Continuation, Feature, ServerRooms, Software } from "../../src/core/model.ts";
import { FEATURES } from "../../src/core/model.ts";
import { type DeskRouting, PLAIN_ROUTING } from "../../src/core/queue-rules.ts";
import type { Csr, Gateway, Handle, Limits, NetworkRules, Queue, Rules, SkillLevel } from "../../src/core/rules.ts";

export interface PlayNetwork {
  readonly title: string;
  /** Handle to dialog. */
  readonly handles: Readonly<Record<string, string>>;
  readonly identity?: "virtual" | "fixed";
  readonly features?: readonly Feature[];
  readonly maxTextBytes?: number;
  readonly continuation?: Continuation;
  /** PlayDesk keeps what the desk does with them. */
  readonly rooms?: ServerRooms;
}
export interface PlayCsr {
  readonly name: string;
  /** "xmpp", or "ada@xmpp" where the id on the network is not the CSR's own. */
  readonly at: readonly string[];
  readonly skills?: Readonly<Record<string, SkillLevel>>;
  readonly languages?: readonly string[];
  readonly capacity?: number;
  readonly autoAccept?: boolean;
  readonly supervises?: "all" | readonly string[];
}
/** What a person's client is like; people without an entry have a client that says nothing of itself. */
export interface PlayPerson {
  readonly software?: Partial<Software>;
  readonly language?: string;
  readonly nick?: string;
}

/** Everything a play may change of the company. What it leaves out is as in `COMPANY`. */
export interface PlayConfig {
  readonly networks: Readonly<Record<string, PlayNetwork>>;
  readonly csrs: Readonly<Record<string, PlayCsr>>;
  readonly queues: Readonly<
    Record<string, Partial<Omit<Queue, "id" | "skills">> & { readonly skills?: Readonly<Record<string, SkillLevel>> }>
  >;
  readonly gateways?: readonly Gateway[];
  readonly networkWeights?: DeskRouting["networkWeights"];
  readonly content?: DeskRouting["content"];
  readonly dialogs: DialogsSource;
  readonly directory: readonly DirectoryEntry[];
  readonly people: Readonly<Record<string, PlayPerson>>;
  readonly limits: Partial<Limits>;
  readonly languages: readonly string[];
  readonly phrases: Readonly<Record<string, string>>;
  readonly wordSign?: string;
}

/** Greets, asks for a name and whether it is billing or sales, and routes there. */
const RECEPTION: DialogsSource = {
  person: "sales",
  dialogs: {
    reception: {
      steps: [
        { say: "Hello! This is Example." },
        { identify: { account: false, askName: "What is your name?" } },
        {
          ask: "Billing or sales?",
          type: "choice",
          as: "reason",
          reason: true,
          choices: [
            { value: "billing", label: "billing", do: [{ route: "billing" }] },
            { value: "sales", label: "sales", do: [{ route: "sales" }] },
          ],
        },
      ],
    },
    // For plays about what comes after: the first word leads straight into the queue.
    express: { steps: [{ say: "Hello! This is Example." }, { route: "billing" }] },
  },
};

const PHRASES: Readonly<Record<string, string>> = {
  "waiting.place": "You are number {place} for {queue}.",
  "waiting.next": "You are next for {queue}.",
  "waiting.still": "Kept for your representative.",
  "waiting.status": "Still number {place} for {queue}, waiting {minutes}.",
  "waiting.help": "You are waiting, number {place}. You may write on, or say stop.",
  "waiting.held-full": "Please wait before you write more.",
  "talking.handover": "{csr} is here.",
  "talking.csr-left": "Your representative had to leave.",
  "talking.transferred": "You are being passed on to {queue}.",
  "talking.transferred-csr": "You are being passed on to {csr}.",
  "closed.by-csr": "{csr} has closed the conversation.",
  "closed.by-customer": "Goodbye.",
  "closed.by-desk": "The desk has closed the conversation.",
  "closed.idle": "Closed, since it was quiet for long.",
  "hours.closed": "{queue} is closed, open again {opens}.",
  "hours.ended": "{queue} has closed meanwhile.",
  "queue.full": "{queue} is full.",
  "no-csr-ever": "Nobody serves {queue} at all.",
  "continue.invite": "Continue on {network} with {link} within {minutes}.",
  "continue.moved": "It continues at {place}.",
  "continue.welcome": "It continues here.",
  "continue.history": "Said so far:",
  "continue.elsewhere": "Please write to {place}.",
  "continue.unknown": "That invitation stands for nothing.",
  "continue.busy": "End your other conversation first.",
  "csr.customer-moved": "{name} writes from {network} now.",
  "csr.offer.head": "{name} for {queue} on {network}",
  "csr.offer.software": "Software: {software}",
  "csr.offer.losses": "Not across: {losses}",
  "loss.formatting": "formatting",
  "loss.edit": "edits",
  "loss.retraction": "retractions",
  "loss.reaction": "reactions",
  "loss.reply": "replies",
  "loss.file": "files",
  "csr.offer.handed-on": "Passed on by {csr}: {reason}",
  "csr.supervise.listening": "You listen to {csr} and {name}.",
  "csr.supervise.notice": "{csr} listens.",
  "csr.supervise.how": "You only listen: /whisper, /barge, /takeover or /leave.",
  "csr.supervise.not": "That is for supervisors.",
  "csr.supervise.nobody": "There is no talk of {name}.",
  "csr.supervise.whisper-how": "Whisper what?",
  "csr.supervise.whispered": "({csr} whispers) {text}",
  "csr.supervise.barged": "Both hear you now.",
  "csr.supervise.joined": "{csr} has joined.",
  "csr.supervise.taken": "{csr} has taken over.",
  "csr.supervise.over": "You listen no longer.",
  "talking.monitored": "A supervisor may read this.",
  "talking.joined": "{csr} has joined.",
  "csr.consult.asked": "{csr} asks you about {name}: {reason}",
  "csr.consult.begun": "{csr} reads along: /whisper, /complete, /return.",
  "csr.consult.none": "You are asking nobody.",
  "csr.consult.crossed": "Not shown to {name}, perhaps for {csr}: {text}",
  "csr.consult.crossed-none": "Nothing was kept back.",
  "csr.set": "{name} is {value}.",
  "csr.unset": "{name} is forgotten.",
  "csr.set-how": "/set needs a name.",
  "csr.offer.reason": "Reason: {reason}",
  "csr.offer.waited": "Waiting: {minutes}",
  "csr.offer.language": "Language: {language}",
  "csr.offer.answer": "{name}: {value}",
  "csr.offer.recognised": "Customer: {customer}",
  "csr.offer.ask": "/accept or /decline within {seconds} seconds.",
  "csr.offer.revoked": "The offer is withdrawn.",
  "csr.offer.missed": "Missed ({count}).",
  "csr.offer.missed-away": "Missed ({count}): you count as away. /back ends that.",
  "csr.offer.taken": "There is nothing to accept here.",
  "csr.offer.lost": "{csr} has taken it.",
  "csr.offer.full": "Your hands are full.",
  "csr.declined": "Declined.",
  "csr.accepted": "You talk with {name} now.",
  "csr.already": "You have that already.",
  "csr.answer-offer-first": "Answer the offer first: /accept or /decline.",
  "csr.closed": "Closed: {name}.",
  "csr.closed-by-customer": "{name} has left.",
  "csr.closed-idle": "Closed for silence: {name}.",
  "csr.customer-gone": "{name} cannot be reached any more.",
  "csr.transferred": "Passed on to {target}.",
  "csr.transfer-unknown": "No queue or CSR is called {target}. There are: {known}.",
  "csr.transfer-unavailable": "{target} is {state}.",
  "csr.left-absent": "You were gone; the customer went back to the queue.",
  "csr.held": "On hold.",
  "csr.resumed": "You go on.",
  "talking.held": "{csr} needs a moment.",
  "csr.note-kept": "Note kept.",
  "csr.note-empty": "A note needs words.",
  "csr.away": "You are away.",
  "csr.back": "You are back.",
  "csr.status": "You are {state} with {load} of {capacity}; {waiting} waiting.",
  "csr.help": "Words: /accept /decline /transfer /close /note /who /away /back /status",
  "csr.help-sign": "And {sign} for /.",
  "csr.help-desk": "To the desk: /away /back /status",
  "csr.no-conversation": "{word} needs a conversation.",
  "csr.unknown-word": "{word} is no word here.",
  "csr.unknown-word-near": "{word} is no word here; did you mean {near}?",
  "csr.history.head": "Earlier:",
  "alias.closed": "The conversation with {name} is over.",
  "alias.not-yours": "There is nobody here by that name.",
  "label.which": "Which conversation? {labels}",
  "label.unknown": "There is no {label}. {labels}",
  undelivered: 'Not delivered: "{text}"',
  "undelivered.retraction": "Not taken back there.",
  "undelivered.reaction": "Reaction not delivered: {reactions}",
  "delivery.late": "Not with {name} yet.",
  "delivery.through": "With {name} now.",
  "edit.fallback": "(edited) {text}",
  "retraction.fallback": '(takes back "{text}")',
  "retraction.refused": "Only one's own lines can be taken back.",
  "reaction.fallback": '({reactions} to "{text}")',
  minutes: "{count} minutes",
  "less-than-a-minute": "less than a minute",
  "dialog.routing": "One moment.",
  "content.masked": "Masked: {what}.",
  "content.warned": "Mind: {what}.",
  "content.addresses": "address",
  "content.hosts": "host",
  "content.phones": "phone",
  "content.cards": "card",
  flood: "Too much at once. Wait {seconds} seconds.",
  "too-long": "Too long: {bytes} bytes at most.",
  "desk.full": "The desk is full.",
  "conversation.limit": "You have {limit} conversations already.",
};

const LIMITS: Limits = {
  conversationsPerCustomer: 2,
  openConversations: 1_000,
  inboundTextBytes: 20_000,
  floodMessages: 20,
  floodSeconds: 10,
  idleSeconds: 3_600,
  dialogIdleSeconds: 600,
  aliasRestSeconds: 86_400,
  csrAbsenceSeconds: 60,
  undeliveredSeconds: 600,
  lateSeconds: 30,
  maxParts: 40,
  explainedCsrs: 200,
};

export const COMPANY: PlayConfig = {
  networks: {
    web: { title: "Web", handles: { support: "express", reception: "reception" } },
    xmpp: { title: "XMPP", handles: { support: "express", reception: "reception" } },
  },
  csrs: { ada: { name: "Ada", at: ["xmpp"], skills: { billing: 3 } } },
  queues: { billing: { name: "Billing", skills: { billing: 1 } }, sales: { name: "Sales", skills: { sales: 1 } } },
  dialogs: RECEPTION,
  directory: [],
  people: {},
  limits: {},
  languages: ["en", "de"],
  phrases: {},
};

/** The company with what a play changes of it; each part is replaced whole, except limits and phrases. */
export function company(changes: Partial<PlayConfig> = {}): PlayConfig {
  return { ...COMPANY, ...changes };
}

/** What a desk for plays is built from. */
export interface PlaySetting {
  readonly rules: Rules;
  readonly networks: Readonly<
    Record<
      string,
      Omit<Required<PlayNetwork>, "title" | "handles" | "continuation" | "rooms"> & {
        readonly handles: readonly string[];
      }
    >
  >;
  readonly people: Readonly<Record<string, PlayPerson>>;
}

const ROOMY = 65_536;

export function playSetting(config: PlayConfig): PlaySetting {
  const networks = Object.entries(config.networks).map(([name, network]) => {
    const { identity = "virtual", features = FEATURES, maxTextBytes = ROOMY } = network;
    return [name, { identity, features, maxTextBytes, handles: Object.keys(network.handles) }] as const;
  });
  return { rules: playRules(config), networks: Object.fromEntries(networks), people: config.people };
}

/** Rule files as an admin writes them, on loopback networks called web and xmpp that can do everything. Throws when they have errors. */
export function filedSetting(
  texts: Readonly<Record<"routing.yaml" | "people.yaml", string>> & Readonly<Partial<Record<FileName, string>>>,
  people: PlaySetting["people"] = {},
): PlaySetting {
  const { rules, problems } = compileConfiguration({ "frontdesk.yaml": "", "dialogs.yaml": "", ...texts }, LOOPBACKS, {
    env: {},
  });
  if (rules === null || problems.length > 0) {
    throw new Error(`The play's files are faulty:\n${problems.map(formatProblem).join("\n")}`);
  }
  return settingOf(rules, people);
}

const LOOPBACKS = ["web", "xmpp"].map(
  (protocol): AdapterModule<unknown> => ({ ...loopback, protocol, parseConfig: () => loopback.parseConfig({}) }),
);

function settingOf(rules: Rules, people: PlaySetting["people"]): PlaySetting {
  const networks = [...rules.networks.values()].map(({ name, handles }) => {
    const all = { identity: "virtual", features: FEATURES, maxTextBytes: ROOMY } as const;
    return [name, { ...all, handles: handles.map(({ id }) => id) }] as const;
  });
  return { rules, networks: Object.fromEntries(networks), people };
}

/** The shipped configuration, its networks played by loopback ones that can do everything. Throws when it has errors. */
export function shippedSetting(people: PlaySetting["people"] = {}): PlaySetting {
  const folder = join(import.meta.dirname, "..", "..", "config");
  const { rules, problems } = loadConfiguration(folder, LOOPBACKS, { env: {} });
  if (rules === null) {
    throw new Error(`The shipped configuration has errors: ${JSON.stringify(problems)}`);
  }
  return settingOf(rules, people);
}

let versions = 0;

/** The play's configuration as the core is given it. Throws when the play's own dialogs are faulty. */
function playRules(config: PlayConfig): Rules {
  const compiled = compileDialogs(config.dialogs, { queues: Object.keys(config.queues), languages: config.languages });
  if (compiled.problems.length > 0) {
    throw new Error(`The play's dialogs are faulty: ${JSON.stringify(compiled.problems)}`);
  }
  const queues = Object.entries(config.queues).map(([id, queue]) => [id, playQueue(id, queue)] as const);
  const csrs = Object.entries(config.csrs).map(([id, csr]) => [id, playCsr(id, csr, config)] as const);
  const networks = Object.entries(config.networks).map(
    ([name, network]) => [name, playNetwork(name, network)] as const,
  );
  const skills = [...csrs.map(([, csr]) => csr), ...queues.map(([, queue]) => queue)].flatMap((one) => [
    ...one.skills.keys(),
  ]);
  versions += 1;
  return {
    version: `play-${versions}`,
    networks: new Map(networks),
    gateways: config.gateways ?? [],
    csrs: new Map(csrs),
    queues: new Map(queues),
    skills: [...new Set(skills)],
    routing: {
      ...PLAIN_ROUTING,
      networkWeights: config.networkWeights ?? {},
      ...(config.content === undefined ? {} : { content: config.content }),
    },
    dialogs: compiled.dialogs,
    // Plays pick choices by their own words; matching free text has a suite of its own.
    intents: { match: () => [] },
    directory: createDirectory(config.directory),
    limits: { ...LIMITS, ...config.limits },
    phrases: new Map([["*", new Map(Object.entries({ ...PHRASES, ...config.phrases }))]]),
    languages: config.languages,
    wordSign: config.wordSign ?? null,
    company: "Example",
  };
}

function playQueue(id: string, queue: PlayConfig["queues"][string]): Queue {
  const { skills, ...given } = queue;
  return {
    id,
    name: id,
    matchLanguage: false,
    priority: 0,
    strategies: ["longest-idle"],
    compatibility: "translated",
    hours: null,
    maxWaiting: 100,
    offerSeconds: 30,
    missesUntilAway: 2,
    wrapUpSeconds: 0,
    ...given,
    skills: new Map(Object.entries(skills ?? {})),
  };
}

function playCsr(id: string, csr: PlayCsr, { languages }: PlayConfig): Csr {
  return {
    id,
    name: csr.name,
    addresses: csr.at.map((place) => {
      const [person = "", network] = place.split("@");
      return network === undefined ? { network: person, id } : { network, id: person };
    }),
    skills: new Map(Object.entries(csr.skills ?? {})),
    languages: csr.languages ?? languages.slice(0, 1),
    capacity: csr.capacity ?? 1,
    autoAccept: csr.autoAccept ?? false,
    supervises: csr.supervises ?? [],
  };
}

function playNetwork(name: string, network: PlayNetwork): NetworkRules {
  const handles = Object.entries(network.handles).map(
    ([id, dialog]): Handle => ({ network: name, id, name: id, dialog }),
  );
  return {
    name,
    title: network.title,
    desk: "desk",
    handles,
    continuation: network.continuation ?? null,
    rooms: network.rooms ?? null,
  };
}
