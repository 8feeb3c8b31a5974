import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { inert, inertLines } from "../../../src/cli/print/inert.ts";

describe("inert", () => {
  test("keeps text of all scripts, emoji and their joiners", () => {
    const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
    for (
      const text of ["plain", "caf\u00e9", "\u65e5\u672c", "\u0645\u06cc\u200c\u062e", family, "a|b <i>&"]
    ) {
      assert.equal(inert(text), text);
    }
  });

  test("drops colours, and shows every other control", () => {
    assert.equal(inert("\u001b[1;31mred\u001b[0m"), "red");
    assert.equal(inert("a\u001b[2Jb"), "a\\u{1b}[2Jb");
    assert.equal(
      inert("\u001b]8;;http://x\u0007link\u001b]8;;\u0007"),
      "\\u{1b}]8;;http://x\\u{7}link\\u{1b}]8;;\\u{7}",
    );
    assert.equal(inert("\u009b31m"), "\\u{9b}31m");
    assert.equal(inert("a\nb\r\tc\0"), "a\\nb\\r\\tc\\u{0}");
    assert.equal(
      inert("\u202eevil\u200b\ufeff\u2028\ud800"),
      "\\u{202e}evil\\u{200b}\\u{feff}\\u{2028}\\u{d800}",
    );
  });

  test("leaves nothing in any text that a terminal acts on", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.doesNotMatch(inert(text), /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      }),
      { seed: 62, numRuns: 500 },
    );
  });
});

describe("inertLines", () => {
  test("keeps the line ends of a text, and only these", () => {
    assert.deepEqual(inertLines("a\n\tb\r\nc\rd"), ["a", "  b", "c\\rd"]);
  });
});
