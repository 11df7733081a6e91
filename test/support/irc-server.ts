/** Where a real IRC server of a test is to be found. */
export interface IrcServerAddresses {
  /** The server's own name. */
  readonly name: string;
  /** 127.0.0.1 where it is in no namespace of its own. */
  readonly host: string;
  readonly port: number;
  /** What clients must say to get in. */
  readonly password: string;
  /** The name under which another server may link (RFC 2813), and what both must say. ngIRCd alone. */
  readonly linkName: string;
  readonly linkPassword: string;
  /** May become an operator: OPER root oper. */
  readonly operatorPassword: string;
}

/** A real IRC server of a test's own; it has no data, so who starts it again starts it empty. */
export interface IrcServer extends IrcServerAddresses {
  readonly software: "ngircd" | "inspircd";
  start(): Promise<void>;
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Ends it and deletes its folder. */
  remove(): Promise<void>;
}

export function ircAddresses(software: "ngircd" | "inspircd", port: number, host = "127.0.0.1"): IrcServerAddresses {
  return {
    name: `irc.${software}.test`,
    host,
    port,
    password: "the-way-in",
    linkName: "desk.irc.test",
    linkPassword: "linked-and-trusted",
    operatorPassword: "oper",
  };
}
