import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonExpression, numberLiteral, statement, textLiteral } from "sluice/adapters";

/** Reads a Python string literal back by Python's own rules, for the escapes that may occur. */
function read(literal: string): string {
  const quotes = literal[0];
  assert.ok(quotes === '"' || quotes === "'");
  assert.equal(literal.at(-1), quotes);
  let text = "";
  for (let at = 1; at < literal.length - 1; at++) {
    assert.notEqual(literal[at], quotes, "the literal ends early");
    if (literal[at] !== "\\") {
      text += literal[at];
      continue;
    }
    const mark = literal[++at];
    const digits = { x: 2, u: 4, U: 8 }[mark];
    if (digits === undefined) {
      text += { n: "\n", r: "\r", t: "\t", "\\": "\\", '"': '"', "'": "'" }[mark] ?? assert.fail(mark);
      continue;
    }
    text += String.fromCodePoint(parseInt(literal.slice(at + 1, at + 1 + digits), 16));
    at += digits;
  }
  return text;
}

const HOSTILE = [
  "",
  '"',
  "'",
  '"""',
  "'''",
  'it\'s "both"',
  "ends in \\",
  "\\N{BULLET}",
  "%s {x} {{ var.value.secret }} {% raw %}",
  "\r\n\t\f\v\0\x7f\x85\xa0",
  "\u2028\u2029\u202e\ufeff",
  "\u{1f600}\u{10ffff}",
  "coding: utf-7 +AAo-import os",
];

describe("textLiteral", () => {
  test("writes printable ASCII that reads as the same text", () => {
    for (const text of HOSTILE) {
      assert.match(textLiteral(text), /^[\x20-\x7e]*$/);
      assert.equal(read(textLiteral(text)), text);
    }
  });

  test("does so for any text", () => {
    const texts = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(texts, (text) => {
        assert.equal(read(textLiteral(text)), text);
        assert.match(textLiteral(text), /^[\x20-\x7e]*$/);
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test("chooses the quotes that need fewer escapes", () => {
    assert.equal(textLiteral("plain"), '"plain"');
    assert.equal(textLiteral('say "yes"'), `'say "yes"'`);
    assert.equal(textLiteral("it's"), `"it's"`);
    assert.equal(textLiteral(`it's "so"`), `'it\\'s "so"'`);
  });

  test("refuses half a character", () => {
    assert.throws(() => textLiteral("a\ud800"), /EXPORT_REFUSED/);
  });
});

describe("numberLiteral", () => {
  test("writes whole numbers without an exponent, and refuses what is none", () => {
    assert.deepEqual([0, -1, 1e21, 2 ** 53, 0.1, 1.5e-9, 1e-7].map(numberLiteral), [
      "0",
      "-1",
      "1000000000000000000000",
      "9007199254740992",
      "0.1",
      "1.5e-9",
      "1e-7",
    ]);
    assert.throws(() => numberLiteral(NaN), /EXPORT_REFUSED/);
    assert.throws(() => numberLiteral(Infinity), /EXPORT_REFUSED/);
  });
});

describe("jsonExpression", () => {
  test("writes Python for JSON", () => {
    assert.equal(
      statement(jsonExpression({ a: [1, true, null, { "b c": "d" }], e: {} })),
      '{"a": [1, True, None, {"b c": "d"}], "e": {}}',
    );
  });
});
