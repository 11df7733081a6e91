/**
 * The adapter conformance suite: the law that every adapter keeps. Each network supplies a far end (far-end.ts) and calls
 * `adapterSuite` in a test file of its own.
 */
import type { AdapterSubject } from "./far-end.ts";

export type { AdapterSubject, ConformanceException, FarEnd, FarEvent, FarPerson, OpenFarEnd, PersonName } from "./far-end.ts";

/** Declares the suite's tests for one adapter, in mocha. */
export function adapterSuite(subject: AdapterSubject): void {
  describe(`adapter ${subject.name}`, () => {
    it("conforms (the tests are being written; the far end's interface stands)");
  });
}
