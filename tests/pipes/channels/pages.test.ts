import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { layOut, PAGE } from "../../../src/pipes/channels/pages.ts";

/** A message of exactly so many characters. */
function line(length: number): string {
  return `{"method":"log","text":"${"x".repeat(length - 25)}"}`;
}

/** The methods of the lines of a file, and where each line starts and ends. */
function read(file: string): { readonly method: string; readonly start: number; readonly end: number }[] {
  let start = 0;
  return file.split("\n").slice(0, -1).map((text) => {
    const found = { method: JSON.parse(text).method, start, end: start + text.length + 1 };
    start = found.end;
    return found;
  });
}

describe("layOut", () => {
  test("lets no line that fits a page lie in two, whatever comes before it", () => {
    const length = fc.oneof(
      fc.integer({ min: 26, max: 300 }),
      fc.integer({ min: 26, max: PAGE + 5 }),
      fc.integer({ min: PAGE, max: 5 * PAGE }),
    );
    fc.assert(
      fc.property(fc.array(length, { maxLength: 40 }), (lengths) => {
        const file = lengths.reduce((text, each) => text + layOut(text.length, line(each)), "");
        const lines = read(file);
        assert.equal(lines.filter(({ method }) => method === "log").length, lengths.length);
        for (const { start, end } of lines) {
          if (end - start <= PAGE) assert.equal(Math.floor(start / PAGE), Math.floor((end - 1) / PAGE));
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test("puts a run-up of empty messages before a line that is longer than a page, at least as long as it", () => {
    for (const length of [PAGE, 100_000, 1_000_000]) {
      const before = line(200);
      const lines = read(layOut(0, before) + layOut(before.length + 1, line(length)));
      const last = lines.at(-1);
      assert.ok(last && last.start % PAGE === 0);
      const runUp = lines.filter(({ method, start }) => method === "log_external_stream" && start >= PAGE);
      assert.ok(last.start - runUp[0].start >= Math.max(length, 16 * PAGE));
    }
  });

  test("adds nothing where a line fits", () => {
    assert.equal(layOut(0, line(100)), `${line(100)}\n`);
    assert.equal(layOut(PAGE * 3 + 500, line(100)), `${line(100)}\n`);
  });
});
