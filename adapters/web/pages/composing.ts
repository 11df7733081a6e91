/** Tells the desk that the person is typing: not at every key, and never for longer than they do. */
import type { ClientFrame } from "./protocol.ts";

/** "composing" is said again after this time at the earliest, "paused" after so long without a key. */
const COMPOSING_EVERY_MS = 4_000;
const PAUSED_AFTER_MS = 6_000;

export class Composing {
  readonly #send: (frame: ClientFrame) => void;
  #now: { readonly desk: string; readonly at: number } | null = null;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (frame: ClientFrame) => void) {
    this.#send = send;
  }

  /** A key was pressed; `text` is what stands in the composer now. */
  pressed(desk: string, text: string): void {
    clearTimeout(this.#pause);
    if (text.trim() === "") {
      this.end();
      return;
    }
    const at = performance.now();
    if (this.#now?.desk !== desk || at - this.#now.at > COMPOSING_EVERY_MS) {
      if (this.#now?.desk !== desk) {
        this.end();
      }
      this.#now = { desk, at };
      this.#send({ kind: "typing", desk, state: "composing" });
    }
    this.#pause = setTimeout(() => this.end("paused"), PAUSED_AFTER_MS);
  }

  /** The line was sent, or the composer is empty, or nothing was typed for a while. */
  end(state: "active" | "paused" = "active"): void {
    clearTimeout(this.#pause);
    if (this.#now !== null) {
      this.#send({ kind: "typing", desk: this.#now.desk, state });
      this.#now = null;
    }
  }
}

/** Who is typing, by what was heard last: a state that is neither repeated nor ended is believed for so long. */
const TYPING_MS = 20_000;

export class TypingStates {
  readonly #tell: (desk: string, isTyping: boolean) => void;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(tell: (desk: string, isTyping: boolean) => void) {
    this.#tell = tell;
  }

  heard(desk: string, isTyping: boolean): void {
    clearTimeout(this.#timers.get(desk));
    this.#tell(desk, isTyping);
    this.#timers.set(
      desk,
      setTimeout(() => this.#tell(desk, false), TYPING_MS),
    );
  }
}
