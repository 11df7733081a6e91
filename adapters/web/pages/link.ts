/**
 * The page's side of the connection: connects, keeps connected with back-off and jitter, and sends every numbered frame again
 * until the desk has answered it. It knows nothing of what the frames mean.
 */
import {
  CLOSE,
  type ClientFrame,
  type ClientFrameOf,
  isNumbered,
  type NumberedFrame,
  parseServerFrame,
  type ServerFrame,
} from "./protocol.ts";

/** What a Link needs of a WebSocket; browsers' own, and that of the ws package, both are one. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/**
 * `connecting` until the desk says welcome; `waiting` between two tries. The rest is final until `wake()`: `signed-out`,
 * `outdated` (reload the page), `elsewhere` (too many windows), `stopped`.
 */
export type LinkState = "connecting" | "online" | "waiting" | "signed-out" | "outdated" | "elsewhere" | "stopped";

export interface LinkOptions {
  /** Opens a socket; may reject or throw when there is no use in one now. */
  readonly connect: () => Socket;
  readonly hello: () => ClientFrameOf<"hello">;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: LinkState) => void;
  /** Asked after a connection that never opened: false when there is no session any more. */
  readonly mayConnect?: () => Promise<boolean>;
  /** Numbered frames of an earlier life of the page, in order. */
  readonly pending?: readonly NumberedFrame[];
}

const BACKOFF_MS = 500;
const BACKOFF_LIMIT_MS = 30_000;
/** A connection that lasted so long was a good one: the next try comes soon. */
const GOOD_MS = 5_000;
/** Until the desk has told its own. */
const SILENCE_MS = 30_000;
/** Frames that may wait for an answer; whoever writes more while offline is told. */
export const PENDING_FRAMES = 500;

const FINAL: Readonly<Record<number, LinkState>> = {
  [CLOSE.signedOut]: "signed-out",
  [CLOSE.outdated]: "outdated",
  [CLOSE.tooMany]: "elsewhere",
};

export class Link {
  readonly #options: LinkOptions;
  #socket: Socket | null = null;
  #state: LinkState = "stopped";
  #pending: NumberedFrame[];
  #attempt = 0;
  #openedAt = 0;
  #heardAt = 0;
  #welcome = false;
  #silenceMs = SILENCE_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#pending = [...(options.pending ?? [])];
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Numbered frames that are not answered yet, in order. */
  get pending(): readonly NumberedFrame[] {
    return this.#pending;
  }

  /** Connects, now: at first, when the network came back, or when the person asks for it. */
  wake(): void {
    if (this.#state === "online" || this.#state === "connecting") {
      return;
    }
    this.#attempt = 0;
    this.#connect();
  }

  /** Gives the present connection up and begins to try for a new one. */
  suspect(): void {
    if (this.#socket !== null) {
      this.#closed(this.#socket, 1006);
    }
  }

  stop(): void {
    this.#drop();
    this.#become("stopped");
  }

  /** Drops what is unanswered: it belonged to somebody else. */
  forget(): void {
    this.#pending = [];
  }

  /**
   * Sends a frame. A numbered one is kept until it is answered, whatever happens to the connection; the others are said
   * only when somebody listens. False when too many are waiting: nothing was kept.
   */
  send(frame: ClientFrame): boolean {
    if (isNumbered(frame)) {
      if (this.#pending.length >= PENDING_FRAMES) {
        return false;
      }
      this.#pending.push(frame);
    }
    if (this.#welcome) {
      this.#write(frame);
    }
    return true;
  }

  #connect(): void {
    this.#drop();
    this.#become("connecting");
    this.#openedAt = 0;
    this.#heardAt = performance.now();
    const socket = this.#options.connect();
    this.#socket = socket;
    socket.onopen = () => {
      this.#openedAt = performance.now();
      this.#write(this.#options.hello());
    };
    socket.onmessage = (event: { readonly data: unknown }) => this.#received(socket, String(event.data));
    socket.onclose = (event: { readonly code: number }) => this.#closed(socket, event.code);
    // A close event follows.
    socket.onerror = () => undefined;
    this.#watch = setInterval(() => this.#listen(), this.#silenceMs / 3);
  }

  #received(socket: Socket, wire: string): void {
    if (socket !== this.#socket) {
      return;
    }
    this.#heardAt = performance.now();
    const parsed = parseServerFrame(wire);
    if (parsed.kind === "fault") {
      // A newer server may say what an older page does not know.
      return;
    }
    const { frame } = parsed;
    if (frame.kind === "ack" || frame.kind === "refused") {
      this.#pending = this.#pending.filter(({ id }) => id !== frame.id);
    }
    this.#options.onFrame(frame);
    if (frame.kind === "welcome") {
      this.#welcomed(frame.silenceMs);
    }
  }

  #welcomed(silenceMs: number): void {
    this.#welcome = true;
    this.#silenceMs = silenceMs;
    clearInterval(this.#watch);
    this.#watch = setInterval(() => this.#listen(), silenceMs / 3);
    for (const frame of this.#pending) {
      this.#write(frame);
    }
    this.#become("online");
  }

  /** Asks for a sign of life, and gives a connection up that shows none: a phone that changed its network is not told. */
  #listen(): void {
    const silent = performance.now() - this.#heardAt;
    if (silent > this.#silenceMs) {
      this.suspect();
    } else if (this.#welcome) {
      this.#write({ kind: "ping" });
    }
  }

  #closed(socket: Socket, code: number): void {
    if (socket !== this.#socket) {
      return;
    }
    this.#drop();
    const final = FINAL[code];
    if (final !== undefined) {
      this.#become(final);
      return;
    }
    const lasted = this.#openedAt === 0 ? 0 : performance.now() - this.#openedAt;
    this.#attempt = lasted > GOOD_MS ? 0 : this.#attempt + 1;
    this.#become("waiting");
    this.#retry = setTimeout(() => this.#tryAgain(this.#openedAt === 0), backoffMs(this.#attempt));
  }

  #tryAgain(neverOpened: boolean): void {
    const { mayConnect } = this.#options;
    if (!neverOpened || mayConnect === undefined) {
      this.#connect();
      return;
    }
    mayConnect().then(
      (may) => {
        if (this.#state === "waiting") {
          if (may) {
            this.#connect();
          } else {
            this.#become("signed-out");
          }
        }
      },
      // Nobody answered: the server is away, or the network.
      () => {
        if (this.#state === "waiting") {
          this.#attempt += 1;
          this.#retry = setTimeout(() => this.#tryAgain(true), backoffMs(this.#attempt));
        }
      },
    );
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    this.#welcome = false;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #write(frame: ClientFrame): void {
    try {
      this.#socket?.send(JSON.stringify(frame));
    } catch {
      // Closing already: the close event brings us back, and numbered frames are kept.
    }
  }

  #become(state: LinkState): void {
    if (this.#state !== state) {
      this.#state = state;
      this.#options.onState(state);
    }
  }
}

/** Exponential, capped, and somewhere in the upper half, so that not everybody comes back at once. */
export function backoffMs(attempt: number): number {
  const full = Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** Math.min(attempt, 10));
  return full * (0.5 + Math.random() / 2);
}
