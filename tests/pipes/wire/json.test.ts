import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { DagsterPipesError } from "../../../src/pipes/error.ts";
import { encodeJson, Float } from "../../../src/pipes/wire/json.ts";

function refusal(value: unknown): string {
  try {
    return `taken as ${encodeJson(value, "it")}`;
  } catch (error) {
    assert.ok(error instanceof DagsterPipesError && error.code === "VALUE_INVALID");
    return error.message.split("\n")[0];
  }
}

describe("encodeJson", () => {
  test("agrees with JSON.stringify on every JSON value, in pure ASCII", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const line = encodeJson(value, "it");
        assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(value)));
        assert.match(line, /^[\x20-\x7e]*$/);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test("writes what JSON.stringify cannot", () => {
    const cases: readonly (readonly [unknown, string])[] = [
      [2n ** 80n, "1208925819614629174706176"],
      [-5n, "-5"],
      [new Float(1), "1.0"],
      [new Float(-0), "-0.0"],
      [new Float(0.1), "0.1"],
      [new Float(1e21), "1e+21"],
      [new Float(NaN), "NaN"],
      [new Float(-Infinity), "-Infinity"],
      [new Date(0), '"1970-01-01T00:00:00.000Z"'],
      [new URL("https://a.b/"), '"https://a.b/"'],
      [{ a: undefined, b: 1 }, '{"b":1}'],
      ["\u00e9\ud83d\ude00\u2028", '"\\u00e9\\ud83d\\ude00\\u2028"'],
      ["lone \ud800.", '"lone \\ufffd."'],
    ];
    for (const [value, line] of cases) assert.equal(encodeJson(value, "it"), line);
  });

  test("refuses what would end Dagster's reader, and says where it is", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    assert.equal(refusal({ rows: [1, { price: NaN }] }), "VALUE_INVALID: it.rows[1].price is NaN.");
    assert.equal(refusal([undefined]), "VALUE_INVALID: it[0] is undefined.");
    assert.equal(refusal({ f: () => 1 }), "VALUE_INVALID: it.f is [Function: f].");
    assert.equal(refusal(Symbol("s")), "VALUE_INVALID: it is a symbol.");
    assert.equal(refusal(new Map()), "VALUE_INVALID: it is a Map, which JSON does not have.");
    assert.equal(refusal(new Set()), "VALUE_INVALID: it is a Set, which JSON does not have.");
    assert.equal(refusal(new Uint8Array(2)), "VALUE_INVALID: it is a Uint8Array, which JSON does not have.");
    assert.equal(refusal(10n ** 4300n), "VALUE_INVALID: it has more than 4300 digits.");
    assert.match(refusal(cyclic), /lies deeper than 200 levels, or in itself/);
  });
});
