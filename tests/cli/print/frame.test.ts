import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { formatFrame, parsePlace } from "../../../src/cli/print/frame.ts";
import { plainPage } from "../support/pages.ts";

const source = ["one", "two", "\tthree();", "four", "five"].join("\n");

describe("parsePlace", () => {
  test("reads a place, also with colons in the path", () => {
    assert.deepEqual(parsePlace("C:\\a b\\x.ts:3:14"), { file: "C:\\a b\\x.ts", line: 3, column: 14 });
    assert.equal(parsePlace("x.ts:3"), undefined);
  });
});

describe("formatFrame", () => {
  test("shows the lines around a place and marks the column", () => {
    assert.deepEqual(formatFrame(source, { file: "x", line: 3, column: 2 }, plainPage(80)), [
      "    1 | one",
      "    2 | two",
      "  > 3 |  three();",
      "      |  ^",
      "    4 | four",
    ]);
  });

  test("shows the part of a long line in which the place lies", () => {
    const long = `${"x".repeat(500)}HERE${"y".repeat(500)}`;
    const [line, mark] = formatFrame(long, { file: "x", line: 1, column: 501 }, plainPage(60));
    assert.equal(line.slice(mark.indexOf("^"), mark.indexOf("^") + 4), "HERE");
    assert.ok(line.length <= 60);
  });

  test("says nothing about a place that the source does not have, and shows nothing that acts", () => {
    assert.deepEqual(formatFrame(source, { file: "x", line: 9, column: 1 }, plainPage()), []);
    assert.deepEqual(formatFrame("a\u001b[2J", { file: "x", line: 1, column: 0 }, plainPage()), [
      "  > 1 | a\\u{1b}[2J",
    ]);
  });
});
