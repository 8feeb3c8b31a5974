import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { nameCharacter, quote, quoteEscaped } from "../../src/model/quote.ts";

describe("quote", () => {
  test("shows plain text as it is, in double quotes", () => {
    assert.equal(quote("raw orders/caf\u00e9 (2)"), '"raw orders/caf\u00e9 (2)"');
    assert.equal(quote(""), '""');
  });

  test("escapes what would end the quotation or cannot be seen", () => {
    assert.equal(quote('a"b\\c'), '"a\\"b\\\\c"');
    assert.equal(quote("a\nb\tc\0d"), '"a\\nb\\tc\\u{0}d"');
    assert.equal(quote("\u202egpj.\u200b\ud800"), '"\\u{202e}gpj.\\u{200b}\\u{d800}"');
  });

  test("keeps 60 characters, whole ones", () => {
    assert.equal(quote("x".repeat(60)), `"${"x".repeat(60)}"`);
    assert.equal(quote("x".repeat(61)), `"${"x".repeat(60)}..."`);
    assert.equal(quote("\u{1f600}".repeat(5000)), `"${"\u{1f600}".repeat(60)}..."`);
  });
});

describe("quoteEscaped", () => {
  test("tells texts apart that look the same", () => {
    assert.equal(quoteEscaped("caf\u00e9"), String.raw`"caf\u{e9}"`);
    assert.equal(quoteEscaped("cafe\u0301"), String.raw`"cafe\u{301}"`);
    assert.equal(quoteEscaped('a"\u{1f600}\n'), String.raw`"a\"\u{1f600}\n"`);
  });
});

describe("nameCharacter", () => {
  test("gives the code point, and looks or a name", () => {
    assert.equal(nameCharacter("@"), "U+0040 '@'");
    assert.equal(nameCharacter('"'), "U+0022 '\"'");
    assert.equal(nameCharacter(" "), "U+0020 (a space)");
    assert.equal(nameCharacter("\u202e"), "U+202E (a text direction control)");
    assert.equal(nameCharacter("\u0007"), "U+0007");
    assert.equal(nameCharacter("\u{1f600}"), "U+1F600 '\u{1f600}'");
    assert.equal(nameCharacter("\udc00"), "U+DC00 (half a character)");
  });
});
