/** What the operating system's signals mean to a running desk. */
import type { Logger } from "../adapter.ts";
import type { ReloadReport } from "../control/protocol.ts";

export interface SignalActions {
  /** SIGTERM, SIGINT: stop taking, finish, leave. */
  readonly stop: (signal: string) => void;
  /** The same again: whoever asks twice does not want to wait. */
  readonly leaveAtOnce: (exitCode: number) => void;
  /** SIGHUP: read the configuration anew. */
  readonly reload: () => void;
}

/** Exit codes of programs that a signal ended (128 and the signal's number). */
const STOP_SIGNALS = { SIGTERM: 143, SIGINT: 130 } as const;

/** Listens until the returned function is called. */
export function handleSignals(actions: SignalActions): () => void {
  let asked = false;
  const listeners = Object.entries(STOP_SIGNALS).map(([signal, code]) => {
    const listener = (): void => {
      if (asked) {
        actions.leaveAtOnce(code);
      } else {
        asked = true;
        actions.stop(signal);
      }
    };
    return [signal, listener] as const;
  });
  const all = [...listeners, ["SIGHUP", actions.reload] as const];
  for (const [signal, listener] of all) {
    process.on(signal, listener);
  }
  return () => {
    for (const [signal, listener] of all) {
      process.off(signal, listener);
    }
  };
}

/**
 * To be called first of all: until signals are listened to, a wish to reload (`systemctl reload` right after the start) would end
 * the process. Returns what ends the holding, and says whether somebody wished.
 */
export function holdReload(): () => boolean {
  let wasAsked = false;
  const listener = (): void => {
    wasAsked = true;
  };
  process.on("SIGHUP", listener);
  return () => {
    process.off("SIGHUP", listener);
    return wasAsked;
  };
}

/** SIGTERM and SIGINT, said in the log. */
export function stopOn(log: Logger, stop: () => Promise<void>): (signal: string) => void {
  return (signal) => {
    log.info("stop.begun", { signal });
    void stop();
  };
}

/** SIGHUP: there is nobody to show new passwords to. */
export function reloadOn(log: Logger, reload: () => Promise<ReloadReport>): () => void {
  return () => {
    reload().then(
      (report) => {
        if (report.kind === "reloaded" && report.passwords.length > 0) {
          const logins = report.passwords.map(({ login }) => login);
          log.info("accounts.made", { logins, note: "`frontdesk csrs password ID` makes a password and shows it" });
        }
      },
      (error: unknown) => log.error("reload.failed", { error }),
    );
  };
}
