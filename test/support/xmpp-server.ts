/** What a test asks of a real XMPP server before it starts. */
export interface XmppServerOptions {
  /** The server's own domain. */
  readonly domain?: string;
  /** External components to declare: the first labels of their domains. */
  readonly components?: readonly string[];
  /** Without archive, offline storage, password hashing and the like: for measuring what is behind it, and not those. */
  readonly isLean?: boolean;
  /** The address under which it is reached, 127.0.0.1 when left out; and the network namespace it runs in (`Host`). */
  readonly host?: string;
  readonly namespace?: string;
  /** Appended to the server's configuration file, in that server's own language. */
  readonly extraConfiguration?: string;
}

/** Where the server is to be found. */
export interface XmppServerAddresses {
  /** The IP address of every port; 127.0.0.1 unless the test asked for another. */
  readonly host: string;
  readonly domain: string;
  /** Accepts anonymous logins (SASL ANONYMOUS). */
  readonly anonymousDomain: string;
  /** The first external component. */
  readonly componentDomain: string;
  /** The same for every component. */
  readonly componentSecret: string;
  /** Multi-user chat (XEP-0045). */
  readonly conferenceDomain: string;
  /** HTTP upload (XEP-0363). */
  readonly uploadDomain: string;
  readonly clientPort: number;
  readonly componentPort: number;
  readonly httpPort: number;
  /** For programs that want an address: `xmpp://<host>:<client port>`. */
  readonly clientService: string;
  /** The same for components. */
  readonly componentService: string;
  /** XMPP over WebSocket (RFC 7395). */
  readonly websocketService: string;
}

/** A real XMPP server of a test's own, started, killed and started again on the same ports and data. */
export interface XmppServer extends XmppServerAddresses {
  readonly software: "prosody" | "ejabberd";
  /** Of the process that runs, or ran last. */
  readonly pid: number | undefined;
  /** Adds an account to the server's own domain. The server must be running. */
  register(user: string, password: string): Promise<void>;
  /** Starts it again after `stop` or `kill`: same ports, same data. Resolves when every port accepts connections. */
  start(): Promise<void>;
  /** Ends it in order; its data stays. */
  stop(): Promise<void>;
  /** kill -9; its data stays. */
  kill(): Promise<void>;
  /** Ends it and deletes its data. */
  remove(): Promise<void>;
  /** The last part of its log, for error messages. */
  log(): string;
}

/** The addresses that follow from the options and three free ports. */
export function addresses(options: XmppServerOptions, ports: readonly number[], domain: string): XmppServerAddresses {
  const [clientPort = 0, componentPort = 0, httpPort = 0] = ports;
  const { host = "127.0.0.1", domain: own = domain } = options;
  const websocketPath = "/xmpp-websocket";
  return {
    host,
    domain: own,
    anonymousDomain: `anon.${own}`,
    componentDomain: `${componentNames(options)[0]}.${own}`,
    componentSecret: "s3cret",
    conferenceDomain: `conference.${own}`,
    uploadDomain: `upload.${own}`,
    clientPort,
    componentPort,
    httpPort,
    clientService: `xmpp://${host}:${clientPort}`,
    componentService: `xmpp://${host}:${componentPort}`,
    websocketService: `ws://${host}:${httpPort}${websocketPath}`,
  };
}

/** First labels of the components to declare. */
export function componentNames(options: XmppServerOptions): readonly string[] {
  return options.components ?? ["gw"];
}
