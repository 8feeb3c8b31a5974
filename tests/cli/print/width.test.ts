import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { cut, pad, widthOf, wrap } from "../../../src/cli/print/width.ts";

describe("widthOf", () => {
  test("counts columns, not units", () => {
    const cases: readonly [string, number][] = [
      ["", 0],
      ["abc", 3],
      ["caf\u00e9", 4],
      ["cafe\u0301", 4],
      ["\u65e5\u672c", 4],
      ["\uff21", 2],
      ["\u{1f600}", 2],
      ["\u{1f468}\u200d\u{1f469}\u200d\u{1f467}", 2],
      ["\u{1f1e9}\u{1f1ea}", 2],
    ];
    for (const [text, width] of cases) assert.equal(widthOf(text), width, JSON.stringify(text));
  });
});

describe("cut", () => {
  test("keeps what fits, and marks what is missing", () => {
    assert.equal(cut("abcdef", 6, "..."), "abcdef");
    assert.equal(cut("abcdef", 5, "..."), "ab...");
    assert.equal(cut("abcdef", 2, "..."), "..");
    assert.equal(cut("\u65e5\u672c\u8a9e", 5, "\u2026"), "\u65e5\u672c\u2026");
    assert.equal(cut("\u65e5\u672c\u8a9e", 4, "\u2026"), "\u65e5\u2026");
  });

  test("never gives more than was asked for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(30), (text, width) => {
        assert.ok(widthOf(cut(text, width, "...")) <= width);
      }),
      { seed: 68, numRuns: 500 },
    );
  });
});

describe("pad", () => {
  test("fills on the side away from the text", () => {
    assert.equal(pad("ab", 4), "ab  ");
    assert.equal(pad("\u65e5", 4, "right"), "  \u65e5");
    assert.equal(pad("abc", 2), "abc");
  });
});

describe("wrap", () => {
  test("fills lines, and gives a long word one of its own", () => {
    assert.deepEqual(wrap("a bb ccc dddddddd e", 6), ["a bb", "ccc", "dddddddd", "e"]);
    assert.deepEqual(wrap("  ", 6), []);
  });
});
