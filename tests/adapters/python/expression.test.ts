import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { assignment, call, list, name, pairs, set, statement, textLiteral, tuple } from "sluice/adapters";

const long = (letter: string) => textLiteral(letter.repeat(40));

describe("expressions", () => {
  test("stand on one line when they fit", () => {
    const spec = call("dg.AssetSpec", [textLiteral("a")], { group: textLiteral("g"), none: undefined });
    assert.equal(assignment("SPEC", spec), 'SPEC = dg.AssetSpec("a", group="g")');
    assert.equal(statement(tuple(["1"])), "(1,)");
    assert.equal(statement(tuple([])), "()");
    assert.equal(statement(set([])), "set()");
    assert.equal(statement(set(["1", "2"]), 4), "    {1, 2}");
    assert.equal(statement(list([name("a.b"), pairs([['"k"', "1"]])])), '[a.b, {"k": 1}]');
  });

  test("are broken one item per line when they do not, with a comma behind the last", () => {
    assert.equal(
      assignment("X", call("f", [long("a")], { b: list([long("b"), long("c")]), c: "1" })),
      [
        "X = f(",
        `    ${long("a")},`,
        "    b=[",
        `        ${long("b")},`,
        `        ${long("c")},`,
        "    ],",
        "    c=1,",
        ")",
      ].join("\n"),
    );
  });

  test("fill a line to its last column, and not further", () => {
    const fits = "x".repeat(88 - "f()".length);
    assert.equal(statement(call("f", [fits])), `f(${fits})`);
    assert.equal(statement(call("f", [`${fits}x`])), `f(\n    ${fits}x,\n)`);
    const inner = "x".repeat(88 - "    b=f(),".length);
    const lines = (b: string) => `g(\n    b=${b},\n    c=${"y".repeat(20)},\n)`;
    const broken = (argument: string) => call("g", [], { b: call("f", [argument]), c: "y".repeat(20) });
    assert.equal(statement(broken(inner)), lines(`f(${inner})`));
    assert.equal(statement(broken(`${inner}x`)), lines(`f(\n        ${inner}x,\n    )`));
  });

  test("take no text for a name", () => {
    for (const text of ["", "a b", "a;b", "a.", "1a", "a\n", "__import__('os')"]) {
      assert.throws(() => name(text), TypeError);
      assert.throws(() => call(text, []), TypeError);
      assert.throws(() => call("f", [], { [text]: "1" }), TypeError);
      assert.throws(() => assignment(text, "1"), TypeError);
    }
  });
});
