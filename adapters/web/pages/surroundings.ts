/** What pages need of the browser: the tab's memory, the visitor's token where cookies are kept from us, sockets. */
import type { ChatClient } from "./client.ts";
import type { Socket } from "./link.ts";
import type { Memory } from "./saved.ts";

/** The tab's session storage under one key; null where the browser keeps it from us (some foreign frames). */
export function tabMemory(key: string): Memory | null {
  try {
    sessionStorage.getItem(key);
  } catch {
    return null;
  }
  return {
    load: () => sessionStorage.getItem(key),
    save: (text) => {
      try {
        sessionStorage.setItem(key, text);
        return true;
      } catch {
        sessionStorage.removeItem(key);
        return false;
      }
    },
  };
}

const TOKEN_KEY = "frontdesk-visitor";
/** Where the browser keeps all storage from us, the token lives as long as the page. */
let tokenOfThisPage: string | null = null;

/** Where the visitor's token is kept when the browser takes no cookie of ours, as in a frame on a foreign page. */
export const tokenMemory = {
  get(): string | null {
    try {
      return localStorage.getItem(TOKEN_KEY) ?? tokenOfThisPage;
    } catch {
      return tokenOfThisPage;
    }
  },
  set(token: string): void {
    tokenOfThisPage = token;
    try {
      localStorage.setItem(TOKEN_KEY, token);
    } catch {
      // Then a reload is a new visit.
    }
  },
};

/** Opens a WebSocket at a path beside this page. */
export function socketAt(path: string): Socket {
  const address = new URL(path, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.search = "";
  address.hash = "";
  return new WebSocket(address) as unknown as Socket;
}

/** Wakes the link when the network or the person is back, and saves when the page is left. */
export function followBrowser(clients: () => Iterable<ChatClient>, changed: () => void): void {
  const each = (act: (client: ChatClient) => void) => {
    for (const client of clients()) {
      act(client);
    }
  };
  const revive = () =>
    each((client) => {
      if (client.state === "waiting") {
        client.wake();
      }
    });
  addEventListener("online", revive);
  addEventListener("offline", () => each((client) => client.suspect()));
  addEventListener("pageshow", revive);
  addEventListener("pagehide", () => each((client) => client.save()));
  document.addEventListener("visibilitychange", () => {
    if (isVisible()) {
      revive();
    }
    changed();
  });
}

export function isVisible(): boolean {
  return document.visibilityState === "visible";
}

/** A file that is dropped beside the conversation would replace the page; it does nothing instead. */
export function ignoreDrops(): void {
  for (const kind of ["dragover", "drop"]) {
    addEventListener(kind, (event) => event.preventDefault());
  }
}
