import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SluiceError } from "../../src/model/issue.ts";
import { foldKey, isFolded, keyProblem, parseKey } from "../../src/model/key.ts";

function refusal(text: string): string {
  try {
    parseKey(text);
  } catch (error) {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.code, "KEY_INVALID");
    assert.match(error.issues[0].hint ?? "", /16 segments and 255 bytes/);
    assert.equal(error.issues[0].message, keyProblem(text));
    return error.issues[0].message;
  }
  assert.fail(`${JSON.stringify(text)} was accepted`);
}

describe("parseKey", () => {
  test("takes plain keys as they are", () => {
    const keys = [
      "orders",
      "raw/orders",
      "mart/daily-revenue.v2",
      "_x",
      "1a",
      "2024/01",
      "A/b_C",
      "a.",
      "a..b",
    ];
    for (const key of keys) assert.equal(parseKey(key), key);
  });

  test("takes letters of any script, with their marks", () => {
    const keys = [
      "caf\u00e9",
      "\u043f\u0440\u043e\u0434\u0430\u0436\u0438/\u0434\u0435\u043d\u044c",
      "\u8ca9\u58f2",
      "\u0939\u093f\u0928\u094d\u0926\u0940",
      "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
      "\u0661\u0662",
    ];
    for (const key of keys) assert.equal(parseKey(key), key);
  });

  test("takes words that are special elsewhere", () => {
    for (const key of ["__proto__", "constructor", "toString", "con", "a/nul", "prototype/hasOwnProperty"]) {
      assert.equal(parseKey(key), key);
    }
  });

  test("normalises", () => {
    assert.equal(parseKey("cafe\u0301/u\u0308ber"), "caf\u00e9/\u00fcber");
    assert.equal(parseKey("\u212aelvin"), "Kelvin");
  });

  test("names the character refused and its place", () => {
    assert.equal(refusal("raw orders"), 'The key "raw orders" has U+0020 (a space) at character 4.');
    assert.equal(refusal("a\nb"), 'The key "a\\nb" has U+000A (a newline) at character 2.');
    assert.equal(refusal("a\0"), 'The key "a\\u{0}" has U+0000 (a NUL) at character 2.');
    assert.equal(refusal('a"'), 'The key "a\\"" has U+0022 \'"\' at character 2.');
    assert.equal(refusal("x/it's"), "The key \"x/it's\" has U+0027 ''' at character 5.");
    assert.equal(
      refusal("a\u202eb"),
      'The key "a\\u{202e}b" has U+202E (a text direction control) at character 2.',
    );
    assert.equal(refusal("a\u{1f600}"), "The key \"a\u{1f600}\" has U+1F600 '\u{1f600}' at character 2.");
    assert.equal(
      refusal("\u{20000}\ud800"),
      'The key "\u{20000}\\u{d800}" has U+D800 (half a character) at character 2.',
    );
    assert.equal(refusal("a\\b"), "The key \"a\\\\b\" has U+005C '\\' at character 2.");
    assert.equal(refusal("a*"), "The key \"a*\" has U+002A '*' at character 2.");
  });

  test("wants segments that start like words", () => {
    assert.equal(refusal(".x"), "The key \".x\" has U+002E '.' at character 1, where a segment starts.");
    assert.equal(refusal("../x"), "The key \"../x\" has U+002E '.' at character 1, where a segment starts.");
    assert.equal(
      refusal("a/./b"),
      "The key \"a/./b\" has U+002E '.' at character 3, where a segment starts.",
    );
    assert.equal(refusal("a/-b"), "The key \"a/-b\" has U+002D '-' at character 3, where a segment starts.");
    assert.equal(
      refusal("a/\u0301b"),
      "The key \"a/\u0301b\" has U+0301 '\u0301' at character 3, where a segment starts.",
    );
  });

  test("wants no empty segment", () => {
    assert.equal(refusal(""), "The key is empty.");
    assert.equal(refusal("/a"), 'The key "/a" has an empty segment at character 1.');
    assert.equal(refusal("a//b"), 'The key "a//b" has an empty segment at character 3.');
    assert.equal(refusal("a/"), 'The key "a/" ends with an empty segment.');
  });

  test("refuses what cannot be seen or told apart", () => {
    const hidden = [
      "\u200b",
      "\u200d",
      "\u2060",
      "\u00ad",
      "\ufe0f",
      "\u{e0100}",
      "\u034f",
      "\u3164",
      "\u115f",
    ];
    const others = ["\u20e3", "\u2139", "\u0488", "\u2066", "\ufeff", "\u00a0", "\u2028", "\ufffd", "\ue000"];
    for (const character of [...hidden, ...others]) assert.match(refusal(`a${character}b`), /at character 2/);
  });

  test("holds to 255 bytes and 16 segments", () => {
    assert.equal(parseKey("a".repeat(255)).length, 255);
    assert.match(refusal("a".repeat(256)), /^The key "a{60}\.\.\." is 256 bytes long; 255 are allowed\.$/);
    assert.equal(parseKey("\u00e9".repeat(127)).length, 127);
    assert.match(refusal("\u00e9".repeat(128)), /is 256 bytes long/);
    assert.equal(parseKey("\u1fa7".normalize("NFD").repeat(85)), "\u1fa7".repeat(85));
    assert.match(refusal("x".repeat(10_000)), /is at least 10000 bytes long/);
    assert.equal(parseKey("a/".repeat(15) + "a").length, 31);
    assert.equal(
      refusal("a/".repeat(16) + "a"),
      `The key "${"a/".repeat(16)}a" has 17 segments; 16 are allowed.`,
    );
  });

  test("wants a text", () => {
    assert.equal(refusal(5 as never), "A key is a text, not a number.");
    assert.equal(refusal(null as never), "A key is a text, not null.");
    assert.equal(refusal(undefined as never), "A key is a text, not undefined.");
  });

  test("accepts ASCII texts exactly by the grammar written as one expression", () => {
    const grammar = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,15}$/;
    const characters = fc.constantFrom(..."ab0_.-/ \"'*+:@\n\x7f");
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
        assert.equal(keyProblem(text) === undefined, grammar.test(text) && !text.endsWith("\n"));
      }),
      { seed: 3101, numRuns: 3000 },
    );
  });

  test("gives what it accepts again, and the same for every Unicode form", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), (text) => {
        if (keyProblem(text) !== undefined) return;
        const key = parseKey(text);
        assert.equal(parseKey(key), key);
        assert.equal(key, text.normalize("NFC"));
        assert.equal(keyProblem(text.normalize("NFD")), undefined);
      }),
      { seed: 3102, numRuns: 2000 },
    );
  });
});

/** Every character that may stand in a key. */
function charactersOfKeys(): string[] {
  const found: string[] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const character = String.fromCodePoint(point);
    if (/[\p{L}\p{M}\p{Nd}_.-]/u.test(character) && keyProblem(`a${character}`) === undefined) {
      found.push(character);
    }
  }
  return found;
}

describe("the characters of keys", () => {
  const characters = charactersOfKeys();

  test("are those of most scripts", () => assert.ok(characters.length > 130_000));

  test("stay characters of keys when normalised", () => {
    for (const character of characters) {
      assert.equal(keyProblem(`a${character}`.normalize("NFC")), undefined, character);
    }
  });

  test("fold once and for all, to the same from every form", () => {
    for (const character of characters) {
      const folded = foldKey(`a${character}`);
      assert.equal(foldKey(folded), folded, character);
      assert.equal(foldKey(`a${character}`.normalize("NFD")), folded, character);
      assert.equal(foldKey(`a${character}`.normalize("NFKC")), folded, character);
    }
  });
});

describe("foldKey", () => {
  test("makes keys equal that differ by case or Unicode form only", () => {
    const same = [
      ["Orders", "oRDERS"],
      ["caf\u00e9", "CAFE\u0301"],
      ["stra\u00dfe", "STRASSE"],
      ["\u03c3\u03bf\u03c6\u03cc\u03c2", "\u03a3\u039f\u03a6\u038c\u03a3"],
      ["\uff21bc", "abc"],
      ["\u212a", "k"],
      ["\ufb01x", "FIX"],
    ];
    for (const [a, b] of same) assert.equal(foldKey(a), foldKey(b));
  });

  test("keeps apart what are different letters", () => {
    const different = [["a-b", "a_b"], ["a/b", "a.b"], ["caf\u00e9", "cafe"], ["s\u0131ra", "sira"], [
      "\u0430",
      "a",
    ]];
    for (const [a, b] of different) assert.notEqual(foldKey(a), foldKey(b));
  });

  test("changes nothing in a key that is seen to be folded", () => {
    const characters = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
    for (const character of characters) {
      assert.equal(isFolded(`a${character}`), foldKey(`a${character}`) === `a${character}`, character);
    }
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (key) => assert.ok(!isFolded(key) || foldKey(key) === key)),
      { seed: 9, numRuns: 2_000 },
    );
  });
});
