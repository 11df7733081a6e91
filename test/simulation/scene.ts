/** What a schedule plays on: the desk's office, the networks around it, the disk under it, and time. */
import type { Address } from "../../src/core/model.ts";
import type { Decider } from "./decider.ts";
import type { Disk } from "./disk.ts";
import type { Ledger } from "./ledger.ts";
import type { SimulatedNetwork } from "./network.ts";
import type { Office } from "./office.ts";
import type { Timeline } from "./timeline.ts";

export interface Scene {
  readonly timeline: Timeline;
  readonly ledger: Ledger;
  readonly networks: readonly SimulatedNetwork[];
  readonly office: Office;
  readonly disk: Disk;
  /** Whoever decides in the desk's place; null: it decides by itself. */
  readonly decider: Decider | null;
  /** Addresses of customers who have come so far. */
  readonly addresses: readonly Address[];
}
