import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { openMask } from "../../../src/cli/host/mask.ts";

describe("a mask", () => {
  test("hides texts wherever they occur, the longest first", () => {
    const mask = openMask();
    mask.conceal("word");
    mask.conceal("password");
    assert.equal(mask.apply("the password, password and word: sword"), "the ***, *** and ***: s***");
  });

  test("hides them as JSON and addresses escape them", () => {
    const mask = openMask();
    mask.conceal('a"b/c\nd');
    const url = `db://me:${encodeURIComponent('a"b/c\nd')}@host`;
    assert.equal(mask.apply(JSON.stringify({ is: 'a"b/c\nd' })), '{"is":"***"}');
    assert.equal(mask.apply(url), "db://me:***@host");
  });

  test("hides the long lines of a text, and leaves short texts alone", () => {
    const mask = openMask();
    mask.conceal("-----BEGIN-----\nMIIEvQIBADANBg\nxyz\n");
    assert.equal(mask.apply("key MIIEvQIBADANBg xyz"), "key *** xyz");
    mask.conceal("abc");
    assert.equal(mask.apply("abc"), "abc");
  });
});
