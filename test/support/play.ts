/**
 * Plays: scenarios over the whole desk, written as a dialogue. One line is one thing that a person does or sees.
 *
 *     await play(company(), [
 *       "anna@web: hello",                        first mention: anna, on the network web
 *       "anna sees: Hello! … next for billing",   looks on from what she saw last; … stands for anything
 *       "ada is available",
 *       "ada offered: … for billing",             a message that offers /accept; its window is now hers to write in
 *       "ada: /accept",
 *       "anna: my invoice is wrong",
 *       "ada sees: my invoice is wrong",
 *       "anna writes: and *soon*",                with the looks these marks stand for, not the marks
 *       "ada sees looks: and *soon*",             such looks, and not the marks
 *     ]);
 *
 * The lines there are: the table LINES below. After every line the desk comes to rest; time passes only where the play
 * says so. A line may also be a function, for what no sentence says well. A failure tells the line and shows everything
 * that was said and seen until then.
 */
import { expect } from "chai";
import { FEATURES, type PresenceState, type Software, type TypingState } from "../../src/core/model.ts";
import { readTyped } from "../../src/core/styling-reader.ts";
import { typed } from "../../src/core/styling-writer.ts";
import { PlayDesk } from "./play-desk.ts";
import { type PlayConfig, type PlaySetting, playSetting } from "./play-rules.ts";
import { holds, type Message, Screen } from "./play-screen.ts";

/** What a play's line works on. */
export class Stage {
  readonly desk: PlayDesk;
  readonly #screens = new Map<string, Screen>();
  readonly journal: string[] = [];

  constructor(desk: PlayDesk) {
    this.desk = desk;
    for (const csr of desk.rules.csrs.values()) {
      for (const address of csr.addresses) {
        this.#enter(csr.id, address.id, address.network, "desk");
      }
    }
  }

  /** "anna@web" introduces her; "anna" is where she was last mentioned with a network, or first introduced. */
  screen(name: string): Screen {
    const [person = "", network] = name.split("@");
    const known = this.#screens.get(name);
    if (known !== undefined) {
      return known;
    }
    if (network === undefined) {
      throw new Error(`Who is ${name}? Introduce them with their network: ${name}@web.`);
    }
    const [handle = "support"] = this.desk.setting.networks[network]?.handles ?? [];
    return this.#enter(person, person, network, handle);
  }
  get screens(): readonly Screen[] {
    return [...new Set(this.#screens.values())];
  }

  #enter(name: string, id: string, network: string, window: string): Screen {
    const screen = new Screen(`${name}@${network}`, network, this.desk.person(id, network), window);
    screen.person.onReceived = ((before) => (event) => {
      before(event);
      this.journal.push(screen.journal.at(-1) ?? "");
    })(screen.person.onReceived);
    this.#screens.set(screen.name, screen);
    if (!this.#screens.has(name)) {
      this.#screens.set(name, screen);
    }
    return screen;
  }

  /** The token of the newest invitation that this person was shown. */
  invitation(who: string): string {
    const token = /continue[:/]([a-z2-7]+)/u.exec(this.screen(who).shown("continue on").text)?.[1];
    if (token === undefined) {
      throw new Error(`${who} was shown no invitation.`);
    }
    return token;
  }

  /** The desk's name of the window that the play calls so: a name, or part of the title of a chat. */
  window(screen: Screen, called: string): string {
    const handles = this.desk.setting.networks[screen.network]?.handles ?? [];
    if (called === "desk" || handles.includes(called)) {
      return called;
    }
    const address = { network: screen.network, id: screen.person.id };
    const open = this.desk.engine
      .desk()
      .contacts(address)
      .find(({ name }) => holds(name, called));
    const written = screen.messages().findLast(({ nick }) => nick !== null && holds(nick, called));
    const window = open?.desk ?? written?.from;
    if (window === undefined) {
      throw new Error(`${screen.name} has no window called ${called}.`);
    }
    return window;
  }
}

type Act = (stage: Stage, words: readonly string[]) => void | Promise<void>;
interface LineForm {
  readonly pattern: RegExp;
  readonly act: Act;
}

const WHO = "([a-z]+(?:@[a-z]+)?)";
const UNITS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const form = (pattern: string, act: Act): LineForm => ({ pattern: new RegExp(`^${pattern}$`, "su"), act });

function offered(message: Message): boolean {
  return message.choices.some(({ value }) => value === "/accept");
}

/** Every kind of line, tried from the top. */
const LINES: readonly LineForm[] = [
  form("(?:#|--) .*", () => {}),
  // Time, links, the daemon.
  form("(\\d+) (second|minute|hour|day)s? pass(?:es)?", ({ desk }, [count, unit]) =>
    desk.pass(Number(count) * (UNITS[unit ?? ""] ?? 0)),
  ),
  form("the ([a-z]+) link breaks", ({ desk }, [network = ""]) => desk.network(network).cut()),
  form("the ([a-z]+) link is back", async ({ desk }, [network = ""]) => {
    desk.network(network).heal();
    await desk.pass(61_000);
  }),
  form("the desk restarts", ({ desk }) => desk.restart()),
  form("([a-z]+) opens", ({ desk }, [queue = ""]) => desk.hours({ [queue]: true }, {})),
  form("([a-z]+) closes, opens (.+)", ({ desk }, [queue = "", opens = ""]) =>
    desk.hours({ [queue]: false }, { [queue]: opens }),
  ),
  // Presence.
  form(`${WHO} is (chat|available|away|xa|dnd)`, (stage, [who = "", state]) => {
    const { person } = stage.screen(who);
    person.connect();
    person.presence(state as PresenceState);
  }),
  form(`${WHO} goes offline`, (stage, [who = ""]) => stage.screen(who).person.disconnect()),
  form(`${WHO} comes online`, (stage, [who = ""]) => stage.screen(who).person.connect()),
  form(`${WHO} uses ([A-Za-z]+)(?: with (.+))?`, async (stage, [who = "", name = "", features]) => {
    const screen = stage.screen(who);
    await stage.desk.tellSoftware(screen.person, screen.network, softwareCalled(screen.network, name, features));
  }),
  form(`${WHO} comes by the invitation of ${WHO}`, async (stage, [who = "", invited = ""]) => {
    const [screen, token] = [stage.screen(who), stage.invitation(invited)];
    const verdict = await stage.desk.follow(screen.person, screen.network, screen.window, token);
    expect(verdict, "the desk's answer").to.deep.equal({ kind: "accepted" });
  }),
  form(`${WHO} comes in vain by the invitation of ${WHO}: (.+)`, async (stage, [who = "", invited = "", text = ""]) => {
    const [screen, token] = [stage.screen(who), stage.invitation(invited)];
    const verdict = await stage.desk.follow(screen.person, screen.network, screen.window, token);
    expect(verdict, "the desk's answer").to.include({ kind: "refused", text });
  }),
  form(
    `${WHO} writes to the address of the invitation of ${WHO}: (.+)`,
    (stage, [who = "", invited = "", text = ""]) => {
      const screen = stage.screen(who);
      screen.window = stage.invitation(invited);
      screen.say(text);
    },
  ),
  form(`${WHO} arrives`, (stage, [who = ""]) => arrive(stage.screen(who))),
  form(`${WHO} leaves`, (stage, [who = ""]) => stage.screen(who).person.leave(stage.screen(who).window)),
  // What is seen.
  form(`${WHO} sees nothing(?: more)?`, (stage, [who = ""]) => {
    const { unseen } = stage.screen(who);
    expect(
      unseen.map(({ text }) => text),
      `what ${who} sees`,
    ).to.deep.equal([]);
  }),
  form(`${WHO} never sees: (.+)`, (stage, [who = "", fragment = ""]) => {
    const seen = stage
      .screen(who)
      .messages()
      .filter(({ text }) => holds(text, fragment));
    expect(
      seen.map(({ text }) => text),
      `what ${who} should never see`,
    ).to.deep.equal([]);
  }),
  form(`${WHO} sees exactly: (.+)`, (stage, [who = "", text = ""]) => {
    expect(stage.screen(who).see(text).text).to.equal(text);
  }),
  form(`${WHO} sees looks: (.+)`, (stage, [who = "", marked = ""]) => {
    const words = readTyped(marked);
    expect(words.formatting, "the play's line has looks").not.to.equal(undefined);
    const message = stage.screen(who).see(words.text);
    expect(typed(message)).to.equal(marked);
    expect(message.text).to.equal(words.text);
  }),
  form(`${WHO} has the history: (.+)`, async (stage, [who = "", lines = ""]) => {
    const { person, network, window } = stage.screen(who);
    const history = await stage.desk.history(person, network, window);
    const shown = history.map(
      (line) => `${line.own ? "I" : (line.nick ?? "desk")}: ${line.retracted ? "-" : typed(line)}`,
    );
    expect(shown).to.deep.equal(lines.split(" | "));
  }),
  form(`${WHO} sees: (.+)`, (stage, [who = "", fragment = ""]) => void stage.screen(who).see(fragment)),
  form(`${WHO} sees in ([^:]+): (.+)`, (stage, [who = "", called = "", fragment = ""]) => {
    const screen = stage.screen(who);
    screen.see(fragment, ({ from }) => from === stage.window(screen, called));
  }),
  form(`${WHO} sees from ([^:]+): (.+)`, (stage, [who = "", speaker = "", fragment = ""]) => {
    void stage.screen(who).see(fragment, ({ nick, notice }) => nick === speaker && !notice);
  }),
  form(`${WHO} offered: (.+)`, (stage, [who = "", fragment = ""]) => void stage.screen(who).see(fragment, offered)),
  form(`${WHO} is offered nothing(?: more)?`, (stage, [who = ""]) => {
    const offers = stage.screen(who).unseen.filter(offered);
    expect(
      offers.map(({ text }) => text),
      `offers to ${who}`,
    ).to.deep.equal([]);
  }),
  form(`${WHO} sees at the handle: (.+)`, (stage, [who = "", text = ""]) => {
    stage.screen(who).notice("presence", (event) => event.text === text && event.state === "available");
  }),
  form(`${WHO} sees the edit with looks: (.+)`, (stage, [who = "", marked = ""]) => {
    stage.screen(who).notice("edit", (event) => event.formatting !== undefined && typed(event) === marked);
  }),
  form(`${WHO} sees the edit: (.+)`, (stage, [who = "", fragment = ""]) => {
    stage.screen(who).notice("edit", ({ text }) => holds(text, fragment));
  }),
  form(`${WHO} sees taken back: (.+)`, (stage, [who = "", fragment = ""]) => {
    const screen = stage.screen(who);
    screen.notice("retraction", ({ of }) => of === screen.shown(fragment).id);
  }),
  form(`${WHO} sees (\\S+) on: (.+)`, (stage, [who = "", reactions = "", fragment = ""]) => {
    const screen = stage.screen(who);
    screen.notice(
      "reaction",
      (event) => event.of === screen.own(fragment).id && event.reactions.join("") === reactions,
    );
  }),
  form(`${WHO} sees typing: (composing|paused|active|inactive|gone)`, (stage, [who = "", state]) => {
    stage.screen(who).notice("typing", (event) => event.state === state);
  }),
  form(`${WHO} sees (received|delivered|read): (.+)`, (stage, [who = "", state, fragment = ""]) => {
    const screen = stage.screen(who);
    screen.notice("receipt", (event) => event.state === state && event.of === screen.own(fragment).id);
  }),
  form(`${WHO} is refused: (.+)`, (stage, [who = "", words = ""]) => {
    stage.screen(who).notice("refusal", ({ reason, text }) => reason === words || holds(text, words));
  }),
  form(`${WHO} is refused nothing`, (stage, [who = ""]) => {
    expect(stage.screen(who).person.received.filter(({ kind }) => kind === "refusal")).to.deep.equal([]);
  }),
  form(`${WHO} has the windows: (.+)`, (stage, [who = "", titles = ""]) => {
    const screen = stage.screen(who);
    const contacts = stage.desk.engine.desk().contacts({ network: screen.network, id: screen.person.id });
    const aliases = contacts.filter(({ kind }) => kind === "alias").map(({ name }) => name);
    expect(aliases.toSorted()).to.deep.equal(titles.split(" | ").toSorted());
  }),
  form(`${WHO} has no windows`, (stage, [who = ""]) => {
    const screen = stage.screen(who);
    const contacts = stage.desk.engine.desk().contacts({ network: screen.network, id: screen.person.id });
    expect(contacts.filter(({ kind }) => kind === "alias")).to.deep.equal([]);
  }),
  // What is done.
  form(`${WHO} edits: (.+) -> (.+)`, (stage, [who = "", old = "", text = ""]) => {
    const screen = stage.screen(who);
    const { id, window } = screen.own(old);
    screen.person.edit(window, id, text);
  }),
  form(`${WHO} rewrites: (.+) -> (.+)`, (stage, [who = "", old = "", marked = ""]) => {
    const screen = stage.screen(who);
    const { id, window } = screen.own(old);
    screen.person.edit(window, id, readTyped(marked));
  }),
  form(`${WHO} takes back: (.+)`, (stage, [who = "", fragment = ""]) => {
    const { id, window } = stage.screen(who).own(fragment);
    stage.screen(who).person.retract(window, id);
  }),
  form(`${WHO} reacts (\\S+) to: (.+)`, (stage, [who = "", reactions = "", fragment = ""]) => {
    const { id, from } = stage.screen(who).shown(fragment);
    stage.screen(who).person.react(
      from,
      id,
      [...new Intl.Segmenter().segment(reactions)].map(({ segment }) => segment),
    );
  }),
  form(`${WHO} types: (composing|paused|active|inactive|gone)`, (stage, [who = "", state]) => {
    stage.screen(who).person.typing(stage.screen(who).window, state as TypingState);
  }),
  form(`${WHO} (got|read): (.+)`, (stage, [who = "", how, fragment = ""]) => {
    const { id, from } = stage.screen(who).shown(fragment);
    stage.screen(who).person.receipt(from, id, how === "got" ? "delivered" : "read");
  }),
  form(`${WHO} picks: (.+)`, (stage, [who = "", label = ""]) => pick(stage.screen(who), label)),
  form(`${WHO} replies to (.+): (.+)`, (stage, [who = "", fragment = "", text = ""]) => {
    const screen = stage.screen(who);
    const { id, from } = screen.shown(fragment);
    screen.person.say(from, text, { replyTo: id });
  }),
  form(`${WHO} to ([^:]+): (.+)`, (stage, [who = "", called = "", text = ""]) => {
    const screen = stage.screen(who);
    screen.window = stage.window(screen, called);
    screen.say(text);
  }),
  form(`${WHO} writes: (.+)`, (stage, [who = "", marked = ""]) => stage.screen(who).write(marked)),
  form(`${WHO}: (.+)`, (stage, [who = "", text = ""]) => stage.screen(who).say(text)),
];

/** "edit, reply", "nothing", or left out: it announces no features. */
function softwareCalled(protocol: string, name: string, features: string | undefined): Software {
  const known = FEATURES.filter((feature) => features?.split(", ").includes(feature));
  return { protocol, name, version: null, os: null, features: features === undefined ? null : known, gateway: null };
}

function arrive(screen: Screen): void {
  screen.person.arrive(screen.window);
}
function pick(screen: Screen, label: string): void {
  const message = screen.messages().findLast(({ choices }) => choices.some((choice) => choice.label === label));
  const choice = message?.choices.find((one) => one.label === label);
  if (message === undefined || choice === undefined) {
    throw new Error(`${screen.name} has no button ${label}.`);
  }
  screen.person.choose(message.from, message.id, choice);
}

export type PlayLine = string | ((stage: Stage) => void | Promise<void>);

async function perform(stage: Stage, line: PlayLine): Promise<void> {
  if (typeof line === "function") {
    await line(stage);
    return;
  }
  for (const { pattern, act } of LINES) {
    const found = pattern.exec(line);
    if (found !== null) {
      await act(stage, found.slice(1));
      return;
    }
  }
  throw new Error("No play has a line like this; the forms are in test/support/play.ts.");
}

/** Performs the play on a desk of its own. Rejects at the first line that does not come true. */
export async function play(config: PlayConfig | PlaySetting, lines: readonly PlayLine[]): Promise<void> {
  const desk = await PlayDesk.open("rules" in config ? config : playSetting(config));
  const stage = new Stage(desk);
  try {
    for (const [index, line] of lines.entries()) {
      stage.journal.push(typeof line === "string" ? line : "(a function)");
      try {
        await perform(stage, line);
        await desk.settle();
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error);
        throw new Error(`Line ${index + 1}, "${String(line)}": ${what}\nUntil then:\n${stage.journal.join("\n")}`, {
          cause: error,
        });
      }
    }
    const broken = desk.log.records.filter(({ level }) => level === "error");
    expect(broken, "errors the desk logged during the play").to.deep.equal([]);
  } finally {
    await desk.close();
  }
}
