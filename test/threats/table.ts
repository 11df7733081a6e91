/** All of them, by number. 21 (SIP) comes with SIP. */
import { DURABILITY } from "./durability.ts";
import { IDENTITY } from "./identity.ts";
import { PARSERS } from "./parsers.ts";
import type { Threat } from "./threat.ts";

export const THREATS: readonly Threat[] = [...DURABILITY, ...PARSERS, ...IDENTITY];
