import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { formatTally, parseTally, sumTallies, withExitCode } from "../../scripts/tally.ts";

const clean = { passed: 12, failed: 0, skipped: 0 };
const mixed = { passed: 1, failed: 2, skipped: 3 };

describe("tallies", () => {
  test("are printed in one form, and read back", () => {
    assert.equal(formatTally(clean), "12 passed, 0 failed");
    assert.equal(formatTally(mixed), "1 passed, 2 failed, 3 skipped");
    assert.deepEqual(parseTally(formatTally(clean)), clean);
    assert.deepEqual(parseTally(formatTally(mixed)), mixed);
  });

  test("are read from the last line that holds nothing else", () => {
    const output =
      "bun: 9 passed, 9 failed\n3 passed, 1 failed\nnoise\n12 passed, 0 failed\nok | 7 passed, 0 failed\n";
    assert.deepEqual(parseTally(output), clean);
    assert.equal(parseTally("ok | 7 passed | 0 failed"), undefined);
  });

  test("add up", () => {
    assert.deepEqual(sumTallies([clean, mixed, mixed]), { passed: 14, failed: 4, skipped: 6 });
    assert.deepEqual(sumTallies([]), { passed: 0, failed: 0, skipped: 0 });
  });

  test("do not hide a program that failed without a failed test", () => {
    assert.deepEqual(withExitCode(clean, 1), { passed: 12, failed: 1, skipped: 0 });
    assert.deepEqual(withExitCode(mixed, 1), mixed);
    assert.deepEqual(withExitCode(clean, 0), clean);
  });
});
