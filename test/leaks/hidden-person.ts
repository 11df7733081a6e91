/** People made up of values that occur nowhere else, so that each of them is recognised wherever it turns up. */
import type { Software } from "../../src/core/model.ts";
import type { Random } from "../simulation/random.ts";

/** One thing about a person that the other side of a conversation must not learn. */
export interface Hidden {
  /** "local part", "host" … */
  readonly what: string;
  readonly value: string;
}

export interface HiddenPerson {
  readonly role: "customer" | "csr";
  readonly local: string;
  /** Of the server they have their account at. */
  readonly host: string;
  readonly resource: string;
  /** What their network shows as their name; the desk asks customers for theirs, and CSRs have the configured one. */
  readonly displayName: string;
  readonly ip: string;
  readonly ip6: string;
  /** The user name of their machine, as IRC's ident has it, and the folder their files are in. */
  readonly user: string;
  /** Part of the address of what they upload, of their avatar, of rooms and threads that their client made. */
  readonly token: string;
  readonly software: Software;
  /** All that must not cross. Of customers the software may: CSRs are told what they write from. */
  readonly hidden: readonly Hidden[];
}

const LETTERS = "bcdfghjkmpqrtvwxz23456789";
const TOKEN_LENGTH = 10;

/** Ten characters without a vowel: no word of any text, and too long to come about by chance. */
function token(random: Random): string {
  return Array.from({ length: TOKEN_LENGTH }, () => random.pick([...LETTERS])).join("");
}

export function hiddenPerson(role: HiddenPerson["role"], random: Random): HiddenPerson {
  const [local, server, device, name, user, other, program] = Array.from({ length: 7 }, () => token(random));
  const octet = () => random.between(16, 254);
  const group = () => random.between(0x1000, 0xffff).toString(16);
  const ip = `10.${octet()}.${octet()}.${octet()}`;
  const ip6 = `fd00:${group()}:${group()}::${group()}`;
  const software: Software = {
    protocol: "leak",
    name: `Client-${program}`,
    version: "4.7.1",
    os: "Linux",
    features: null,
    gateway: null,
  };
  const told = role === "customer" ? [] : [{ what: "software", value: `${program}` }];
  return {
    role,
    local: `u${local}`,
    host: `im.h${server}.example`,
    resource: `r${device}`,
    displayName: `Žofie N${name}`,
    ip,
    ip6,
    user: `o${user}`,
    token: `t${other}`,
    software,
    hidden: [
      { what: "local part", value: `u${local}` },
      { what: "host", value: `h${server}` },
      { what: "device", value: `r${device}` },
      { what: "display name", value: `N${name}` },
      { what: "IP address", value: ip },
      { what: "IPv6 address", value: ip6 },
      { what: "user name", value: `o${user}` },
      { what: "token of what they made", value: `t${other}` },
      ...told,
    ],
  };
}

/** An IPv4 address as the number that DCC writes. */
export function ipNumber(ip: string): number {
  return ip.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
}
