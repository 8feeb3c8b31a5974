import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { CHANGED, DOUBTFUL, findFault, SAME, surveyJson } from "../../../src/io/formats/json_check.ts";

class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  toJSON(): unknown {
    return { cents: this.#cents };
  }
}

class Point {
  x = 1;
}

const circle: Record<string, unknown> = { a: [] };
(circle.a as unknown[]).push({ back: circle });

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

const faults: readonly (readonly [unknown, string])[] = [
  [undefined, "$ is undefined"],
  [{ rows: [1, 2, 3, { price: NaN }] }, "$.rows[3].price is NaN"],
  [[-Infinity], "$[0] is -Infinity"],
  [{ a: { "unit price": 1n } }, '$.a["unit price"] is a bigint'],
  [{ run: () => 1 }, "$.run is a function"],
  [[[Symbol("s")]], "$[0][0] is a symbol"],
  [[1, , 2], "$[1] is undefined"],
  [{ tags: new Set([1]) }, "$.tags is a Set"],
  [{ index: new Map([[1, 2]]) }, "$.index is a Map"],
  [{ later: Promise.resolve(1) }, "$.later is a promise"],
  [{ bytes: new Uint8Array(2) }, "$.bytes is an instance of Uint8Array"],
  [{ when: new Date(NaN) }, "$.when is an invalid Date"],
  [{ p: new Point() }, "$.p is an instance of Point, which JSON would turn into a plain object"],
  [{ p: /x/ }, "$.p is an instance of RegExp, which JSON would turn into a plain object"],
  [circle, "$.a[0].back leads back to $"],
  [{ x: { toJSON: () => NaN } }, "$.x is NaN"],
  [{ x: { toJSON: () => [{ y: NaN }] } }, "$.x[0].y is NaN"],
  [[{ toJSON: () => undefined }], "$[0] is undefined"],
];

describe("findFault", () => {
  test("names the first part of a value that JSON loses, and where it is", () => {
    for (const [value, message] of faults) assert.equal(findFault(value, "$")?.message, message);
  });

  test("has a hint for every fault", () => {
    for (const [value, message] of faults) assert.ok(findFault(value, "$")?.hint, message);
  });

  test("finds nothing where only the form changes", () => {
    const shared = { a: 1 };
    for (
      const value of [new Date(0), new Money(5), { a: undefined }, [shared, shared], Object.create(null)]
    ) {
      assert.equal(findFault(value, "$"), undefined);
    }
  });

  test("refuses what is nested deeper than engines can write", () => {
    assert.equal(findFault(nested(1_000), "$"), undefined);
    assert.match(findFault(nested(1_001), "$")?.message ?? "", /nested more than 1000 levels deep/);
    assert.match(findFault(nested(50_000), "$")?.message ?? "", /nested more than 1000 levels deep/);
  });

  test("shows hostile names safely", () => {
    assert.equal(findFault({ "\u202e\n": NaN }, "$")?.message, '$["\\u{202e}\\n"] is NaN');
    assert.equal(findFault(JSON.parse('{"__proto__":[1]}'), "$"), undefined);
  });
});

describe("surveyJson", () => {
  test("doubts everything that has a fault, and what is nested so deep that it may be a cycle", () => {
    for (const [value, message] of faults) assert.equal(surveyJson(value, 0), DOUBTFUL, message);
    assert.equal(surveyJson(nested(33), 0), DOUBTFUL);
    assert.equal(surveyJson(nested(32), 0), SAME);
  });

  test("tells what changes on the way", () => {
    const changing = [
      new Date(0),
      [new Money(5)],
      { a: undefined },
      -0,
      [[-0]],
      Object.assign(Object.create(null), { a: 1 }),
    ];
    for (const value of changing) assert.equal(surveyJson(value, 0), CHANGED);
    for (const value of [null, 0, "", [], {}, { a: [1, { b: "c" }] }]) {
      assert.equal(surveyJson(value, 0), SAME);
    }
  });

  test("agrees with a round trip through JSON on any value", () => {
    const values = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(values, (value) => {
        const survival = surveyJson(value, 0);
        const fault = findFault(value, "$");
        if (survival === SAME) assert.deepStrictEqual(JSON.parse(JSON.stringify(value)), value);
        if (survival !== DOUBTFUL) assert.equal(fault, undefined);
        if (fault === undefined) assert.notEqual(JSON.stringify(value), undefined);
      }),
      { seed: 11, numRuns: 5_000 },
    );
  });
});
