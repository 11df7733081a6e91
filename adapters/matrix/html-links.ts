/** Links of formatted bodies in words: `label (address)`, and people's names alone where a client made a link of one. Pure. */

export interface Link {
  /** As it was written; "" where it leads nowhere. */
  readonly href: string;
}

/** Schemes the specification allows in `a` (client-server API, "m.room.message msgtypes"). */
const SCHEMES: ReadonlySet<string> = new Set(["https:", "http:", "ftp:", "mailto:", "magnet:"]);
/** A person, a room or an event of Matrix: as a matrix.to link, or by the scheme of its own (appendices, "URIs"). */
const WITHIN_MATRIX = /^(?:https?:\/\/(?:www\.)?matrix\.to\/#\/|matrix:)/iu;
/** A user's id or a room's alias as it stands where they have no name. */
const NAMELESS = /^(?:@|(?=#))([^:@\s]+):[A-Za-z0-9.[\]:-]+$/u;

/** What stands for that link: its label as it is shown, and what is said behind it. */
export function linkWords(label: string, { href }: Link): { readonly shown: string; readonly behind: string } {
  if (WITHIN_MATRIX.test(href.trim())) {
    // Who has no name is shown by their address: its first part will do, and says nothing of their homeserver.
    const [, name] = NAMELESS.exec(label.trim()) ?? [];
    return { shown: name ?? label, behind: "" };
  }
  const url = URL.parse(href.trim());
  if (url === null || !SCHEMES.has(url.protocol)) {
    return { shown: label, behind: "" };
  }
  if (label.trim() === "") {
    return { shown: label, behind: url.href };
  }
  return { shown: label, behind: isSame(label, url) ? "" : `(${url.href})` };
}

/** Whether the label says the address already, with or without what browsers leave out. */
function isSame(label: string, url: URL): boolean {
  const bare = (address: string) => address.replace(/^(?:[a-z]+:(?:\/\/)?)/iu, "").replace(/\/$/u, "");
  const written = label.trim();
  return bare(URL.parse(written)?.href ?? written) === bare(url.href);
}
