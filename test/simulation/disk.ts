/**
 * The disk under the simulated store. It is slow at times; it fails a write, and what was to be written is there afterwards or is not
 * (an fsync that failed tells neither); it is full for a while. Each of these ends the process, as the desk promises.
 */
import type { Coverage } from "./coverage.ts";

export type DiskFault = "write-failed" | "write-torn" | "full";

export class Disk {
  readonly #coverage: Coverage;
  #next: "write-failed" | "write-torn" | null = null;
  #isFull = false;
  /** How much longer than usual everything takes. */
  slowness = 1;

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  /** The next write fails: `write-torn`: all of it was written all the same. */
  failNext(fault: "write-failed" | "write-torn"): void {
    this.#next = fault;
  }
  fill(isFull: boolean): void {
    this.#isFull = isFull;
  }
  /** From now on it is well. */
  mend(): void {
    this.#next = null;
    this.#isFull = false;
    this.slowness = 1;
  }

  /** What becomes of the write that is asked for now; null: it is done. */
  takeFault(): DiskFault | null {
    const fault = this.#isFull ? "full" : this.#next;
    this.#next = null;
    if (fault !== null) {
      this.#coverage.met(fault === "full" ? "disk full" : fault === "write-torn" ? "torn write" : "failed write");
    }
    return fault;
  }
}
