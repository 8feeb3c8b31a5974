import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { isInteractive, openPage, wantsColor } from "../../../src/cli/print/page.ts";

const around = (isTerminal: boolean, env: Record<string, string> = {}, color?: boolean) => ({
  isTerminal,
  columns: isTerminal ? 100 : undefined,
  env,
  color,
});

describe("wantsColor", () => {
  test("follows the option, then NO_COLOR, then FORCE_COLOR, then the terminal", () => {
    assert.equal(wantsColor(around(true)), true);
    assert.equal(wantsColor(around(false)), false);
    assert.equal(wantsColor(around(true, { TERM: "dumb" })), false);
    assert.equal(wantsColor(around(true, { NO_COLOR: "1" })), false);
    assert.equal(wantsColor(around(true, { NO_COLOR: "" })), true);
    assert.equal(wantsColor(around(false, { FORCE_COLOR: "1" })), true);
    assert.equal(wantsColor(around(true, { FORCE_COLOR: "0" })), false);
    assert.equal(wantsColor(around(false, { FORCE_COLOR: "1", NO_COLOR: "1" })), false);
    assert.equal(wantsColor(around(false, { NO_COLOR: "1" }, true)), true);
    assert.equal(wantsColor(around(true, { FORCE_COLOR: "1" }, false)), false);
  });
});

describe("isInteractive", () => {
  test("needs a terminal that redraws, and no CI", () => {
    assert.deepEqual(
      [{}, { TERM: "dumb" }, { CI: "true" }, { CI: "false" }].map((env) =>
        isInteractive({ isTerminal: true, env })
      ),
      [true, false, false, true],
    );
    assert.equal(isInteractive({ isTerminal: false, env: {} }), false);
  });
});

describe("openPage", () => {
  test("cuts for terminals and for COLUMNS only", () => {
    assert.equal(openPage(around(true), 0).width, 100);
    assert.equal(openPage(around(false), 0).width, Infinity);
    assert.equal(openPage(around(false, { COLUMNS: "40" }), 0).width, 40);
    assert.equal(openPage({ ...around(true), columns: undefined }, 0).width, 80);
  });

  test("keeps to ASCII on dumb terminals and in the C locale", () => {
    assert.equal(openPage(around(true, { TERM: "dumb" }), 0).glyphs.ellipsis, "...");
    assert.equal(openPage(around(true, { LC_ALL: "C" }), 0).glyphs.ellipsis, "...");
    assert.equal(openPage(around(true, { LANG: "C.UTF-8" }), 0).glyphs.ellipsis, "\u2026");
  });
});
