import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { compileGlob } from "../../../src/model/selection/glob.ts";

describe("compileGlob", () => {
  test("takes a star for any text, and nothing else for more than it is", () => {
    const matches = (pattern: string, text: string) => compileGlob(pattern)(text);
    assert.equal(matches("raw/*", "raw/a/b"), true);
    assert.equal(matches("raw/*", "raw/"), true);
    assert.equal(matches("raw/*", "raw"), false);
    assert.equal(matches("*", ""), true);
    assert.equal(matches("a.c", "abc"), false);
    assert.equal(matches("a?", "ab"), false);
    assert.equal(matches("[ab]", "a"), false);
    assert.equal(matches("ab*ba", "aba"), false);
    assert.equal(matches("*ab*ab*", "abab"), true);
    assert.equal(matches("*ab*ab*", "aabb"), false);
    assert.equal(matches("a*ab", "aab"), true);
    assert.equal(matches("a*bc*c", "abcc"), true);
    assert.equal(matches("a*bc*c", "abc"), false);
    assert.equal(matches("", ""), true);
    assert.equal(matches("", "a"), false);
  });

  test("agrees with the regular expression of the pattern", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (pattern, text) => {
        assert.equal(compileGlob(pattern)(text), new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text));
      }),
      { seed: 3112, numRuns: 10_000 },
    );
  });

  test("does not try twice", () => {
    const matches = compileGlob("*a".repeat(10_000) + "b");
    assert.equal(matches("a".repeat(100_000)), false);
    assert.equal(matches("a".repeat(100_000) + "b"), true);
  });
});
