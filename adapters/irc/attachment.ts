/** What the two modes have in common, seen from the adapter, and what the adapter lends them. */
import type { AdapterContext } from "../../src/adapter.ts";
import type { Address, PresenceState, Verdict } from "../../src/core/model.ts";
import type { IrcMessage, OutgoingLine } from "./line.ts";
import type { People } from "./nicks.ts";

/** What a mode may do on the link. Without a link nothing is written. */
export interface Port {
  readonly context: AdapterContext;
  readonly people: People;
  /** Written at once. */
  urgent(line: OutgoingLine): void;
  /** Written as the library wrote it, at once. */
  raw(line: string): void;
  /** Written when nothing else waits; false when too much waits already. */
  chat(line: OutgoingLine): boolean;
  /** Whether what was given to `chat` still waits. */
  isChatting(): boolean;
  destroy(reason: Error): void;
  /** A watched person's state, by nick; who is not watched is nobody's business. */
  presence(nick: string, state: PresenceState, text: string | null): void;
  /** Somebody bears that nick now. */
  appeared(nick: string): void;
  /** Part of the network is cut off: whoever is missing may be on their way back. */
  split(): void;
  /** Whoever bears that nick ends it by themselves, and is not waited for. */
  left(nick: string): void;
  /** Nobody bears that nick any more, or somebody else may. */
  vanished(nick: string): void;
}

export interface Attachment {
  readonly identity: "virtual" | "fixed";
  /** Room for the text in a line, whatever prefix the server puts before it. */
  readonly maxTextBytes: number;
  /** Commands and numerics this mode understands besides those that both do. */
  readonly commands: Readonly<Record<string, (message: IrcMessage) => void>>;
  /** Before the first connection. */
  prepare(): Promise<void>;
  /** Logs in; resolves when messages can be sent. Rejects with a LinkFailure. */
  login(): Promise<void>;
  online(): void;
  offline(): void;
  farewell(): OutgoingLine;
  /** The line that asks for a PONG with that token. */
  ping(token: string): OutgoingLine;
  pong(token: string): OutgoingLine;
  /** A PONG that answers nothing of the adapter's. */
  ponged(token: string): void;
  /** What stands before a line said from that name of the desk; null where the server writes it. */
  source(desk: string, viewer: Address): Promise<string | null> | string | null;
  /** The desk's own name that is meant by the target of a message, or null. */
  deskOf(target: string): string | null;
  /** The nick of who sent it, or null when that is no person. */
  senderOf(message: IrcMessage): string | null;
  isOwn(nick: string): boolean;
  /** True when it is known that nobody bears that nick. */
  isAbsent(nick: string): boolean;
  watch(id: string): void;
  /** After a message from that name was accepted: is it still anybody's? */
  spoke(desk: string): void;
  /** Answers a message that the desk refused; false to have it said in words. */
  refuse(nick: string, desk: string, verdict: Verdict): boolean;
}
