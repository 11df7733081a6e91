/**
 * What a test that failed once with a real server is called, by the reporter that says it and the runner that counts it.
 * Mocha tries such a test a second time (`--retries 1`); how many may need it, and how it is told, is in `test.ts`.
 */
export const TRIED_AGAIN = "Tried again: ";
