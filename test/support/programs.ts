import { accessSync, constants } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The programs nobody here wrote against which Frontdesk is tested, and where Debian puts them.
 * `scripts/test-servers.ts` installs them; `requires.ts` decides what a test does when one is missing.
 */
export interface Program {
  /** What the suite calls it. */
  readonly name: string;
  /** The Debian package that brings it; several with a space between. */
  readonly debianPackage: string;
  /** A file that exists once the package is installed. */
  readonly path: string;
  /** Which suites need it, for the sentence that says what is missing. */
  readonly purpose: string;
  /** Brought by a Debian root of its own (scripts/test-servers.ts), since the system's own Debian has no such package. */
  readonly ownRoot?: { readonly folder: string; readonly suite: string };
  /** False for programs that only a script of its own needs, so that `npm test` does not fetch them. */
  readonly inTests: boolean;
}

/** Debian roots of their own, outside what is tracked: the package is in no stable Debian. */
const rootsFolder = fileURLToPath(new URL("../../.servers/", import.meta.url));

/** Every program, in the order in which they are installed. */
export const programs = {
  prosody: program("prosody", "/usr/bin/prosody", "the XMPP suites"),
  ejabberd: program("ejabberd", "/usr/sbin/ejabberdctl", "the XMPP suites"),
  profanity: program("profanity", "/usr/bin/profanity", "the suites with a real XMPP client"),
  slixmpp: {
    ...program("slixmpp", "/usr/lib/python3/dist-packages/slixmpp/__init__.py", "the suites with a real XMPP client"),
    debianPackage: "python3-slixmpp",
  },
  ngircd: program("ngircd", "/usr/sbin/ngircd", "the IRC suites"),
  inspircd: program("inspircd", "/usr/sbin/inspircd", "the IRC suites"),
  atheme: {
    ...program("atheme", "/usr/bin/atheme-services", "the suite with services of an IRC network"),
    debianPackage: "atheme-services",
  },
  irssi: program("irssi", "/usr/bin/irssi", "the suites with a real IRC client"),
  weechat: {
    ...program("weechat", "/usr/bin/weechat", "the suites with a real IRC client"),
    debianPackage: "weechat-curses",
  },
  weechatMatrix: {
    ...program("weechat-matrix", "/usr/share/weechat/python/matrix.py", "the suites with a real Matrix client"),
    // Recommended packages are left out, and without WeeChat's Python it is but a file.
    debianPackage: "weechat-matrix weechat-python",
  },
  biboumi: program("biboumi", "/usr/bin/biboumi", "the suite with a gateway to IRC"),
  strace: program("strace", "/usr/bin/strace", "the suite with a disk that fails"),
  tmux: program("tmux", "/usr/bin/tmux", "the suites that type into a terminal client"),
  chromium: program("chromium", "/usr/bin/chromium", "the browser suites"),
  matrixNio: {
    ...program("matrix-nio", "/usr/lib/python3/dist-packages/nio/__init__.py", "the Matrix suites"),
    debianPackage: "python3-matrix-nio",
  },
  iproute2: program("iproute2", "/usr/sbin/ip", "the suites of NAT and of the firewall"),
  tcpdump: program("tcpdump", "/usr/bin/tcpdump", "the suite of the firewall"),
  nftables: program("nftables", "/usr/sbin/nft", "the suites of NAT and of the firewall"),
  miniupnpd: {
    ...program("miniupnpd", "/usr/sbin/miniupnpd", "the suite of NAT"),
    debianPackage: "miniupnpd-nftables",
  },
  natpmpc: program("natpmpc", "/usr/bin/natpmpc", "the suite of NAT"),
  mmdebstrap: program("mmdebstrap", "/usr/bin/mmdebstrap", "the Matrix suites and npm run dockerfile"),
  synapse: {
    ...program("synapse", `${rootsFolder}synapse/usr/bin/synapse_homeserver`, "the Matrix suites"),
    debianPackage: "matrix-synapse",
    ownRoot: { folder: `${rootsFolder}synapse`, suite: "sid" },
  },
} as const satisfies Record<string, Program>;

/** A key of the table above. */
export type ProgramName = keyof typeof programs;

/** Whether the program is on this machine and may be run or read. */
export function isInstalled(name: ProgramName): boolean {
  try {
    accessSync(programs[name].path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function program(name: string, path: string, purpose: string): Program {
  return { name, debianPackage: name, path, purpose, inTests: true };
}
