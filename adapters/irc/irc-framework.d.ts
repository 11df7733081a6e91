/** The parts of irc-framework that are used here; the package brings no types. */
declare module "irc-framework" {
  export interface IrcMessage {
    readonly tags: Readonly<Record<string, string>>;
    readonly prefix: string;
    readonly nick: string;
    readonly ident: string;
    readonly hostname: string;
    readonly command: string;
    readonly params: readonly string[];
  }
  export function ircLineParser(line: string): IrcMessage | undefined;
  export class Client {
    readonly network: {
      readonly options: Readonly<Record<string, unknown>>;
      readonly cap: { isEnabled(name: string): boolean };
    };
    readonly command_handler: { dispatch(message: IrcMessage): void };
    readonly raw_middleware: {
      use(
        handler: (command: string, message: IrcMessage, line: string, client: Client, next: () => void) => void,
      ): void;
    };
    requestCap(names: readonly string[]): void;
    connect(options: object): void;
  }
}
