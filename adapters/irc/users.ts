/** Who is on the network, as the servers tell each other (RFC 2813 §4): users, the server of each, and which servers hang behind which. */
import type { People } from "./nicks.ts";

interface User {
  readonly nick: string;
  readonly server: string;
  isAway: boolean;
}

interface Server {
  readonly name: string;
  /** The server it is behind. */
  readonly behind: string;
}

export class Users {
  readonly #people: People;
  /** By folded nick. */
  readonly #users = new Map<string, User>();
  readonly #servers = new Map<string, Server>();
  /** RFC 2813 §4.1.2: the number by which a server's users name it. */
  readonly #tokens = new Map<string, string>();

  constructor(people: People) {
    this.#people = people;
  }

  add(nick: string, token: string, isAway: boolean): void {
    this.#users.set(this.#people.fold(nick), { nick, server: this.#tokens.get(token) ?? "", isAway });
  }

  has(nick: string): boolean {
    return this.#users.has(this.#people.fold(nick));
  }

  isAway(nick: string): boolean {
    return this.#users.get(this.#people.fold(nick))?.isAway ?? false;
  }

  setAway(nick: string, isAway: boolean): void {
    const user = this.#users.get(this.#people.fold(nick));
    if (user !== undefined) {
      user.isAway = isAway;
    }
  }

  rename(from: string, to: string): void {
    const user = this.#users.get(this.#people.fold(from));
    this.#users.delete(this.#people.fold(from));
    this.#users.set(this.#people.fold(to), {
      nick: to,
      server: user?.server ?? "",
      isAway: user?.isAway ?? false,
    });
  }

  remove(nick: string): boolean {
    return this.#users.delete(this.#people.fold(nick));
  }

  addServer(name: string, behind: string, token: string): void {
    this.#servers.set(name, { name, behind });
    this.#tokens.set(token, name);
  }

  /** A server is gone, and all behind it; the nicks that went with them. */
  removeServer(name: string): readonly string[] {
    const gone = new Set([name]);
    // Servers are told of after those they are behind.
    for (const server of this.#servers.values()) {
      if (gone.has(server.behind)) {
        gone.add(server.name);
      }
    }
    for (const server of gone) {
      this.#servers.delete(server);
    }
    const nicks = [...this.#users.values()].filter(({ server }) => gone.has(server)).map(({ nick }) => nick);
    for (const nick of nicks) {
      this.remove(nick);
    }
    return nicks;
  }

  clear(): void {
    this.#users.clear();
    this.#servers.clear();
    this.#tokens.clear();
  }
}
