/** Histories written by hand. */
export * from "../../../src/testing/store/scribe.ts";
