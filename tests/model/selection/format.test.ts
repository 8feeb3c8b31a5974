import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SluiceError } from "../../../src/model/issue.ts";
import { formatSelection } from "../../../src/model/selection/format.ts";
import { parseSelection } from "../../../src/model/selection/parse.ts";
import { nodes, withoutPlaces } from "./support.ts";

function canonical(text: string): string {
  return formatSelection(parseSelection(text).root);
}

describe("formatSelection", () => {
  test("writes operators as words and brackets where they count", () => {
    assert.equal(canonical("a  b,c"), "a or b and c");
    assert.equal(canonical("(a b),NOT(c)"), "(a or b) and not c");
    assert.equal(canonical("not (a,b)"), "not (a and b)");
    assert.equal(canonical("not (not a)"), "not not a");
    assert.equal(canonical("(+(a)) + 2"), "(+a)+2");
    assert.equal(canonical("@a"), "+(a+)");
    assert.equal(canonical("sinks((a))+"), "sinks(a)+");
    assert.equal(canonical("+(not a)"), "+(not a)");
  });

  test("quotes where the grammar would misread", () => {
    assert.equal(
      canonical('"a" "and" "12" "b c" "" "@x" "x+" "!x"'),
      'a or "and" or "12" or "b c" or "" or "@x" or "x+" or "!x"',
    );
    assert.equal(
      canonical('kind:12 owner:team:x tag:a="" tag:b=<null>'),
      'kind:12 or owner:"team:x" or tag:a="" or tag:b=<null>',
    );
    assert.equal(canonical('"a\u200bb"'), '"a\u200bb"');
  });

  test("gives a text that is read as the same tree", () => {
    fc.assert(
      fc.property(nodes, (node) => {
        const text = formatSelection(node);
        const again = parseSelection(text).root;
        assert.deepEqual(withoutPlaces(again), withoutPlaces(node));
        assert.equal(formatSelection(again), text);
      }),
      { seed: 3111, numRuns: 3000 },
    );
  });

  test("refuses what no text can hold", () => {
    for (const pattern of ['a"b', "a\nb"]) {
      assert.throws(
        () => formatSelection({ kind: "key", pattern, start: 0, end: 0 }),
        (error) => error instanceof SluiceError && error.code === "SELECTION_INVALID",
      );
    }
  });
});
