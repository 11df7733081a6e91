/** All groups, in the order in which they run and stand in docs/performance.md. */
import { flood } from "./flood.ts";
import { irc } from "./irc.ts";
import { live } from "./live.ts";
import { loopback } from "./loopback.ts";
import type { Group } from "./measure.ts";
import { offers } from "./offers.ts";
import { relay } from "./relay.ts";
import { reload } from "./reload.ts";
import { restart } from "./restart.ts";
import { routing } from "./routing.ts";
import { routingServer } from "./routing-server.ts";
import { sealing } from "./sealing.ts";
import { wait } from "./wait.ts";
import { xml } from "./xml.ts";

export const GROUPS: readonly Group[] = [
  loopback,
  relay,
  live,
  restart,
  reload,
  routing,
  routingServer,
  offers,
  wait,
  xml,
  flood,
  sealing,
  irc,
];
