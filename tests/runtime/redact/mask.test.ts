import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { openMask } from "../../../src/runtime/redact/mask.ts";

function hiding(...texts: readonly string[]) {
  const mask = openMask();
  for (const text of texts) mask.conceal(text);
  return mask;
}

/** Texts that every encoding can write: no half of a pair, and more than a few characters. */
const secrets = fc.string({ unit: "grapheme", minLength: 6, maxLength: 40 })
  .filter((text) => text.trim() === text && text.isWellFormed() && text.length >= 6);
const around = fc.string({ unit: "grapheme", maxLength: 12 });

describe("a mask", () => {
  test("gives texts back as they are until it hides something", () => {
    const mask = openMask();
    assert.deepEqual([mask.isEmpty, mask.apply("a password")], [true, "a password"]);
    mask.conceal("password");
    assert.deepEqual([mask.isEmpty, mask.apply("a password")], [false, "a ***"]);
  });

  test("hides texts wherever they occur, also where they overlap", () => {
    const mask = hiding("word", "password", "abcd", "cdef");
    assert.equal(mask.apply("the password, password and word: sword"), "the ***, *** and ***: s***");
    assert.equal(mask.apply("xabcdefx"), "x***x");
    assert.equal(hiding("abab").apply("xababababy"), "x***y");
  });

  test("hides the long lines of a text, and what is left without blanks around it", () => {
    const mask = hiding("-----BEGIN-----\nMIIEvQIBADANBg\nxyz\n", " padded\n");
    assert.equal(mask.apply("key MIIEvQIBADANBg xyz padded"), "key *** xyz ***");
  });

  test("leaves texts of fewer than four characters alone", () => {
    const mask = hiding("abc", "", "  ab  ", "        ");
    assert.deepEqual([mask.isEmpty, mask.apply("abc")], [true, "abc"]);
    assert.equal(hiding("abcd").apply("abcd"), "***");
  });

  test("hides them as JSON, addresses and forms escape them", () => {
    const text = 'a"b/c\nd \u00e9+1';
    const mask = hiding(text);
    const address = new URL("db://me@host/x");
    address.password = text;
    const spelled = [
      JSON.stringify({ is: text }),
      JSON.stringify(JSON.stringify({ is: text })),
      JSON.stringify(text).replace("\u00e9", "\\u00e9"),
      `db://me:${encodeURIComponent(text)}@host`,
      `db://me:${encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase())}@host`,
      `https://host/?q=${new URLSearchParams({ text }).toString()}`,
      encodeURI(text),
      address.href,
    ];
    for (const each of spelled) {
      const masked = mask.apply(each);
      assert.match(masked, /\*\*\*/, each);
      assert.doesNotMatch(masked, /c(\\n|%0A|%0a|\n)d/, masked);
    }
  });

  test("hides them however often they are quoted", () => {
    const text = 'a"b\\c d\n\u00e9';
    const mask = hiding(text);
    for (let quoted = text, depth = 0; depth < 5; depth++, quoted = JSON.stringify(quoted)) {
      const masked = mask.apply(`is ${quoted}; ${quoted.replaceAll("\\", "\\\\")}`);
      assert.match(masked, /^is [\\"]*\*\*\*[\\"]*; [\\"]*\*\*\*[\\"]*$/, masked);
    }
  });

  test("hides them in base64 and hex, wherever they begin", () => {
    fc.assert(
      fc.property(
        secrets,
        around,
        around,
        fc.constantFrom("base64", "base64url"),
        (text, before, after, as) => {
          const whole = Buffer.from(before + text + after).toString(as);
          const masked = hiding(text).apply(whole);
          assert.notEqual(masked, whole);
          // What is left on both sides holds two characters of the secret's own at most: bits that it shares.
          const kept = masked.split("***").join("").replaceAll("=", "").length;
          const own = Math.ceil((Buffer.byteLength(before) * 8) / 6) +
            Math.ceil((Buffer.byteLength(after) * 8) / 6);
          assert.ok(kept <= own + 2, `${whole} became ${masked}`);
          const hex = Buffer.from(before + text + after).toString("hex");
          assert.ok(!hiding(text).apply(hex).includes(Buffer.from(text).toString("hex")));
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  test("leaves no secret in any text that it gives", () => {
    fc.assert(
      fc.property(fc.array(secrets, { minLength: 1, maxLength: 3 }), fc.array(around), (texts, rest) => {
        const mask = hiding(...texts);
        const text = rest.flatMap((each, at) => [each, texts[at % texts.length]]).join("");
        const masked = mask.apply(text).split("***");
        for (const piece of masked) for (const each of texts) assert.ok(!piece.includes(each), piece);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test("hides what a cut has left of a secret", () => {
    const mask = hiding("hunter2-and-more");
    assert.equal(mask.apply("it is hunter2-a... (9 more characters)"), "it is ***... (9 more characters)");
    assert.equal(mask.apply("it is hun"), "it is hun");
  });

  test("knows the names of the values it was told", () => {
    const mask = openMask();
    mask.conceal("letmein", "PASSWORD");
    mask.conceal("abc", "SHORT");
    const names = ["letmein", "abc", "letmein2"].map((text) => mask.nameOf(text));
    assert.deepEqual(names, ["PASSWORD", undefined, undefined]);
  });
});

describe("a stream of a mask", () => {
  test("hides a secret in whatever pieces it comes, and loses nothing else", () => {
    const pieces = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 60 });
    const alphabet = fc.string({ unit: fc.constantFrom("a", "b", "\\"), minLength: 4, maxLength: 9 });
    const long = fc.string({ unit: fc.constantFrom("a", "b", "\\", "-"), maxLength: 80 });
    fc.assert(
      fc.property(fc.array(alphabet, { minLength: 1, maxLength: 3 }), long, pieces, (texts, text, cuts) => {
        const mask = hiding(...texts);
        const stream = mask.stream();
        let shown = "";
        let from = 0;
        for (let at = 0; from < text.length; at++) {
          const to = from + cuts[at % cuts.length] + 1;
          shown += stream.write(text.slice(from, to));
          from = to;
        }
        assert.equal(shown + stream.end(), mask.apply(text));
      }),
      { seed: 3, numRuns: 2_000 },
    );
  });

  test("holds back no more than what may be the beginning of a secret", () => {
    const stream = hiding("hunter2").stream();
    assert.deepEqual(["a line\n", "hunt", "ing\n", "hunter"].map((text) => stream.write(text)), [
      "a line\n",
      "",
      "hunting\n",
      "",
    ]);
    assert.deepEqual([stream.end(), stream.end()], ["hunter", ""]);
  });

  test("hides what is concealed while it flows", () => {
    const mask = openMask();
    const stream = mask.stream();
    assert.equal(stream.write("hunter2 "), "hunter2 ");
    mask.conceal("hunter2");
    assert.equal(stream.write("hunter2 "), "*** ");
  });
});
